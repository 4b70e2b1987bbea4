"""The Directory port: what is asked of Exchange's address book. It fails as the Remote port does."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from roomd_core.model import Place


class Search(Struct, frozen=True, kw_only=True):
    """What the address book has under a name; ``complete`` False says that it showed only the first of them."""

    places: tuple[Place, ...]
    complete: bool = True


class Directory(Protocol):
    """Exchange's address book."""

    async def room_lists(self) -> list[Place]:
        """Return the room lists the administrator made (EWS GetRoomLists). Raise RemoteError."""
        ...

    async def rooms_of(self, room_list: str) -> list[Place]:
        """Return the rooms of the list with this address (EWS GetRooms). Raise RemoteError; Gone for no such list."""
        ...

    async def search(self, beginning: str) -> Search:
        """Return the mailboxes whose name or address begins so (EWS ResolveNames). Raise RemoteError."""
        ...

    def know_rooms(self, addresses: Iterable[str]) -> None:
        """Take these addresses for rooms from now on, whoever invites them as what."""
        ...
