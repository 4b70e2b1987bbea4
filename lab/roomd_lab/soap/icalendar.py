"""A calendar item as iCalendar, which is its MimeContent (MS-OXCICAL, RFC 5545)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from roomd_lab.model.items import Attendee, CalendarItem, FreeBusy, Response, Role
from roomd_lab.model.recurrence.expansion import last_day
from roomd_lab.model.recurrence.patterns import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    Pattern,
    RelativeMonthly,
    RelativeYearly,
    Weekly,
)
from roomd_lab.model.series import occurrence_on, original_times
from roomd_lab.model.zones import WindowsZone, YearlyTransition, windows_zone, zone_info
from roomd_lab.soap.item_fields import as_text

_WIDEST = 75
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_NAMES = {"Monday": 0, "Tuesday": 1, "Wednesday": 2, "Thursday": 3, "Friday": 4, "Saturday": 5, "Sunday": 6}
_ROLES = {Role.REQUIRED: "REQ-PARTICIPANT", Role.OPTIONAL: "OPT-PARTICIPANT", Role.RESOURCE: "NON-PARTICIPANT"}
_ANSWERS = {Response.ACCEPT: "ACCEPTED", Response.TENTATIVE: "TENTATIVE", Response.DECLINE: "DECLINED"}
_BUSY = {FreeBusy.FREE: "FREE", FreeBusy.TENTATIVE: "TENTATIVE", FreeBusy.OUT_OF_OFFICE: "OOF"}
_CLASSES = {"Personal": "PRIVATE", "Private": "PRIVATE", "Confidential": "CONFIDENTIAL"}


def calendar_of(item: CalendarItem) -> bytes:
    """The VCALENDAR of an item; a series with its exceptions and without its deleted days."""
    lines = ["BEGIN:VCALENDAR", f"METHOD:{_method(item)}", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0"]
    lines += _time_zone(windows_zone(item.start_zone, item.start.year))
    lines += _event(item)
    for day in sorted(item.exceptions):
        lines += _event(occurrence_on(item, day))
    return "".join(_folded(line) for line in (*lines, "END:VCALENDAR")).encode()


def _method(item: CalendarItem) -> str:
    if item.is_cancelled:
        return "CANCEL"
    return "REQUEST" if item.is_meeting else "PUBLISH"


def _event(item: CalendarItem) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    if item.is_meeting:
        yield f"ORGANIZER;CN={_quoted(item.organizer.name)}:mailto:{item.organizer.smtp}"
        yield from (_attendee(each) for each in item.attendees)
    yield from _described(item)
    yield from _repetition(item)
    yield f"UID:{item.uid}"
    yield f"SUMMARY:{_text(item.subject)}"
    yield _moment("DTSTART", item.start, item.start_zone, whole_days=item.all_day)
    yield _moment("DTEND", item.end, item.start_zone, whole_days=item.all_day)
    yield f"CLASS:{_CLASSES.get(item.sensitivity, 'PUBLIC')}"
    yield f"DTSTAMP:{_utc(item.modified)}"
    yield f"TRANSP:{'TRANSPARENT' if item.free_busy is FreeBusy.FREE else 'OPAQUE'}"
    yield f"STATUS:{_status(item)}"
    yield f"SEQUENCE:{item.sequence}"
    yield f"X-MICROSOFT-CDO-BUSYSTATUS:{_BUSY.get(item.free_busy, 'BUSY')}"
    yield f"X-MICROSOFT-CDO-ALLDAYEVENT:{str(item.all_day).upper()}"
    yield from _alarm(item)
    yield "END:VEVENT"


def _described(item: CalendarItem) -> Iterator[str]:
    """What may be empty; clients take a property without a value for a mistake."""
    for name, text in (("DESCRIPTION", as_text(item.body)), ("LOCATION", item.location)):
        if text:
            yield f"{name}:{_text(text)}"


def _status(item: CalendarItem) -> str:
    if item.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if item.free_busy is FreeBusy.TENTATIVE else "CONFIRMED"


def _attendee(attendee: Attendee) -> str:
    answer = _ANSWERS.get(attendee.response, "NEEDS-ACTION")
    kind = "CUTYPE=RESOURCE;" if attendee.role is Role.RESOURCE else ""
    name = _quoted(attendee.address.name)
    role = _ROLES[attendee.role]
    return f"ATTENDEE;{kind}ROLE={role};PARTSTAT={answer};RSVP=TRUE;CN={name}:mailto:{attendee.address.smtp}"


def _alarm(item: CalendarItem) -> Iterator[str]:
    if item.reminder_is_set:
        yield from ("BEGIN:VALARM", "DESCRIPTION:REMINDER", f"TRIGGER;RELATED=START:-PT{item.reminder_minutes}M")
        yield from ("ACTION:DISPLAY", "END:VALARM")


def _repetition(item: CalendarItem) -> Iterator[str]:
    if item.recurrence is not None:
        yield f"RRULE:{_pattern(item.recurrence.pattern)}{_range(item)}"
        for day in sorted(item.deletions):
            yield _moment("EXDATE", original_times(item, day)[0], item.start_zone, whole_days=item.all_day)
    elif item.original_start is not None:
        yield _moment("RECURRENCE-ID", item.original_start, item.start_zone, whole_days=item.all_day)


def _pattern(pattern: Pattern) -> str:
    match pattern:
        case Daily():
            return f"FREQ=DAILY;INTERVAL={pattern.interval}"
        case Weekly():
            begins = _DAYS[pattern.first_day]
            return f"FREQ=WEEKLY;INTERVAL={pattern.interval};BYDAY={_by_day(pattern.days)};WKST={begins}"
        case AbsoluteMonthly():
            return f"FREQ=MONTHLY;INTERVAL={pattern.interval};BYMONTHDAY={pattern.day}"
        case RelativeMonthly():
            nth = _nth(pattern.days, pattern.index)
            return f"FREQ=MONTHLY;INTERVAL={pattern.interval};{nth}"
        case AbsoluteYearly():
            return f"FREQ=YEARLY;BYMONTH={pattern.month};BYMONTHDAY={pattern.day}"
        case RelativeYearly():
            return f"FREQ=YEARLY;BYMONTH={pattern.month};{_nth(pattern.days, pattern.index)}"


def _by_day(days: frozenset[int]) -> str:
    return ",".join(_DAYS[day] for day in sorted(days))


def _nth(days: frozenset[int], index: int) -> str:
    if len(days) == 1:
        return f"BYDAY={index}{_by_day(days)}"
    return f"BYDAY={_by_day(days)};BYSETPOS={index}"


def _range(item: CalendarItem) -> str:
    assert item.recurrence is not None
    if item.recurrence.count is not None:
        return f";COUNT={item.recurrence.count}"
    last = last_day(item.recurrence)
    return "" if last is None else f";UNTIL={_utc(original_times(item, last)[0])}"


def _moment(name: str, moment: datetime, zone_id: str, *, whole_days: bool) -> str:
    local = moment.astimezone(zone_info(zone_id))
    if whole_days:
        return f"{name};VALUE=DATE:{local:%Y%m%d}"
    return f"{name};TZID={_quoted(zone_id)}:{local:%Y%m%dT%H%M%S}"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _time_zone(zone: WindowsZone) -> Iterator[str]:
    yield from ("BEGIN:VTIMEZONE", f"TZID:{_text(zone.windows_id)}")
    standard, daylight = zone.standard_offset, zone.daylight_offset
    yield from _observance("STANDARD", daylight, standard, zone.to_standard)
    if zone.to_daylight is not None:
        yield from _observance("DAYLIGHT", standard, daylight, zone.to_daylight)
    yield "END:VTIMEZONE"


def _observance(kind: str, before: timedelta, after: timedelta, change: YearlyTransition | None) -> Iterator[str]:
    at = timedelta() if change is None else change.at
    yield from (f"BEGIN:{kind}", f"DTSTART:{datetime(1601, 1, 1, tzinfo=UTC) + at:%Y%m%dT%H%M%S}")
    yield from (f"TZOFFSETFROM:{_offset(before)}", f"TZOFFSETTO:{_offset(after)}")
    if change is not None:
        day = _DAYS[_DAY_NAMES[change.weekday]]
        yield f"RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY={change.occurrence}{day};BYMONTH={change.month}"
    yield f"END:{kind}"


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}"


def _text(text: str) -> str:
    """TEXT, with what has a meaning there escaped (RFC 5545 3.3.11)."""
    for character, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(character, written)
    return text


def _quoted(text: str) -> str:
    """A parameter's value; it cannot hold a quote (RFC 5545 3.2)."""
    return '"' + text.replace('"', "'").replace("\n", " ").replace("\r", " ") + '"'


def _folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, no character torn (RFC 5545 3.1)."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) >= _WIDEST:
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join((*pieces, piece)) + "\r\n"
