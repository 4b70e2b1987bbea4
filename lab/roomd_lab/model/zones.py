"""Windows time zones, their rules taken from the zone database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from roomd_lab.model.errors import ExchangeError

# Windows id: (display name, zone of the database), from CLDR's windowsZones for territory 001.
_ZONES = {
    "Dateline Standard Time": ("(UTC-12:00) International Date Line West", "Etc/GMT+12"),
    "Hawaiian Standard Time": ("(UTC-10:00) Hawaii", "Pacific/Honolulu"),
    "Alaskan Standard Time": ("(UTC-09:00) Alaska", "America/Anchorage"),
    "Pacific Standard Time": ("(UTC-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
    "Mountain Standard Time": ("(UTC-07:00) Mountain Time (US & Canada)", "America/Denver"),
    "US Mountain Standard Time": ("(UTC-07:00) Arizona", "America/Phoenix"),
    "Central Standard Time": ("(UTC-06:00) Central Time (US & Canada)", "America/Chicago"),
    "Eastern Standard Time": ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
    "Atlantic Standard Time": ("(UTC-04:00) Atlantic Time (Canada)", "America/Halifax"),
    "Newfoundland Standard Time": ("(UTC-03:30) Newfoundland", "America/St_Johns"),
    "E. South America Standard Time": ("(UTC-03:00) Brasilia", "America/Sao_Paulo"),
    "UTC": ("(UTC) Coordinated Universal Time", "Etc/UTC"),
    "GMT Standard Time": ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "Europe/London"),
    "Greenwich Standard Time": ("(UTC+00:00) Monrovia, Reykjavik", "Atlantic/Reykjavik"),
    "W. Europe Standard Time": (
        "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
        "Europe/Berlin",
    ),
    "Romance Standard Time": ("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", "Europe/Paris"),
    "Central Europe Standard Time": (
        "(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague",
        "Europe/Budapest",
    ),
    "Central European Standard Time": ("(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb", "Europe/Warsaw"),
    "FLE Standard Time": ("(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius", "Europe/Kiev"),
    "South Africa Standard Time": ("(UTC+02:00) Harare, Pretoria", "Africa/Johannesburg"),
    "Russian Standard Time": ("(UTC+03:00) Moscow, St. Petersburg", "Europe/Moscow"),
    "Turkey Standard Time": ("(UTC+03:00) Istanbul", "Europe/Istanbul"),
    "Arabian Standard Time": ("(UTC+04:00) Abu Dhabi, Muscat", "Asia/Dubai"),
    "India Standard Time": ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Calcutta"),
    "SE Asia Standard Time": ("(UTC+07:00) Bangkok, Hanoi, Jakarta", "Asia/Bangkok"),
    "China Standard Time": ("(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi", "Asia/Shanghai"),
    "Singapore Standard Time": ("(UTC+08:00) Kuala Lumpur, Singapore", "Asia/Singapore"),
    "Taipei Standard Time": ("(UTC+08:00) Taipei", "Asia/Taipei"),
    "Tokyo Standard Time": ("(UTC+09:00) Osaka, Sapporo, Tokyo", "Asia/Tokyo"),
    "Korea Standard Time": ("(UTC+09:00) Seoul", "Asia/Seoul"),
    "AUS Eastern Standard Time": ("(UTC+10:00) Canberra, Melbourne, Sydney", "Australia/Sydney"),
    "New Zealand Standard Time": ("(UTC+12:00) Auckland, Wellington", "Pacific/Auckland"),
}
_LAST_FROM_WEEK = 4


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


def known_zone_ids() -> tuple[str, ...]:
    """Every Windows id this server knows."""
    return tuple(_ZONES)


def display_name(windows_id: str) -> str:
    """The zone's name for people; unknown ids stand for themselves."""
    return _ZONES[windows_id][0] if windows_id in _ZONES else windows_id


def zone_info(windows_id: str) -> ZoneInfo:
    """The zone of the database for a Windows id.

    Raises ErrorTimeZone for an id this server does not know.
    """
    entry = _ZONES.get(windows_id)
    if entry is None:
        raise ExchangeError("ErrorTimeZone", f"The time zone '{windows_id}' is not known.")
    return ZoneInfo(entry[1])


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


def _changes(zone: ZoneInfo, year: int) -> list[tuple[datetime, timedelta, timedelta]]:
    hour = timedelta(hours=1)
    day = timedelta(days=1)
    found: list[tuple[datetime, timedelta, timedelta]] = []
    moment = datetime(year, 1, 1, tzinfo=UTC)
    while moment.year == year:
        if _offset(zone, moment) != _offset(zone, moment + day):
            exact = next(
                moment + hour * n for n in range(25) if _offset(zone, moment + hour * n) != _offset(zone, moment)
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
