"""When the occurrences of a series are: from days and wall times to instants.

A series keeps its wall times, whatever the clocks of its zone do: Exchange stores where on the day an occurrence
begins and where it ends (MS-OXOCAL section 2.2.1.44.5). In a night in which clocks change an occurrence therefore
lasts longer or shorter than the others. Three cases need a rule of their own:

- A wall time that comes twice is the first of the two: the offset that held before still holds (RFC 5545 3.3.5).
- A wall time that clocks skip is as far behind the change as it would have been without it (RFC 5545 3.3.5).
- An occurrence that would thereby end when it begins, or earlier, keeps its length, so that the room is held.

Exceptions are told apart by their day in the series' zone: a pattern has at most one occurrence a day, and Exchange
itself stores no more of a deleted one (MS-OXOCAL section 2.2.1.44.1, DeletedInstanceDates).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from msgspec import Struct

from roomd_core.clock import whole_second
from roomd_core.recurrence.days import days_between, last_day
from roomd_core.recurrence.rule import Recurrence
from roomd_core.recurrence.series import ModifiedOccurrence, Series
from roomd_core.zones import zone_of

_DAY = timedelta(days=1)


class Occurrence(Struct, frozen=True, kw_only=True):
    """One occurrence, named by ``day``: its original day in the series' zone. Instants are in UTC.

    ``modified`` is what differs in it, if anything does.
    """

    day: date
    original_start: datetime
    start: datetime
    end: datetime
    modified: ModifiedOccurrence | None = None


class WallTimes(Struct, frozen=True, kw_only=True):
    """What the clocks of a zone show when an occurrence begins, and how much later they show its end.

    ``shift`` is how many days the first occurrence begins after the rule's first day: 0, unless the zone the series
    was meant in is unknown and another stands in for it, in whose clocks it may be another day.
    """

    zone: tzinfo
    at: time
    length: timedelta
    shift: timedelta = timedelta()

    @classmethod
    def of(cls, start: datetime, end: datetime, zone: str, recurrence: Recurrence | None = None) -> "WallTimes":
        """Return the wall times of something that begins and ends at these instants, in an IANA zone."""
        clocks = zone_of(zone)
        begins, ends = (whole_second(_wall(moment, clocks)) for moment in (start, end))
        shift = begins.date() - recurrence.first if recurrence else timedelta()
        return cls(
            zone=clocks,
            at=begins.time(),
            length=max(ends - begins, timedelta()),
            shift=shift if abs(shift) == _DAY else timedelta(),
        )

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Return the instants, in UTC, at which the occurrence of a day begins and ends."""
        begins = datetime.combine(day, self.at)
        start, end = self._instant(begins), self._instant(begins + self.length)
        return start, end if end > start else start + self.length

    def day(self, moment: datetime) -> date:
        """Return the day on which an instant falls."""
        return _wall(moment, self.zone).date()

    def _instant(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)


def occurrences_between(series: Series, times: WallTimes, since: datetime, until: datetime) -> list[Occurrence]:
    """Return the occurrences that lie at least in part between two instants, in order of their original start."""
    modified = {times.day(each.original_start): each for each in series.modified}
    apart = modified.keys() | {times.day(moment) for moment in series.deleted}
    regular = (_regular(day, times) for day in _days(series, times, since, until) if day not in apart)
    changed = (_changed(day, each) for day, each in modified.items())
    found = (each for each in (*regular, *changed) if each.start < until and each.end > since)
    return sorted(found, key=lambda each: each.original_start)


def ends_before(series: Series, times: WallTimes, moment: datetime) -> bool:
    """Say whether everything about a series lies before an instant."""
    if any(each.end >= moment for each in series.modified):
        return False
    if series.recurrence is None:
        return True
    last = last_day(series.recurrence)
    return last is not None and last < date.max and times.on(last + times.shift)[1] < moment


def _days(series: Series, times: WallTimes, since: datetime, until: datetime) -> Iterator[date]:
    if series.recurrence is None:
        return
    earliest, latest = times.day(since - times.length) - 2 * _DAY, times.day(until) + 2 * _DAY
    for day in days_between(series.recurrence, earliest, latest):
        yield day + times.shift


def _regular(day: date, times: WallTimes) -> Occurrence:
    start, end = times.on(day)
    return Occurrence(day=day, original_start=start, start=start, end=end)


def _changed(day: date, modified: ModifiedOccurrence) -> Occurrence:
    return Occurrence(
        day=day,
        original_start=whole_second(modified.original_start),
        start=whole_second(modified.start),
        end=whole_second(modified.end),
        modified=modified,
    )


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
