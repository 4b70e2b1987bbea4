"""Reading for a caller: one consistent view of the store for each question."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from roomd_core.access import Caller
from roomd_core.api import params, wire
from roomd_core.booking.alternatives import alternatives
from roomd_core.booking.conflict_views import Shown, conflict_view
from roomd_core.booking.people import of_kind, rooms_named
from roomd_core.booking.rules import may_change
from roomd_core.booking.spans import day_in, in_utc, zone_named
from roomd_core.booking.views import audit_view, event_view, mailbox_status, planned_view, span
from roomd_core.errors import Invalid, NotFound
from roomd_core.model import Conflict, Event, Mailbox, MailboxKind, Occupancy, PlannedWrite, Watch
from roomd_core.store import Store, Tables

LONGEST_VIEW: Final = timedelta(days=366)


def unwatched(_: str) -> Watch:
    """Tell of a mailbox, whichever it is, that nobody watches it."""
    return Watch()


async def timeline(store: Store, caller: Caller, query: params.TimelineQuery) -> wire.Timeline:
    """Return who has which room when: all rooms, or those named. Raises Invalid, NotFound."""
    start, end = bounds(query)
    async with store.read() as tables:
        mailboxes = await tables.mailboxes.all()
        rooms = rooms_named(query.room, mailboxes) if query.room else of_kind(MailboxKind.ROOM, mailboxes)
        held = await tables.occupancies.between(start, end, [room.address for room in rooms])
        events = await tables.events.many({occupancy.event for occupancy in held})
        freshness = await tables.mailboxes.freshness()
    by_address = {mailbox.address: mailbox for mailbox in mailboxes}
    spans: dict[str, list[wire.Span]] = {room.address: [] for room in rooms}
    for occupancy in held:
        spans[occupancy.mailbox].append(span(occupancy, events[occupancy.event], by_address, caller))
    rows = tuple(
        wire.TimelineRow(
            address=room.address,
            name=room.name,
            capacity=room.capacity,
            features=room.features,
            read_at=freshness[room.address].read_at,
            occupancies=tuple(spans[room.address]),
        )
        for room in rooms
    )
    return wire.Timeline(start=start, end=end, rooms=rows)


def bounds(query: params.TimelineQuery) -> tuple[datetime, datetime]:
    """Return the span asked for, in UTC: a local day in its zone, or from ``start`` to ``end``. Raises Invalid."""
    if query.day is not None:
        if query.start is not None or query.end is not None:
            raise Invalid("day", "stands alone; give either a day or start and end")
        return day_in(query.day, zone_named(query.zone))
    if query.start is None or query.end is None:
        raise Invalid("day", "is missing; give a day such as 2026-12-01, or start and end")
    start, end = in_utc("start", query.start), in_utc("end", query.end)
    if not timedelta(0) < end - start <= LONGEST_VIEW:
        raise Invalid("end", f"must be after start, by at most {LONGEST_VIEW.days} days")
    return start, end


async def event(store: Store, caller: Caller, event_id: str) -> wire.EventView:
    """Return one event. Raises NotFound."""
    async with store.read() as tables:
        found = await tables.events.get(event_id)
        if found is None:
            raise NotFound(f"There is no event {event_id}. Use an id that the timeline shows.")
        shown = (await _event_views(tables, caller, {event_id: found}))[event_id]
        held = await tables.occupancies.of_event(event_id) if found.content.series else []
    return replace(shown, occurrences=_occurrences(held))


def _occurrences(held: Iterable[Occupancy]) -> tuple[wire.OccurrenceView, ...]:
    """Return when the occurrences of a series are, whoever is occupied by them."""
    times = sorted({(each.original_start, each.start, each.end) for each in held})
    return tuple(wire.OccurrenceView(original_start=was, start=start, end=end) for was, start, end in times)


async def conflicts(store: Store, caller: Caller, now: datetime, *, resolved: bool = False) -> wire.Conflicts:
    """Return what a person should decide, and with ``resolved`` what was decided too, the oldest first.

    ``now`` decides for which events another room can still be offered.
    """
    async with store.read() as tables:
        listed = await tables.conflicts.listing(resolved=resolved)
        return wire.Conflicts(conflicts=tuple(await _conflict_views(tables, caller, listed, now)))


async def conflict(store: Store, caller: Caller, conflict_id: str, now: datetime) -> wire.ConflictView:
    """Return one conflict. Raises NotFound."""
    async with store.read() as tables:
        found = await tables.conflicts.get(conflict_id)
        if found is None:
            raise NotFound(f"There is no conflict {conflict_id}. List them with `roomctl conflicts`.")
        return (await _conflict_views(tables, caller, [found], now))[0]


async def plan(store: Store, caller: Caller, writes: Sequence[PlannedWrite], held: str) -> wire.Plan:
    """Return what waits to be written, as the caller may see it; ``held`` says why nothing is sent now."""
    async with store.read() as tables:
        events = await tables.events.many({write.event for write in writes})
        shown = await _event_views(tables, caller, events)
    told = tuple(planned_view(write, events[write.event], caller) for write in writes)
    return wire.Plan(writes=told, events=tuple(shown.values()), held=held)


async def audits(store: Store, caller: Caller, mailboxes: Sequence[str] = ()) -> wire.Audit:
    """Return what the newest audits of these mailboxes found, of all if none is named. Raises NotFound."""
    wanted = set(await listed(store, mailboxes))
    async with store.read() as tables:
        audited = [each for each in await tables.audits.all() if each.address in wanted]
        named = {found.event for each in audited for found in each.findings}
        named |= {found.event for each in audited for found in each.passed_over}
        events = await tables.events.many({event for event in named if event})
    return wire.Audit(mailboxes=tuple(audit_view(each, events, caller) for each in audited))


async def listed(store: Store, mailboxes: Sequence[str]) -> list[str]:
    """Return these addresses, of every room and person if there are none. Raises NotFound for one that is no such."""
    known = await addresses(store)
    for mailbox in mailboxes:
        if mailbox.strip().lower() not in known:
            raise NotFound(f"There is no room or person {mailbox} here. `roomctl rooms` shows the addresses.")
    return [mailbox.strip().lower() for mailbox in mailboxes] or known


async def addresses(store: Store) -> list[str]:
    """Return the address of every room and person, in the order of the configuration."""
    async with store.read() as tables:
        return [mailbox.address for mailbox in await tables.mailboxes.all()]


async def mailboxes(
    store: Store, kind: MailboxKind | None = None, *, watch_of: Callable[[str], Watch] = unwatched
) -> wire.Mailboxes:
    """Return the rooms, the people, or both, each with how well it is known; ``watch_of`` tells how it is watched."""
    async with store.read() as tables:
        listed = await tables.mailboxes.all()
        freshness = await tables.mailboxes.freshness()
        answers = await tables.room_answers.all()
    shown = [mailbox for mailbox in listed if kind is None or mailbox.kind is kind]
    return wire.Mailboxes(
        mailboxes=tuple(
            mailbox_status(each, freshness.get(each.address), watch_of(each.address), answers.get(each.address))
            for each in shown
        )
    )


async def mailbox(
    store: Store, shown: Mailbox, *, watch_of: Callable[[str], Watch] = unwatched
) -> wire.MailboxStatus:
    """Return one mailbox and how well it is known."""
    async with store.read() as tables:
        freshness = await tables.mailboxes.freshness()
    return mailbox_status(shown, freshness.get(shown.address), watch_of(shown.address))


async def _event_views(tables: Tables, caller: Caller, events: Mapping[str, Event]) -> dict[str, wire.EventView]:
    operations = await tables.operations.open_of_events(events)
    conflicts = await tables.conflicts.open_of_events(events)
    items = await tables.items.of_events(events)
    by_address = await _by_address(tables)
    return {
        key: event_view(shown, operations[key], conflicts[key], by_address, caller, items=items[key])
        for key, shown in events.items()
    }


async def _conflict_views(
    tables: Tables, caller: Caller, found: Sequence[Conflict], now: datetime
) -> list[wire.ConflictView]:
    named = [key for each in found for key in (each.event, each.other) if key]
    missing = [key for each in found if each.resolved_at is None for key in each.missing]
    events = await tables.events.many(dict.fromkeys([*named, *missing]))
    views = await _event_views(tables, caller, {key: events[key] for key in named})
    by_address = await _by_address(tables)
    shown = [
        await _shown(tables, each, caller, events=events, views=views, by_address=by_address, now=now)
        for each in found
    ]
    return [conflict_view(each, around, by_address, caller) for each, around in zip(found, shown, strict=True)]


async def _shown(  # noqa: PLR0913 - what a conflict is shown among
    tables: Tables,
    conflict: Conflict,
    caller: Caller,
    *,
    events: Mapping[str, Event],
    views: Mapping[str, wire.EventView],
    by_address: Mapping[str, Mailbox],
    now: datetime,
) -> Shown:
    event = events.get(conflict.event or "")
    movable = event is not None and may_change(caller, event, by_address)
    rooms = await alternatives(tables, conflict, event, by_address.values(), now) if movable else ()
    edited_by = await tables.changes.last_editor(event.id, conflict.opened_at) if event else None
    return Shown(
        event=event,
        edited_by=edited_by,
        alternatives=rooms,
        view=views.get(conflict.event or ""),
        other=events.get(conflict.other or ""),
        missing=[events[key] for key in conflict.missing if key in events],
    )


async def _by_address(tables: Tables) -> dict[str, Mailbox]:
    return {mailbox.address: mailbox for mailbox in await tables.mailboxes.all()}
