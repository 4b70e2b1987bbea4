"""Item fields that Exchange derives: what may be done with an item, its conversation, its place in a table."""

import base64
import hashlib
from urllib.parse import quote

from roomd_lab.model.items import CalendarItem, MessageKind, Response, StoredItem
from roomd_lab.soap.xml import leaf

# Nothing answers there: the lab has no Outlook on the web.
_WEB = "https://mail.example.com/owa/"


def response_objects(item: StoredItem) -> str:
    """What CreateItem can make of it here; nothing for what cannot be answered or cancelled."""
    names = _answers(item)
    return f"<t:ResponseObjects>{''.join(f'<t:{name}/>' for name in names)}</t:ResponseObjects>" if names else ""


def _answers(item: StoredItem) -> tuple[str, ...]:
    can_answer = ("AcceptItem", "TentativelyAcceptItem", "DeclineItem")
    if not isinstance(item, CalendarItem):
        return can_answer if item.kind is MessageKind.REQUEST else ()
    if item.is_cancelled or not item.is_meeting:
        return ()
    return ("CancelCalendarItem",) if item.my_response is Response.ORGANIZER else can_answer


def conversation_id(item: StoredItem) -> str:
    """One for all that is about a meeting."""
    return f'<t:ConversationId Id="{_digest(b"conversation", item.clean_id)}"/>'


def instance_key(item: StoredItem) -> str:
    """Its row in a table of its folder."""
    return f"<t:InstanceKey>{_digest(b'row', item.item_id.encode())}</t:InstanceKey>"


def read_form(item: StoredItem) -> str:
    """Where Outlook on the web would show it."""
    return leaf("t:WebClientReadFormQueryString", _form(item))


def edit_form(item: StoredItem) -> str:
    """Where Outlook on the web would let it be changed."""
    return leaf("t:WebClientEditFormQueryString", _form(item))


def _form(item: StoredItem) -> str:
    place = "calendar" if isinstance(item, CalendarItem) else "mail"
    return f"{_WEB}?itemid={quote(item.item_id, safe='')}&exvsurl=1&path=/{place}/item"


def _digest(of: bytes, content: bytes) -> str:
    return base64.b64encode(hashlib.blake2b(content, digest_size=24, person=of).digest()).decode()
