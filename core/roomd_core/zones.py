"""Time zones by name: those of the IANA database, and rules of somebody's own that no name fits.

Such a rule is written as at the end of each zone's file: ``<+01>-1<+02>,M3.5.0/2,M10.5.0/3`` (RFC 9636 section 3.3).
"""

from datetime import UTC, tzinfo
from functools import lru_cache
from io import BytesIO
from struct import pack
from zoneinfo import ZoneInfo


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
