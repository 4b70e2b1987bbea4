"""GetServerTimeZones: the zones the server knows, with this year's rules."""

from datetime import timedelta

from roomd_lab.model.zones import WindowsZone, YearlyTransition, known_zone_ids, windows_zone
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.xml import attribute, m, read_bool, text_of, writable


def get_server_time_zones(call: Call) -> str:
    """The definitions of all zones, or of those asked for; unknown ids are left out, as Exchange does."""
    ids = call.element.find(m("Ids"))
    known = known_zone_ids()
    wanted = known if ids is None else tuple(text for each in ids if (text := text_of(each)) in known)
    full = read_bool(call.element.get("ReturnFullTimeZoneData", "true").lower())
    year = call.organization.now().year
    zones = "".join(_write(windows_zone(zone_id, year), full=full) for zone_id in wanted)
    content = f"<m:TimeZoneDefinitions>{zones}</m:TimeZoneDefinitions>"
    return response("GetServerTimeZones", success("GetServerTimeZonesResponseMessage", content))


def _write(zone: WindowsZone, *, full: bool) -> str:
    named = f"<t:TimeZoneDefinition Id={attribute(zone.windows_id)} Name={attribute(zone.display_name)}"
    if not full:
        return f"{named}/>"
    standard, daylight = (f"trule:Microsoft/Registry/{zone.windows_id}/1-{name}" for name in ("Standard", "Daylight"))
    if zone.to_daylight and zone.to_standard:
        periods = _period(zone.standard_offset, "Standard", standard) + _period(
            zone.daylight_offset, "Daylight", daylight
        )
        changes = _recurring(zone.to_daylight, daylight) + _recurring(zone.to_standard, standard)
    else:
        periods = _period(zone.standard_offset, "Standard", standard)
        changes = f'<t:Transition><t:To Kind="Period">{writable(standard)}</t:To></t:Transition>'
    return (
        f"{named}><t:Periods>{periods}</t:Periods>"
        f'<t:TransitionsGroups><t:TransitionsGroup Id="0">{changes}</t:TransitionsGroup></t:TransitionsGroups>'
        '<t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:Transitions>'
        "</t:TimeZoneDefinition>"
    )


def _period(offset: timedelta, name: str, period_id: str) -> str:
    return f'<t:Period Bias="{bias(offset)}" Name="{name}" Id={attribute(period_id)}/>'


def bias(offset: timedelta) -> str:
    """What to add to local time to get UTC, as an xs:duration."""
    minutes = -int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}PT{hours}H" + (f"{rest}M" if rest else "")


def _recurring(change: YearlyTransition, period_id: str) -> str:
    hours, rest = divmod(int(change.at.total_seconds()) // 60, 60)
    at = f"PT{hours}H" + (f"{rest}M" if rest else "")
    return (
        f'<t:RecurringDayTransition><t:To Kind="Period">{writable(period_id)}</t:To>'
        f"<t:TimeOffset>{at}</t:TimeOffset><t:Month>{change.month}</t:Month>"
        f"<t:DayOfWeek>{change.weekday}</t:DayOfWeek><t:Occurrence>{change.occurrence}</t:Occurrence>"
        "</t:RecurringDayTransition>"
    )
