"""Somebody who watches calendars, and remembers what they were told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from roomd_core.model import WatchMeans
from roomd_core.sync.remote import Alive, Signal, Stirred, WatchedBy
from roomd_daemon.exchange import Exchange

DEADLINE = 15.0


class Listener:
    """What was told, in order."""

    def __init__(self) -> None:
        self.told: list[Signal] = []
        self._news = asyncio.Event()

    def tell(self, signal: Signal) -> None:
        self.told.append(signal)
        self._news.set()

    def forget(self) -> None:
        self.told.clear()

    @property
    def stirred(self) -> set[str]:
        return {mailbox for signal in self.told if isinstance(signal, Stirred) for mailbox in signal.mailboxes}

    @property
    def alive(self) -> set[str]:
        return {mailbox for signal in self.told if isinstance(signal, Alive) for mailbox in signal.mailboxes}

    def means(self, mailbox: str) -> WatchMeans | None:
        """How a mailbox is watched, by what was told last."""
        said = self._said(mailbox)
        return said[-1].means if said else None

    def reason(self, mailbox: str) -> str:
        return self._said(mailbox)[-1].reason

    def reasons(self, mailbox: str) -> list[str]:
        """Why it was not watched better, each time that was told."""
        return [signal.reason for signal in self._said(mailbox) if signal.reason]

    async def until(self, known: Callable[["Listener"], bool]) -> None:
        """Wait until what was told makes this true."""
        async with asyncio.timeout(DEADLINE):
            while not known(self):
                self._news.clear()
                await self._news.wait()

    async def until_watched(self, *mailboxes: str, means: WatchMeans = WatchMeans.STREAMING) -> None:
        await self.until(lambda _: all(self.means(mailbox) is means for mailbox in mailboxes))
        await self.until(lambda _: self.stirred >= set(mailboxes))

    def _said(self, mailbox: str) -> list[WatchedBy]:
        return [signal for signal in self.told if isinstance(signal, WatchedBy) and mailbox in signal.mailboxes]


@asynccontextmanager
async def watching(exchange: Exchange, mailboxes: Sequence[str]) -> AsyncIterator[Listener]:
    """Watch for as long as the block lasts."""
    listener = Listener()
    watch = asyncio.create_task(exchange.watch(mailboxes, listener.tell))
    try:
        yield listener
        assert not watch.done()
    finally:
        watch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watch
