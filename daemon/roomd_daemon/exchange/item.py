"""One CalendarItem element to one RemoteItem: a single walk over its children, no object model in between."""

from binascii import a2b_base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from roomd_core.model import Answer, Attendee, ItemKind, ItemRef, Response, Role, Sensitivity, ShowAs
from roomd_core.sync.remote import Detail, RemoteItem, Shown
from roomd_daemon.exchange.properties import CLEAN_GLOBAL_ID, ORGANIZER_ADDRESS, ROOMD_KEY, ExtendedProperty
from roomd_daemon.exchange.series import original_start_of, read_series
from roomd_daemon.exchange.soap import TYPES, Element, Malformed
from roomd_daemon.exchange.values import read_instant
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
_ITEM_ID = TYPES + "ItemId"
_CATEGORIES = TYPES + "Categories"
_START_ZONE = TYPES + "StartTimeZone"
_ORGANIZER = TYPES + "Organizer"
_INVITED = {
    TYPES + "RequiredAttendees": Role.REQUIRED,
    TYPES + "OptionalAttendees": Role.OPTIONAL,
    TYPES + "Resources": None,
}
_SUBJECT = TYPES + "Subject"
_SENSITIVITY = TYPES + "Sensitivity"
_BODY = TYPES + "Body"
_MODIFIED = TYPES + "LastModifiedTime"
_REMINDER_IS_SET = TYPES + "ReminderIsSet"
_REMINDER = TYPES + "ReminderMinutesBeforeStart"
_UID = TYPES + "UID"
_RECURRENCE_ID = TYPES + "RecurrenceId"
_START = TYPES + "Start"
_END = TYPES + "End"
_ALL_DAY = TYPES + "IsAllDayEvent"
_SHOW_AS = TYPES + "LegacyFreeBusyStatus"
_LOCATION = TYPES + "Location"
_IS_MEETING = TYPES + "IsMeeting"
_IS_CANCELLED = TYPES + "IsCancelled"
_KIND = TYPES + "CalendarItemType"
_REPLY = TYPES + "MyResponseType"
_MAILBOX = TYPES + "Mailbox"
_NAME = TYPES + "Name"
_ADDRESS = TYPES + "EmailAddress"
_RESPONSE = TYPES + "ResponseType"
_RESPONDED = TYPES + "LastResponseTime"

_TRUE = frozenset(("true", "1"))
_NO_ELEMENTS: Sequence[Element] = ()


def read_item(element: Element, rooms: frozenset[str], *, in_full: bool) -> RemoteItem:
    """Read one t:CalendarItem. ``in_full`` says that people and body were asked for. Raise Malformed.

    ``organizer`` is empty where the answer does not carry the address. ``rooms`` are the addresses that are rooms
    whatever they were invited as.
    """
    parts: dict[str, Element] = {}
    texts: dict[str, str | None] = {}
    extended: dict[ExtendedProperty | None, str] = {}
    for child in element:  # once: each element seen costs, and a first reading sees millions
        tag = child.tag
        if tag == _EXTENDED:
            prop, value = _extended(child)
            extended[prop] = value
        else:
            parts[tag] = child
            texts[tag] = child.text
    said = texts.get
    name, address = _person(parts.get(_ORGANIZER, _NO_ELEMENTS))
    address = (extended.get(ORGANIZER_ADDRESS) or address).lower()
    reply = said(_REPLY) or ""
    is_meeting = said(_IS_MEETING) in _TRUE
    global_id = extended.get(CLEAN_GLOBAL_ID)
    kind = KINDS.get(said(_KIND) or "Single", ItemKind.SINGLE)
    start, zone = _required_instant(said(_START), "Start"), _zone_of(parts.get(_START_ZONE))
    uid = said(_UID) or ""
    return RemoteItem(
        ref=_ref(parts.get(_ITEM_ID)),
        kind=kind,
        uid=uid or None,
        global_id=a2b_base64(global_id) if global_id else None,
        own_key=extended.get(ROOMD_KEY) or None,
        organizer=address,
        organizer_name=name,
        is_organizer=reply == "Organizer" or not is_meeting,
        is_meeting=is_meeting,
        is_cancelled=said(_IS_CANCELLED) in _TRUE,
        answer=ANSWERS.get(reply, Answer.NONE),
        title=said(_SUBJECT) or "",
        start=start,
        end=_required_instant(said(_END), "End"),
        zone=zone,
        all_day=said(_ALL_DAY) in _TRUE,
        location=said(_LOCATION) or "",
        sensitivity=SENSITIVITIES.get(said(_SENSITIVITY) or "", Sensitivity.NORMAL),
        show_as=SHOW_AS.get(said(_SHOW_AS) or "", ShowAs.BUSY),
        reminder=int(said(_REMINDER) or 0) if said(_REMINDER_IS_SET) in _TRUE else None,
        categories=tuple([child.text or "" for child in parts.get(_CATEGORIES, _NO_ELEMENTS)]),
        modified_at=_instant(said(_MODIFIED)),
        original_start=None
        if kind is ItemKind.MASTER
        else original_start_of(_instant(said(_RECURRENCE_ID)), uid, start, zone),
        detail=_detail(parts, said(_BODY) or "", rooms, address) if in_full else None,
    )


def read_shown(element: Element) -> Shown:
    """Read one t:CalendarItem of a calendar view. Raise Malformed."""
    parts = {child.tag: child for child in element}
    texts = {tag: child.text for tag, child in parts.items()}
    return Shown(
        item_id=_ref(parts.get(_ITEM_ID)).item_id,
        global_id=read_global_id(element),
        title=texts.get(_SUBJECT) or "",
        start=_required_instant(texts.get(_START), "Start"),
        end=_required_instant(texts.get(_END), "End"),
        is_cancelled=texts.get(_IS_CANCELLED) in _TRUE,
    )


def read_global_id(element: Element) -> bytes | None:
    """Read the CleanGlobalObjectId of a t:CalendarItem, None where it tells none. Raise ValueError."""
    global_id = dict(map(_extended, element.iterchildren(_EXTENDED))).get(CLEAN_GLOBAL_ID)
    return a2b_base64(global_id) if global_id else None


def _detail(parts: dict[str, Element], body: str, rooms: frozenset[str], organizer: str) -> Detail:
    people: list[Attendee] = []
    places: set[str] = set()
    responses: list[Response] = []
    for tag, role in _INVITED.items():
        for invited in parts.get(tag, _NO_ELEMENTS):
            address = _person(invited)[1].lower()
            if not address or address == organizer:
                continue
            if role is None or address in rooms:
                places.add(address)
            else:
                people.append(Attendee(address=address, role=role))
            responses.append(_response(invited, address))
    return Detail(
        body=body.replace("\r\n", "\n"),
        attendees=tuple(sorted(people)),
        rooms=tuple(sorted(places)),
        responses=tuple(responses),
        series=read_series(parts),
    )


def _response(invited: Element, address: str) -> Response:
    answer = ANSWERS.get(invited.findtext(_RESPONSE) or "", Answer.NONE)
    return Response(address=address, answer=answer, at=_instant(invited.findtext(_RESPONDED)))


def _extended(element: Element) -> tuple[ExtendedProperty | None, str]:
    """Return which property a t:ExtendedProperty is, and its value: the last child, after what names it."""
    uri = element[0]
    return _which(uri.get("PropertyTag"), uri.get("PropertyName"), uri.get("PropertyId")), element[-1].text or ""


@lru_cache(maxsize=64)
def _which(tag: str | None, name: str | None, number: str | None) -> ExtendedProperty | None:
    """Return which property an ExtendedFieldURI with these attributes names, None for one not asked for."""
    if tag is not None:
        return ORGANIZER_ADDRESS if int(tag, 0) == ORGANIZER_ADDRESS.tag else None
    if name == ROOMD_KEY.name:
        return ROOMD_KEY
    return CLEAN_GLOBAL_ID if number == str(CLEAN_GLOBAL_ID.id) else None


def _ref(item_id: Element | None) -> ItemRef:
    if item_id is None:
        raise Malformed("an item has no id")
    return ItemRef(item_id=item_id.get("Id", ""), change_key=item_id.get("ChangeKey", ""))


def _person(holder: Iterable[Element]) -> tuple[str, str]:
    """Return name and SMTP address from within a t:Organizer or t:Attendee; no address where only a name came."""
    for child in holder:
        if child.tag == _MAILBOX:
            said = {part.tag: part.text for part in child}
            address = said.get(_ADDRESS) or ""
            return said.get(_NAME) or "", address if "@" in address else ""
    return "", ""


def _zone_of(zone: Element | None) -> str:
    if zone is None:
        return UTC_ID
    return _zone(zone.get("Id", ""), zone.get("Name", "")) or defined_zone(zone) or UTC_ID


@lru_cache(maxsize=1024)
def _zone(zone_id: str, name: str) -> str | None:
    return iana_zone(zone_id) or iana_zone(name)


def _instant(text: str | None) -> datetime | None:
    return read_instant(text) if text else None


def _required_instant(text: str | None, name: str) -> datetime:
    if not text:
        raise Malformed(f"a calendar item has no {name}")
    return read_instant(text)
