"""From wall times to instants: a series keeps its wall times, whatever the clocks do.

Exchange stores the start and the end of a series as minutes after midnight in the series' zone (MS-OXOCAL
2.2.1.44.5), so both are wall times of every occurrence, and an occurrence in a night with a clock change lasts longer
or shorter. A wall time that occurs twice is the first of the two: the rule that held before holds until its end
(MS-OXOCAL 2.2.1.39, stStandardDate). For one that does not occur nothing is documented; here it is as far behind the
change as it would have been without it (RFC 5545 section 3.3.5), and an occurrence that would come to nothing keeps
its length.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The time of day at which something begins, and how long after it the clock on the wall shows its end."""

    at: time
    length: timedelta


def instant(wall: datetime, zone: tzinfo) -> datetime:
    """The UTC instant of a wall time without zone."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall(moment: datetime, zone: tzinfo) -> datetime:
    """What the clocks of a zone show at an instant."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def slot_of(start: datetime, end: datetime, zone: tzinfo) -> Slot:
    """The slot something from one instant to another takes."""
    begins = wall(start, zone)
    return Slot(at=begins.time(), length=max(wall(end, zone) - begins, timedelta()))


def times_on(day: date, slot: Slot, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants at which a slot begins and ends on a day."""
    begins = datetime.combine(day, slot.at)
    start, end = instant(begins, zone), instant(begins + slot.length, zone)
    return (start, start + slot.length) if slot.length and end <= start else (start, end)
