"""How a series recurs, as Exchange writes it: a pattern and a range (EWS Recurrence)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar, assert_never

from exchangelib import EWSDate
from exchangelib import recurrence as ews

from roomd_core.recurrence import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    Numbered,
    Pattern,
    Range,
    Recurrence,
    RelativeMonthly,
    RelativeYearly,
    Week,
    Weekly,
)
from roomd_daemon.exchange.soap import TYPES, Element, Malformed
from roomd_daemon.exchange.values import required_text

Value = TypeVar("Value")

_ISO_DATE = 10
"""Characters of a date; the offset that may follow says nothing about a day of the series' own zone."""
_DAYS: dict[str, DayOfWeek] = dict(
    zip(
        (
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
            "Day",
            "Weekday",
            "WeekendDay",
        ),
        DayOfWeek,
        strict=True,
    )
)
_WEEKS: dict[str, Week] = dict(zip(("First", "Second", "Third", "Fourth", "Last"), Week, strict=True))
_MONTHS = {
    name: number
    for number, name in enumerate(
        (
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ),
        1,
    )
}  # fmt: skip

_DAY_NAMES = {ours: theirs for theirs, ours in _DAYS.items()}
_WEEK_NAMES = {ours: theirs for theirs, ours in _WEEKS.items()}
_MONTH_NAMES = {number: name for name, number in _MONTHS.items()}


def read_recurrence(element: Element) -> Recurrence:
    """Read a t:Recurrence: a pattern, then a range. Raise Malformed."""
    if len(element) != 2:  # noqa: PLR2004 - a pattern and a range
        raise Malformed("a recurrence is not a pattern and a range")
    pattern, extent = element
    first = _date(extent, "StartDate")
    return Recurrence(pattern=_pattern(pattern, first), first=first, range=_range(extent))


def _pattern(element: Element, first: date) -> Pattern:
    read = _PATTERNS.get(element.tag)
    if read is None:
        raise Malformed("a recurrence has an unknown pattern")
    return read(element, first)


def _weekly(element: Element, first: date) -> Weekly:
    named = tuple(_known(_DAYS, name) for name in (element.findtext(TYPES + "DaysOfWeek") or "").split())
    return Weekly(
        interval=_interval(element),
        days=named or (list(DayOfWeek)[first.weekday()],),
        first_day=_known(_DAYS, element.findtext(TYPES + "FirstDayOfWeek") or "Sunday"),
    )


_PATTERNS: dict[str, Callable[[Element, date], Pattern]] = {
    TYPES + "DailyRecurrence": lambda e, _: Daily(interval=_interval(e)),
    TYPES + "WeeklyRecurrence": _weekly,
    TYPES + "AbsoluteMonthlyRecurrence": lambda e, _: AbsoluteMonthly(interval=_interval(e), day=_day_of_month(e)),
    TYPES + "RelativeMonthlyRecurrence": lambda e, _: RelativeMonthly(
        interval=_interval(e), day=_day(e), week=_week(e)
    ),
    TYPES + "AbsoluteYearlyRecurrence": lambda e, _: AbsoluteYearly(month=_month(e), day=_day_of_month(e)),
    TYPES + "RelativeYearlyRecurrence": lambda e, _: RelativeYearly(month=_month(e), day=_day(e), week=_week(e)),
}


def _range(element: Element) -> Range:
    match element.tag.removeprefix(TYPES):
        case "NoEndRecurrence":
            return NoEnd()
        case "EndDateRecurrence":
            return EndDate(last=_date(element, "EndDate"))
        case "NumberedRecurrence":
            return Numbered(count=_number(element, "NumberOfOccurrences"))
    raise Malformed("a recurrence has an unknown range")


def _interval(element: Element) -> int:
    return _number(element, "Interval")


def _day_of_month(element: Element) -> int:
    return _number(element, "DayOfMonth")


def _day(element: Element) -> DayOfWeek:
    return _known(_DAYS, required_text(element, "DaysOfWeek").strip())


def _week(element: Element) -> Week:
    return _known(_WEEKS, required_text(element, "DayOfWeekIndex"))


def _month(element: Element) -> int:
    return _known(_MONTHS, required_text(element, "Month"))


def _number(element: Element, name: str) -> int:
    """Read a count: never less than one, or a series would stand still."""
    return max(1, int(required_text(element, name)))


def _date(element: Element, name: str) -> date:
    return date.fromisoformat(required_text(element, name)[:_ISO_DATE])


def _known(table: Mapping[str, Value], name: str) -> Value:
    if name not in table:
        raise Malformed("a recurrence names an unknown day or month")
    return table[name]


def write_recurrence(recurrence: Recurrence) -> Any:
    """Return a rule as exchangelib writes it."""
    first = EWSDate.from_date(recurrence.first)
    return ews.Recurrence(pattern=_written_pattern(recurrence.pattern), boundary=_boundary(recurrence.range, first))


def _written_pattern(pattern: Pattern) -> Any:
    match pattern:
        case Daily(interval=interval):
            return ews.DailyPattern(interval=interval)
        case Weekly(interval=interval):
            days, begin = [_DAY_NAMES[day] for day in pattern.days], _DAY_NAMES[pattern.first_day]
            return ews.WeeklyPattern(interval=interval, weekdays=days, first_day_of_week=begin)
        case AbsoluteMonthly(interval=interval, day=number):
            return ews.AbsoluteMonthlyPattern(interval=interval, day_of_month=number)
        case RelativeMonthly(interval=interval, day=day, week=week):
            return ews.RelativeMonthlyPattern(
                interval=interval, weekday=_DAY_NAMES[day], week_number=_WEEK_NAMES[week]
            )
        case AbsoluteYearly(month=month, day=number):
            return ews.AbsoluteYearlyPattern(month=_MONTH_NAMES[month], day_of_month=number)
        case RelativeYearly(month=month, day=day, week=week):
            return ews.RelativeYearlyPattern(
                month=_MONTH_NAMES[month], weekday=_DAY_NAMES[day], week_number=_WEEK_NAMES[week]
            )
    assert_never(pattern)


def _boundary(extent: Range, first: Any) -> Any:
    match extent:
        case NoEnd():
            return ews.NoEndPattern(start=first)
        case EndDate(last=last):
            return ews.EndDatePattern(start=first, end=EWSDate.from_date(last))
        case Numbered(count=count):
            return ews.NumberedPattern(start=first, number=count)
    assert_never(extent)
