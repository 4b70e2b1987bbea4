"""The words roomd is written in, each a frozen value with one meaning."""

from roomd_core.model.answering import Answering, KnownBy, RoomAnswers, answering
from roomd_core.model.change import EXCHANGE, Change, ChangeKind
from roomd_core.model.conflict import Conflict, ConflictKind, Side
from roomd_core.model.event import (
    Answer,
    Attendee,
    Content,
    Event,
    EventStatus,
    Origin,
    Response,
    Role,
    Sensitivity,
    ShowAs,
)
from roomd_core.model.finding import AuditedMailbox, Finding, PassedOver
from roomd_core.model.item import Drift, Item, ItemKind, ItemRef, Reply
from roomd_core.model.mailbox import (
    API,
    CONFIGURATION,
    Freshness,
    Mailbox,
    MailboxKind,
    Place,
    RoomAnswer,
    Unknown,
    UnreadableItem,
    Watch,
    WatchMeans,
)
from roomd_core.model.occupancy import Occupancy, OccupancyState
from roomd_core.model.operation import Operation, OperationKind, OperationState
from roomd_core.model.plan import PlannedWrite, WriteKind
from roomd_core.model.run import MailboxError, Run, Trigger

__all__ = [
    "API",
    "CONFIGURATION",
    "EXCHANGE",
    "Answer",
    "Answering",
    "Attendee",
    "AuditedMailbox",
    "Change",
    "ChangeKind",
    "Conflict",
    "ConflictKind",
    "Content",
    "Drift",
    "Event",
    "EventStatus",
    "Finding",
    "Freshness",
    "Item",
    "ItemKind",
    "ItemRef",
    "KnownBy",
    "Mailbox",
    "MailboxError",
    "MailboxKind",
    "Occupancy",
    "OccupancyState",
    "Operation",
    "OperationKind",
    "OperationState",
    "Origin",
    "PassedOver",
    "Place",
    "PlannedWrite",
    "Reply",
    "Response",
    "Role",
    "RoomAnswer",
    "RoomAnswers",
    "Run",
    "Sensitivity",
    "ShowAs",
    "Side",
    "Trigger",
    "Unknown",
    "UnreadableItem",
    "Watch",
    "WatchMeans",
    "WriteKind",
    "answering",
]
