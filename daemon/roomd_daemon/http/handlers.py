"""One function a route, named as the route: what was asked in, a value of the wire out. No rule is decided here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from starlette.responses import Response

from roomd_core.api import openapi as document
from roomd_core.api import params, wire
from roomd_core.booking import queries
from roomd_core.booking.people import checked_address
from roomd_core.booking.series_edits import Change
from roomd_core.errors import Invalid
from roomd_core.model import MailboxKind, Run, Trigger
from roomd_core.roster import RoomSource
from roomd_core.sync.remote import RemoteError
from roomd_daemon.http import feed
from roomd_daemon.http.asked import Asked
from roomd_daemon.http.encoding import encode
from roomd_daemon.http.glance import glance
from roomd_daemon.http.services import Services
from roomd_daemon.http.stream import stream_response

LONGEST_WAIT = 600.0
"""Seconds a caller may wait in one request."""
MOST = 1000
"""Entries of a list in one answer."""

Handler = Callable[[Services, Asked[Any, Any]], Awaitable[Any]]

_OPENAPI = encode(document.describe())


async def status(services: Services, asked: Asked[None, None]) -> wire.Status:
    """Tell the whole daemon at a glance."""
    return await glance(services, asked.caller)


async def mailboxes(services: Services, _: Asked[None, None]) -> wire.Mailboxes:
    """List every room and person."""
    return await queries.mailboxes(services.store, watch_of=services.watch_of)


async def rooms(services: Services, _: Asked[None, None]) -> wire.Mailboxes:
    """List the rooms."""
    return await queries.mailboxes(services.store, MailboxKind.ROOM, watch_of=services.watch_of)


async def people(services: Services, _: Asked[None, None]) -> wire.Mailboxes:
    """List the people."""
    return await queries.mailboxes(services.store, MailboxKind.PERSON, watch_of=services.watch_of)


async def put_person(services: Services, asked: Asked[None, wire.Person]) -> wire.MailboxStatus:
    """List a person, or change one listed so before."""
    asked.caller.require_may_act_for_all(to="say whose calendars are read")
    person = await services.roster.put_person(
        checked_address("address", asked.of),
        name=asked.body.name,
        unix_user=asked.body.unix_user,
        by=asked.caller.user,
    )
    return await queries.mailbox(services.store, person, watch_of=services.watch_of)


async def remove_person(services: Services, asked: Asked[None, None]) -> wire.MailboxStatus:
    """List a person no longer."""
    asked.caller.require_may_act_for_all(to="say whose calendars are read")
    person = await services.roster.remove_person(checked_address("address", asked.of))
    return await queries.mailbox(services.store, person, watch_of=services.watch_of)


async def source(services: Services, asked: Asked[params.SourceQuery, None]) -> wire.SourceReading:
    """Ask Exchange what a source of rooms gives, as somebody who may act for everybody."""
    asked.caller.require_may_act_for_all(to="look through Exchange's address book")
    wanted = asked.query
    if bool(wanted.list) == bool(wanted.pattern):
        raise Invalid("list", "or pattern: give one of them")
    named = RoomSource(room_list=wanted.list, pattern=wanted.pattern)
    found = await services.roster.look(named)
    return wire.SourceReading(name=named.name, rooms=found.places, warning=found.warning)


async def timeline(services: Services, asked: Asked[params.TimelineQuery, None]) -> wire.Timeline:
    """Tell who has which room when."""
    return await queries.timeline(services.store, asked.caller, asked.query)


async def book(services: Services, asked: Asked[params.BookQuery, wire.Booking]) -> wire.EventView:
    """Book; what was stored is on its way to Exchange when this answers."""
    _require_within("timeout", asked.query.timeout, LONGEST_WAIT)
    booked = await services.booking.book(asked.caller, asked.body, idempotency_key=asked.idempotency_key)
    return await _sent(services, asked, booked.id)


async def event(services: Services, asked: Asked[None, None]) -> wire.EventView:
    """Tell one event."""
    return await queries.event(services.store, asked.caller, asked.of)


async def change(services: Services, asked: Asked[params.ChangeQuery, wire.EventPatch]) -> wire.EventView:
    """Change an event, if it is still as the caller read it."""
    _require_within("timeout", asked.query.timeout, LONGEST_WAIT)
    wanted = Change(
        patch=asked.body,
        scope=asked.query.scope,
        occurrence=asked.query.occurrence,
        drop_exceptions=asked.query.drop_exceptions,
    )
    changed = await services.booking.change(asked.caller, asked.of, wanted, if_version=asked.if_version)
    return await _sent(services, asked, changed.id)


async def cancel(services: Services, asked: Asked[params.CancelQuery, None]) -> wire.EventView:
    """Cancel an event."""
    _require_within("timeout", asked.query.timeout, LONGEST_WAIT)
    cancelled = await services.booking.cancel(
        asked.caller, asked.of, scope=asked.query.scope, occurrence=asked.query.occurrence
    )
    return await _sent(services, asked, cancelled.id)


async def sync(services: Services, asked: Asked[params.SyncQuery, None]) -> Run:
    """Run now, or join the run under way."""
    if asked.query.wait:
        await services.roster.reread()
    else:
        services.roster.wake()
    begun, ended = await services.runner.begin(Trigger.HAND, of_all=asked.query.wait)
    return await asyncio.shield(ended) if asked.query.wait else begun


async def plan(services: Services, asked: Asked[params.PlanQuery, None]) -> wire.Plan:
    """Tell what a run would write, after reading Exchange if that is asked for; where it is away, as last known."""
    with suppress(RemoteError):
        if asked.query.read:
            await services.runner.refresh(await queries.addresses(services.store))
    health = services.engine.exchange
    away = health.message if health.health is wire.Health.FAILING else ""
    held = services.store.held or away
    return await queries.plan(services.store, asked.caller, await services.engine.plan(), held)


async def audits(services: Services, asked: Asked[params.AuditQuery, None]) -> wire.Audit:
    """Tell what the newest audits found."""
    return await queries.audits(services.store, asked.caller, asked.query.mailbox)


async def audit(services: Services, asked: Asked[params.AuditQuery, None]) -> wire.Audit:
    """Audit these mailboxes now, one after another."""
    for mailbox in await queries.listed(services.store, asked.query.mailbox):
        await services.engine.audit(mailbox)
    return await audits(services, asked)


async def runs(services: Services, asked: Asked[params.RunsQuery, None]) -> wire.Runs:
    """List the newest runs."""
    _require_within("limit", asked.query.limit, MOST)
    async with services.store.read() as tables:
        return wire.Runs(runs=tuple(await tables.runs.newest(asked.query.limit)))


async def conflicts(services: Services, asked: Asked[params.ConflictsQuery, None]) -> wire.Conflicts:
    """List what a person should decide, with ``all`` also what was decided."""
    return await queries.conflicts(services.store, asked.caller, services.clock.now(), resolved=asked.query.all)


async def conflict(services: Services, asked: Asked[None, None]) -> wire.ConflictView:
    """Tell one conflict."""
    return await queries.conflict(services.store, asked.caller, asked.of, services.clock.now())


async def resolve(services: Services, asked: Asked[None, wire.Resolution]) -> wire.ConflictView:
    """Decide a conflict, as somebody who may change its event, if it is still as the caller read it."""
    await services.deciding.decide(asked.caller, asked.of, asked.body, if_version=asked.if_version)
    services.engine.wake()
    return await queries.conflict(services.store, asked.caller, asked.of, services.clock.now())


async def release(services: Services, asked: Asked[None, None]) -> wire.Status:
    """End the quarantine of the store, as somebody who may act for everybody."""
    asked.caller.require_may_act_for_all(to="release a store from quarantine")
    await services.engine.release()
    return await glance(services, asked.caller)


async def sign_in(services: Services, asked: Asked[None, None]) -> wire.Status:
    """Try Exchange again, as somebody who may act for everybody: the service account was mended."""
    asked.caller.require_may_act_for_all(to="have Exchange tried again")
    await services.try_again()
    return await glance(services, asked.caller)


async def changes(services: Services, asked: Asked[params.ChangesQuery, None]) -> wire.Changes:
    """Tell what happened, or wait until something does."""
    _require_within("limit", asked.query.limit, MOST)
    _require_within("wait", asked.query.wait, LONGEST_WAIT)
    return await feed.changes(services.store, asked.caller, asked.query)


async def stream(services: Services, asked: Asked[None, None]) -> Response:
    """Tell everything that happens from now on."""
    return stream_response(services, asked.caller)


async def openapi(_: Services, __: Asked[None, None]) -> Response:
    """Describe this API."""
    return Response(_OPENAPI, media_type="application/json")


async def _sent(services: Services, asked: Asked[Any, Any], event_id: str) -> wire.EventView:
    """Wake the outbox and answer with the event: at once, or when Exchange has settled it."""
    services.engine.wake()
    if asked.query.wait:
        await feed.until_settled(services.store, event_id, asked.query.timeout)
    return await queries.event(services.store, asked.caller, event_id)


def _require_within(field: str, value: float, most: float) -> None:
    if not 0 <= value <= most:
        raise Invalid(field, f"found {value:g}, expected 0 to {most:g}")


HANDLERS: Mapping[str, Handler] = {
    handler.__name__: handler
    for handler in (
        status, mailboxes, rooms, people, put_person, remove_person, source, timeline, book, event, change, cancel,
        sync, plan, audits, audit, runs, conflicts, conflict, resolve, release, sign_in, changes, stream, openapi,
    )
}  # fmt: skip
