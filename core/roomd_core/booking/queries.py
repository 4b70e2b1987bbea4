"""Reading for a caller: one consistent view of the store for each question."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from roomd_core.access import Caller
from roomd_core.api import wire
from roomd_core.booking.people import of_kind, rooms_named
from roomd_core.booking.spans import day_in, in_utc, zone_named
from roomd_core.booking.views import conflict_view, event_view, mailbox_status, span
from roomd_core.errors import Invalid, NotFound
from roomd_core.model import Conflict, Event, Mailbox, MailboxKind, Watch
from roomd_core.store import Store, Tables

LONGEST_VIEW: Final = timedelta(days=366)


def unwatched(_: str) -> Watch:
    """Tell of a mailbox, whichever it is, that nobody watches it."""
    return Watch()


async def timeline(store: Store, caller: Caller, query: wire.TimelineQuery) -> wire.Timeline:
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


def bounds(query: wire.TimelineQuery) -> tuple[datetime, datetime]:
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
        return (await _event_views(tables, caller, {event_id: found}))[event_id]


async def conflicts(store: Store, caller: Caller, *, resolved: bool = False) -> wire.Conflicts:
    """Return what a person should decide, and with ``resolved`` what was decided too, the oldest first."""
    async with store.read() as tables:
        listed = await tables.conflicts.listing(resolved=resolved)
        return wire.Conflicts(conflicts=tuple(await _conflict_views(tables, caller, listed)))


async def conflict(store: Store, caller: Caller, conflict_id: str) -> wire.ConflictView:
    """Return one conflict. Raises NotFound."""
    async with store.read() as tables:
        found = await tables.conflicts.get(conflict_id)
        if found is None:
            raise NotFound(f"There is no conflict {conflict_id}. List them with `roomctl conflicts`.")
        return (await _conflict_views(tables, caller, [found]))[0]


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
    by_address = await _by_address(tables)
    return {
        key: event_view(shown, operations[key], conflicts[key], by_address, caller) for key, shown in events.items()
    }


async def _conflict_views(tables: Tables, caller: Caller, found: Sequence[Conflict]) -> list[wire.ConflictView]:
    concerned = {each.event for each in found} | {each.other for each in found if each.other}
    events = await tables.events.many(concerned)
    shown = await _event_views(tables, caller, events)
    return [
        conflict_view(each, shown[each.event], [events[key] for key in (each.event, each.other) if key], caller)
        for each in found
    ]


async def _by_address(tables: Tables) -> dict[str, Mailbox]:
    return {mailbox.address: mailbox for mailbox in await tables.mailboxes.all()}
