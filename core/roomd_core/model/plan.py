"""Plans: what roomd would do to Exchange, told before it is done."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class WriteKind(StrEnum):
    """What a write does to an item."""

    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"
    ACCEPT = "accept"
    """Answer yes, as a room."""
    DECLINE = "decline"
    """Answer no, as a room."""
    CLEAR = "clear"
    """Take out of a room what it still has of a meeting that is gone."""


class PlannedWrite(Struct, frozen=True, kw_only=True):
    """One write that waits. ``mailbox`` is whom roomd acts as, ``units`` what an update changes.

    ``occurrence`` is the original start of the one occurrence of a series that it is about. ``mails`` are the
    addresses Exchange mails because of it. ``unless`` says what would make it needless: a write whose answer was lost
    may have been applied already. ``not_before`` is the earliest time, where it has to wait; ``waiting`` says for
    what.
    """

    event: str
    kind: WriteKind
    mailbox: str
    occurrence: datetime | None = None
    units: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    unless: str = ""
    not_before: datetime | None = None
    waiting: str = ""
