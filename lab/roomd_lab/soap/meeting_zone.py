"""MeetingTimeZone: a zone spelt out as clients of Exchange 2007 do it, by an offset and the two changes of a year.

Offsets are what is added to a wall time to have UTC, and that of daylight time is added to the base (BaseOffset).
"""

from datetime import datetime, timedelta

from roomd_lab.model.zones import Rules, YearlyTransition
from roomd_lab.soap.recurrence import INDEXES, MONTHS
from roomd_lab.soap.xml import Element, child, read_duration, schema_violation, t, text_of


def read_rules(zone: Element) -> Rules:
    """The rules of a MeetingTimeZone that has a BaseOffset.

    Raises ErrorSchemaValidation, also for a change on one date: that is no rule.
    """
    base = -read_duration(text_of(child(zone, t("BaseOffset"))))
    standard, daylight = zone.find(t("Standard")), zone.find(t("Daylight"))
    if standard is None or daylight is None:
        return base, base, None, None
    return base + _offset(standard), base + _offset(daylight), _yearly(daylight), _yearly(standard)


def _offset(change: Element) -> timedelta:
    return -read_duration(text_of(child(change, t("Offset"))))


def _yearly(change: Element) -> YearlyTransition:
    pattern = child(change, t("RelativeYearlyRecurrence"))
    month, which = (text_of(child(pattern, t(name))) for name in ("Month", "DayOfWeekIndex"))
    if month not in MONTHS or which not in INDEXES:
        raise schema_violation(f"'{which}' of '{month}' is no day.")
    return YearlyTransition(
        month=MONTHS.index(month) + 1,
        weekday=text_of(child(pattern, t("DaysOfWeek"))),
        occurrence=INDEXES[which],
        at=_time(text_of(child(change, t("Time")))),
    )


def _time(text: str) -> timedelta:
    try:
        at = datetime.strptime(text[:8], "%H:%M:%S")  # noqa: DTZ007 - a time on the wall
    except ValueError:
        raise schema_violation(f"'{text}' is no time of day.") from None
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
