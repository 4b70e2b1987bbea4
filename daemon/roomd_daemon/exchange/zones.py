"""Time zones: Exchange says "China Standard Time" where roomd says "Asia/Shanghai"."""

from datetime import datetime
from typing import Any

from exchangelib import EWSDateTime, EWSTimeZone
from exchangelib.errors import UnknownTimeZone
from exchangelib.winzone import MS_TIMEZONE_TO_IANA_MAP

UTC_ID = "UTC"


def iana_zone(windows_id: str) -> str | None:
    """Return the IANA name of a Windows zone id; None for one made up by a client, which nobody can name."""
    name = MS_TIMEZONE_TO_IANA_MAP.get(windows_id)
    return None if name is None else str(name)


def wall_time(instant: datetime, zone: str) -> Any:
    """Return the instant as exchangelib's own time in that IANA zone, which it writes with the zone's Windows id.

    A zone without a Windows id, or known by its rule alone, is written as UTC: the instant is right, only the zone's
    name is lost.
    """
    try:
        own = EWSTimeZone(zone)
    except (UnknownTimeZone, ValueError):
        own = EWSTimeZone(UTC_ID)
    return EWSDateTime.from_datetime(instant).astimezone(own)
