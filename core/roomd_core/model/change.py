"""The change feed: the numbered, append-only list of what happened. Feed, history and audit in one."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from roomd_core.model.event import Content


class ChangeKind(StrEnum):
    """What happened."""

    CREATED = "created"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    ANSWERED = "answered"
    PUSHED = "pushed"
    PARKED = "parked"
    CONFLICT_OPENED = "conflict-opened"
    CONFLICT_RESOLVED = "conflict-resolved"


EXCHANGE = "exchange"
"""The actor of changes that came from Exchange. Local actors are ``unix:NAME``."""


class Change(Struct, frozen=True, gc=False, kw_only=True):
    """One entry. ``seq`` grows without gaps; ``actor`` says who, ``mailbox`` for or through whom.

    What is about a mailbox as a whole has no ``event``.
    """

    seq: int
    at: datetime
    kind: ChangeKind
    event: str | None
    actor: str
    mailbox: str | None = None
    before: Content | None = None
    after: Content | None = None
    note: str = ""
