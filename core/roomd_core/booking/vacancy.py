"""Whether a room is free: what is stored, what Exchange tells besides, and how to say who has it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from roomd_core.booking.spans import zone_or_utc
from roomd_core.errors import RoomTaken
from roomd_core.model import Content, Event, Freshness, Item, Mailbox, Occupancy, OccupancyState
from roomd_core.sync.remote import Busy

SOMEBODY = "somebody, as Exchange's free/busy tells"


class Span(Struct, frozen=True, kw_only=True):
    """A mailbox from ``start`` up to but without ``end``."""

    mailbox: str
    start: datetime
    end: datetime


def wanted(before: Content | None, after: Content) -> tuple[str, ...]:
    """Return the rooms that a booking, or a change of ``before``, needs to find free: all if the time moves."""
    if before is None or (before.start, before.end) != (after.start, after.end):
        return after.rooms
    return tuple(room for room in after.rooms if room not in before.rooms)


def spans_of(content: Content | None) -> list[Span]:
    """Return what an event with this content takes of its rooms."""
    if content is None:
        return []
    return [Span(mailbox=room, start=content.start, end=content.end) for room in content.rooms]


def spans_held(occupancies: Iterable[Occupancy]) -> list[Span]:
    """Return what these occupancies keep others from taking; what a room declined is free."""
    return [
        Span(mailbox=each.mailbox, start=each.start, end=each.end)
        for each in occupancies
        if each.state is not OccupancyState.DECLINED
    ]


def spans_in(copies: Iterable[Item]) -> list[Span]:
    """Return what these copies take of their mailboxes, wherever they are by now."""
    return [
        Span(mailbox=copy.mailbox, start=copy.start, end=copy.end)
        for copy in copies
        if copy.start is not None and copy.end is not None
    ]


def unexplained(busy: Iterable[Busy], known: Sequence[Span], start: datetime, end: datetime) -> list[Busy]:
    """Return the busy spans that overlap ``start`` to ``end`` there where nothing known covers them."""
    return [span for span in busy if not _covered(span, known, start, end)]


def _covered(busy: Busy, known: Sequence[Span], start: datetime, end: datetime) -> bool:
    reached, end = max(busy.start, start), min(busy.end, end)
    for span in sorted((span for span in known if span.mailbox == busy.mailbox), key=lambda span: span.start):
        if span.start <= reached:
            reached = max(reached, span.end)
    return reached >= end


def not_fresh(
    rooms: Iterable[str], freshness: Mapping[str, Freshness], now: datetime, fresh_for: timedelta
) -> list[str]:
    """Return the rooms whose last complete reading is older than ``fresh_for``, or that were never read."""
    return [room for room in rooms if not _is_fresh(freshness.get(room), now, fresh_for)]


def _is_fresh(known: Freshness | None, now: datetime, fresh_for: timedelta) -> bool:
    return known is not None and known.read_at is not None and now - known.read_at <= fresh_for


def taken_by(event: Event | None, held: Occupancy, room: Mailbox, zone: str) -> RoomTaken:
    """Say who has a room and until when, in the zone the asker thinks in."""
    holder = SOMEBODY if event is None else event.organizer_name or event.organizer or SOMEBODY
    return _taken(room, holder, held.start, held.end, zone)


def taken_by_somebody(busy: Busy, room: Mailbox, zone: str) -> RoomTaken:
    """Say that Exchange counts a room as taken without telling by whom."""
    return _taken(room, SOMEBODY, busy.start, busy.end, zone)


def _taken(room: Mailbox, holder: str, start: datetime, end: datetime, zone: str) -> RoomTaken:
    local = zone_or_utc(zone)
    first, last = start.astimezone(local), end.astimezone(local)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    return RoomTaken(
        f"{room.name} is taken by {holder} from {first:%Y-%m-%d %H:%M} to {until} ({local.key}).",
        room=room.address, holder=holder, until=end,
    )  # fmt: skip
