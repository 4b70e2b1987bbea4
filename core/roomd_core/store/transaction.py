"""Transactions that a cancelled task cannot leave open."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from roomd_core.store.connection import Connection

T = TypeVar("T")


@asynccontextmanager
async def transaction(
    connection: Connection, begin: str, *, committed: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """Run the block between ``begin`` and COMMIT, then call ``committed``; whatever goes wrong rolls back.

    Statements run one after the other in the connection's thread, so a rollback waits for a statement whose
    caller was cancelled.
    """
    try:
        await to_the_end(connection.ask(begin))
        yield
        await to_the_end(_commit(connection, committed))
    except BaseException:
        await to_the_end(connection.undo())
        raise


async def _commit(connection: Connection, committed: Callable[[], None]) -> None:
    # The statement, not the method: it fails if SQLite has already rolled back, where the method says nothing.
    await connection.ask("COMMIT")
    committed()


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Await ``work`` until it has ended, then let a cancellation that came meanwhile through."""
    task = asyncio.ensure_future(work)
    interruption: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as cancellation:
            interruption = cancellation
    if interruption is not None:
        raise interruption from task.exception()
    return task.result()
