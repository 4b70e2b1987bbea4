"""The rule of a series, in the patterns and ranges of EWS (EWS Recurrence)."""

from datetime import date
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

_MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
_WEEKEND = (5, 6)


class DayOfWeek(StrEnum):
    """A day a pattern names (EWS DaysOfWeek): one of the seven, or one of a kind."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    DAY = "day"
    WEEKDAY = "weekday"
    WEEKEND_DAY = "weekend-day"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The days meant, counted as ``date.weekday()`` does: Monday is 0."""
        match self:
            case DayOfWeek.DAY:
                return (*_MONDAY_TO_FRIDAY, *_WEEKEND)
            case DayOfWeek.WEEKDAY:
                return _MONDAY_TO_FRIDAY
            case DayOfWeek.WEEKEND_DAY:
                return _WEEKEND
            case _:
                return (list(DayOfWeek).index(self),)


class Week(StrEnum):
    """Which of a month's days of a kind (EWS DayOfWeekIndex)."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    LAST = "last"


class Daily(Struct, frozen=True, kw_only=True, tag="daily"):
    """Every ``interval`` days."""

    interval: int = 1


class Weekly(Struct, frozen=True, kw_only=True, tag="weekly"):
    """On these days of every ``interval``-th week; ``first_day`` says where one week ends and the next begins."""

    interval: int = 1
    days: tuple[DayOfWeek, ...]
    first_day: DayOfWeek = DayOfWeek.SUNDAY


class AbsoluteMonthly(Struct, frozen=True, kw_only=True, tag="absolute-monthly"):
    """On a day of every ``interval``-th month, or on its last day if the month is shorter (EWS DayOfMonth)."""

    interval: int = 1
    day: int


class RelativeMonthly(Struct, frozen=True, kw_only=True, tag="relative-monthly"):
    """On the first, second, third, fourth or last such day of every ``interval``-th month."""

    interval: int = 1
    day: DayOfWeek
    week: Week


class AbsoluteYearly(Struct, frozen=True, kw_only=True, tag="absolute-yearly"):
    """On a day of a month every year; 29 February is the 28th where there is none."""

    month: int
    day: int


class RelativeYearly(Struct, frozen=True, kw_only=True, tag="relative-yearly"):
    """On the first, second, third, fourth or last such day of a month every year."""

    month: int
    day: DayOfWeek
    week: Week


Pattern: TypeAlias = Daily | Weekly | AbsoluteMonthly | RelativeMonthly | AbsoluteYearly | RelativeYearly


class NoEnd(Struct, frozen=True, kw_only=True, tag="no-end"):
    """Goes on for ever."""


class EndDate(Struct, frozen=True, kw_only=True, tag="end-date"):
    """Goes on up to and including a day."""

    last: date


class Numbered(Struct, frozen=True, kw_only=True, tag="numbered"):
    """Ends after so many occurrences. Deleted ones count."""

    count: int


Range: TypeAlias = NoEnd | EndDate | Numbered


class Recurrence(Struct, frozen=True, kw_only=True):
    """A pattern from a day on. Days are those of the series' own zone."""

    pattern: Pattern
    first: date
    range: Range = NoEnd()
