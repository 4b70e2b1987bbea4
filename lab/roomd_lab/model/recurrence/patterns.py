"""The recurrence patterns and ranges of EWS, as values (web service reference, Recurrence (RecurrenceType)).

Weekdays are numbered as Python does, Monday 0 to Sunday 6.
"""

from dataclasses import dataclass
from datetime import date

from roomd_lab.model.errors import ExchangeError

EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
WEEKEND = frozenset((5, 6))
# What a relative pattern can count: one day of the week, or a group of them.
NAMED_DAYS = (*(frozenset((day,)) for day in range(7)), EVERY_DAY, WORKDAYS, WEEKEND)
LAST = -1
SUNDAY = 6
# A recurrence ends on 1 September 4500 at the latest (ResponseCode, ErrorRecurrenceEndDateTooBig).
LAST_DAY = date(4500, 9, 1)
_MOST_MONTHS_OR_WEEKS = 99
_MOST_DAYS = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Every `interval` days."""

    interval: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """On some days of every `interval`-th week; `first_day` says where a week begins."""

    days: frozenset[int]
    interval: int = 1
    first_day: int = SUNDAY


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsoluteMonthly:
    """On a day of every `interval`-th month; on the month's last day when it has no such day."""

    day: int
    interval: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeMonthly:
    """On the `index`-th of `days` in every `interval`-th month, as "the last workday"; `LAST` counts from the end."""

    days: frozenset[int]
    index: int
    interval: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsoluteYearly:
    """On a day of a month every year; on the month's last day when it has no such day."""

    month: int
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeYearly:
    """On the `index`-th of `days` in a month every year."""

    month: int
    days: frozenset[int]
    index: int


Pattern = Daily | Weekly | AbsoluteMonthly | RelativeMonthly | AbsoluteYearly | RelativeYearly


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A pattern and its range: from `first` on, for `count` occurrences, up to and including `until`, or for ever."""

    pattern: Pattern
    first: date
    until: date | None = None
    count: int | None = None

    @property
    def has_end(self) -> bool:
        """Whether there is a last occurrence."""
        return self.until is not None or self.count is not None


def check(recurrence: Recurrence) -> None:
    """Refuse what Exchange does not keep.

    Raises ErrorCalendarOutOfRange, ErrorCalendarInvalidRecurrence and ErrorRecurrenceEndDateTooBig.
    """
    _check_pattern(recurrence.pattern)
    if recurrence.count is not None and recurrence.count < 1:
        raise _out_of_range()
    if recurrence.until is not None and recurrence.until > LAST_DAY:
        raise ExchangeError(
            "ErrorRecurrenceEndDateTooBig", "The end date of the recurrence is later than September 1, 4500."
        )


def _check_pattern(pattern: Pattern) -> None:
    if isinstance(pattern, Daily):
        _within(pattern.interval, _MOST_DAYS)
    elif not isinstance(pattern, AbsoluteYearly | RelativeYearly):
        _within(pattern.interval, _MOST_MONTHS_OR_WEEKS)
    if isinstance(pattern, AbsoluteMonthly | AbsoluteYearly):
        _within(pattern.day, 31)
    if isinstance(pattern, AbsoluteYearly | RelativeYearly):
        _within(pattern.month, 12)
    if isinstance(pattern, RelativeMonthly | RelativeYearly) and pattern.days not in NAMED_DAYS:
        raise _impossible()
    if isinstance(pattern, Weekly) and not pattern.days:
        raise _impossible()


def _within(number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise _out_of_range()


def _impossible() -> ExchangeError:
    return ExchangeError("ErrorCalendarInvalidRecurrence", "The specified recurrence cannot be created.")


def _out_of_range() -> ExchangeError:
    return ExchangeError("ErrorCalendarOutOfRange", "The calendar property falls out of valid range.")
