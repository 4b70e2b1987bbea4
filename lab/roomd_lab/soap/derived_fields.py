"""Item fields that Exchange derives: what may be done with an item, its conversation, its places in tables."""

import base64
import hashlib

from roomd_lab.model.items import CalendarItem, ItemType, MeetingMessage, MessageKind, Response, StoredItem
from roomd_lab.soap.xml import leaf

# Nothing answers there: the lab has no Outlook on the web.
_WEB = "https://mail.example.com/owa/"
_PREVIEW = 255
_ITEM_CLASSES = {
    ItemType.OCCURRENCE: "IPM.Appointment.Occurrence",
    ItemType.EXCEPTION: "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}",
}
_ICONS = {
    Response.ACCEPT: "AppointmentMeetYes",
    Response.TENTATIVE: "AppointmentMeetMaybe",
    Response.NONE: "AppointmentMeetNY",
    Response.ORGANIZER: "AppointmentMeet",
}


def item_class(item: StoredItem) -> str:
    """ItemClass; an occurrence's says whether it is an exception (ItemClass)."""
    if isinstance(item, CalendarItem):
        return _ITEM_CLASSES.get(item.type, item.item_class)
    return item.item_class


def response_objects(item: StoredItem) -> str:
    """What Exchange would let CreateItem make of it, the organizer's copy of a meeting being cancelled."""
    names = (*_answers(item), *_replies(item), "ForwardItem")
    return f"<t:ResponseObjects>{''.join(f'<t:{name}/>' for name in names)}</t:ResponseObjects>"


def _answers(item: StoredItem) -> tuple[str, ...]:
    can_answer = ("AcceptItem", "TentativelyAcceptItem", "DeclineItem")
    if not isinstance(item, CalendarItem):
        return can_answer if item.kind is MessageKind.REQUEST else ()
    if item.is_cancelled or not item.is_meeting:
        return ()
    return ("CancelCalendarItem",) if item.is_organizer else can_answer


def _replies(item: StoredItem) -> tuple[str, ...]:
    """Nobody replies to themselves."""
    is_own = isinstance(item, CalendarItem) and item.is_organizer
    return () if is_own else ("ReplyToItem", "ReplyAllToItem")


def conversation_id(item: StoredItem) -> str:
    """One for all that is about a meeting."""
    return f'<t:ConversationId Id="{_digest(b"conversation", item.clean_id)}"/>'


def conversation_index(message: MeetingMessage) -> str:
    """A header of 22 octets: when the conversation began, as far as it goes, and which it is (MS-OXOMSG 2.2.1.3)."""
    began = int(message.sent.timestamp()).to_bytes(8, "big")[3:]
    which = hashlib.blake2b(message.clean_id, digest_size=16, person=b"index").digest()
    index = base64.b64encode(bytes((1,)) + began + which).decode()
    return f"<t:ConversationIndex>{index}</t:ConversationIndex>"


def internet_message_id(message: MeetingMessage) -> str:
    """One for all copies of what was sent at once."""
    sent = f"{message.sender.key} {message.kind} {message.uid} {message.sequence} {message.sent.isoformat()}"
    name = hashlib.blake2b(sent.encode(), digest_size=16, person=b"message").hexdigest()
    return f"<t:InternetMessageId>&lt;{name}@example.com&gt;</t:InternetMessageId>"


def instance_key(item: StoredItem) -> str:
    """Its row in a table of its folder."""
    return f"<t:InstanceKey>{_digest(b'row', item.item_id.encode())}</t:InstanceKey>"


def store_entry_id(item: StoredItem) -> str:
    """Where the store has it; opaque like the ItemId, and as fleeting."""
    return f"<t:StoreEntryId>{item.item_id}</t:StoreEntryId>"


def read_form(item: StoredItem) -> str:
    """Where Outlook on the web would show it."""
    return f"<t:WebClientReadFormQueryString>{_form(item)}</t:WebClientReadFormQueryString>"


def edit_form(item: StoredItem) -> str:
    """Where Outlook on the web would let it be changed; a message that was sent cannot be."""
    if not isinstance(item, CalendarItem):
        return ""
    return f"<t:WebClientEditFormQueryString>{_form(item)}</t:WebClientEditFormQueryString>"


def preview(text: str) -> str:
    """The first 255 characters of a body's text (Preview)."""
    return leaf("t:Preview", text[:_PREVIEW])


def icon_index(item: StoredItem) -> str:
    """The picture Outlook shows beside it."""
    return f"<t:IconIndex>{_icon(item) if isinstance(item, CalendarItem) else 'Default'}</t:IconIndex>"


def _icon(item: CalendarItem) -> str:
    if item.is_cancelled:
        return "AppointmentMeetCancel"
    recurs = "" if item.type is ItemType.SINGLE else "Recur"
    if not item.is_meeting:
        return f"Appointment{recurs or 'Item'}"
    return f"AppointmentMeet{recurs}" if recurs else _ICONS.get(item.my_response, "AppointmentMeetNo")


def _form(item: StoredItem) -> str:
    place = "calendar" if isinstance(item, CalendarItem) else "mail"
    # Of the characters of base64 these three are to be quoted.
    quoted = item.item_id.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return f"{_WEB}?itemid={quoted}&amp;exvsurl=1&amp;path=/{place}/item"


def _digest(of: bytes, content: bytes) -> str:
    return base64.b64encode(hashlib.blake2b(content, digest_size=24, person=of).digest()).decode()
