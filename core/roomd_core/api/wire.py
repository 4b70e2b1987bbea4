"""What goes over the socket: requests, answers, and the stream's messages.

Instants are RFC 3339 with an offset. A field left out of a request means "leave as it is" where the request is a
change, and the default otherwise. Unknown fields are refused, so that a typing error cannot be ignored.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from roomd_core.model import (
    Answer,
    Answering,
    AuditedMailbox,
    Change,
    ConflictKind,
    Content,
    EventStatus,
    Freshness,
    Mailbox,
    OccupancyState,
    Origin,
    Place,
    PlannedWrite,
    Role,
    Run,
    Side,
    Watch,
)
from roomd_core.recurrence import NoEnd, Pattern, Range, Recurrence

Instant = Annotated[datetime, Meta(tz=True)]
"""A time with an offset: one without is refused, because nobody knows which instant it means."""


class EventState(StrEnum):
    """Where an event stands between here and Exchange."""

    PENDING = "pending"
    """Saved here, on its way to Exchange."""
    UNKNOWN = "unknown"
    """Sent, and the answer was lost: being looked up."""
    SYNCED = "synced"
    """Exchange has exactly this."""
    REFUSED = "refused"
    """Exchange refused it for good: see the event's conflict."""
    CANCELLED = "cancelled"


class Health(StrEnum):
    """Whether a part works."""

    OK = "ok"
    UNTRIED = "untried"
    FAILING = "failing"


class Query(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of requests."""


class Invitee(Query, frozen=True, kw_only=True):
    """A person to invite."""

    address: str
    role: Role = Role.REQUIRED


class Repeat(Query, frozen=True, kw_only=True):
    """How a booking recurs: a pattern and where it ends, by default never. It begins on the booking's own day.

    If that is none of the pattern's days, the first occurrence is on the pattern's next one.
    """

    pattern: Pattern
    range: Range = NoEnd()


class Scope(StrEnum):
    """Which occurrences of a series are meant."""

    THIS = "this"
    FOLLOWING = "this-and-following"
    ALL = "all"


class Booking(Query, frozen=True, kw_only=True):
    """A booking to make. ``rooms`` are addresses or names; ``organizer`` an address, by default the caller's own.

    ``zone`` is the IANA zone the times were meant in; without it the offset of ``start`` decides and the zone is UTC.
    """

    rooms: tuple[str, ...]
    start: Instant
    end: Instant
    title: str
    zone: str = "UTC"
    organizer: str | None = None
    attendees: tuple[Invitee, ...] = ()
    location: str = ""
    body: str = ""
    private: bool = False
    recurrence: Repeat | None = None


class EventPatch(Query, frozen=True, kw_only=True):
    """A change to an event: only the fields given change. ``rooms`` and ``attendees`` replace the whole list.

    Of a series, ``start`` and ``end`` are those of the occurrence named, of the first one where none is.
    """

    rooms: tuple[str, ...] | UnsetType = UNSET
    start: Instant | UnsetType = UNSET
    end: Instant | UnsetType = UNSET
    title: str | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    attendees: tuple[Invitee, ...] | UnsetType = UNSET
    location: str | UnsetType = UNSET
    body: str | UnsetType = UNSET
    private: bool | UnsetType = UNSET
    recurrence: Repeat | UnsetType = UNSET


class Resolution(Query, frozen=True, kw_only=True):
    """How a conflict is decided.

    ``room``, an address or name, gives the event this room instead of the one it is about, where ``alternatives`` are
    offered; it goes with keeping the local side.
    """

    keep: Side
    room: str | None = None


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person as another system names them. ``unix_user`` is the user of this host who books as that person."""

    name: str | None = None
    unix_user: str | None = None


class RoomReply(Struct, frozen=True, kw_only=True):
    """A room of an event, and what it answered."""

    address: str
    name: str
    answer: Answer


class Participant(Struct, frozen=True, kw_only=True):
    """A person invited, and what they answered."""

    address: str
    role: Role
    answer: Answer


class OccurrenceView(Struct, frozen=True, kw_only=True):
    """One occurrence of a series: named by its original start, and when it is."""

    original_start: Instant
    start: Instant
    end: Instant


class EventView(Struct, frozen=True, kw_only=True):
    """An event as the caller may see it. A private event of somebody else shows only who has which room when.

    ``note`` is for people: why the title is somebody's name, what is being waited for, why Exchange refused.
    ``recurs`` says how a series recurs ("every Tuesday until 30 Jun 2027"), and start and end are then those of its
    first occurrence; it is empty of a single event. Asked for by itself, it lists the ``occurrences`` roomd shows.
    """

    id: str
    version: int
    origin: Origin
    state: EventState
    status: EventStatus
    organizer: str
    organizer_name: str
    title: str
    start: Instant
    end: Instant
    zone: str
    recurs: str = ""
    recurrence: Recurrence | None = None
    occurrences: tuple[OccurrenceView, ...] = ()
    all_day: bool = False
    private: bool = False
    location: str = ""
    body: str = ""
    rooms: tuple[RoomReply, ...] = ()
    attendees: tuple[Participant, ...] = ()
    conflicts: tuple[str, ...] = ()
    note: str = ""


class Span(Struct, frozen=True, kw_only=True):
    """One occupancy on a timeline. ``mine`` says that the caller may change it.

    ``cancelled`` says that the event was called off, and that its room has not given the time back: a conflict asks
    about that. ``recurring`` says that it is one occurrence of a series, named by event and ``original_start``.
    """

    event: str
    start: Instant
    end: Instant
    title: str
    organizer: str
    origin: Origin
    state: OccupancyState
    cancelled: bool = False
    private: bool = False
    mine: bool = False
    recurring: bool = False
    original_start: Instant | None = None


class TimelineRow(Struct, frozen=True, kw_only=True):
    """One mailbox and its occupancies in order of start. ``read_at`` tells how old the knowledge is."""

    address: str
    name: str
    capacity: int | None
    features: tuple[str, ...]
    read_at: Instant | None
    occupancies: tuple[Span, ...]


class Timeline(Struct, frozen=True, kw_only=True):
    """Rooms down, time across: everything that overlaps ``start`` to ``end``, half open."""

    start: Instant
    end: Instant
    rooms: tuple[TimelineRow, ...]


class MailboxStatus(Struct, frozen=True, kw_only=True):
    """One mailbox and how well it is known.

    ``known_at`` is the newest instant whose state roomd knows: the last complete reading, or, where Exchange says at
    once that something changed, its last sign of life since. None while it is not known at all.
    ``answering`` is who answers for a room; None of people. ``notice`` says what was passed over.
    """

    mailbox: Mailbox
    freshness: Freshness
    health: Health
    watch: Watch = Watch()
    known_at: Instant | None = None
    answering: Answering | None = None
    notice: str = ""


class SourceReading(Struct, frozen=True, kw_only=True):
    """The rooms that a room list or a pattern stands for now; ``warning`` says what is wrong with it."""

    name: str
    rooms: tuple[Place, ...]
    warning: str = ""


class Outbox(Struct, frozen=True, kw_only=True):
    """How many operations wait, are being looked up, and were given up. ``oldest_at`` is the longest waiting."""

    queued: int = 0
    unknown: int = 0
    parked: int = 0
    oldest_at: Instant | None = None


class Throttled(Struct, frozen=True, kw_only=True):
    """Requests go to Exchange ``at_once`` instead of ``most`` at a time, because it was overloaded.

    ``until`` is when all may go at once again, if it does not complain before.
    """

    at_once: int
    most: int
    since: Instant
    until: Instant


class ExchangeStatus(Struct, frozen=True, kw_only=True):
    """Whether Exchange answers. ``message`` says what to do when it does not."""

    health: Health
    endpoint: str
    message: str = ""
    since: Instant | None = None
    throttled: Throttled | None = None


class Status(Struct, frozen=True, kw_only=True):
    """The whole daemon at a glance.

    ``findings`` counts what the audit of calendars found: see ``/v1/audit``. ``quarantine`` says why nothing is sent
    to Exchange: the store is a copy, or came back from a backup.
    """

    version: str
    started_at: Instant
    now: Instant
    caller: str
    acts_as: str | None
    may_act_for_all: bool
    exchange: ExchangeStatus
    mailboxes: tuple[MailboxStatus, ...]
    outbox: Outbox
    conflicts: int
    findings: int = 0
    syncing: bool
    last_run: Run | None
    next_run_at: Instant | None
    warnings: tuple[str, ...] = ()
    quarantine: str = ""


class Recipient(Struct, frozen=True, kw_only=True):
    """Somebody, or a room, that is mailed."""

    address: str
    name: str


class Alternative(Struct, frozen=True, kw_only=True):
    """Another room that is free at the event's time; ``mails`` says whom taking it mails."""

    address: str
    name: str
    capacity: int | None
    mails: tuple[Recipient, ...] = ()


class MissingEvent(Struct, frozen=True, kw_only=True):
    """An event whose copy a mailbox no longer has."""

    event: str
    title: str
    start: Instant
    origin: Origin


class ConflictView(Struct, frozen=True, kw_only=True):
    """A conflict with all that is needed to decide it.

    ``choices`` says what keeping each side does, ``mails`` whom that mails. ``about`` is the title of its event. What
    is about a ``mailbox`` as a whole has no event, and is about that mailbox's name: ``missing`` are the first of the
    ``missing_count`` events whose copies it no longer has. ``alternatives`` are rooms that would settle it.
    ``version`` is what a decision depends on, and the conflict's entity tag. ``edited_by`` is who last changed the
    event here before it was opened.
    """

    id: str
    version: int
    kind: ConflictKind
    about: str
    summary: str
    edited_by: str | None = None
    event: EventView | None
    mailbox: str | None = None
    units: tuple[str, ...]
    base: Content | None
    local: Content | None
    remote: Content | None
    opened_at: Instant
    resolved_at: Instant | None
    kept: Side | None
    resolved_by: str | None
    choices: dict[Side, str]
    mails: dict[Side, tuple[Recipient, ...]] = {}
    missing: tuple[MissingEvent, ...] = ()
    missing_count: int = 0
    alternatives: tuple[Alternative, ...] = ()


class Mailboxes(Struct, frozen=True, kw_only=True):
    """Rooms or people, in the order of the configuration."""

    mailboxes: tuple[MailboxStatus, ...]


class Conflicts(Struct, frozen=True, kw_only=True):
    """Conflicts, the oldest first."""

    conflicts: tuple[ConflictView, ...]


class Runs(Struct, frozen=True, kw_only=True):
    """Sync runs, the newest first."""

    runs: tuple[Run, ...]


class Plan(Struct, frozen=True, kw_only=True):
    """Every write to Exchange that waits, in order, and the events they are about.

    ``held`` says why none of them is sent now; empty when nothing is in the way. Of a private event of somebody else
    only that something waits is told.
    """

    writes: tuple[PlannedWrite, ...]
    events: tuple[EventView, ...]
    held: str = ""


class Audit(Struct, frozen=True, kw_only=True):
    """What comparing mailboxes with Exchange's own calendar view found, each time a mailbox's turn came."""

    mailboxes: tuple[AuditedMailbox, ...]


class WholeContent(Content, frozen=True, gc=False, kw_only=True, omit_defaults=False):
    """A content with every field, also in JSON: clients need to know no defaults."""

    @classmethod
    def of(cls, content: Content | None) -> "WholeContent | None":
        """Return a content whole."""
        return None if content is None else convert(content, cls, from_attributes=True)


class Changes(Struct, frozen=True, kw_only=True):
    """Entries of the change feed after the asked number, and the number to ask from next."""

    changes: tuple[Change, ...]
    next: int


class Notice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the stream: newline-delimited JSON. The first carries ``status``; a field left out has not changed.

    ``seq`` is the number of the newest change this line knows of; ``events`` and ``mailboxes`` name what to look at
    again. A client that was away asks again with a snapshot and has missed nothing.
    """

    seq: int
    status: Status | None = None
    events: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    run: Run | None = None


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, as RFC 9457 problem details. ``type`` is ``urn:roomd:problem:NAME``.

    ``detail`` is one sentence for people. ``field`` names a wrong value; ``room``, ``holder`` and ``until`` tell who
    has a taken room and how long.
    """

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    room: str | None = None
    holder: str | None = None
    until: Instant | None = None
