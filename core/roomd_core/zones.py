"""Time zones by name: those of the IANA database, and rules of somebody's own that no name fits.

Such a rule is written as at the end of each zone's file: ``<+01>-1<+02>,M3.5.0/2,M10.5.0/3`` (RFC 9636 section 3.3).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from io import BytesIO
from struct import pack
from zoneinfo import ZoneInfo

_COMPARED_YEARS = 3
_LAST_YEAR = 9000
_COARSE, _HOUR = timedelta(days=45), timedelta(hours=1)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> tzinfo:
    """Return a zone by its IANA name or its rule; UTC stands in for one that is not known."""
    try:
        return rule_zone(name) if name.startswith("<") else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def rule_zone(rule: str) -> ZoneInfo:
    """Return the zone whose clocks follow a rule for ever. Raises ValueError if it is none.

    It is read from a zone file that holds nothing but the rule (RFC 9636 section 3).
    """
    empty = b"TZif2" + bytes(15) + pack(">6l", 0, 0, 0, 0, 1, 4) + pack(">lbb", 0, 0, 0) + b"UTC\0"
    return ZoneInfo.from_file(BytesIO(empty + empty + f"\n{rule}\n".encode("ascii")), key=rule)


@lru_cache(maxsize=4096)
def same_clocks(one: str, other: str, year: int) -> bool:
    """Say whether the clocks of two zones show the same from a year on, for three years.

    Most zones are told apart by a handful of hours of a year; only the others are compared hour by hour.
    """
    if one == other:
        return True
    this, that = zone_of(one), zone_of(other)
    return all(
        moment.astimezone(this).utcoffset() == moment.astimezone(that).utcoffset()
        for step in (_COARSE, _HOUR)
        for moment in _moments(min(year, _LAST_YEAR), step)
    )


def _moments(year: int, step: timedelta) -> Iterator[datetime]:
    moment = datetime(year, 1, 1, tzinfo=UTC)
    while moment.year < year + _COMPARED_YEARS:
        yield moment
        moment += step
