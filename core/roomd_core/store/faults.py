"""What SQLite's errors mean to the person who runs roomd, and what to do about each."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from roomd_core.errors import StoreError, StoreFull

_READ_ONLY = "cannot be written ({error}). Give roomd's user the right to write to its folder."
_LOCKED = "is locked by another program. Close that program and try again."
_UNREADABLE = "cannot be read or written ({error}). Look at the disk, the folder and its rights."
_DAMAGED = (
    "is damaged ({error}). Keep the file, put the newest backup in its place, and start roomd: it reads the rest "
    "from Exchange, or everything if there is no backup."
)
_REFUSED = "refused a statement of roomd's ({error}). Nothing was changed; please report this."

# By SQLite's primary result codes (sqlite.org/rescode.html).
_MEANING: Final = {
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_IOERR: _UNREADABLE,
    sqlite3.SQLITE_CANTOPEN: _UNREADABLE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the database at ``path`` into StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, path) from error


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Turn whatever keeps the database at ``path`` from being opened into StoreError."""
    try:
        with explained(path):
            yield
    except OSError as error:
        raise StoreError(
            f"The database {path} cannot be opened ({error.strerror}: {error.filename}). Look at the folder, who "
            "owns it, and the space on its disk."
        ) from error


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """Say what an error of SQLite means and what to do next."""
    # The low byte of an extended result code is the primary one.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(
            f"No space is left for the database {path}. Nothing was changed and nothing is lost; make room on that "
            "disk and try again."
        )
    return StoreError(f"The database {path} {_MEANING.get(code, _REFUSED).format(error=error)}")


def damaged(path: Path, what: str) -> StoreError:
    """Say what to do about a database that SQLite's own check finds damaged."""
    return StoreError(f"The database {path} {_DAMAGED.format(error=what)}")


def cautions(path: Path) -> tuple[str, ...]:
    """Say what an administrator should know about a database that works."""
    found: list[str] = []
    if (3, 7, 0) <= sqlite3.sqlite_version_info < (3, 51, 3):
        found.append(
            f"SQLite {sqlite3.sqlite_version} can damage a database that several connections write (WAL reset, fixed "
            "in 3.51.3). roomd writes through one alone: let no other program write to the database while it runs."
        )
    if path.parent.stat().st_mode & 0o077:
        found.append(f"Other users can look into {path.parent}, where everybody's calendars are: chmod 700 it.")
    return tuple(found)
