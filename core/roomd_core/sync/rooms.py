"""Deciding who answers an invitation for a room, and what roomd answers where it does. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto

from msgspec import Struct

from roomd_core.model import Answer, Event, Mailbox, Occupancy, OccupancyState, RoomAnswer


class Turn(Enum):
    """Whose turn it is to answer for a room."""

    EXCHANGE = auto()
    """Its own booking attendant answers, sooner or later."""
    LATER = auto()
    """Its booking attendant is given time; then roomd answers."""
    ROOMD = auto()


class Rival(Struct, frozen=True, kw_only=True):
    """Who has the room, and until when: the reason to decline; at how many of the ``wanted`` times it is taken."""

    event: Event
    until: datetime
    times: int = 1
    wanted: int = 1


def whose_turn(
    room: Mailbox, learned: RoomAnswer | None, pushed_at: datetime | None, now: datetime, grace: timedelta
) -> Turn:
    """Decide who answers for a room that has not: as configured, else as read or learned, else Exchange first."""
    rule = room.answers if room.answers is not RoomAnswer.AUTO else learned
    if rule is RoomAnswer.EXCHANGE:
        return Turn.EXCHANGE
    if rule is RoomAnswer.ROOMD:
        return Turn.ROOMD
    return Turn.LATER if pushed_at is None or now < pushed_at + grace else Turn.ROOMD


def lesson(room: Mailbox, learned: RoomAnswer | None, answer: Answer) -> RoomAnswer | None:
    """Return what an answer that roomd did not give teaches about a room, None if nothing new."""
    undecided = room.answers is RoomAnswer.AUTO and learned is None
    return RoomAnswer.EXCHANGE if undecided and answer is not Answer.NONE else None


def rival(event: Event, held: Iterable[Occupancy], events: Mapping[str, Event], *, wanted: int = 1) -> Rival | None:
    """Find who stands in the way. What was accepted does; of two that still ask, the one made first does."""
    found = [each for each in held if _comes_first(each, events[each.event], event)]
    if not found:
        return None
    return Rival(event=events[found[0].event], until=found[0].end, times=len(found), wanted=wanted)


def _comes_first(occupancy: Occupancy, other: Event, event: Event) -> bool:
    accepted = occupancy.state is OccupancyState.ACCEPTED
    return accepted or (other.created_at, other.id) < (event.created_at, event.id)
