"""The days a recurrence falls on."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import count, islice, takewhile

from roomd_lab.model.recurrence.patterns import (
    LAST,
    LAST_DAY,
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    Pattern,
    Recurrence,
    RelativeMonthly,
    RelativeYearly,
    Weekly,
)

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_MONTHS = 12


def days(recurrence: Recurrence) -> Iterator[date]:
    """Every day the recurrence falls on, in order; the pattern is counted from the range's first day."""
    last = min(recurrence.until or LAST_DAY, LAST_DAY)
    candidates = takewhile(lambda day: day <= last, _matching(recurrence.pattern, recurrence.first))
    later = (day for day in candidates if day >= recurrence.first)
    return later if recurrence.count is None else islice(later, recurrence.count)


def falls_on(recurrence: Recurrence, day: date) -> bool:
    """Whether a day is one of the recurrence's."""
    return day in takewhile(lambda each: each <= day, days(recurrence))


def last_day(recurrence: Recurrence) -> date | None:
    """The day of the last occurrence; None when there is no end, or no occurrence at all."""
    if not recurrence.has_end:
        return None
    newest = None
    for newest in days(recurrence):  # noqa: B007 - the last one is what is wanted
        pass
    return newest


def _matching(pattern: Pattern, first: date) -> Iterator[date]:
    """The days of the pattern from about `first` on, in order; some may lie before it."""
    match pattern:
        case Daily():
            return _every(first, pattern.interval * _DAY)
        case Weekly():
            return _weekly(pattern, first)
        case AbsoluteMonthly():
            return (_clipped(year, month, pattern.day) for year, month in _months(first, pattern.interval))
        case RelativeMonthly():
            months = _months(first, pattern.interval)
            return (_nth(year, month, pattern.days, pattern.index) for year, month in months)
        case AbsoluteYearly():
            return (_clipped(year, pattern.month, pattern.day) for year in _years(first))
        case RelativeYearly():
            return (_nth(year, pattern.month, pattern.days, pattern.index) for year in _years(first))


def _every(first: date, step: timedelta) -> Iterator[date]:
    day = first
    while day <= LAST_DAY:
        yield day
        day += step


def _weekly(pattern: Weekly, first: date) -> Iterator[date]:
    week_begins = first - _DAY * ((first.weekday() - pattern.first_day) % 7)
    offsets = sorted((weekday - pattern.first_day) % 7 for weekday in pattern.days)
    for week in _every(week_begins, pattern.interval * _WEEK):
        for offset in offsets:
            yield week + offset * _DAY


def _months(first: date, interval: int) -> Iterator[tuple[int, int]]:
    for number in count(first.year * _MONTHS + first.month - 1, interval):
        year, month = divmod(number, _MONTHS)
        if year > LAST_DAY.year:
            return
        yield year, month + 1


def _years(first: date) -> Iterable[int]:
    return range(first.year, LAST_DAY.year + 1)


def _clipped(year: int, month: int, day: int) -> date:
    """A day of a month, or its last one when it is shorter (web service reference, DayOfMonth)."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def _nth(year: int, month: int, weekdays: frozenset[int], index: int) -> date:
    first_weekday, length = monthrange(year, month)
    matching = [day for day in range(1, length + 1) if (first_weekday + day - 1) % 7 in weekdays]
    return date(year, month, matching[LAST if index == LAST else index - 1])
