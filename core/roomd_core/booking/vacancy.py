"""Whether a room is free: what is stored, what Exchange tells besides, and how to say who has it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from roomd_core.booking.spans import zone_or_utc
from roomd_core.errors import RoomTaken
from roomd_core.model import Content, Event, Freshness, Item, Mailbox, Occupancy, OccupancyState
from roomd_core.spans import Span, by_mailbox, overlapping, spans_of
from roomd_core.sync.remote import Busy

SOMEBODY = "somebody, as Exchange's free/busy tells"
_TOLD: Final = 3
"""Taken times named one by one."""


def wanted(before: Content | None, after: Content, since: datetime, until: datetime) -> tuple[Span, ...]:
    """Return what a booking, or a change of ``before``, needs to find free: all that it has not had already.

    Of a series that is every occurrence between two instants.
    """
    had = set(spans_of(before, since, until))
    return tuple(span for span in spans_of(after, since, until) if span not in had)


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


def unexplained(busy: Iterable[Busy], known: Sequence[Span], wanted: Sequence[Span]) -> list[Busy]:
    """Return the busy spans that overlap something wanted there where nothing known covers them."""
    explained, asked = by_mailbox(known), by_mailbox(wanted)
    return [
        span
        for span in busy
        if any(
            not _covered(span, explained.get(span.mailbox, []), each)
            for each in overlapping(asked.get(span.mailbox, []), span.start, span.end)
        )
    ]


def _covered(busy: Busy, known: Sequence[Span], wanted: Span) -> bool:
    reached, end = max(busy.start, wanted.start), min(busy.end, wanted.end)
    for span in known:
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


class Taken(Struct, frozen=True, kw_only=True):
    """Somebody has a room at a time that is wanted."""

    room: Mailbox
    holder: str
    start: datetime
    end: datetime


def taken_by(event: Event | None, held: Occupancy, room: Mailbox) -> Taken:
    """Say who has a room and until when."""
    holder = SOMEBODY if event is None else event.organizer_name or event.organizer or SOMEBODY
    return Taken(room=room, holder=holder, start=held.start, end=held.end)


def taken_by_somebody(busy: Busy, room: Mailbox) -> Taken:
    """Say that Exchange counts a room as taken without telling by whom."""
    return Taken(room=room, holder=SOMEBODY, start=busy.start, end=busy.end)


def refusal(taken: Sequence[Taken], occurrences: int, zone: str) -> RoomTaken:
    """Say who has the rooms, in the zone the asker thinks in: of a series how often, and the first few times."""
    first, local = taken[0], zone_or_utc(zone)
    if occurrences == 1:
        text = f"{first.room.name} is taken by {first.holder} {_when(first, local)} ({local.key})."
    else:
        told = "; ".join(f"{each.room.name} by {each.holder} {_when(each, local)}" for each in taken[:_TOLD])
        more = f"; and {len(taken) - _TOLD} more" if len(taken) > _TOLD else ""
        text = f"The rooms are taken at {len(taken)} of {occurrences} times: {told}{more} ({local.key})."
    return RoomTaken(text, room=first.room.address, holder=first.holder, until=first.end)


def _when(taken: Taken, local: ZoneInfo) -> str:
    first, last = taken.start.astimezone(local), taken.end.astimezone(local)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    return f"from {first:%Y-%m-%d %H:%M} to {until}"
