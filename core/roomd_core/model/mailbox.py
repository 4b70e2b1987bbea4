"""Mailboxes: the rooms and the people whose calendars roomd reads."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct


class MailboxKind(StrEnum):
    """What a mailbox stands for."""

    ROOM = "room"
    PERSON = "person"


class RoomAnswer(StrEnum):
    """Who answers an invitation for a room."""

    AUTO = "auto"
    """Found out by what happens: Exchange is given time, then roomd answers."""
    EXCHANGE = "exchange"
    """The room's own booking attendant."""
    ROOMD = "roomd"
    """roomd, acting as the room."""


CONFIGURATION = "configuration"
API = "api"


class Mailbox(Struct, frozen=True, kw_only=True):
    """A room or a person whose calendar is read. Addresses are lower case; capacity counts seats.

    ``source`` says by whom: ``configuration``, ``api``, or a room list or pattern as the configuration names it.
    """

    address: str
    kind: MailboxKind
    name: str
    capacity: int | None = None
    features: tuple[str, ...] = ()
    answers: RoomAnswer = RoomAnswer.AUTO
    unix_user: str | None = None
    source: str = CONFIGURATION


class Place(Struct, frozen=True, kw_only=True):
    """A name and a lower-case address, as Exchange's directory has them."""

    address: str
    name: str


class UnreadableItem(Struct, frozen=True, kw_only=True):
    """An item that Exchange has and roomd cannot read: passed over, and tried again.

    ``title`` is empty where it is not known or private; ``reason`` is for people.
    """

    mailbox: str
    item_id: str
    title: str
    reason: str
    since: datetime


CONFIRMATIONS, CONFIRMED_OVER = 3, timedelta(hours=24)
"""So often, and over so long, Exchange has to say that it knows no mailbox: one that is being moved comes back."""


class Unknown(Struct, frozen=True, kw_only=True):
    """Exchange says that it knows no such mailbox: since when, and how often since."""

    since: datetime
    count: int


class Freshness(Struct, frozen=True, kw_only=True):
    """How well roomd knows one mailbox. ``read_at`` is the last complete reading, in UTC.

    ``unreadable`` is what was passed over in it, ``unknown`` that Exchange does not know it now.
    """

    address: str
    read_at: datetime | None = None
    tried_at: datetime | None = None
    error: str | None = None
    unreadable: tuple[UnreadableItem, ...] = ()
    unknown: Unknown | None = None

    @property
    def is_gone(self) -> bool:
        """Whether Exchange has said for long enough, and often enough, that it knows no such mailbox."""
        if self.unknown is None or self.tried_at is None:
            return False
        return self.unknown.count >= CONFIRMATIONS and self.tried_at - self.unknown.since >= CONFIRMED_OVER


class WatchMeans(StrEnum):
    """How roomd learns that something changed in a mailbox."""

    STREAMING = "streaming"
    """Exchange says so at once, on a connection that is kept open for it."""
    PULL = "pull"
    """Exchange keeps note of it and is asked every few seconds."""
    POLLING = "polling"
    """Nobody says so: the timed run finds it."""


class Watch(Struct, frozen=True, kw_only=True):
    """How one mailbox is watched. Times are in UTC.

    ``since`` is when that began; ``heard_at`` when Exchange last gave a sign of life about it. ``reason`` says why it
    is not watched by a better means; empty for the best one.
    """

    means: WatchMeans = WatchMeans.POLLING
    since: datetime | None = None
    heard_at: datetime | None = None
    reason: str = ""
