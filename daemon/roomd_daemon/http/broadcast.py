"""The stream's fan-out: what happens is told once and reaches everybody who listens. Nobody is waited for."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from roomd_core.api.wire import Notice
from roomd_core.model import Change
from roomd_core.store import Store

QUEUE = 1000
"""Notices a listener may be behind before it is dropped; it asks again with a snapshot and has missed nothing."""
BATCH = 500
"""Changes told in one notice at most."""


class Subscription:
    """One listener's notices, in order."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Notice | None] = asyncio.Queue(QUEUE)
        self.ended = False

    async def next(self) -> Notice | None:
        """Wait for the next notice; None is the end."""
        return None if self.ended else await self._waiting.get()

    def put(self, notice: Notice) -> None:
        """Add a notice; a listener that is too far behind is dropped."""
        try:
            self._waiting.put_nowait(notice)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Let the listener go, whatever it has not read yet."""
        self.ended = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)


class Broadcast:
    """Everybody who listens."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    @contextmanager
    def subscription(self) -> Iterator[Subscription]:
        """Listen for as long as the block lasts."""
        subscription = Subscription()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def publish(self, notice: Notice) -> None:
        """Tell everybody."""
        for subscription in self._subscriptions:
            subscription.put(notice)

    def end(self) -> None:
        """End every stream."""
        for subscription in self._subscriptions:
            subscription.end()

    async def follow(self, store: Store) -> None:
        """Tell of everything new in the change feed; runs until cancelled."""
        async with store.read() as tables:
            seq = await tables.changes.last_seq()
        while True:
            await store.wait_beyond(seq)
            async with store.read() as tables:
                changes = await tables.changes.since(seq, BATCH)
            if changes:
                seq = changes[-1].seq
                self.publish(notice_of(changes, seq))


def notice_of(changes: Iterable[Change], seq: int) -> Notice:
    """Name what to look at again after these changes, each event and mailbox once."""
    known = list(changes)
    return Notice(
        seq=seq,
        events=tuple(dict.fromkeys(change.event for change in known if change.event)),
        mailboxes=tuple(dict.fromkeys(change.mailbox for change in known if change.mailbox)),
    )
