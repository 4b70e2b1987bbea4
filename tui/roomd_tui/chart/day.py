"""A day of rooms, and the steps a cursor makes through one of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.api.wire import Span, Timeline, TimelineRow
from roomd_core.model import OccupancyState
from roomd_tui.chart.axis import SLOT
from roomd_tui.moments import day_bounds


class Stop(Struct, frozen=True, kw_only=True):
    """A step of the cursor: one booking, or a free half hour (less where a booking cuts into it)."""

    start: datetime
    end: datetime
    span: Span | None = None

    @property
    def is_free(self) -> bool:
        """Whether it can be booked: what a room declined does not hold it."""
        return self.span is None or self.span.state is OccupancyState.DECLINED


class Day(Struct, frozen=True, kw_only=True):
    """What is known of one day, from ``start`` up to, without, ``end``."""

    day: date
    zone: ZoneInfo
    start: datetime
    end: datetime
    rooms: tuple[TimelineRow, ...]

    def clamped(self, moment: datetime) -> datetime:
        """Bring ``moment`` into the day."""
        return min(max(moment, self.start), self.end - timedelta.resolution)

    def stops(self, room: TimelineRow) -> tuple[Stop, ...]:
        """Divide the day in ``room`` into bookings and free half hours, in order."""
        return tuple(_stops(room, self.start, self.end))


def day_of(timeline: Timeline | None, day: date, zone: ZoneInfo) -> Day:
    """Take a day's timeline; without one the day has no rooms yet."""
    start, end = day_bounds(day, zone)
    return Day(day=day, zone=zone, start=start, end=end, rooms=timeline.rooms if timeline else ())


def emptied(timeline: Timeline | None) -> Timeline | None:
    """The same rooms without bookings: what is known of a day that was not read yet."""
    if timeline is None:
        return None
    return replace(timeline, rooms=tuple(replace(room, occupancies=()) for room in timeline.rooms))


def _stops(room: TimelineRow, start: datetime, end: datetime) -> Iterator[Stop]:
    reached = start
    for span in sorted(room.occupancies, key=lambda span: (span.start, span.end)):
        if span.end <= start or span.start >= end:
            continue
        yield from _free(start, reached, span.start)
        yield Stop(start=max(span.start, start), end=min(span.end, end), span=span)
        reached = max(reached, span.end)
    yield from _free(start, reached, end)


def _free(origin: datetime, start: datetime, end: datetime) -> Iterator[Stop]:
    """Cut free time at the half hours counted from ``origin``."""
    while start < end:
        following = min(origin + ((start - origin) // SLOT + 1) * SLOT, end)
        yield Stop(start=start, end=following)
        start = following
