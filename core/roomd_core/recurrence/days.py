"""The days a rule falls on: computed from the day asked about, not counted from the beginning of the series."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol

from msgspec import Struct

from roomd_core.recurrence.rule import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    Pattern,
    Recurrence,
    RelativeMonthly,
    Week,
    Weekly,
)

_DAY = timedelta(days=1)
_DAYS_A_WEEK = 7
_MONTHS_A_YEAR = 12


def days_between(recurrence: Recurrence, since: date, until: date) -> Iterator[date]:
    """Give the days of a rule from ``since`` to ``until``, both included, in order."""
    cycle = _cycle(recurrence.pattern, recurrence.first)
    begin, end = max(since, recurrence.first), min(until, last_day(recurrence) or until)
    if begin > end:
        return
    for number in range(max(0, cycle.number(begin)), cycle.number(end) + 1):
        yield from (day for day in cycle.days(number) if begin <= day <= end)


def last_day(recurrence: Recurrence) -> date | None:
    """Return the last day of a rule, None if it has no end. Of an end date it is a bound, not always a day of it."""
    match recurrence.range:
        case NoEnd():
            return None
        case EndDate(last=last):
            return last
        case numbered:
            return _nth(_cycle(recurrence.pattern, recurrence.first), recurrence.first, numbered.count)


class _Cycle(Protocol):
    """What a pattern repeats: in every cycle, counted from 0, the same number of days, in order."""

    def number(self, day: date) -> int:
        """Return the number of the cycle in which a day lies."""
        ...

    def days(self, number: int) -> Sequence[date]:
        """Return the pattern's days in a cycle."""
        ...


class _Days(Struct, frozen=True):
    """Every so many days."""

    first: date
    interval: int

    def number(self, day: date) -> int:
        return (day - self.first).days // self.interval

    def days(self, number: int) -> Sequence[date]:
        return (self.first + number * self.interval * _DAY,)


class _Weeks(Struct, frozen=True):
    """Every so many weeks, on days counted from the day on which weeks begin."""

    begin: date
    length: int
    offsets: tuple[int, ...]

    def number(self, day: date) -> int:
        return (day - self.begin).days // self.length

    def days(self, number: int) -> Sequence[date]:
        week = self.begin + number * self.length * _DAY
        return [week + offset * _DAY for offset in self.offsets]


class _Months(Struct, frozen=True):
    """Every so many months, on the day that ``choose`` picks in a year's month. Months are counted from year 0."""

    first: int
    interval: int
    choose: Callable[[int, int], date]

    def number(self, day: date) -> int:
        return (_month_number(day.year, day.month) - self.first) // self.interval

    def days(self, number: int) -> Sequence[date]:
        year, month = divmod(self.first + number * self.interval, _MONTHS_A_YEAR)
        return (self.choose(year, month + 1),)


def _cycle(pattern: Pattern, first: date) -> _Cycle:
    match pattern:
        case Daily():
            return _Days(first, pattern.interval)
        case Weekly():
            return _weeks(pattern, first)
        case AbsoluteMonthly():
            return _Months(_month_number(first.year, first.month), pattern.interval, _on_day(pattern.day))
        case RelativeMonthly():
            choose = _on_weekday(pattern.day, pattern.week)
            return _Months(_month_number(first.year, first.month), pattern.interval, choose)
        case AbsoluteYearly():
            return _Months(_month_number(first.year, pattern.month), _MONTHS_A_YEAR, _on_day(pattern.day))
        case yearly:
            choose = _on_weekday(yearly.day, yearly.week)
            return _Months(_month_number(first.year, yearly.month), _MONTHS_A_YEAR, choose)


def _weeks(pattern: Weekly, first: date) -> _Weeks:
    (begins_on,) = pattern.first_day.numbers[:1]
    begin = first - (first.weekday() - begins_on) % _DAYS_A_WEEK * _DAY
    named = {number for day in pattern.days for number in day.numbers}
    offsets = sorted((number - begins_on) % _DAYS_A_WEEK for number in named)
    return _Weeks(begin, pattern.interval * _DAYS_A_WEEK, tuple(offsets))


def _nth(cycle: _Cycle, first: date, count: int) -> date:
    """Return the day of the ``count``-th occurrence. What the first cycle has before ``first`` does not count."""
    begun = cycle.days(0)
    skipped = sum(day < first for day in begun)
    number, place = divmod(skipped + count - 1, len(begun))
    try:
        return cycle.days(number)[place]
    except (OverflowError, ValueError):
        return date.max


def _month_number(year: int, month: int) -> int:
    return year * _MONTHS_A_YEAR + month - 1


def _on_day(day: int) -> Callable[[int, int], date]:
    return lambda year, month: date(year, month, min(day, monthrange(year, month)[1]))


def _on_weekday(day: DayOfWeek, week: Week) -> Callable[[int, int], date]:
    numbers, index = day.numbers, -1 if week is Week.LAST else list(Week).index(week)

    def choose(year: int, month: int) -> date:
        weekday, length = monthrange(year, month)
        matching = [number for number in range(length) if (weekday + number) % _DAYS_A_WEEK in numbers]
        return date(year, month, 1 + matching[index])

    return choose
