"""How a booking may recur: within Exchange's limits, and from the first day its pattern really has. Pure."""

from datetime import date, timedelta
from itertools import islice, pairwise
from typing import Final

from msgspec.structs import replace

from roomd_core.api.wire import Repeat
from roomd_core.errors import Invalid
from roomd_core.model import Content
from roomd_core.recurrence import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    Numbered,
    Pattern,
    Range,
    Recurrence,
    RelativeYearly,
    Series,
    WallTimes,
    Weekly,
    days_between,
    first_day,
)

LAST_DAY: Final = date(4500, 9, 1)
"""The last day on which a series may end (ErrorRecurrenceEndDateTooBig)."""
MOST_DAYS: Final = 999
MOST_WEEKS_OR_MONTHS: Final = 99
MOST_OCCURRENCES: Final = 999
_MONTHS, _DAYS_A_MONTH = 12, 31
_ENOUGH_TO_COMPARE = 100
_FAR = timedelta(days=366 * 10)


def repeated(content: Content, repeat: Repeat) -> Content:
    """Return a content as a series: its times on the first day the pattern has. Raises Invalid."""
    _check_pattern(repeat.pattern)
    _check_range(repeat.range)
    times = WallTimes.of(content.start, content.end, content.zone)
    asked = Recurrence(pattern=_day_by_day(repeat.pattern), first=times.day(content.start), range=repeat.range)
    first = first_day(asked)
    if first is None:
        raise Invalid("recurrence.range", "ends before the first occurrence")
    rule = replace(asked, first=first)
    _check_gaps(rule, times.length)
    start, end = times.on(first)
    return replace(content, start=start, end=end, series=Series(recurrence=rule))


def _day_by_day(pattern: Pattern) -> Pattern:
    """Return a weekly pattern with its days in order and each by its own name, as Exchange gives them back."""
    if not isinstance(pattern, Weekly):
        return pattern
    numbers = sorted({number for day in pattern.days for number in day.numbers})
    return replace(pattern, days=tuple(list(DayOfWeek)[number] for number in numbers))


def _check_pattern(pattern: Pattern) -> None:
    most = MOST_DAYS if isinstance(pattern, Daily) else MOST_WEEKS_OR_MONTHS
    if not isinstance(pattern, AbsoluteYearly | RelativeYearly):
        _within("interval", pattern.interval, most)
    if isinstance(pattern, AbsoluteMonthly | AbsoluteYearly):
        _within("day", pattern.day, _DAYS_A_MONTH)
    if isinstance(pattern, AbsoluteYearly | RelativeYearly):
        _within("month", pattern.month, _MONTHS)
    if isinstance(pattern, Weekly) and not pattern.days:
        raise Invalid("recurrence.pattern.days", "is empty; name at least one day of the week")


def _check_range(extent: Range) -> None:
    if isinstance(extent, Numbered) and not 1 <= extent.count <= MOST_OCCURRENCES:
        raise Invalid("recurrence.range.count", f"found {extent.count}, expected 1 to {MOST_OCCURRENCES}")
    if isinstance(extent, EndDate) and extent.last > LAST_DAY:
        raise Invalid("recurrence.range.last", f"is after {LAST_DAY}, where Exchange's calendar ends")


def _within(field: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise Invalid(f"recurrence.pattern.{field}", f"found {number}, expected 1 to {most}")


def _check_gaps(rule: Recurrence, length: timedelta) -> None:
    """Raise Invalid for occurrences that reach into the next (ErrorOccurrenceTimeSpanTooBig)."""
    until = rule.first + _FAR if rule.first < LAST_DAY else LAST_DAY
    some = islice(days_between(rule, rule.first, until), _ENOUGH_TO_COMPARE)
    if any(later - earlier < length for earlier, later in pairwise(some)):
        raise Invalid("end", "makes an occurrence reach into the next one; shorten it, or let it recur less often")
