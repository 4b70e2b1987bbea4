"""One roomd process in the simulation: an engine on a store, that can lose its power at any moment."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import TypeVar

from core.sync.simulated_exchange import Crash
from core.sync.simulation.disk import Disk, Strike, no_strike
from core.sync.simulation.door import Door
from core.sync.simulation.server import RecordingExchange
from roomd_core.model import Mailbox
from roomd_core.store import Store  # noqa: TC001 - an attribute's type
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window

Answer = TypeVar("Answer")


class Daemon:
    """Runs on ``disk``. ``start`` after a power cut goes on from what the disk has."""

    def __init__(
        self,
        disk: Disk,
        exchange: RecordingExchange,
        mailboxes: Sequence[Mailbox],
        random: Random,
        *,
        strike: Strike = no_strike,
    ) -> None:
        self.disk = disk
        self._exchange = exchange
        self._mailboxes = mailboxes
        self._random = random
        self._strike = strike
        self._tasks: set[asyncio.Task[object]] = set()
        self.store: Store
        self.engine: SyncEngine
        self.door: Door

    async def start(self) -> None:
        clock = self._exchange.clock
        self.store = self.disk.switch_on(clock, strike=self._strike)
        async with self.store.write() as tables:
            await tables.mailboxes.configure(self._mailboxes)
        self.door = Door(self._exchange, self.store, self._random)
        self.engine = SyncEngine(
            self.store, self.door, clock, window=Window(), random=self._random.random, concurrency=2
        )
        await self.engine.recover()

    def power_cut(self) -> None:
        self.door.cut()
        self.disk.power_cut()

    async def bury(self) -> None:
        """End the tasks of a process that died; what they still hold of the store is gone already."""
        dead = asyncio.all_tasks() - {asyncio.current_task()}
        for task in dead:
            task.cancel()
        await asyncio.gather(*dead, return_exceptions=True)

    async def alive(self, work: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """Do something; if the process dies of it, start it again and return None."""
        try:
            return await work()
        except Crash:
            await self.bury()
            return None
