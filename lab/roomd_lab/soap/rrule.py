"""RRULE as the Recurrence element it stands for (RFC 5545 3.3.10, MS-OXCICAL 2.1.3.2.2)."""

import re
from datetime import date, datetime

_DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_GROUPS = {
    frozenset(_DAYS): "Day",
    frozenset(("MO", "TU", "WE", "TH", "FR")): "Weekday",
    frozenset(("SA", "SU")): "WeekendDay",
}
_INDEXES = {"1": "First", "2": "Second", "3": "Third", "4": "Fourth", "-1": "Last"}
_MONTHS = dict(
    enumerate(
        (
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ),
        1,
    )
)  # fmt: skip
_BY_DAY = re.compile(r"([+-]?\d+)?([A-Z]{2})")


def recurrence_of(rule: str, first: date) -> str:
    """The Recurrence of a series that begins on a day.

    Raises LookupError and ValueError for a rule that Exchange has no pattern for.
    """
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if part)
    return f"<t:Recurrence>{_pattern(parts, first)}{_range(parts, first)}</t:Recurrence>"


def _pattern(parts: dict[str, str], first: date) -> str:
    interval = f"<t:Interval>{int(parts.get('INTERVAL', '1'))}</t:Interval>"
    match parts["FREQ"]:
        case "DAILY":
            return f"<t:DailyRecurrence>{interval}</t:DailyRecurrence>"
        case "WEEKLY":
            return f"<t:WeeklyRecurrence>{interval}{_weekly(parts, first)}</t:WeeklyRecurrence>"
        case "MONTHLY" if "BYDAY" in parts:
            return f"<t:RelativeMonthlyRecurrence>{interval}{_relative(parts)}</t:RelativeMonthlyRecurrence>"
        case "MONTHLY":
            day = f"<t:DayOfMonth>{int(parts.get('BYMONTHDAY', first.day))}</t:DayOfMonth>"
            return f"<t:AbsoluteMonthlyRecurrence>{interval}{day}</t:AbsoluteMonthlyRecurrence>"
        case "YEARLY" if "BYDAY" in parts:
            return (
                f"<t:RelativeYearlyRecurrence>{_relative(parts)}{_month(parts, first)}</t:RelativeYearlyRecurrence>"
            )
        case "YEARLY":
            day = f"<t:DayOfMonth>{int(parts.get('BYMONTHDAY', first.day))}</t:DayOfMonth>"
            return f"<t:AbsoluteYearlyRecurrence>{day}{_month(parts, first)}</t:AbsoluteYearlyRecurrence>"
    raise ValueError(parts["FREQ"])


def _weekly(parts: dict[str, str], first: date) -> str:
    named = parts.get("BYDAY", tuple(_DAYS)[first.weekday()]).split(",")
    begins = _DAYS[parts.get("WKST", "MO")]
    days = " ".join(_DAYS[each] for each in named)
    return f"<t:DaysOfWeek>{days}</t:DaysOfWeek><t:FirstDayOfWeek>{begins}</t:FirstDayOfWeek>"


def _relative(parts: dict[str, str]) -> str:
    named = [_BY_DAY.fullmatch(each) for each in parts["BYDAY"].split(",")]
    days = frozenset(each[2] for each in named if each)
    numbers = {each[1] for each in named if each and each[1]}
    index = _INDEXES[parts.get("BYSETPOS") or numbers.pop().lstrip("+")]
    name = _DAYS[next(iter(days))] if len(days) == 1 else _GROUPS[days]
    return f"<t:DaysOfWeek>{name}</t:DaysOfWeek><t:DayOfWeekIndex>{index}</t:DayOfWeekIndex>"


def _month(parts: dict[str, str], first: date) -> str:
    return f"<t:Month>{_MONTHS[int(parts.get('BYMONTH', first.month))]}</t:Month>"


def _range(parts: dict[str, str], first: date) -> str:
    starts = f"<t:StartDate>{first}</t:StartDate>"
    if "COUNT" in parts:
        count = f"<t:NumberOfOccurrences>{int(parts['COUNT'])}</t:NumberOfOccurrences>"
        return f"<t:NumberedRecurrence>{starts}{count}</t:NumberedRecurrence>"
    if "UNTIL" in parts:
        ends = datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        return f"<t:EndDateRecurrence>{starts}<t:EndDate>{ends}</t:EndDate></t:EndDateRecurrence>"
    return f"<t:NoEndRecurrence>{starts}</t:NoEndRecurrence>"
