"""WorkingHours as GetUserAvailability tells them: a zone in Outlook's old form, and the hours of the week."""

from datetime import time, timedelta

from roomd_lab.model.working_hours import WorkingHours
from roomd_lab.model.zones import WindowsZone, YearlyTransition, windows_zone
from roomd_lab.soap.xml import leaf

_LAST = 5


def write_working_hours(hours: WorkingHours, year: int) -> str:
    """The WorkingHours element, with the zone's rules of a year."""
    return (
        f"<t:WorkingHours>{_zone(windows_zone(hours.zone, year))}<t:WorkingPeriodArray><t:WorkingPeriod>"
        f"{leaf('t:DayOfWeek', ' '.join(hours.days))}<t:StartTimeInMinutes>{_minutes(hours.start)}"
        f"</t:StartTimeInMinutes><t:EndTimeInMinutes>{_minutes(hours.end)}</t:EndTimeInMinutes>"
        "</t:WorkingPeriod></t:WorkingPeriodArray></t:WorkingHours>"
    )


def _minutes(of_day: time) -> int:
    return of_day.hour * 60 + of_day.minute


def _zone(zone: WindowsZone) -> str:
    """Wall time plus bias is UTC, and each rule adds its own."""
    bias = -_in_minutes(zone.standard_offset)
    saved = _in_minutes(zone.standard_offset - zone.daylight_offset)
    return (
        f"<t:TimeZone><t:Bias>{bias}</t:Bias>{_rule('StandardTime', zone.to_standard, 0)}"
        f"{_rule('DaylightTime', zone.to_daylight, saved)}</t:TimeZone>"
    )


def _rule(name: str, begins: YearlyTransition | None, bias: int) -> str:
    """When one begins to hold; month 0 stands for never (TIME_ZONE_INFORMATION, whose form this is)."""
    at, order, month, weekday = timedelta(), 0, 0, "Sunday"
    if begins is not None:
        at, month, weekday = begins.at, begins.month, begins.weekday
        order = _LAST if begins.occurrence < 0 else begins.occurrence
    minutes = _in_minutes(at)
    return (
        f"<t:{name}><t:Bias>{bias}</t:Bias><t:Time>{minutes // 60:02}:{minutes % 60:02}:00</t:Time>"
        f"<t:DayOrder>{order}</t:DayOrder><t:Month>{month}</t:Month><t:DayOfWeek>{weekday}</t:DayOfWeek></t:{name}>"
    )


def _in_minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60
