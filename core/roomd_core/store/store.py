"""The store: opening it, writing to it one at a time, reading it as it stood at one moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from roomd_core.clock import Clock
from roomd_core.errors import StoreError, TakenOver
from roomd_core.ids import new_key
from roomd_core.store.changes import Changes
from roomd_core.store.connection import Connection
from roomd_core.store.faults import cautions, explained, opening
from roomd_core.store.feed import FeedWatch
from roomd_core.store.fence import Fence, place_of, take, this_machine
from roomd_core.store.lock import FolderLock
from roomd_core.store.migration import migrations, prepare
from roomd_core.store.sole import SoleUse
from roomd_core.store.tables import Tables
from roomd_core.store.transaction import to_the_end, transaction

READERS: Final = 3
_SETTINGS = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
_WRITER = (
    f"{_SETTINGS} PRAGMA synchronous = FULL; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;"
    " PRAGMA wal_autocheckpoint = 4000;"
)
"""8 MB hold all that a page of the feed touches; SQLite's own 2 MB do not, and are written out and read again. What
a statement of many rows may have to take back is kept in memory: else it has a file of its own. The log may grow to
16 MB: a page that many transactions change is then copied from it once, not after each few."""
_READER = f"{_SETTINGS} PRAGMA query_only = ON;"


class Store:
    """One SQLite database in a folder of its own. Made by ``open``, ended by ``close``.

    There is exactly one connection that writes and checkpoints; the others can only read. ``warnings`` are
    sentences for the administrator.
    """

    def __init__(self, path: Path, connections: "_Connections") -> None:
        self.path = path
        self.fence = connections.fence
        self._machine, self._place = connections.machine, connections.place
        self._hold = ""
        self.warnings = cautions(path)
        self._connections = connections
        self._feed = FeedWatch(connections.seq)
        self._writing = asyncio.Lock()
        self._idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        for reader in connections.readers:
            self._idle.put_nowait(reader)
        self._closed = False

    @classmethod
    async def open(cls, path: Path, *, clock: Clock, machine: str | None = None) -> "Store":
        """Open the database at ``path``, made and migrated as needed, alone in its folder.

        ``machine`` tells this machine from others, by default by its own id. Raises StoreError: another roomd has it,
        a newer one wrote it, it is damaged, or cannot be read or written.
        """
        with opening(path):
            path = _in_a_folder(path)
            connections = await _connect_all(path, clock, this_machine() if machine is None else machine)
        return cls(path, connections)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tables]:
        """One transaction that writes, alone: committed at the end of the block, rolled back on any error.

        A task that is cancelled has either committed or changed nothing. It must not be nested: it would wait for
        itself. Raises StoreError; StoreFull when no space is left, TakenOver when another roomd has begun to write.
        """
        async with self._writing:
            self._check_open()
            writer = self._connections.writer
            tables = Tables(writer)
            with explained(self.path):
                async with transaction(writer, "BEGIN IMMEDIATE", committed=lambda: self._tell(tables)):
                    await self._check_epoch(tables)
                    yield tables

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tables]:
        """One transaction that reads: everything in the block is as it stood at one moment."""
        self._check_open()
        reader = await self._idle.get()
        try:
            with explained(self.path):
                async with transaction(reader, "BEGIN"):
                    yield Tables(reader)
        finally:
            self._idle.put_nowait(reader)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Tables]:
        """Like ``read`` for a block that asks one question: a single statement is as it stood at one moment anyway.

        It makes one trip to the connection's thread where a transaction makes three.
        """
        self._check_open()
        reader = await self._idle.get()
        try:
            with explained(self.path):
                yield Tables(reader)
        finally:
            self._idle.put_nowait(reader)

    @property
    def quarantine(self) -> str:
        """Why nothing may be sent to Exchange for this store; empty if it may."""
        return self.fence.quarantine

    @property
    def held(self) -> str:
        """Why nothing is sent to Exchange now, be it the quarantine or ``hold``; empty if it is sent."""
        return self.fence.quarantine or self._hold

    def hold(self, why: str) -> None:
        """Let nothing be sent to Exchange for as long as this store is open."""
        self._hold = why

    def new_key(self) -> str:
        """Return an idempotency key that tells which installation made it."""
        return new_key(self.fence.installation)

    async def require_mine(self) -> None:
        """Raise TakenOver if another roomd has begun to work with this database."""
        async with self.read() as tables:
            await self._check_epoch(tables)

    async def release(self) -> None:
        """End the quarantine: this is the store that Exchange's items belong to."""
        async with self.write() as tables:
            await tables.meta.put("quarantine", "")
            await tables.meta.put("machine", self._machine)
            await tables.meta.put("place", self._place)
        self.fence = replace(self.fence, quarantine="")

    async def wait_beyond(self, seq: int, *, timeout: float | None = None) -> int:  # noqa: ASYNC109 - see FeedWatch
        """Return the number of the newest change once it is above ``seq``, or after ``timeout`` seconds as it is."""
        return await self._feed.beyond(seq, timeout)

    async def close(self) -> None:
        """Wait for the transactions under way, then close every connection and let go of the lock."""
        async with self._writing:
            if self._closed:
                return
            self._closed = True
            for _ in self._connections.readers:
                await self._idle.get()
            await self._connections.close()

    def _tell(self, tables: Tables) -> None:
        if tables.changes.appended:
            self._feed.grow(tables.changes.appended)

    async def _check_epoch(self, tables: Tables) -> None:
        epoch = int(await tables.meta.get("epoch") or 0)
        if epoch != self.fence.epoch:
            raise TakenOver(
                f"Another roomd has taken over the database {self.path}. This one writes and sends nothing more: "
                "stop it, and keep one for each store."
            )

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"The database {self.path} is closed: roomd is stopping. Try again when it has started.")


@dataclass(frozen=True)
class _Connections:
    """The open database, and the number of its newest change.

    ``close`` closes the readers, then the writer, and lets go of the folder last.
    """

    writer: Connection
    readers: list[Connection]
    seq: int
    fence: Fence
    machine: str
    close: Callable[[], Awaitable[None]]
    place: str = ""


def _in_a_folder(path: Path) -> Path:
    path = path.absolute()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


async def _connect_all(path: Path, clock: Clock, machine: str) -> _Connections:
    async with AsyncExitStack() as opened:
        opened.callback(FolderLock(path.parent).release)
        await to_the_end(asyncio.to_thread(prepare, path, clock.now(), migrations()))
        place = place_of(path)
        fence = await to_the_end(asyncio.to_thread(take, path, machine, place))
        opened.callback(SoleUse(path.parent, fence.secret, machine).release)
        writer = await opened.enter_async_context(_connect(path, "rw", _WRITER))
        readers = [await opened.enter_async_context(_connect(path, "ro", _READER)) for _ in range(READERS)]
        seq = await Changes(writer).last_seq()
        return _Connections(writer, readers, seq, fence, machine, opened.pop_all().aclose, place)


@asynccontextmanager
async def _connect(path: Path, mode: str, settings: str) -> AsyncIterator[Connection]:
    connection = Connection(path, mode)
    async with connection:
        await connection.executescript(settings)
        yield connection
