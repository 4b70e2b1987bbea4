"""Items: one mailbox's copy of an event, as Exchange holds it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from roomd_core.model.event import Answer


class ItemKind(StrEnum):
    """EWS CalendarItemType."""

    SINGLE = "single"
    OCCURRENCE = "occurrence"
    EXCEPTION = "exception"
    MASTER = "master"


class ItemRef(Struct, frozen=True, kw_only=True):
    """EWS ItemId: compared byte for byte; the id changes when the item moves, the key with every change."""

    item_id: str
    change_key: str


class Item(Struct, frozen=True, kw_only=True):
    """What is remembered of one copy."""

    mailbox: str
    ref: ItemRef
    event: str
    kind: ItemKind = ItemKind.SINGLE
    is_organizer: bool = False
    answer: Answer = Answer.NONE
    modified_at: datetime | None = None
