"""When: instants as roomd keeps them, and which spans of time may be booked or looked at."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from roomd_core.errors import Invalid

LATE_START: Final = timedelta(minutes=30)
"""How long ago a booking may have begun, so that the current slot can still be taken."""

LONGEST: Final = timedelta(days=5 * 365)
"""The longest calendar item that EWS takes (ErrorCalendarDurationIsTooLong)."""

LAST_YEAR: Final = 4500
"""Outlook's calendar ends in it."""


def zone_named(name: str) -> ZoneInfo:
    """Return an IANA time zone. Raises Invalid for anything else."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid("zone", f"{name!r} is no time zone; give an IANA name such as Asia/Shanghai or UTC") from None


def zone_or_utc(name: str) -> ZoneInfo:
    """Return the zone of an event for telling people; Exchange may know zones that nobody else does."""
    try:
        return zone_named(name)
    except Invalid:
        return ZoneInfo("UTC")


def in_utc(field: str, moment: datetime) -> datetime:
    """Return an instant in UTC, in whole seconds. Raises Invalid without an offset or outside the calendar."""
    if moment.tzinfo is None:
        raise Invalid(field, "has no offset; write it like 2026-12-01T14:00:00+08:00")
    try:
        instant = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        instant = None
    if instant is None or not 1 < instant.year <= LAST_YEAR:
        raise Invalid(field, f"must be before the end of {LAST_YEAR}, where Exchange's calendar ends")
    return instant


def require_order(start: datetime, end: datetime) -> None:
    """Raise Invalid unless ``end`` comes after ``start`` and Exchange can hold an event that long."""
    if end <= start:
        raise Invalid("end", "must be after start")
    if end - start > LONGEST:
        raise Invalid("end", f"is more than {LONGEST.days} days after start, the longest that Exchange holds")


def require_ahead(start: datetime, now: datetime) -> None:
    """Raise Invalid for a start that is over; the slot that began within ``LATE_START`` can still be taken."""
    if start < now - LATE_START:
        raise Invalid(
            "start", f"is in the past; the earliest that can be booked began {LATE_START.seconds // 60} minutes ago"
        )


def day_in(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants, in UTC, at which a local day begins and the next one does: 23, 24 or 25 hours apart.

    A midnight that clocks skip is the moment they skip it; of one that comes twice it is the first.
    """
    try:
        first, second = (datetime.combine(each, time.min, zone) for each in (day, day + timedelta(days=1)))
        return in_utc("day", first), in_utc("day", second)
    except OverflowError:
        raise Invalid("day", f"must be before the end of {LAST_YEAR}") from None
