"""Operations: what still has to be done in Exchange. Together they are the outbox."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from roomd_core.model.event import Content


class OperationKind(StrEnum):
    """What to do with the event in Exchange."""

    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"


class OperationState(StrEnum):
    """How far it is. ``sending`` found at start means the outcome is unknown, not that it failed."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    PARKED = "parked"


class Operation(Struct, frozen=True, kw_only=True):
    """One thing to do, for one event, in the organizer's mailbox.

    ``payload`` is the content when it was asked for. ``key`` is written into the item, so that a create whose
    answer was lost can be looked up. ``not_before`` keeps back-off over a restart. Nothing is sent before operation
    ``after`` is done: the second half of a series must not be there while the first still has its occurrences.
    """

    id: int
    event: str
    mailbox: str
    kind: OperationKind
    key: str
    payload: Content
    state: OperationState = OperationState.QUEUED
    attempts: int = 0
    not_before: datetime | None = None
    sent_at: datetime | None = None
    absent_once_at: datetime | None = None
    error: str | None = None
    created_at: datetime
    after: int | None = None
