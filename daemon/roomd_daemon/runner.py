"""Sync runs as the daemon has them: begun by the start, the schedule or by hand, and told to whoever listens."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from roomd_core.api.wire import Notice
from roomd_core.errors import RoomdError
from roomd_core.model import Run, Trigger
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_daemon.http.broadcast import Broadcast

log = structlog.get_logger()

LOGGED = 10
"""Errors of one run that are logged; the run itself, in the store, has them all."""


class Runner:
    """Runs the engine and tells what came of it: to the log, to systemd's status line, and to the stream."""

    def __init__(self, engine: SyncEngine, store: Store, broadcast: Broadcast, say: Callable[[str], None]) -> None:
        """``say`` takes one sentence for ``systemctl status``."""
        self._engine = engine
        self._store = store
        self._broadcast = broadcast
        self._say = say
        self._newest = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    async def begin(self, trigger: Trigger, *, of_all: bool = False) -> tuple[Run, asyncio.Task[Run]]:
        """Begin a run, or join the one under way: return it as it began, and the task that ends with it.

        With ``of_all`` one that misses mailboxes listed since it began is waited for, and another begun.

        Wait for that task with ``asyncio.shield`` only: others may be waiting for it too.
        """
        begun, ended = await self._engine.begin(trigger, of_all=of_all)
        if begun.id > self._newest:
            self._newest = begun.id
            self._keep(ended)
            self._keep(asyncio.create_task(self._tell(ended), name=f"tell of run {begun.id}"))
        return begun, ended

    async def tick(self) -> None:
        """Begin a timed run. When it cannot even begin, that is logged, and the next tick comes anyway."""
        try:
            await self.begin(Trigger.SCHEDULE)
        except RoomdError as error:
            log.warning("a sync run could not begin", reason=str(error))

    async def refresh(self, mailboxes: Sequence[str]) -> None:
        """Read just these mailboxes. Raise RemoteError when none of them could be read."""
        try:
            await self._engine.refresh(mailboxes)
        finally:
            async with self._store.read() as tables:
                seq = await tables.changes.last_seq()
            self._broadcast.publish(Notice(seq=seq, mailboxes=tuple(mailboxes)))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Begin the first run; end with the block whatever run is under way. Nothing it stored is lost."""
        await self.begin(Trigger.START)
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, ended: asyncio.Task[Run]) -> None:
        try:
            run = await asyncio.shield(ended)
        except RoomdError as error:
            log.warning("a sync run failed", reason=str(error))
            self._say(str(error))
            return
        async with self._store.read() as tables:
            mailboxes = tuple(mailbox.address for mailbox in await tables.mailboxes.all())
            seq = await tables.changes.last_seq()
        self._broadcast.publish(Notice(seq=seq, mailboxes=mailboxes, run=run))
        self._say(sentence(run))
        _log(run)


def sentence(run: Run) -> str:
    """Tell a run in one line, as ``systemctl status`` shows it."""
    done = f"{run.created} created, {run.changed} changed, {run.deleted} deleted, {run.pushed} sent"
    failed = f"; {len(run.errors)} could not be read, see `roomctl sync`" if run.errors else ""
    return f"{run.mailboxes} mailboxes read: {done}{failed}."


def _log(run: Run) -> None:
    counts = {
        name: getattr(run, name) for name in ("mailboxes", "fetched", "created", "changed", "deleted", "pushed")
    }
    log.info("a sync run ended", run=run.id, trigger=run.trigger, **counts, unread=len(run.errors))
    for error in run.errors[:LOGGED]:
        log.warning("a mailbox could not be read", mailbox=error.mailbox, reason=error.message)
