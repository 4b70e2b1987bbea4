"""What every table's class is made from: how to run a statement, and statements made from names."""

import sqlite3
from collections.abc import Sequence
from functools import cache, partial
from itertools import chain
from typing import Any, Final, TypeAlias

from roomd_core.store.connection import Connection

Row: TypeAlias = tuple[Any, ...]

AMONG: Final = "IN (SELECT value FROM json_each(:among))"
"""The condition that a column is one of many; ``among`` is ``encoding.array`` of them."""

_AT_ONCE: Final = 64
"""Rows in one statement: the way into SQLite and out again is up to a third of what storing a row costs."""


class Table:
    """One table, seen through the connection of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def _rows(self, sql: str, **values: object) -> list[Row]:
        return await self._connection.ask(sql, values)

    async def _row(self, sql: str, **values: object) -> Row | None:
        rows = await self._rows(sql, **values)
        return rows[0] if rows else None

    async def _value(self, sql: str, **values: object) -> Any:
        row = await self._row(sql, **values)
        return row[0] if row else None

    async def _run(self, sql: str, **values: object) -> None:
        self._connection.tell(lambda connection: connection.execute(sql, values))

    async def _insert(self, sql: str, row: Row) -> int:
        """Insert one row and return its number."""
        self._connection.tell(lambda connection: connection.execute(sql, row))
        ((number,),) = await self._connection.ask("SELECT last_insert_rowid()")
        return int(number)

    async def _run_many(self, sql: str, rows: Sequence[Row]) -> None:
        if rows:
            self._connection.tell(partial(_insert, sql, rows))


def select(table: str, columns: Sequence[str]) -> str:
    """Return the beginning of the statement that reads rows in the order of ``columns``."""
    return f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - names of our own


def insert(table: str, columns: Sequence[str]) -> str:
    """Return the statement that inserts a row given in the order of ``columns``."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {_marks(len(columns))}"  # noqa: S608 - names of our own


def upsert(table: str, columns: Sequence[str], *, key: Sequence[str]) -> str:
    """Return the statement that inserts a row, or changes the one with the same ``key``."""
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"{insert(table, columns)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"


def _insert(sql: str, rows: Sequence[Row], connection: sqlite3.Connection) -> None:
    """Run a statement of ``insert`` or ``upsert`` for all rows, in order; those that fill no statement one by one."""
    whole = len(rows) - len(rows) % _AT_ONCE
    filled = (tuple(chain.from_iterable(rows[first : first + _AT_ONCE])) for first in range(0, whole, _AT_ONCE))
    connection.executemany(_at_once(sql, len(rows[0])), filled)
    connection.executemany(sql, rows[whole:])


@cache
def _at_once(sql: str, width: int) -> str:
    """Return the statement for as many rows as go at once in place of one."""
    return sql.replace(_marks(width), ", ".join([_marks(width)] * _AT_ONCE), 1)


def _marks(width: int) -> str:
    return f"({', '.join('?' * width)})"
