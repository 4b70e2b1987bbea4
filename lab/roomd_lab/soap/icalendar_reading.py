"""MimeContent of a new calendar item: its iCalendar rewritten as the elements it stands for (MS-OXCICAL).

What is written out as an element besides counts more. Only the first VEVENT is read: exceptions of a series are
changed one by one later.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lxml import etree

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.zones import zone_id_of, zone_info
from roomd_lab.soap.rrule import recurrence_of
from roomd_lab.soap.xml import Element, leaf, local_name, t, text_of

# No piece of it can match what the next begins with, so that a long line is not read again and again.
_VALUE = r'(?:"[^"]*"|[^",;:]*)'
_LINE = re.compile(rf"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+={_VALUE}(?:,{_VALUE})*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^;]*)')
_ESCAPED = re.compile(r"\\([\\;,nN])")
_TRIGGER = re.compile(r"-PT?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:0S)?")
_ROLES = {"OPT-PARTICIPANT": "OptionalAttendees", "NON-PARTICIPANT": "Resources"}
_RESOURCES = {"RESOURCE", "ROOM"}
_SENSITIVITIES = {"PRIVATE": "Private", "CONFIDENTIAL": "Confidential"}
_BUSY = {"FREE": "Free", "TENTATIVE": "Tentative", "BUSY": "Busy", "OOF": "OOF"}


@dataclass(frozen=True, slots=True)
class _Property:
    """A content line: its upper-case name and parameters, and its value as written."""

    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


def spelt_out(element: Element) -> tuple[Element, frozenset[date]]:
    """A CalendarItem element without MimeContent, and the days its iCalendar takes out of the series.

    Raises ErrorMimeContentInvalidBase64String and ErrorMimeContentInvalid.
    """
    mime = element.find(t("MimeContent"))
    if mime is None:
        return element, frozenset()
    event = _event(_decoded(text_of(mime)))
    given = {local_name(each) for each in element}
    try:
        written = "".join(_elements(event))
        deletions = _deletions(event)
    except (LookupError, ValueError, OverflowError):
        raise _invalid() from None
    read = etree.fromstring(f'<t:CalendarItem xmlns:t="{t("")[1:-1]}">{written}</t:CalendarItem>')
    kept = [each for each in read if local_name(each) not in given]
    read[:] = [*kept, *(each for each in element if each is not mime)]
    return read, deletions


def _invalid() -> ExchangeError:
    return ExchangeError("ErrorMimeContentInvalid", "The MIME content is no calendar item.")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except UnicodeDecodeError:
        raise _invalid() from None
    except ValueError:
        raise ExchangeError(
            "ErrorMimeContentInvalidBase64String", "The MIME content is not a valid base64 string."
        ) from None


def _event(document: str) -> list[_Property]:
    """The properties of the first VEVENT, and the TRIGGER of its alarm."""
    lines = [_property(line) for line in re.sub(r"\r?\n[ \t]", "", document).splitlines() if line.strip()]
    marks = [(line.name, line.value.upper()) for line in lines]
    try:
        begins = marks.index(("BEGIN", "VEVENT"))
        return lines[begins + 1 : marks.index(("END", "VEVENT"), begins)]
    except ValueError:
        raise _invalid() from None


def _property(line: str) -> _Property:
    matched = _LINE.fullmatch(line)
    if matched is None:
        raise _invalid()
    name, parameters, value = matched.groups()
    read = {key.upper(): given.strip('"') for key, given in _PARAMETER.findall(parameters)}
    return _Property(name.upper(), read, value)


def _elements(event: list[_Property]) -> Iterator[str]:
    """The children of the CalendarItem. Raises LookupError, ValueError and OverflowError for nonsense."""
    first = {each.name: each for each in reversed(event)}
    starts = first["DTSTART"]
    whole_days = len(starts.value) == len("20260101")
    yield leaf("t:Subject", first["SUMMARY"].text) if "SUMMARY" in first else ""
    yield from (leaf("t:Sensitivity", _SENSITIVITIES[c]) for c in _values(event, "CLASS") if c in _SENSITIVITIES)
    if "DESCRIPTION" in first:
        yield f'<t:Body BodyType="Text">{leaf("t:B", first["DESCRIPTION"].text)[5:-6]}</t:Body>'
    minutes = [_minutes(trigger) for trigger in _values(event, "TRIGGER")]
    yield f"<t:ReminderIsSet>{'true' if minutes else 'false'}</t:ReminderIsSet>"
    yield from (leaf("t:ReminderMinutesBeforeStart", str(each)) for each in minutes[:1])
    yield from (leaf("t:UID", uid) for uid in _values(event, "UID"))
    yield leaf("t:Start", _moment(starts))
    yield leaf("t:End", _moment(first["DTEND"]) if "DTEND" in first else _end_without(starts))
    yield f"<t:IsAllDayEvent>{'true' if whole_days else 'false'}</t:IsAllDayEvent>"
    busy = _values(event, "X-MICROSOFT-CDO-BUSYSTATUS")
    yield from (leaf("t:LegacyFreeBusyStatus", _BUSY[each]) for each in busy if each in _BUSY)
    yield from (leaf("t:Location", each.text) for each in event if each.name == "LOCATION")
    yield from _attendees(event)
    yield from (recurrence_of(rule, _date(starts.value)) for rule in _values(event, "RRULE")[:1])
    zone = starts.parameters.get("TZID")
    yield f'<t:StartTimeZone Id="{_zone_id(zone)}"/>' if zone else ""


def _values(event: list[_Property], name: str) -> list[str]:
    return [each.value.strip() for each in event if each.name == name]


def _attendees(event: list[_Property]) -> Iterator[str]:
    organizers = {_address(each) for each in event if each.name == "ORGANIZER"}
    by_role: dict[str, list[str]] = {"RequiredAttendees": [], "OptionalAttendees": [], "Resources": []}
    for each in event:
        if each.name == "ATTENDEE" and _address(each) not in organizers:
            name = leaf("t:Name", each.parameters.get("CN", ""))
            mailbox = f"<t:Mailbox>{name}{leaf('t:EmailAddress', _address(each))}</t:Mailbox>"
            by_role[_role(each)].append(f"<t:Attendee>{mailbox}</t:Attendee>")
    yield from (f"<t:{role}>{''.join(found)}</t:{role}>" for role, found in by_role.items() if found)


def _role(attendee: _Property) -> str:
    if attendee.parameters.get("CUTYPE", "").upper() in _RESOURCES:
        return "Resources"
    return _ROLES.get(attendee.parameters.get("ROLE", "").upper(), "RequiredAttendees")


def _address(person: _Property) -> str:
    return re.sub("^mailto:", "", person.value.strip(), flags=re.IGNORECASE).lower()


def _minutes(trigger: str) -> int:
    matched = _TRIGGER.fullmatch(trigger)
    if matched is None:
        return 0
    days, hours, minutes = (int(each or 0) for each in matched.groups())
    return (days * 24 + hours) * 60 + minutes


def _zone_id(name: str) -> str:
    try:
        return zone_id_of(name)
    except ExchangeError:
        raise _invalid() from None


def _moment(moment: _Property) -> str:
    """An xs:dateTime; one without offset is a wall time in the item's own zone."""
    value = moment.value.strip()
    if len(value) == len("20260101"):
        return _date(value).isoformat() + "T00:00:00"
    read = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone comes next
    if value.endswith("Z"):
        return read.isoformat() + "Z"
    zone = moment.parameters.get("TZID")
    return read.replace(tzinfo=zone_info(_zone_id(zone))).isoformat() if zone else read.isoformat()


def _end_without(starts: _Property) -> str:
    """A day without an end lasts the day; anything else no time at all (RFC 5545 3.6.1)."""
    if len(starts.value.strip()) == len("20260101"):
        return (_date(starts.value) + timedelta(days=1)).isoformat() + "T00:00:00"
    return _moment(starts)


def _deletions(event: list[_Property]) -> frozenset[date]:
    """The days an EXDATE takes out of a series, each in its own zone; nothing can be taken out of a single event."""
    if not _values(event, "RRULE"):
        return frozenset()
    return frozenset(_date(day) for each in _values(event, "EXDATE") for day in each.split(","))


def _date(text: str) -> date:
    return datetime.strptime(text.strip()[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
