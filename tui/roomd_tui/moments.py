"""Times as people type and read them. Everything typed without a zone is in the caller's own."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIME_FORMS = "14:00, 930, tomorrow 9:30, 2026-12-01T14:00, or now"
LENGTH_FORMS = "45m, 1h or 1h30m"
DAY_FORMS = "2026-12-01, today, tomorrow, yesterday, or +7 for days from today"

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})|(\d{1,2})(\d{2})")
_LENGTH = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,4})m?)?(?<=[hm\d])")
_DAY_AND_CLOCK = re.compile(r"(\S+)[ T]+(\S+)")
_MIDNIGHT = {"0:00", "00:00", "0000", "24:00", "2400"}
_NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


class Misread(ValueError):  # noqa: N818 - named for what happened to the text
    """A time, day or length was typed in a form that is not understood; the message shows the forms that are."""


def parse_moment(text: str, *, now: datetime, zone: ZoneInfo, day: date | None = None) -> datetime:
    """Read a moment; a time alone is on ``day``, by default today. The answer is aware; Misread tells the forms.

    A wall time that a clock change skips is refused; one that it repeats is the first of the two.
    """
    text = text.strip()
    if text == "now":
        return now.astimezone(zone).replace(second=0, microsecond=0)
    clock = _parse_clock(text)
    if clock:
        return _on(day or now.astimezone(zone).date(), clock, zone)
    try:
        return _parse_day_and_clock(text, now, zone)
    except ValueError as error:
        raise error if isinstance(error, Misread) else Misread(f"{text!r} is not a time: {TIME_FORMS}") from None


def parse_end(text: str, *, start: datetime, zone: ZoneInfo) -> datetime:
    """Read an end: a moment, a time on the day of ``start``, or a length after it (``+45m``, ``1h``).

    Midnight alone is the one that ends the day.
    """
    length = text.strip().removeprefix("+")
    if length != text.strip() or length.endswith(("m", "h")):
        return start + parse_length(length)
    day = start.astimezone(zone).date()
    if text.strip() in _MIDNIGHT:
        return _on(day + timedelta(days=1), time(), zone)
    return parse_moment(text, now=start, zone=zone, day=day)


def parse_length(text: str) -> timedelta:
    """Read a length of time: ``45m``, ``1h``, ``1h30m``; a bare number is minutes."""
    match = _LENGTH.fullmatch(text.strip())
    if not match:
        raise Misread(f"{text!r} is not a length of time: {LENGTH_FORMS}")
    hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes)


def parse_day(text: str, *, today: date) -> date:
    """Read a day: an ISO date, a named day, or ``+7``."""
    text = text.strip()
    if text in _NAMED_DAYS:
        return today + timedelta(days=_NAMED_DAYS[text])
    if re.fullmatch(r"[+-]\d{1,4}", text):
        return today + timedelta(days=int(text))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misread(f"{text!r} is not a day: {DAY_FORMS}") from None


def _parse_clock(text: str) -> time | None:
    match = _CLOCK.fullmatch(text)
    if not match:
        return None
    hour, minute = (int(part) for part in match.groups() if part is not None)
    try:
        return time(hour, minute)
    except ValueError:
        raise Misread(f"{text!r} is not a time of day: {TIME_FORMS}") from None


def _parse_day_and_clock(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    match = _DAY_AND_CLOCK.fullmatch(text)
    if not match:
        raise Misread(f"{text!r} is not a time: {TIME_FORMS}")
    clock = _parse_clock(match[2])
    if clock:
        return _on(parse_day(match[1], today=now.astimezone(zone).date()), clock, zone)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else _on(moment.date(), moment.time(), zone)


def _on(day: date, clock: time, zone: ZoneInfo) -> datetime:
    moment = datetime.combine(day, clock, tzinfo=zone)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise Misread(f"{clock:%H:%M} does not exist on {day} in {zone.key}: the clocks go forward over it")
    return moment


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Tell the instants at which ``day`` starts and ends in ``zone``: 23 or 25 hours apart when clocks change."""
    first, last = (datetime.combine(one, time(), tzinfo=zone) for one in (day, day + timedelta(days=1)))
    return first.astimezone(UTC), last.astimezone(UTC)


def clock_text(moment: datetime, zone: ZoneInfo) -> str:
    """Write the time of day: ``14:00``."""
    return f"{moment.astimezone(zone):%H:%M}"


def day_text(day: date) -> str:
    """Write a day: ``Sun 22 Nov 2026``."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def short_day_text(day: date, today: date) -> str:
    """Write a day, with its year only where it is not this one: ``Sun 22 Nov``."""
    return day_text(day) if day.year != today.year else f"{day:%a} {day.day} {day:%b}"


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment: ``Sun 22 Nov 2026 14:00``."""
    return f"{day_text(moment.astimezone(zone).date())} {clock_text(moment, zone)}"


def span_text(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Write from when to when: ``Sun 22 Nov 2026 14:00-15:00``, with the second day where it differs."""
    same_day = start.astimezone(zone).date() == end.astimezone(zone).date()
    return f"{moment_text(start, zone)}{'-' if same_day else ' - '}" + (
        clock_text(end, zone) if same_day else moment_text(end, zone)
    )


def age_text(age: timedelta) -> str:
    """Write how long ago: ``12 s``, ``5 min``, ``3 h``, ``2 d``."""
    seconds = max(int(age.total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
