"""A Remote that watches itself: every call tells whether Exchange answers."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from roomd_core.model import Answer, Content, ItemRef
from roomd_core.sync.health import Gate
from roomd_core.sync.remote import (
    Busy,
    ChangePage,
    ExchangeUnavailable,
    Mail,
    OneOccurrence,
    Remote,
    RemoteError,
    RemoteItem,
    Signal,
    View,
)

Answered = TypeVar("Answered")


class WatchedRemote:
    """Passes every call of the port on and tells the gate how it went."""

    def __init__(self, remote: Remote, gate: Gate) -> None:
        self._remote = remote
        self._gate = gate

    async def changes(self, mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        """Read one page of a change feed."""
        return await self._watch(self._remote.changes(mailbox, state, limit=limit))

    async def fetch(self, mailbox: str, item_ids: Sequence[str]) -> list[RemoteItem]:
        """Read items in full."""
        return await self._watch(self._remote.fetch(mailbox, item_ids))

    async def find_by_key(self, mailbox: str, key: str) -> list[RemoteItem]:
        """Find items by our key."""
        return await self._watch(self._remote.find_by_key(mailbox, key))

    async def find_by_global_id(self, mailbox: str, global_id: bytes) -> list[RemoteItem]:
        """Find copies by global id."""
        return await self._watch(self._remote.find_by_global_id(mailbox, global_id))

    async def create(self, mailbox: str, content: Content, *, key: str, uid: str, mail: Mail) -> ItemRef:
        """Create one item."""
        return await self._watch(self._remote.create(mailbox, content, key=key, uid=uid, mail=mail))

    async def update(self, mailbox: str, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> ItemRef:
        """Write the fields that differ."""
        return await self._watch(self._remote.update(mailbox, ref, before, after, mail=mail))

    async def update_occurrence(self, mailbox: str, master: ItemRef, one: OneOccurrence, *, mail: Mail) -> None:
        """Write what differs in one occurrence."""
        await self._watch(self._remote.update_occurrence(mailbox, master, one, mail=mail))

    async def cancel_occurrence(self, mailbox: str, master: ItemRef, original_start: datetime, *, mail: Mail) -> None:
        """Call one occurrence off."""
        await self._watch(self._remote.cancel_occurrence(mailbox, master, original_start, mail=mail))

    async def cancel(self, mailbox: str, ref: ItemRef, *, mail: Mail) -> None:
        """Cancel a meeting."""
        await self._watch(self._remote.cancel(mailbox, ref, mail=mail))

    async def discard(self, mailbox: str, ref: ItemRef) -> None:
        """Take a guest's copy out."""
        await self._watch(self._remote.discard(mailbox, ref))

    async def respond(self, mailbox: str, ref: ItemRef, answer: Answer) -> None:
        """Answer an invitation."""
        await self._watch(self._remote.respond(mailbox, ref, answer))

    async def availability(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        """Ask for free/busy."""
        return await self._watch(self._remote.availability(mailboxes, start, end))

    async def view(self, mailbox: str, start: datetime, end: datetime) -> View:
        """Show a calendar as Exchange expands it."""
        return await self._watch(self._remote.view(mailbox, start, end))

    async def watch(self, mailboxes: Sequence[str], tell: Callable[[Signal], None]) -> None:
        """Tell of what stirs; how that goes says nothing about requests."""
        await self._remote.watch(mailboxes, tell)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._remote.close()

    async def _watch(self, call: Awaitable[Answered]) -> Answered:
        try:
            answered = await call
        except ExchangeUnavailable as error:
            self._gate.failed(error)
            raise
        except RemoteError:
            self._gate.succeeded()
            raise
        self._gate.succeeded()
        return answered
