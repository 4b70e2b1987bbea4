"""Items: one mailbox's copy of an event, as Exchange holds it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from roomd_core.model.event import Answer
from roomd_core.recurrence import ModifiedOccurrence


class ItemKind(StrEnum):
    """EWS CalendarItemType."""

    SINGLE = "single"
    OCCURRENCE = "occurrence"
    EXCEPTION = "exception"
    MASTER = "master"


class ItemRef(Struct, frozen=True, gc=False, kw_only=True):
    """EWS ItemId: compared byte for byte; the id changes when the item moves, the key with every change."""

    item_id: str
    change_key: str


class Reply(Struct, frozen=True, gc=False, kw_only=True):
    """What a copy of a series says about one occurrence where that is not its answer to the whole."""

    original_start: datetime
    answer: Answer


class Drift(StrEnum):
    """Whether a room's copy says something else than the organizer's."""

    NONE = ""
    SEEN = "seen"
    """It does; an update may still be under way."""
    ASKED = "asked"
    """A person has been asked about it."""


class Item(Struct, frozen=True, gc=False, kw_only=True):
    """What is remembered of one copy.

    ``start`` and ``end`` are the copy's own, in whole seconds; None if it has not been read since they are kept.
    ``exceptions`` are those a guest's copy of a series lists; ``drift`` tells of a room's copy whether they differ
    from the organizer's.

    ``original_start`` is set where its mailbox was invited to this occurrence of a series alone. ``replies`` are in
    order; an occurrence removed from a copy counts as declined. ``missing`` says that the mailbox no longer has this
    copy and that a person decided to keep here what it held.
    """

    mailbox: str
    ref: ItemRef
    event: str
    kind: ItemKind = ItemKind.SINGLE
    is_organizer: bool = False
    answer: Answer = Answer.NONE
    modified_at: datetime | None = None
    original_start: datetime | None = None
    replies: tuple[Reply, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    exceptions: tuple[ModifiedOccurrence, ...] = ()
    drift: Drift = Drift.NONE
    missing: bool = False
