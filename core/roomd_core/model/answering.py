"""Who answers a room's invitations, and how that is known."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from roomd_core.model.mailbox import Mailbox, RoomAnswer


class KnownBy(StrEnum):
    """How it is known who answers for a room."""

    CONFIGURED = "configured"
    """The configuration says so."""
    READ = "read"
    """The room's own setting in Exchange says so."""
    LEARNED = "learned"
    """That is how it was answered before."""
    UNKNOWN = "unknown"
    """Exchange is given time, then roomd answers; who did is learned from that."""


class RoomAnswers(Struct, frozen=True, kw_only=True):
    """What is known of a room that ``answers = "auto"``: its setting in Exchange, and what experience taught.

    ``tried_at`` is when the setting was read last, ``unread`` why it could not be.
    """

    address: str
    setting: RoomAnswer | None = None
    unread: str = ""
    tried_at: datetime | None = None
    learned: RoomAnswer | None = None


class Answering(Struct, frozen=True, kw_only=True):
    """Who answers for a room, how that is known, and since when where it was read. ``note`` says why no better."""

    who: RoomAnswer
    known_by: KnownBy
    at: datetime | None = None
    note: str = ""


def answering(room: Mailbox, found: RoomAnswers | None) -> Answering:
    """Say who answers for a room: as configured, else as its setting says, else as learned."""
    if room.answers is not RoomAnswer.AUTO:
        return Answering(who=room.answers, known_by=KnownBy.CONFIGURED)
    if found is None:
        return Answering(who=RoomAnswer.AUTO, known_by=KnownBy.UNKNOWN)
    if found.setting:
        return Answering(who=found.setting, known_by=KnownBy.READ, at=found.tried_at, note=found.unread)
    if found.learned:
        return Answering(who=found.learned, known_by=KnownBy.LEARNED, note=found.unread)
    return Answering(who=RoomAnswer.AUTO, known_by=KnownBy.UNKNOWN, note=found.unread)
