"""Where an occurrence stands in its series: its number, and what comes before and after. Pure."""

from datetime import date, timedelta

from msgspec.structs import replace

from roomd_core.recurrence.days import days_between
from roomd_core.recurrence.rule import EndDate, Numbered, Recurrence

_DAY = timedelta(days=1)
_FAR = timedelta(days=366 * 30)
"""No pattern leaves a gap as long as this (the longest is 99 months)."""


def has_day(recurrence: Recurrence, day: date) -> bool:
    """Say whether a rule has an occurrence on a day, deleted ones included."""
    return any(days_between(recurrence, day, day))


def index_of(recurrence: Recurrence, day: date) -> int:
    """Return the number of a day's occurrence, from 1; deleted ones count (EWS InstanceIndex)."""
    return sum(1 for _ in days_between(recurrence, recurrence.first, day))


def first_day(recurrence: Recurrence) -> date | None:
    """Return the first day on which a rule really has an occurrence, None if it has none."""
    return next(days_between(recurrence, recurrence.first, _later(recurrence.first)), None)


def day_before(recurrence: Recurrence, day: date) -> date | None:
    """Return the day of the last occurrence before a day, None if there is none."""
    found = None
    for each in days_between(recurrence, recurrence.first, day - _DAY):
        found = each
    return found


def day_after(recurrence: Recurrence, day: date) -> date | None:
    """Return the day of the next occurrence after a day, None if there is none."""
    return next(days_between(recurrence, day + _DAY, _later(day)), None)


def ended_before(recurrence: Recurrence, day: date) -> Recurrence | None:
    """Return the rule without the occurrences from a day on; None if none is left."""
    last = day_before(recurrence, day)
    return None if last is None else replace(recurrence, range=EndDate(last=last))


def begun_on(recurrence: Recurrence, day: date) -> Recurrence:
    """Return the rule without the occurrences before a day, which is one of its days; a count is what is left."""
    extent = recurrence.range
    if isinstance(extent, Numbered):
        extent = Numbered(count=extent.count - index_of(recurrence, day) + 1)
    return replace(recurrence, first=day, range=extent)


def _later(day: date) -> date:
    return date.max if day > date.max - _FAR else day + _FAR
