"""The caller's own time zone, by its IANA name, because an event remembers the zone it was meant in."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCALTIME = Path("/etc/localtime")


def local_zone(environment: Mapping[str, str], localtime: Path = LOCALTIME) -> ZoneInfo:
    """Find the zone as the C library does: ``TZ`` (tzset(3)), then where ``localtime`` points to; otherwise UTC."""
    for name in (environment.get("TZ", "").removeprefix(":"), _name_of(localtime)):
        zone = _zone(name)
        if zone:
            return zone
    return ZoneInfo("UTC")


def _name_of(localtime: Path) -> str:
    """The part of the link's target after ``zoneinfo/``; empty where the file is not such a link."""
    target = str(localtime.resolve())
    return target.partition("zoneinfo/")[2]


def _zone(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
