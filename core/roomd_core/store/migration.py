"""Bringing a database to this roomd's schema: checked before, copied before, one transaction a step."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from importlib import resources
from pathlib import Path

from msgspec import Struct

from roomd_core.errors import StoreError
from roomd_core.store.faults import damaged


class Migration(Struct, frozen=True):
    """One step: the script that leads to schema ``version``."""

    version: int
    script: str


def migrations() -> list[Migration]:
    """Return the steps in order, from the package's files named ``NNNN_what.sql``."""
    files = (resources.files("roomd_core.store") / "schema").iterdir()
    steps = [(int(file.name[:4]), file.read_text("utf-8")) for file in files if file.name.endswith(".sql")]
    return [Migration(version, script) for version, script in sorted(steps)]


def prepare(path: Path, now: datetime, steps: list[Migration]) -> None:
    """Check the database at ``path`` and bring it to the newest of ``steps``; make it where there is none.

    Raises StoreError for a damaged database and for one that a newer roomd wrote. Before an existing database is
    changed, a checked copy is put beside it.
    """
    _make_private(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        _check(connection, path)
        version = _version(connection)
        newest = steps[-1].version
        if version > newest:
            raise StoreError(
                f"The database {path} has schema {version}; this roomd knows only up to {newest}. Install the roomd "
                "that wrote it or a newer one, or put back the copy made before it was upgraded."
            )
        connection.execute("PRAGMA journal_mode = WAL")
        if 0 < version < newest:
            _copy(connection, path.with_name(f"{path.stem}-schema-{version}-{now:%Y%m%dT%H%M%SZ}.db"))
        for step in steps:
            if step.version > version:
                _apply(connection, step)


def _make_private(path: Path) -> None:
    """Make the file for its owner alone, before SQLite makes it for everybody. No connection is open yet."""
    path.touch(mode=0o600)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise damaged(path, found)


def _apply(connection: sqlite3.Connection, step: Migration) -> None:
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{step.script}\nPRAGMA user_version = {step.version};\nCOMMIT;")
    except sqlite3.Error:
        connection.rollback()
        raise


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database, check the copy, and only then give it its name."""
    draft = target.with_suffix(".part")
    draft.unlink(missing_ok=True)
    _make_private(draft)
    with closing(sqlite3.connect(draft)) as copy:
        connection.backup(copy)
        _check(copy, draft)
    _to_disk(draft)
    draft.rename(target)
    _to_disk(target.parent)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
