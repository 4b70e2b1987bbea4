"""Recurrence on the wire: read from a request, and written with the series' occurrences."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeVar

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.recurrence.patterns import (
    EVERY_DAY,
    LAST,
    SUNDAY,
    WEEKEND,
    WORKDAYS,
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    Pattern,
    Recurrence,
    RelativeMonthly,
    RelativeYearly,
    Weekly,
)
from roomd_lab.model.zones import zone_info
from roomd_lab.soap.xml import Element, child, local_name, read_int, schema_violation, t, text_of

ValueT = TypeVar("ValueT")

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GROUPS = {"Day": EVERY_DAY, "Weekday": WORKDAYS, "WeekendDay": WEEKEND}
_WEEKDAYS = {name: number for number, name in enumerate(_DAYS)}
_SETS = {name: frozenset((number,)) for name, number in _WEEKDAYS.items()} | _GROUPS
_SET_NAMES = {days: name for name, days in _SETS.items()}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
INDEXES = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": LAST}
_INDEX_NAMES = {number: name for name, number in INDEXES.items()}
# An xs:date may have an offset, which says nothing about a day in the series' own zone.
_DATE = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})?\s*")


def read_recurrence(element: Element) -> Recurrence:
    """Decode a Recurrence. The regenerating patterns of tasks are not in the schema of calendar items.

    Raises ErrorSchemaValidation, and ErrorCalendarInvalidDayForWeeklyRecurrence.
    """
    if len(element) != 2:  # noqa: PLR2004 - a pattern and a range
        raise schema_violation("A Recurrence holds a pattern and a range.")
    read = _PATTERNS.get(local_name(element[0]))
    if read is None:
        raise schema_violation(f"{local_name(element[0])} is no recurrence pattern of a calendar item.")
    starts, until, count = _read_range(element[1])
    return Recurrence(pattern=read(element[0]), first=starts, until=until, count=count)


def _read_range(element: Element) -> tuple[date, date | None, int | None]:
    starts = _date(element, "StartDate")
    match local_name(element):
        case "NoEndRecurrence":
            return starts, None, None
        case "EndDateRecurrence":
            return starts, _date(element, "EndDate"), None
        case "NumberedRecurrence":
            return starts, None, _int(element, "NumberOfOccurrences")
    raise schema_violation(f"{local_name(element)} is no recurrence range.")


def _date(element: Element, name: str) -> date:
    text = text_of(child(element, t(name)))
    matched = _DATE.fullmatch(text)
    try:
        return date.fromisoformat(matched[1] if matched else "")
    except ValueError:
        raise schema_violation(f"'{text}' is no date.") from None


def _int(element: Element, name: str) -> int:
    return read_int(text_of(child(element, t(name))))


def _interval(element: Element) -> int:
    return _int(element, "Interval")


def _day_set(element: Element) -> frozenset[int]:
    return _known(_SETS, text_of(child(element, t("DaysOfWeek"))).strip())


def _index(element: Element) -> int:
    return _known(INDEXES, text_of(child(element, t("DayOfWeekIndex"))).strip())


def _month(element: Element) -> int:
    return _known(
        {name: number for number, name in enumerate(MONTHS, 1)}, text_of(child(element, t("Month"))).strip()
    )


def _known(table: Mapping[str, ValueT], text: str) -> ValueT:
    if text not in table:
        raise schema_violation(f"'{text}' is not one of {', '.join(table)}.")
    return table[text]


def _weekly(element: Element) -> Weekly:
    named = text_of(child(element, t("DaysOfWeek"))).split()
    if any(name in _GROUPS for name in named):
        raise ExchangeError(
            "ErrorCalendarInvalidDayForWeeklyRecurrence", "A weekly recurrence names the days of the week one by one."
        )
    begins = element.find(t("FirstDayOfWeek"))
    days = frozenset().union(*(_known(_SETS, name) for name in named))
    first_day = SUNDAY if begins is None else _known(_WEEKDAYS, text_of(begins).strip())
    return Weekly(days=days, interval=_interval(element), first_day=first_day)


_PATTERNS: dict[str, Callable[[Element], Pattern]] = {
    "DailyRecurrence": lambda e: Daily(interval=_interval(e)),
    "WeeklyRecurrence": _weekly,
    "AbsoluteMonthlyRecurrence": lambda e: AbsoluteMonthly(day=_int(e, "DayOfMonth"), interval=_interval(e)),
    "RelativeMonthlyRecurrence": lambda e: RelativeMonthly(days=_day_set(e), index=_index(e), interval=_interval(e)),
    "AbsoluteYearlyRecurrence": lambda e: AbsoluteYearly(month=_month(e), day=_int(e, "DayOfMonth")),
    "RelativeYearlyRecurrence": lambda e: RelativeYearly(month=_month(e), days=_day_set(e), index=_index(e)),
}


def write_recurrence(recurrence: Recurrence, zone_id: str) -> str:
    """The Recurrence element. Its dates carry the offset of the series' zone, as Exchange writes them."""
    return f"<t:Recurrence>{_pattern(recurrence.pattern)}{_range(recurrence, zone_id)}</t:Recurrence>"


def _pattern(pattern: Pattern) -> str:
    match pattern:
        case Daily():
            return _element("DailyRecurrence", Interval=pattern.interval)
        case Weekly():
            days = " ".join(_DAYS[number] for number in sorted(pattern.days, key=lambda n: (n + 1) % 7))
            begins = _DAYS[pattern.first_day]
            return _element("WeeklyRecurrence", Interval=pattern.interval, DaysOfWeek=days, FirstDayOfWeek=begins)
        case AbsoluteMonthly():
            return _element("AbsoluteMonthlyRecurrence", Interval=pattern.interval, DayOfMonth=pattern.day)
        case RelativeMonthly():
            days, index = _SET_NAMES[pattern.days], _INDEX_NAMES[pattern.index]
            return _element(
                "RelativeMonthlyRecurrence", Interval=pattern.interval, DaysOfWeek=days, DayOfWeekIndex=index
            )
        case AbsoluteYearly():
            return _element("AbsoluteYearlyRecurrence", DayOfMonth=pattern.day, Month=MONTHS[pattern.month - 1])
        case RelativeYearly():
            days, index = _SET_NAMES[pattern.days], _INDEX_NAMES[pattern.index]
            month = MONTHS[pattern.month - 1]
            return _element("RelativeYearlyRecurrence", DaysOfWeek=days, DayOfWeekIndex=index, Month=month)


def _range(recurrence: Recurrence, zone_id: str) -> str:
    starts = _zoned(recurrence.first, zone_id)
    if recurrence.count is not None:
        return _element("NumberedRecurrence", StartDate=starts, NumberOfOccurrences=recurrence.count)
    if recurrence.until is not None:
        return _element("EndDateRecurrence", StartDate=starts, EndDate=_zoned(recurrence.until, zone_id))
    return _element("NoEndRecurrence", StartDate=starts)


def _zoned(day: date, zone_id: str) -> str:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone_info(zone_id))
    offset = midnight.strftime("%z")
    return f"{day.isoformat()}Z" if offset == "+0000" else f"{day.isoformat()}{offset[:3]}:{offset[3:5]}"


def _element(name: str, **children: object) -> str:
    content = "".join(f"<t:{each}>{value}</t:{each}>" for each, value in children.items())
    return f"<t:{name}>{content}</t:{name}>"
