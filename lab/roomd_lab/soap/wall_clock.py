"""Times and zones of a calendar item as people read them."""

from datetime import datetime, timedelta
from functools import cache

from roomd_lab.model.zones import display_name, zone_info
from roomd_lab.soap.xml import attribute, write_time


def duration(length: timedelta) -> str:
    """An xs:duration, in days, hours and minutes as Exchange writes it."""
    minutes = int(length.total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    date = f"{days}D" if days else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if not date and not time:
        return "PT0S"
    return f"P{date}" + (f"T{time}" if time else "")


@cache
def zone(name: str, windows_id: str) -> str:
    """StartTimeZone or EndTimeZone."""
    return f"<t:{name} Id={attribute(windows_id)} Name={attribute(display_name(windows_id))}/>"


def moment(name: str, when: datetime | None) -> str:
    """A time, if there is one."""
    return "" if when is None else f"<t:{name}>{write_time(when)}</t:{name}>"


def wall_clock(name: str, when: datetime, windows_id: str) -> str:
    """A time as the clocks of its zone show it, with their offset (StartWallClock)."""
    return f"<t:{name}>{when.astimezone(zone_info(windows_id)).isoformat(timespec='seconds')}</t:{name}>"
