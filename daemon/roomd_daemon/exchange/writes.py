"""The XML of what changes something in Exchange, built by exchangelib. Pure functions to one element each.

Every choice exchangelib would make is made here: who gets mail, that nothing is overwritten unseen, and that what
is deleted can be found in Deleted Items.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from exchangelib import CalendarItem, ExtendedProperty
from exchangelib.items import (
    ALL_OCCURRENCES,
    MOVE_TO_DELETED_ITEMS,
    NEVER_OVERWRITE,
    SAVE_ONLY,
    SEND_AND_SAVE_COPY,
    SEND_TO_ALL_AND_SAVE_COPY,
    SEND_TO_CHANGED_AND_SAVE_COPY,
    SEND_TO_NONE,
    AcceptItem,
    CancelCalendarItem,
    DeclineItem,
    TentativelyAcceptItem,
)
from exchangelib.properties import Attendee, Body, DistinguishedFolderId, Mailbox, ReferenceItemId
from exchangelib.services import CreateItem, DeleteItem, UpdateItem

from roomd_core.model import Answer, Content, ItemRef, Role, ShowAs
from roomd_core.sync.remote import Mail, Rejected
from roomd_daemon.exchange.connections import Principal
from roomd_daemon.exchange.item import SENSITIVITIES, SHOW_AS
from roomd_daemon.exchange.properties import KEY_NAME, KEY_PROPERTY_SET
from roomd_daemon.exchange.recurrence import write_recurrence
from roomd_daemon.exchange.soap import Element
from roomd_daemon.exchange.zones import wall_time

_INVITATIONS = {
    Mail.NOBODY: SEND_TO_NONE,
    Mail.CHANGED: SEND_TO_CHANGED_AND_SAVE_COPY,
    Mail.EVERYBODY: SEND_TO_ALL_AND_SAVE_COPY,
}
_REPLIES = {
    Answer.ACCEPTED: AcceptItem,
    Answer.TENTATIVE: TentativelyAcceptItem,
    Answer.DECLINED: DeclineItem,
}
_LONGEST_REASON = 120
_ZONES = {"_start_timezone", "_end_timezone"}
_TIMES = {"start", "end"}
_SENSITIVITY_NAMES = {ours: theirs for theirs, ours in SENSITIVITIES.items()}
_SHOW_AS_NAMES: dict[ShowAs, str] = {ours: theirs for theirs, ours in SHOW_AS.items()}


class _RoomdKey(ExtendedProperty):  # type: ignore[misc]  # exchangelib is untyped
    property_set_id = KEY_PROPERTY_SET
    property_name = KEY_NAME
    property_type = "String"


class _KeyedItem(CalendarItem):  # type: ignore[misc]  # exchangelib is untyped
    """A calendar item that carries our key. A class of its own, because registering a property changes its class."""


_KeyedItem.register("roomd_key", _RoomdKey)


@contextmanager
def storable() -> Iterator[None]:
    """Turn what exchangelib says Exchange cannot hold, such as a title of 300 characters, into Rejected."""
    try:
        yield
    except ValueError as error:
        raise Rejected(f"Exchange cannot hold this event: {_without_its_middle(str(error))}") from error


@storable()
def create(principal: Principal, content: Content, *, key: str, uid: str, mail: Mail) -> Element:
    """Create one calendar item with our key and that UID in it (EWS CreateItem). Raise Rejected."""
    item = _KeyedItem(uid=uid, roomd_key=key, **_fields(content))
    payload: Element = CreateItem(account=principal).get_payload(
        items=[item],
        folder=_calendar(principal),
        message_disposition=SAVE_ONLY,
        send_meeting_invitations=SEND_TO_NONE if mail is Mail.NOBODY else SEND_TO_ALL_AND_SAVE_COPY,
    )
    return payload


@storable()
def update(principal: Principal, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> Element | None:
    """Set the fields that differ, one property a change, never over a newer version; None if none differ.

    Start and end are written with their zone, which EWS otherwise takes for UTC (EWS UpdateItem), and so is how a
    series recurs. A zone is written with start and end: alone it moves them to the same wall times there (EWS,
    "Update the time zone for an appointment"). Raise Rejected.
    """
    old, fields = _fields(before), _fields(after)
    names = {name for name in fields if _differs(name, old, fields)}
    if names & _ZONES:
        names |= _TIMES
    if "recurrence" in names:
        names |= _ZONES
    if not names:
        return None
    item = CalendarItem(id=ref.item_id, changekey=ref.change_key, **fields)
    payload: Element = UpdateItem(account=principal).get_payload(
        items=[(item, [name for name in fields if name in names])],
        conflict_resolution=NEVER_OVERWRITE,
        message_disposition=SAVE_ONLY,
        send_meeting_invitations_or_cancellations=_INVITATIONS[mail],
        suppress_read_receipts=True,
    )
    return payload


def cancel_meeting(principal: Principal, ref: ItemRef) -> Element:
    """Cancel a meeting: those invited are told, the item goes to Deleted Items (EWS CancelCalendarItem)."""
    return _reply(principal, CancelCalendarItem(reference_item_id=_reference(ref)))


def delete(principal: Principal, ref: ItemRef, *, mail: Mail) -> Element:
    """Move an item to Deleted Items (EWS DeleteItem)."""
    payload: Element = DeleteItem(account=principal).get_payload(
        items=[(ref.item_id, ref.change_key)],
        delete_type=MOVE_TO_DELETED_ITEMS,
        send_meeting_cancellations=SEND_TO_NONE if mail is Mail.NOBODY else SEND_TO_ALL_AND_SAVE_COPY,
        affected_task_occurrences=ALL_OCCURRENCES,
        suppress_read_receipts=True,
    )
    return payload


def respond(principal: Principal, ref: ItemRef, answer: Answer) -> Element:
    """Answer an invitation, mailing the organizer (EWS AcceptItem, TentativelyAcceptItem, DeclineItem)."""
    return _reply(principal, _REPLIES[answer](reference_item_id=_reference(ref)))


def _reply(principal: Principal, item: Any) -> Element:
    payload: Element = CreateItem(account=principal).get_payload(
        items=[item],
        folder=None,
        message_disposition=SEND_AND_SAVE_COPY,
        send_meeting_invitations=SEND_TO_NONE,
    )
    return payload


def _fields(content: Content) -> dict[str, Any]:
    start, end = wall_time(content.start, content.zone), wall_time(content.end, content.zone)
    rule = content.series.recurrence if content.series else None
    return {
        "subject": content.title,
        "sensitivity": _SENSITIVITY_NAMES[content.sensitivity],
        "body": Body(content.body),
        "categories": list(content.categories) or None,
        "reminder_is_set": content.reminder is not None,
        "reminder_minutes_before_start": content.reminder or 0,
        "start": start,
        "end": end,
        "is_all_day": content.all_day,
        "recurrence": write_recurrence(rule) if rule else None,
        "legacy_free_busy_status": _SHOW_AS_NAMES[content.show_as],
        "location": content.location or None,
        "required_attendees": _people(content, Role.REQUIRED),
        "optional_attendees": _people(content, Role.OPTIONAL),
        "resources": [_invited(room) for room in content.rooms] or None,
        "_start_timezone": start.tzinfo,
        "_end_timezone": end.tzinfo,
    }


def _differs(name: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Two names of one Windows zone are no difference: writing it would change nothing and mail everybody."""
    if name in _ZONES:
        return bool(old[name].ms_id != new[name].ms_id)
    return bool(old[name] != new[name])


def _without_its_middle(reason: str) -> str:
    """Shorten a reason that quotes a long value between the field's name and what is wrong with it."""
    half = _LONGEST_REASON // 2
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:half]} ... {reason[-half:]}"


def _people(content: Content, role: Role) -> list[Any] | None:
    return [_invited(person.address) for person in content.attendees if person.role is role] or None


def _invited(address: str) -> Any:
    return Attendee(mailbox=Mailbox(email_address=address), response_type="Unknown")


def _calendar(principal: Principal) -> Any:
    return DistinguishedFolderId(id="calendar", mailbox=Mailbox(email_address=principal.primary_smtp_address))


def _reference(ref: ItemRef) -> Any:
    return ReferenceItemId(id=ref.item_id, changekey=ref.change_key)
