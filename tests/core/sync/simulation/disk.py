"""The store on real SQLite files, without threads, and what a power cut leaves of it.

The store's own code runs unchanged. Only its connections are others: they work in the calling thread, so that the
same seed always does the same, and they tell ``strike`` before and after every COMMIT.
"""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.sync.simulated_exchange import Crash
from roomd_core.clock import Clock
from roomd_core.store import Store
from roomd_core.store.connection import Work
from roomd_core.store.fence import take
from roomd_core.store.lock import FolderLock
from roomd_core.store.migration import migrations, prepare
from roomd_core.store.store import _Connections

FILE = "roomd.sqlite3"
MACHINE = "the machine"
READERS = 3
STAMP = "epoch"
_SETTINGS = "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;"

Strike = Callable[[str], None]
"""Called with "before" or "after" a commit; raises what goes wrong."""


_TOLD = """
CREATE TEMP TRIGGER begun AFTER INSERT ON operation BEGIN SELECT told('nothing', new.state); END;
CREATE TEMP TRIGGER moved AFTER UPDATE ON operation WHEN old.state <> new.state BEGIN
    SELECT told(old.state, new.state);
END;
CREATE TEMP TRIGGER renamed AFTER UPDATE ON event WHEN old.uid <> new.uid BEGIN
    SELECT renamed(new.id, new.uid);
END;
"""


def no_strike(_when: str) -> None:
    """Let every commit pass."""


class Connection:
    """What the store asks of a connection, done at once. ``cut`` ends it as a power cut does."""

    def __init__(self, path: Path, *, writes: bool, strike: Strike = no_strike) -> None:
        uri = f"{path.absolute().as_uri()}?mode={'rw' if writes else 'ro'}"
        self._sqlite = sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=400)
        self._sqlite.executescript(_SETTINGS)
        self._strike = strike
        self._is_cut = False

    def tell(self, work: Work) -> None:
        self._require_power()
        work(self._sqlite)

    async def ask(self, sql: str, values: Any = ()) -> list[Any]:
        if sql == "COMMIT":
            self._strike("before")
        rows = self._run(sql, values)
        if sql == "COMMIT":
            self._strike("after")
        return rows

    async def undo(self) -> None:
        if not self._is_cut:
            self._sqlite.rollback()

    def tell_of(self, told: Callable[[str, str], None], renamed: Callable[[str, str], None]) -> None:
        """Have every change of an operation's state told, and every new uid of an event."""
        self._sqlite.create_function("told", 2, told)
        self._sqlite.create_function("renamed", 2, renamed)
        self._sqlite.executescript(_TOLD)

    def cut(self) -> None:
        self._is_cut = True
        self._sqlite.close()

    def _run(self, sql: str, values: Any) -> list[Any]:
        self._require_power()
        return self._sqlite.execute(sql, values).fetchall()

    def _require_power(self) -> None:
        if self._is_cut:
            raise Crash


class Disk:
    """The folder of one store. Every life of its daemon has its files; a power cut leaves them to the next."""

    def __init__(self, folder: Path, counts: Counter[str] | None = None) -> None:
        self._folder = folder
        self._counts: Counter[str] = Counter() if counts is None else counts
        self._life = 0
        self.uids: list[tuple[str, str]] = []
        self._connections: list[Connection] = []
        self._lock: FolderLock | None = None
        self._current.mkdir(parents=True)

    @property
    def file(self) -> Path:
        return self._current / FILE

    @property
    def is_on(self) -> bool:
        return bool(self._connections)

    def switch_on(self, clock: Clock, *, strike: Strike = no_strike) -> Store:
        """Open the store as it is on disk. Raise StoreError while another daemon has it."""
        lock = FolderLock(self._folder)
        if not self.file.exists():
            prepare(self.file, clock.now(), migrations())
        fence = take(self.file, MACHINE)
        writer = Connection(self.file, writes=True, strike=strike)
        writer.tell_of(self._told, self._renamed)
        readers = [Connection(self.file, writes=False) for _ in range(READERS)]
        self._connections, self._lock = [writer, *readers], lock
        seq = writer._sqlite.execute("SELECT coalesce(max(seq), 0) FROM change").fetchone()[0]
        return Store(self.file, _Connections(writer, readers, seq, fence, MACHINE, self._close))  # type: ignore[arg-type]

    def power_cut(self) -> None:
        """Leave the files as they are this moment, an open transaction in them, to the next life."""
        if not self.is_on:
            return
        before = self._current
        self._life += 1
        copy_store(before, self._current)
        shutil.copyfile(before / STAMP, self._current / STAMP)
        self._end()
        shutil.rmtree(before)

    def copy_to(self, folder: Path) -> "Disk":
        """Copy the store while it is in use, as somebody who clones a machine does."""
        twin = Disk(folder)
        twin._current.rmdir()
        copy_store(self._current, twin._current)
        return twin

    def look(self) -> sqlite3.Connection:
        """Open a connection of one's own that reads, as an inspector."""
        uri = f"{self.file.absolute().as_uri()}?mode=ro"
        return sqlite3.connect(uri, uri=True)

    @property
    def _current(self) -> Path:
        return self._folder / f"life{self._life}"

    def _renamed(self, event: str, uid: str) -> None:
        self.uids.append((event, uid))

    def _told(self, before: str, after: str) -> None:
        self._counts[f"operation: {before} -> {after}"] += 1

    async def _close(self) -> None:
        self._end()

    def _end(self) -> None:
        for connection in self._connections:
            connection.cut()
        self._connections = []
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def copy_store(source: Path, target: Path) -> None:
    """Copy a database and its write-ahead log; its shared memory does not survive a power cut."""
    target.mkdir(parents=True)
    for name in (FILE, f"{FILE}-wal"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
