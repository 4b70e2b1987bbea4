"""A rule in words, as it stands behind "recurs"."""

from datetime import date

from roomd_core.recurrence.rule import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    Pattern,
    Range,
    Recurrence,
    RelativeMonthly,
    Weekly,
)

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ORDER = list(DayOfWeek)


def in_words(recurrence: Recurrence) -> str:
    """Say how something recurs: "every Tuesday until 30 Jun 2027"."""
    return f"{_pattern(recurrence.pattern)}{_range(recurrence.range)}"


def _pattern(pattern: Pattern) -> str:
    match pattern:
        case Daily():
            return _every(pattern.interval, "day")
        case Weekly():
            return _weekly(pattern)
        case AbsoluteMonthly():
            return f"on day {pattern.day} of {_every(pattern.interval, 'month')}"
        case RelativeMonthly():
            return f"on the {pattern.week} {_name(pattern.day)} of {_every(pattern.interval, 'month')}"
        case AbsoluteYearly():
            return f"every year on {pattern.day} {MONTHS[pattern.month - 1]}"
        case yearly:
            return f"every year on the {yearly.week} {_name(yearly.day)} of {MONTHS[yearly.month - 1]}"


def _weekly(pattern: Weekly) -> str:
    names = [_name(day) for day in sorted(pattern.days, key=_ORDER.index)]
    listed = " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
    return f"every {listed}" if pattern.interval == 1 else f"{_every(pattern.interval, 'week')} on {listed}"


def _range(extent: Range) -> str:
    match extent:
        case NoEnd():
            return ""
        case EndDate():
            return f" until {_date(extent.last)}"
        case numbered:
            return ", once" if numbered.count == 1 else f", {numbered.count} times"


def _every(interval: int, unit: str) -> str:
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def _name(day: DayOfWeek) -> str:
    match day:
        case DayOfWeek.DAY | DayOfWeek.WEEKDAY:
            return str(day)
        case DayOfWeek.WEEKEND_DAY:
            return "weekend day"
        case _:
            return day.title()


def _date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
