"""What lies in a folder: calendar items and meeting messages, each a copy of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from roomd_lab.model.ids import clean, uid_of
from roomd_lab.model.people import Address
from roomd_lab.model.properties import PropertyKey, PropertyValue
from roomd_lab.model.recurrence.patterns import Recurrence
from roomd_lab.model.recurrence.wall_time import Slot


class Response(StrEnum):
    """ResponseType: what somebody answered.

    Before an answer the organizer's copy has `Unknown` for an attendee, the attendee's own `NoResponseReceived`.
    """

    UNKNOWN = "Unknown"
    ORGANIZER = "Organizer"
    TENTATIVE = "Tentative"
    ACCEPT = "Accept"
    DECLINE = "Decline"
    NONE = "NoResponseReceived"


class Role(StrEnum):
    """As what somebody is invited."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    RESOURCE = "resource"


class FreeBusy(StrEnum):
    """LegacyFreeBusyStatus."""

    FREE = "Free"
    TENTATIVE = "Tentative"
    BUSY = "Busy"
    OUT_OF_OFFICE = "OOF"
    ELSEWHERE = "WorkingElsewhere"
    NO_DATA = "NoData"


class RequestKind(StrEnum):
    """MeetingRequestType."""

    NEW = "NewMeetingRequest"
    FULL_UPDATE = "FullUpdate"
    INFORMATIONAL = "InformationalUpdate"
    PRINCIPAL_WANTS_COPY = "PrincipalWantsCopy"


class ItemType(StrEnum):
    """CalendarItemType."""

    SINGLE = "Single"
    OCCURRENCE = "Occurrence"
    EXCEPTION = "Exception"
    MASTER = "RecurringMaster"


class MessageKind(StrEnum):
    """The meeting messages, named as their elements are."""

    REQUEST = "MeetingRequest"
    RESPONSE = "MeetingResponse"
    CANCELLATION = "MeetingCancellation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody invited, and what the organizer has heard from them."""

    address: Address
    role: Role = Role.REQUIRED
    response: Response = Response.UNKNOWN
    responded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body; `kind` is HTML or Text."""

    text: str = ""
    kind: str = "HTML"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What every item has. The mailbox that stores it fills in ids, versions and times.

    `article_number` is PidTagInternetArticleNumber: it rises with every item that comes into the folder, from 1, and
    clients page by it.
    """

    item_id: str = ""
    change_key: str = ""
    folder_id: str = ""
    article_number: int = 0
    item_class: str = "IPM.Note"
    created: datetime = datetime.min  # noqa: DTZ901 - a placeholder until a mailbox stores the item
    modified: datetime = datetime.min  # noqa: DTZ901 - as above
    modified_by: str = ""
    subject: str = ""
    body: Body = Body()
    sensitivity: str = "Normal"
    importance: str = "Normal"
    categories: tuple[str, ...] = ()
    reminder_is_set: bool = False
    reminder_minutes: int = 15
    extended: Mapping[PropertyKey, PropertyValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Which occurrence of a series in the same mailbox something is: the master's id, and the day in the pattern."""

    master_id: str
    day: date
    is_exception: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarItem(Item):
    """One mailbox's copy of a meeting or appointment. Times are aware, in UTC.

    `has_unsent_time` says that the organizer moved a meeting and told nobody yet. `free_busy` is how this copy shows,
    `intended_free_busy` how the organizer meant it to show once accepted.

    The master of a series has a `recurrence`, and the `slot` of each of its days; its times are those of the first
    occurrence. `exceptions` holds what is different on which day of the pattern, and `deletions` the days that are
    gone: as in Exchange, only the master is stored. An occurrence made from it has an `instance` instead.
    `original_start` is when an occurrence would have begun by the pattern. It is also known to those who were invited
    to one occurrence only, in whose calendar this lies as a single item.
    """

    item_class: str = "IPM.Appointment"
    start: datetime
    end: datetime
    start_zone: str = "UTC"
    end_zone: str = "UTC"
    all_day: bool = False
    location: str = ""
    free_busy: FreeBusy = FreeBusy.BUSY
    intended_free_busy: FreeBusy = FreeBusy.BUSY
    global_object_id: bytes = b""
    sequence: int = 0
    organizer: Address
    attendees: tuple[Attendee, ...] = ()
    is_organizer: bool = True
    my_response: Response = Response.ORGANIZER
    request_was_sent: bool = False
    is_cancelled: bool = False
    replied_at: datetime | None = None
    response_requested: bool = True
    new_time_proposals: bool = True
    recurrence: Recurrence | None = None
    slot: Slot | None = None
    exceptions: Mapping[date, Mapping[str, Any]] = field(default_factory=dict)
    deletions: frozenset[date] = frozenset()
    instance: Instance | None = None
    original_start: datetime | None = None
    has_unsent_time: bool = False

    @property
    def type(self) -> ItemType:
        """What the item is to a series."""
        if self.recurrence is not None:
            return ItemType.MASTER
        if self.instance is None:
            return ItemType.SINGLE
        return ItemType.EXCEPTION if self.instance.is_exception else ItemType.OCCURRENCE

    @property
    def uid(self) -> str:
        """The UID clients see."""
        return uid_of(self.global_object_id)

    @property
    def clean_id(self) -> bytes:
        """CleanGlobalObjectId: what all copies of this meeting share."""
        return clean(self.global_object_id)

    @property
    def is_meeting(self) -> bool:
        """A meeting has attendees or came by invitation; anything else is an appointment."""
        return bool(self.attendees) or not self.is_organizer

    @property
    def state(self) -> int:
        """AppointmentState: 1 meeting, 2 received, 4 cancelled, added up."""
        return self.is_meeting * 1 + (not self.is_organizer) * 2 + self.is_cancelled * 4

    def in_role(self, role: Role) -> tuple[Attendee, ...]:
        """The attendees invited as this."""
        return tuple(attendee for attendee in self.attendees if attendee.role is role)

    def blocks(self, start: datetime, end: datetime) -> bool:
        """Whether this copy takes up some of the time from `start` to `end`."""
        return (
            self.free_busy not in {FreeBusy.FREE, FreeBusy.ELSEWHERE}
            and not self.is_cancelled
            and self.overlaps(start, end)
        )

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether this copy lies at least in part between `start` and `end`."""
        return self.start < end and start < self.end


# What an organizer's invitation carries to every attendee's copy.
SHARED_FIELDS = (
    "subject",
    "body",
    "sensitivity",
    "importance",
    "start",
    "end",
    "start_zone",
    "end_zone",
    "all_day",
    "location",
    "intended_free_busy",
    "global_object_id",
    "sequence",
    "organizer",
    "attendees",
    "response_requested",
    "new_time_proposals",
    "recurrence",
    "slot",
    "original_start",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingMessage(Item):
    """A request, response or cancellation in somebody's inbox, sent items or deleted items.

    `received_for` is the room or person whose delegate was sent it.
    """

    kind: MessageKind
    sender: Address
    recipients: tuple[Address, ...]
    sent: datetime
    global_object_id: bytes
    sequence: int
    start: datetime
    end: datetime
    location: str = ""
    all_day: bool = False
    intended_free_busy: FreeBusy = FreeBusy.BUSY
    new_time_proposals: bool = True
    meeting_type: ItemType = ItemType.SINGLE
    recurrence: Recurrence | None = None
    zone: str = "UTC"
    end_zone: str = "UTC"
    original_start: datetime | None = None
    response: Response = Response.UNKNOWN
    request_kind: RequestKind = RequestKind.NEW
    attendees: tuple[Attendee, ...] = ()
    calendar_item_id: str | None = None
    has_been_processed: bool = True
    received_for: Address | None = None
    is_read: bool = False

    @property
    def uid(self) -> str:
        """The UID of the meeting this is about."""
        return uid_of(self.global_object_id)

    @property
    def clean_id(self) -> bytes:
        """CleanGlobalObjectId of the meeting this is about."""
        return clean(self.global_object_id)


StoredItem = CalendarItem | MeetingMessage
