"""Single facts of a store that no daemon works with, for a command that runs beside none."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from roomd_core.store.faults import explained, opening
from roomd_core.store.lock import FolderLock
from roomd_core.store.meta import PUT


class ClosedStore:
    """A database that is not opened as a store: no schema is changed, no epoch counted. Made by ``closed_store``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> str | None:
        """Return a fact. Raise StoreError."""
        found = self._run("SELECT value FROM meta WHERE name = ?", (name,))
        return found[0][0] if found else None

    def put(self, name: str, value: str) -> None:
        """Store a fact; it is on the disk when this returns. Raise StoreError."""
        self._run(PUT, (name, value))

    def _run(self, sql: str, values: tuple[str, ...]) -> list[tuple[str]]:
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        with explained(self._path), closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            return connection.execute(sql, values).fetchall()


@contextmanager
def closed_store(path: Path) -> Iterator[ClosedStore | None]:
    """Keep daemons away from the database at ``path`` while the block runs; None where there is none yet.

    Raise StoreError while a daemon has it.
    """
    with opening(path):
        owner = _owner(path)
        lock = FolderLock(path.parent) if owner else None
    try:
        if owner and os.geteuid() == 0:
            os.chown(path.parent / "lock", *owner)
        yield ClosedStore(path) if lock else None
    finally:
        if lock is not None:
            lock.release()


def _owner(path: Path) -> tuple[int, int] | None:
    """Return user and group of a file, None where there is none. Raise OSError if that cannot be told."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_uid, found.st_gid
