"""One CalendarItem element to one RemoteItem: a single walk over its children, no object model in between."""

from binascii import a2b_base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

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
_BODY = TYPES + "Body"
_START = TYPES + "Start"
_END = TYPES + "End"
_IS_CANCELLED = TYPES + "IsCancelled"
_MAILBOX = TYPES + "Mailbox"
_NAME = TYPES + "Name"
_ADDRESS = TYPES + "EmailAddress"
_RESPONSE = TYPES + "ResponseType"
_RESPONDED = TYPES + "LastResponseTime"

TOLD_AS_TEXT = (
    "Subject",
    "LastModifiedTime",
    "UID",
    "RecurrenceId",
    "Start",
    "End",
    "Location",
    "Sensitivity",
    "ReminderIsSet",
    "ReminderMinutesBeforeStart",
    "IsAllDayEvent",
    "LegacyFreeBusyStatus",
    "IsMeeting",
    "IsCancelled",
    "CalendarItemType",
    "MyResponseType",
)
"""The elements whose text says it all: first what is each item's own, then what a few words tell."""
_TOLD_AS_TEXT = tuple(TYPES + name for name in TOLD_AS_TEXT)

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
    name, address = _person(parts.get(_ORGANIZER, _NO_ELEMENTS))
    address = (extended.get(ORGANIZER_ADDRESS) or address).lower()
    return item_of(
        _ref(parts.get(_ITEM_ID)),
        [texts.get(tag) or "" for tag in _TOLD_AS_TEXT],
        organizer=(name, address),
        zone=_zone_of(parts.get(_START_ZONE)),
        categories=tuple([child.text or "" for child in parts.get(_CATEGORIES, _NO_ELEMENTS)]),
        key=extended.get(ROOMD_KEY, ""),
        global_id=extended.get(CLEAN_GLOBAL_ID, ""),
        detail=_detail(parts, texts.get(_BODY) or "", rooms, address) if in_full else None,
    )


def item_of(  # noqa: PLR0913 - what an element holds
    ref: ItemRef,
    texts: Sequence[str],
    *,
    organizer: tuple[str, str],
    zone: str,
    categories: tuple[str, ...],
    key: str,
    global_id: str,
    detail: Detail | None,
) -> RemoteItem:
    """Return what the parts of a t:CalendarItem tell. Raise Malformed, and ValueError.

    ``texts`` are those of the elements named by ``TOLD_AS_TEXT``, in that order, empty for what is not there;
    ``organizer`` a name and an address in lower case; ``global_id`` is in base64.
    """
    subject, modified, uid, recurrence_id, start_text, end_text, location, *signs = texts
    kind, answer, organizes, is_meeting, is_cancelled, sensitivity, show_as, all_day, reminder = _signs(tuple(signs))
    start = _required_instant(start_text, "Start")
    is_master = kind is ItemKind.MASTER
    return RemoteItem(
        ref=ref,
        kind=kind,
        uid=uid or None,
        global_id=a2b_base64(global_id) if global_id else None,
        own_key=key or None,
        organizer=organizer[1],
        organizer_name=organizer[0],
        is_organizer=organizes,
        is_meeting=is_meeting,
        is_cancelled=is_cancelled,
        answer=answer,
        title=subject,
        start=start,
        end=_required_instant(end_text, "End"),
        zone=zone,
        all_day=all_day,
        location=location,
        sensitivity=sensitivity,
        show_as=show_as,
        reminder=reminder,
        categories=categories,
        modified_at=_instant(modified),
        original_start=None if is_master else original_start_of(_instant(recurrence_id), uid, start, zone),
        detail=detail,
    )


class _Signs(NamedTuple):
    """What an item tells by a few words, most items by the same."""

    kind: ItemKind
    answer: Answer
    organizes: bool
    is_meeting: bool
    is_cancelled: bool
    sensitivity: Sensitivity
    show_as: ShowAs
    all_day: bool
    reminder: int | None


@lru_cache(maxsize=1024)
def _signs(words: tuple[str, ...]) -> _Signs:
    sensitivity, reminder_is_set, reminder, all_day, show_as, meeting, cancelled, kind, reply = words
    is_meeting = meeting in _TRUE
    return _Signs(
        kind=KINDS.get(kind, ItemKind.SINGLE),
        answer=ANSWERS.get(reply, Answer.NONE),
        organizes=reply == "Organizer" or not is_meeting,
        is_meeting=is_meeting,
        is_cancelled=cancelled in _TRUE,
        sensitivity=SENSITIVITIES.get(sensitivity, Sensitivity.NORMAL),
        show_as=SHOW_AS.get(show_as, ShowAs.BUSY),
        all_day=all_day in _TRUE,
        reminder=int(reminder or 0) if reminder_is_set in _TRUE else None,
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
            return said.get(_NAME) or "", address_in(said.get(_ADDRESS) or "")
    return "", ""


def address_in(told: str) -> str:
    """Return the text of a t:EmailAddress, empty where it is the name or path of somebody who has no SMTP address."""
    return told if "@" in told else ""


def _zone_of(zone: Element | None) -> str:
    if zone is None:
        return UTC_ID
    return known_zone(zone.get("Id", ""), zone.get("Name", "")) or defined_zone(zone) or UTC_ID


@lru_cache(maxsize=1024)
def known_zone(zone_id: str, name: str) -> str | None:
    """Return the zone that a t:StartTimeZone means by its Id, or its Name; None where it means none known here."""
    return iana_zone(zone_id) or iana_zone(name)


def _instant(text: str | None) -> datetime | None:
    return read_instant(text) if text else None


def _required_instant(text: str | None, name: str) -> datetime:
    if not text:
        raise Malformed(f"a calendar item has no {name}")
    return read_instant(text)
