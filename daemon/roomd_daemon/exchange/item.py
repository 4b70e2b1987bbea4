"""One CalendarItem element to one RemoteItem: a single walk over its children, no object model in between."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime

from roomd_core.model import Answer, Attendee, ItemKind, Response, Role, Sensitivity, ShowAs
from roomd_core.sync.remote import Detail, RemoteItem, Shown
from roomd_daemon.exchange.properties import CLEAN_GLOBAL_ID, ORGANIZER_ADDRESS, ROOMD_KEY, ExtendedProperty
from roomd_daemon.exchange.series import original_start_of, read_series
from roomd_daemon.exchange.soap import TYPES, Element, Malformed
from roomd_daemon.exchange.values import read_instant, read_ref
from roomd_daemon.exchange.zone_definition import defined_zone
from roomd_daemon.exchange.zones import UTC_ID, iana_zone

CALENDAR_ITEM = TYPES + "CalendarItem"

KINDS = {
    "Single": ItemKind.SINGLE,
    "Occurrence": ItemKind.OCCURRENCE,
    "Exception": ItemKind.EXCEPTION,
    "RecurringMaster": ItemKind.MASTER,
}
ANSWERS = {"Accept": Answer.ACCEPTED, "Tentative": Answer.TENTATIVE, "Decline": Answer.DECLINED}
SENSITIVITIES = {
    "Normal": Sensitivity.NORMAL,
    "Personal": Sensitivity.PERSONAL,
    "Private": Sensitivity.PRIVATE,
    "Confidential": Sensitivity.CONFIDENTIAL,
}
SHOW_AS = {
    "Free": ShowAs.FREE,
    "Tentative": ShowAs.TENTATIVE,
    "Busy": ShowAs.BUSY,
    "OOF": ShowAs.AWAY,
    "WorkingElsewhere": ShowAs.ELSEWHERE,
}

_EXTENDED = TYPES + "ExtendedProperty"
_START_ZONE = TYPES + "StartTimeZone"
_ORGANIZER = TYPES + "Organizer"
_INVITED = {
    TYPES + "RequiredAttendees": Role.REQUIRED,
    TYPES + "OptionalAttendees": Role.OPTIONAL,
    TYPES + "Resources": None,
}
_T = {name: TYPES + name for name in (
    "Subject", "Sensitivity", "Body", "Categories", "LastModifiedTime", "ReminderIsSet", "ReminderMinutesBeforeStart",
    "UID", "Start", "End", "IsAllDayEvent", "LegacyFreeBusyStatus", "Location", "IsMeeting", "IsCancelled",
    "CalendarItemType", "MyResponseType", "RecurrenceId",
)}  # fmt: skip
_MAILBOX = TYPES + "Mailbox"
_NAME = TYPES + "Name"
_ADDRESS = TYPES + "EmailAddress"


def read_item(element: Element, rooms: frozenset[str], *, in_full: bool) -> RemoteItem:
    """Read one t:CalendarItem. ``in_full`` says that people and body were asked for. Raise Malformed.

    ``organizer`` is empty where the answer does not carry the address. ``rooms`` are the addresses that are rooms
    whatever they were invited as.
    """
    parts = {child.tag: child for child in element}
    texts = {tag: child.text or "" for tag, child in parts.items()}
    extended = dict(_extended(element))
    organizer = _person(parts.get(_ORGANIZER))
    address = (extended.get(ORGANIZER_ADDRESS) or organizer[1]).lower()
    reply = texts.get(_T["MyResponseType"], "")
    is_meeting = _is_true(texts, "IsMeeting")
    global_id = extended.get(CLEAN_GLOBAL_ID)
    kind = KINDS.get(texts.get(_T["CalendarItemType"], "Single"), ItemKind.SINGLE)
    start, zone = _required_instant(texts, "Start"), _zone(parts.get(_START_ZONE))
    told, uid = _instant(texts.get(_T["RecurrenceId"])), texts.get(_T["UID"], "")
    return RemoteItem(
        ref=read_ref(element),
        kind=kind,
        uid=uid or None,
        global_id=b64decode(global_id) if global_id else None,
        own_key=extended.get(ROOMD_KEY) or None,
        organizer=address,
        organizer_name=organizer[0],
        is_organizer=reply == "Organizer" or not is_meeting,
        is_meeting=is_meeting,
        is_cancelled=_is_true(texts, "IsCancelled"),
        answer=ANSWERS.get(reply, Answer.NONE),
        title=texts.get(_T["Subject"], ""),
        start=start,
        end=_required_instant(texts, "End"),
        zone=zone,
        all_day=_is_true(texts, "IsAllDayEvent"),
        location=texts.get(_T["Location"], ""),
        sensitivity=SENSITIVITIES.get(texts.get(_T["Sensitivity"], ""), Sensitivity.NORMAL),
        show_as=SHOW_AS.get(texts.get(_T["LegacyFreeBusyStatus"], ""), ShowAs.BUSY),
        reminder=_reminder(texts),
        categories=tuple(child.text or "" for child in parts.get(_T["Categories"], ())),
        modified_at=_instant(texts.get(_T["LastModifiedTime"])),
        original_start=None if kind is ItemKind.MASTER else original_start_of(told, uid, start, zone),
        detail=_detail(parts, texts, rooms, address) if in_full else None,
    )


def read_shown(element: Element) -> Shown:
    """Read one t:CalendarItem of a calendar view. Raise Malformed."""
    texts = {child.tag: child.text or "" for child in element}
    global_id = dict(_extended(element)).get(CLEAN_GLOBAL_ID)
    return Shown(
        item_id=read_ref(element).item_id,
        global_id=b64decode(global_id) if global_id else None,
        title=texts.get(_T["Subject"], ""),
        start=_required_instant(texts, "Start"),
        end=_required_instant(texts, "End"),
        is_cancelled=_is_true(texts, "IsCancelled"),
    )


def _detail(parts: dict[str, Element], texts: dict[str, str], rooms: frozenset[str], organizer: str) -> Detail:
    people: list[Attendee] = []
    places: set[str] = set()
    responses: list[Response] = []
    for tag, role in _INVITED.items():
        for invited in parts.get(tag, ()):
            address = _person(invited)[1].lower()
            if not address or address == organizer:
                continue
            if role is None or address in rooms:
                places.add(address)
            else:
                people.append(Attendee(address=address, role=role))
            responses.append(_response(invited, address))
    return Detail(
        body=texts.get(_T["Body"], "").replace("\r\n", "\n"),
        attendees=tuple(sorted(people)),
        rooms=tuple(sorted(places)),
        responses=tuple(responses),
        series=read_series(parts),
    )


def _response(invited: Element, address: str) -> Response:
    answer = ANSWERS.get(invited.findtext(TYPES + "ResponseType") or "", Answer.NONE)
    return Response(address=address, answer=answer, at=_instant(invited.findtext(TYPES + "LastResponseTime")))


def _extended(element: Element) -> Iterator[tuple[ExtendedProperty, str]]:
    for child in element.iterchildren(_EXTENDED):
        known = _which(child[0])
        if known is not None:
            yield known, child.findtext(TYPES + "Value") or ""


def _which(field: Element) -> ExtendedProperty | None:
    tag = field.get("PropertyTag")
    if tag is not None:
        return ORGANIZER_ADDRESS if int(tag, 0) == ORGANIZER_ADDRESS.tag else None
    if field.get("PropertyName") == ROOMD_KEY.name:
        return ROOMD_KEY
    if field.get("PropertyId") == str(CLEAN_GLOBAL_ID.id):
        return CLEAN_GLOBAL_ID
    return None


def _person(holder: Element | None) -> tuple[str, str]:
    """Return name and SMTP address of a t:Organizer or t:Attendee; the address is empty where only a name came."""
    mailbox = None if holder is None else holder.find(_MAILBOX)
    if mailbox is None:
        return "", ""
    address = mailbox.findtext(_ADDRESS) or ""
    return mailbox.findtext(_NAME) or "", address if "@" in address else ""


def _zone(zone: Element | None) -> str:
    if zone is None:
        return UTC_ID
    return iana_zone(zone.get("Id", "")) or iana_zone(zone.get("Name", "")) or defined_zone(zone) or UTC_ID


def _reminder(texts: dict[str, str]) -> int | None:
    if not _is_true(texts, "ReminderIsSet"):
        return None
    return int(texts.get(_T["ReminderMinutesBeforeStart"]) or 0)


def _is_true(texts: dict[str, str], name: str) -> bool:
    return texts.get(_T[name]) in ("true", "1")


def _instant(text: str | None) -> datetime | None:
    return read_instant(text) if text else None


def _required_instant(texts: dict[str, str], name: str) -> datetime:
    text = texts.get(_T[name])
    if not text:
        raise Malformed(f"a calendar item has no {name}")
    return read_instant(text)
