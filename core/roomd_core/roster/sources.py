"""Rooms by list or pattern, and how all that is named becomes one list of mailboxes. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from roomd_core.model import Mailbox, MailboxKind, Place, RoomAnswer


class RoomSource(Struct, frozen=True, kw_only=True):
    """Rooms that are not named one by one: those of a room list (its name or address), or those a pattern fits.

    In a pattern ``*`` stands for anything and ``?`` for one character of the address.
    """

    room_list: str | None = None
    pattern: str | None = None
    answers: RoomAnswer = RoomAnswer.AUTO
    features: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How people know it, and how the store does."""
        return f"list {self.room_list}" if self.room_list else f"pattern {self.pattern}"

    def mailbox(self, place: Place) -> Mailbox:
        """Return one of its rooms."""
        return Mailbox(
            address=place.address,
            kind=MailboxKind.ROOM,
            name=place.name or place.address,
            answers=self.answers,
            features=self.features,
            source=self.name,
        )


def fitting(pattern: str, places: Iterable[Place]) -> dict[str, Place]:
    """Return the places whose address fits, by address."""
    return {place.address: place for place in places if fnmatchcase(place.address, pattern)}


def beginning_of(pattern: str) -> str:
    """Return what every address that fits begins with: all that an address book can be asked for."""
    return re.split(r"[*?\[@]", pattern, maxsplit=1)[0]


def compose(
    configured: Sequence[Mailbox],
    sources: Sequence[RoomSource],
    known: Mapping[str, Iterable[Place]],
    people: Iterable[Mailbox],
) -> list[Mailbox]:
    """Return every mailbox once, rooms first. What is named one by one goes before lists, lists before the API."""
    listed = [source.mailbox(place) for source in sources for place in known.get(source.name, ())]
    once: dict[str, Mailbox] = {}
    for mailbox in (*configured, *listed, *people):
        once.setdefault(mailbox.address, mailbox)
    return sorted(once.values(), key=lambda mailbox: mailbox.kind is not MailboxKind.ROOM)
