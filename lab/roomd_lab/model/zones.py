"""Windows time zones, their rules taken from the zone database."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from tzlocal import get_localzone_name
from tzlocal.windows_tz import tz_win, win_tz

from roomd_lab.model.errors import ExchangeError

_LAST_FROM_WEEK = 4
# tzlocal's table has an entry without a name, which would be found for every zone without one.
_WINDOWS_IDS = {name: windows_id for name, windows_id in tz_win.items() if name}


@dataclass(frozen=True, slots=True)
class YearlyTransition:
    """The day of the year on which the clock changes, as "the last Sunday of March".

    `occurrence` counts weekdays in the month; -1 is the last one. `at` is the wall time before the change.
    """

    month: int
    weekday: str
    occurrence: int
    at: timedelta


@dataclass(frozen=True, slots=True)
class WindowsZone:
    """A zone's rules in one year. `to_daylight` and `to_standard` are None where the clock never changes."""

    windows_id: str
    display_name: str
    standard_offset: timedelta
    daylight_offset: timedelta
    to_daylight: YearlyTransition | None
    to_standard: YearlyTransition | None


# The offsets of standard and daylight time, and when the clocks change to daylight time and back.
Rules = tuple[timedelta, timedelta, YearlyTransition | None, YearlyTransition | None]


def known_zone_ids() -> tuple[str, ...]:
    """Every Windows id there is (CLDR's windowsZones)."""
    return tuple(win_tz)


def is_known(windows_id: str) -> bool:
    """Whether this is the id of a zone, to the letter."""
    return windows_id in win_tz


@cache
def display_name(windows_id: str) -> str:
    """The zone's name for people, as "(UTC+05:45) Nepal"; unknown ids stand for themselves."""
    if not is_known(windows_id):
        return windows_id
    standard = min(_offset(zone_info(windows_id), moment) for moment in _winter_and_summer())
    minutes = int(standard.total_seconds()) // 60
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    shift = f"{sign}{hours:02}:{rest:02}" if minutes else ""
    return f"(UTC{shift}) {windows_id.replace(' Standard Time', '')}"


def zone_info(windows_id: str) -> ZoneInfo:
    """The zone of the database for a Windows id.

    Raises ErrorTimeZone for an id this server does not know.
    """
    if not is_known(windows_id):
        raise _unknown(windows_id)
    return ZoneInfo(win_tz[windows_id])


def windows_id(zone: tzinfo) -> str:
    """The Windows id of a zone of the database; UTC for any other, as Exchange takes a request without a zone."""
    return _WINDOWS_IDS.get(getattr(zone, "key", ""), "UTC")


def zone_id_of(name: str) -> str:
    """The Windows id of a zone named by either id, such as `W. Europe Standard Time` or `Europe/Vienna`.

    A zone of the database that is not in the table stands for one with the same clock this year. Raises
    ErrorTimeZone.
    """
    if is_known(name):
        return name
    if name in _WINDOWS_IDS:
        return _WINDOWS_IDS[name]
    try:
        return _id_with_offsets([_offset(ZoneInfo(name), moment) for moment in _winter_and_summer()])
    except (ValueError, OSError, LookupError):
        raise _unknown(name) from None


def local_zone_id() -> str:
    """The Windows id of this machine's zone, or of the one `TZ` names; UTC when it cannot be told."""
    name = os.environ.get("TZ") or get_localzone_name()
    try:
        return _WINDOWS_IDS.get(name) or _id_with_offsets([m.astimezone().utcoffset() for m in _winter_and_summer()])
    except LookupError:
        return "UTC"


def _unknown(name: str) -> ExchangeError:
    return ExchangeError("ErrorTimeZone", f"The time zone '{name}' is not known.")


def _winter_and_summer() -> tuple[datetime, datetime]:
    year = datetime.now(UTC).year
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year, 7, 1, tzinfo=UTC)


def _id_with_offsets(offsets: list[timedelta | None]) -> str:
    for windows_id in win_tz:
        if [_offset(zone_info(windows_id), moment) for moment in _winter_and_summer()] == offsets:
            return windows_id
    raise LookupError(offsets)


@cache
def windows_zone(windows_id: str, year: int) -> WindowsZone:
    """A zone's rules as they are in a year."""
    zone = zone_info(windows_id)
    changes = _changes(zone, year)
    offsets = sorted({_offset(zone, datetime(year, month, 1, tzinfo=UTC)) for month in (1, 7)})
    to_daylight = next((_yearly(moment, before) for moment, before, after in changes if after > before), None)
    to_standard = next((_yearly(moment, before) for moment, before, after in changes if after < before), None)
    paired = to_daylight is not None and to_standard is not None
    return WindowsZone(
        windows_id,
        display_name(windows_id),
        offsets[0],
        offsets[-1] if paired else offsets[0],
        to_daylight if paired else None,
        to_standard if paired else None,
    )


def zone_with(rules: Rules) -> str | None:
    """The Windows id of the first zone that has these rules this year; None if no zone has."""
    year = datetime.now(UTC).year
    for known in known_zone_ids():
        zone = windows_zone(known, year)
        if (zone.standard_offset, zone.daylight_offset, zone.to_daylight, zone.to_standard) == rules:
            return known
    return None


def _changes(zone: ZoneInfo, year: int) -> list[tuple[datetime, timedelta, timedelta]]:
    step = timedelta(minutes=15)
    day = timedelta(days=1)
    found: list[tuple[datetime, timedelta, timedelta]] = []
    moment = datetime(year, 1, 1, tzinfo=UTC)
    while moment.year == year:
        if _offset(zone, moment) != _offset(zone, moment + day):
            exact = next(
                moment + step * n for n in range(97) if _offset(zone, moment + step * n) != _offset(zone, moment)
            )
            found.append((exact, _offset(zone, moment), _offset(zone, exact)))
        moment += day
    return found


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _yearly(moment: datetime, offset_before: timedelta) -> YearlyTransition:
    wall = (moment + offset_before).replace(tzinfo=None)
    occurrence = (wall.day - 1) // 7 + 1
    is_last = (wall + timedelta(days=7)).month != wall.month
    at = wall - wall.replace(hour=0, minute=0)
    return YearlyTransition(
        wall.month, wall.strftime("%A"), -1 if is_last and occurrence >= _LAST_FROM_WEEK else occurrence, at
    )
