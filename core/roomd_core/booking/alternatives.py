"""Which other rooms would do for an event that lost one. Pure but for one question to the store."""

from collections.abc import Collection, Iterable
from datetime import datetime

from roomd_core.model import Conflict, ConflictKind, Content, Event, EventStatus, Mailbox, MailboxKind
from roomd_core.store import Tables

OFFERED = 5
WITH_ALTERNATIVES = frozenset({ConflictKind.ROOM_DECLINED, ConflictKind.ROOM_DROPPED, ConflictKind.DOUBLE_BOOKING})
"""The kinds that another room would settle."""


async def alternatives(
    tables: Tables, conflict: Conflict, event: Event | None, mailboxes: Iterable[Mailbox], now: datetime
) -> list[Mailbox]:
    """Return the rooms that are free here at the event's time and large enough, the best fit first."""
    if event is None or not needs_room(conflict, event, now):
        return []
    rooms = [mailbox for mailbox in mailboxes if mailbox.kind is MailboxKind.ROOM]
    content = event.content
    held = await tables.occupancies.holding(
        [room.address for room in rooms], content.start, content.end, ignore_event=event.id
    )
    return fitting(rooms, {occupancy.mailbox for occupancy in held}, content, instead_of=conflict.room)


def needs_room(conflict: Conflict, event: Event, now: datetime) -> bool:
    """Say whether another room would settle it: an open conflict of a single event that is still to come."""
    ahead = event.status is EventStatus.CONFIRMED and event.content.end > now and event.content.series is None
    return conflict.resolved_at is None and conflict.kind in WITH_ALTERNATIVES and ahead


def fitting(
    rooms: Iterable[Mailbox], taken: Collection[str], content: Content, *, instead_of: str | None
) -> list[Mailbox]:
    """Return free rooms with a seat for everybody, the smallest first; of those of unknown size nobody knows."""
    people = 1 + len(content.attendees)
    free = [room for room in rooms if room.address not in {*taken, *content.rooms, instead_of}]
    large = [room for room in free if room.capacity is None or room.capacity >= people]
    return sorted(large, key=lambda room: (room.capacity is None, room.capacity or 0))[:OFFERED]
