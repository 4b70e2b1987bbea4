"""The outbox worker: which operations are worked on when, side by side and none delaying another."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from roomd_core.model import Operation
from roomd_core.sync.backoff import PATIENCE
from roomd_core.sync.health import Gate
from roomd_core.sync.lanes import lanes
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.outbox import Outbox
from roomd_core.sync.remote import ExchangeUnavailable
from roomd_core.sync.waiting import woken

logger = logging.getLogger(__name__)
_AT_LEAST = 1.0
"""Seconds between two looks at the outbox, so that one that cannot be worked on never spins."""
_AFTER_A_FAULT = 30.0


class Dispatcher:
    """Works on the outbox. ``pushed`` is called with each event that Exchange has heard of."""

    def __init__(
        self,
        ledger: Ledger,
        outbox: Outbox,
        gate: Gate,
        *,
        concurrency: int,
        pushed: Callable[[str], None],
    ) -> None:
        self._ledger = ledger
        self._outbox = outbox
        self._gate = gate
        self._concurrency = concurrency
        self._pushed = pushed
        self._working = asyncio.Lock()
        self._interrupted = False
        self._queued = asyncio.Event()

    def wake(self) -> None:
        """Say that something was queued, or that Exchange answers again."""
        self._queued.set()

    async def push_due(self) -> int:
        """Work on what is due until nothing moves on; return how many operations were done. Raise StoreError."""
        if self._ledger.store.held:
            return 0
        async with self._working:
            await self._resume()
            total = 0
            while done := await self._push_once():
                total += done
            return total

    async def serve(self) -> None:
        """Work on the outbox until cancelled, waiting for what is queued and for what falls due."""
        while True:
            try:
                if not self._gate.is_shut:
                    await self.push_due()
                pause = await self._pause()
            except Exception:
                logger.exception("the outbox worker met something unexpected; it goes on")
                pause = _AFTER_A_FAULT
            await woken(self._queued, pause)

    async def _push_once(self) -> int:
        async with self._ledger.store.read() as tables:
            now = self._ledger.clock.now()
            due = await tables.operations.due(now, beyond=now + PATIENCE)
            events = await tables.events.many([operation.event for operation in due])
        slots, stop = asyncio.Semaphore(self._concurrency), asyncio.Event()
        pushing = (self._push_lane(lane, slots, stop) for lane in lanes(due, events))
        return _total(await asyncio.gather(*pushing, return_exceptions=True))

    async def _push_lane(self, lane: Iterable[Operation], slots: asyncio.Semaphore, stop: asyncio.Event) -> int:
        done = 0
        for operation in lane:
            async with slots:
                done += not stop.is_set() and await self._push(operation, stop)
        return done

    async def _push(self, operation: Operation, stop: asyncio.Event) -> bool:
        try:
            done = await self._outbox.work(operation)
        except ExchangeUnavailable:
            stop.set()
            return False
        except BaseException:
            self._interrupted = True
            stop.set()
            raise
        if done:
            self._pushed(operation.event)
        return done

    async def _resume(self) -> None:
        """Take what was being sent when something broke off, as on a full disk, as unknown: it is looked up now."""
        if self._interrupted:
            async with self._ledger.store.write() as tables:
                await tables.operations.recover()
            self._interrupted = False

    async def _pause(self) -> float | None:
        """Return how long nothing needs to be done, in seconds; None until something happens."""
        wait = self._gate.wait()
        if wait is None or self._ledger.store.held:
            return None
        async with self._ledger.store.read() as tables:
            due = await tables.operations.next_due()
        if due is None:
            return None
        left = min(due - self._ledger.clock.now(), PATIENCE)
        return max(_AT_LEAST, wait.total_seconds(), left.total_seconds())


def _total(results: Iterable[int | BaseException]) -> int:
    """Add up what the lanes did, now that all have ended; raise the first error if one broke off."""
    done = 0
    for result in results:
        if isinstance(result, BaseException):
            raise result
        done += result
    return done
