"""A connection to the database: aiosqlite's, but that what nobody waits for makes no trip of its own.

A trip to the connection's thread and back costs as much as storing ten rows. What is written in a transaction
therefore goes with the next question, or with COMMIT; there it fails, where it fails.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import aiosqlite

Work: TypeAlias = Callable[[sqlite3.Connection], object]

_EACH_FETCH = 64


class Connection(aiosqlite.Connection):
    """One connection with a thread of its own. What is ``told`` is done in order, before what is asked next."""

    def __init__(self, path: Path, mode: str) -> None:
        """``mode`` is that of a SQLite URI: rw or ro."""
        uri = f"{path.as_uri()}?mode={mode}"
        super().__init__(lambda: sqlite3.connect(uri, uri=True, isolation_level=None), _EACH_FETCH)
        self._told: list[Work] = []

    def tell(self, work: Work) -> None:
        """Have something done whose answer nobody waits for. It raises from the next ``ask``."""
        self._told.append(work)

    async def ask(self, sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """Run a statement, after what was told before, and return its rows."""
        told, self._told = self._told, []
        rows: list[tuple[Any, ...]] = await self._execute(self._answer, told, sql, values)  # type: ignore[no-untyped-call]
        return rows

    async def undo(self) -> None:
        """Roll back, and forget what was told and not yet done."""
        self._told.clear()
        await self.rollback()

    def _answer(self, told: list[Work], sql: str, values: Any) -> list[tuple[Any, ...]]:
        for work in told:
            work(self._conn)
        return self._conn.execute(sql, values).fetchall()
