"""The daemon at a glance: what each part knows of itself, put together in one consistent view of the store."""

import msgspec

from roomd_core import __version__
from roomd_core.access import Caller
from roomd_core.api import wire
from roomd_core.booking.views import mailbox_status
from roomd_core.store import OutboxSummary
from roomd_daemon.http.services import Services


async def glance(services: Services, caller: Caller) -> wire.Status:
    """Return the status as this caller sees it."""
    async with services.store.read() as tables:
        mailboxes = await tables.mailboxes.all()
        freshness = await tables.mailboxes.freshness()
        answers = await tables.room_answers.all()
        outbox = await tables.operations.summary()
        conflicts = await tables.conflicts.count_open()
        findings = await tables.audits.count()
        runs = await tables.runs.newest(1)
    return wire.Status(
        version=__version__,
        started_at=services.started_at,
        now=services.clock.now(),
        caller=caller.user,
        acts_as=caller.mailbox,
        may_act_for_all=caller.may_act_for_all,
        exchange=_exchange(services),
        mailboxes=tuple(
            mailbox_status(
                each, freshness.get(each.address), services.watch_of(each.address), answers.get(each.address)
            )
            for each in mailboxes
        ),
        outbox=_outbox(outbox),
        conflicts=conflicts,
        findings=findings,
        syncing=services.engine.syncing,
        last_run=runs[0] if runs else None,
        next_run_at=services.next_run_at(),
        quarantine=services.store.quarantine,
        warnings=(*services.store.warnings, *services.warnings, *services.roster.warnings, *services.noticed()),
    )


def _exchange(services: Services) -> wire.ExchangeStatus:
    known = services.engine.exchange
    return wire.ExchangeStatus(
        health=known.health,
        endpoint=services.endpoint,
        message=known.message,
        since=known.since,
        throttled=services.throttled(),
    )


def _outbox(summary: OutboxSummary) -> wire.Outbox:
    return msgspec.convert(summary, wire.Outbox, from_attributes=True)
