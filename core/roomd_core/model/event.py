"""Events: what System A and Exchange agree, or disagree, about."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from roomd_core.recurrence import Series


class Origin(StrEnum):
    """Where an event was first made."""

    LOCAL = "local"
    EXCHANGE = "exchange"


class Role(StrEnum):
    """How a person is invited (RFC 5545 section 3.2.16). Rooms are not people: see ``Content.rooms``."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class Answer(StrEnum):
    """What an invited person or room said (RFC 5545 section 3.2.12)."""

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Sensitivity(StrEnum):
    """Who may see more than "busy"."""

    NORMAL = "normal"
    PERSONAL = "personal"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


class ShowAs(StrEnum):
    """What the time counts as in a calendar."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    AWAY = "away"
    ELSEWHERE = "elsewhere"


class EventStatus(StrEnum):
    """Whether the event stands."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Attendee(Struct, frozen=True, gc=False, kw_only=True, order=True):
    """A person invited. The address is lower case."""

    address: str
    role: Role = Role.REQUIRED


class Response(Struct, frozen=True, gc=False, kw_only=True):
    """What an attendee or a room answered, as the organizer's copy or the room's own copy tells."""

    address: str
    answer: Answer
    at: datetime | None = None


class Content(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What both sides must agree on: everything a person can edit.

    ``start`` and ``end`` are aware instants in UTC; ``zone`` is the zone they were meant in, as ``roomd_core.zones``
    names it. Attendees and rooms are sorted, so that equal content compares equal. ``reminder`` is minutes before the
    start. Of a ``series`` start and end are those of its first occurrence. As JSON it leaves out what is at its
    default, which most of most contents is; ``api.wire.WholeContent`` does not.
    """

    title: str
    start: datetime
    end: datetime
    zone: str = "UTC"
    all_day: bool = False
    location: str = ""
    body: str = ""
    sensitivity: Sensitivity = Sensitivity.NORMAL
    show_as: ShowAs = ShowAs.BUSY
    reminder: int | None = None
    categories: tuple[str, ...] = ()
    attendees: tuple[Attendee, ...] = ()
    rooms: tuple[str, ...] = ()
    series: Series | None = None


class Event(Struct, frozen=True, gc=False, kw_only=True):
    """One meeting or appointment, however many mailboxes hold a copy.

    ``global_id`` is Exchange's CleanGlobalObjectId, the same in every copy; ``key`` is the idempotency key roomd
    puts into the items it creates; ``base`` is the content both sides last agreed on, None until Exchange has it.
    ``title_is_organizer`` says that only a room's copy was read and that the room rewrote the title: it is shown,
    never written back. ``version`` grows with every change and is the API's entity tag.
    """

    id: str
    origin: Origin
    organizer: str
    organizer_name: str = ""
    content: Content
    base: Content | None = None
    status: EventStatus = EventStatus.CONFIRMED
    responses: tuple[Response, ...] = ()
    uid: str
    global_id: bytes | None = None
    key: str | None = None
    title_is_organizer: bool = False
    version: int = 1
    created_at: datetime
    changed_at: datetime
