"""Watching: a calendar is read as soon as Exchange tells that something stirs in it.

Notifications are a wake-up, nothing more: what changed is learned from the change feed, and the timed run finds what
no notification told.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from roomd_core.clock import Clock
from roomd_core.errors import RoomdError
from roomd_core.model import Watch, WatchMeans
from roomd_core.sync.debounce import Debounce
from roomd_core.sync.remote import Alive, Remote, RetryLater, Signal, Stirred, WatchedBy
from roomd_core.sync.waiting import woken

logger = logging.getLogger(__name__)

_AT_LEAST = 0.01
"""Seconds between two looks at what is to be read, so that nothing ever spins."""
_BUSY = timedelta(seconds=10)
"""How long a calendar waits that Exchange was too busy to let us read, when it did not say itself."""
_AFTER_A_FAULT = 60.0

Refresh = Callable[[Sequence[str]], Awaitable[None]]
"""Reads just these mailboxes. May raise RemoteError."""


class Watcher:
    """Hears what stirs, reads it through ``refresh``, and knows how each mailbox is watched."""

    def __init__(self, remote: Remote, clock: Clock, *, refresh: Refresh, debounce: Debounce | None = None) -> None:
        self._remote = remote
        self._clock = clock
        self._refresh = refresh
        self._debounce = debounce or Debounce()
        self._heard = asyncio.Event()
        self._watches: dict[str, Watch] = {}
        self._followed: tuple[str, ...] = ()
        self._changed = asyncio.Event()

    def watch_of(self, mailbox: str) -> Watch:
        """Return how a mailbox is watched."""
        return self._watches.get(mailbox, Watch())

    def follow(self, mailboxes: Sequence[str]) -> None:
        """Watch exactly these from now on. Exchange is asked anew for all of them, so nothing falls in between."""
        if self._followed != tuple(mailboxes):
            self._followed = tuple(mailboxes)
            self._changed.set()

    async def serve(self, mailboxes: Sequence[str]) -> None:
        """Watch these mailboxes, or those followed later, until cancelled."""
        self.follow(mailboxes)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(), name="notifications")
            while True:
                due = self._debounce.take(self._clock.steady())
                if due:
                    tasks.create_task(self._read(due), name="reading what stirred")
                await woken(self._heard, self._pause())

    async def _listen(self) -> None:
        """Watch whoever is followed; begin anew when that changes."""
        while True:
            self._changed.clear()
            watching = asyncio.create_task(self._watch(self._followed), name="watching")
            changed = asyncio.create_task(self._changed.wait(), name="whom to watch")
            try:
                await asyncio.wait([watching, changed], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (watching, changed):
                    task.cancel()
                await asyncio.gather(watching, changed, return_exceptions=True)

    async def _watch(self, mailboxes: Sequence[str]) -> None:
        while True:
            try:
                await self._remote.watch(mailboxes, self._hear)
            except Exception:
                logger.exception("watching met something unexpected; until it begins anew, the timed run goes on")
            self._note_means(WatchedBy(mailboxes=tuple(mailboxes), means=WatchMeans.POLLING, reason="see the log"))
            await asyncio.sleep(_AFTER_A_FAULT)

    def _hear(self, signal: Signal) -> None:
        match signal:
            case WatchedBy():
                self._note_means(signal)
            case Alive(mailboxes=mailboxes):
                self._note_life(mailboxes)
            case Stirred(mailboxes=mailboxes):
                self._note_life(mailboxes)
                self._debounce.stir(mailboxes, self._clock.steady())
                self._heard.set()

    def _note_means(self, signal: WatchedBy) -> None:
        """Note by what means these are watched; being told the same again changes nothing."""
        now = self._clock.now()
        self._log(signal)
        for mailbox in signal.mailboxes:
            known = self.watch_of(mailbox)
            since = known.since if known.means is signal.means and known.since else now
            self._watches[mailbox] = replace(known, means=signal.means, since=since, reason=signal.reason)

    def _log(self, signal: WatchedBy) -> None:
        """Write down what is different, once, however often it is told."""
        known = [self.watch_of(mailbox) for mailbox in signal.mailboxes]
        different = sum((watch.means, watch.reason) != (signal.means, signal.reason) for watch in known)
        if different:
            level = logging.WARNING if signal.reason else logging.INFO
            logger.log(level, "watched by %s from here on: %d mailboxes. %s", signal.means, different, signal.reason)

    def _note_life(self, mailboxes: Sequence[str]) -> None:
        now = self._clock.now()
        for mailbox in mailboxes:
            self._watches[mailbox] = replace(self.watch_of(mailbox), heard_at=now)

    async def _read(self, mailboxes: Sequence[str]) -> None:
        try:
            await self._refresh(mailboxes)
        except RetryLater as error:
            wait = (error.after or _BUSY).total_seconds()
            self._debounce.put_off(mailboxes, self._clock.steady() + wait)
        except RoomdError as error:
            logger.info("what stirred is left to the timed run: %s", error)
        except Exception:
            logger.exception("reading what stirred met something unexpected; the timed run reads it")
        finally:
            self._debounce.done(mailboxes)
            self._heard.set()

    def _pause(self) -> float | None:
        at = self._debounce.next_at()
        return None if at is None else max(_AT_LEAST, at - self._clock.steady())
