import asyncio
import sqlite3
from contextlib import closing, suppress

import pytest

from core.store.samples import NINE, ZHANGSAN, event
from roomd_core.errors import StoreError, StoreFull
from roomd_core.model import ChangeKind
from roomd_core.store import Store, Tables


async def put(store: Store, name: str, value: str = "") -> None:
    async with store.write() as tables:
        await tables.meta.put(name, value)


async def get(store: Store, name: str) -> str | None:
    async with store.read() as tables:
        return await tables.meta.get(name)


async def test_an_error_in_the_block_takes_everything_back(store: Store) -> None:
    with suppress(ZeroDivisionError):
        async with store.write() as tables:
            await tables.meta.put("half", "done")
            raise ZeroDivisionError
    assert await get(store, "half") is None
    await put(store, "whole", "done")
    assert await get(store, "whole") == "done"


async def test_a_task_cancelled_at_any_point_has_committed_all_or_nothing(store: Store) -> None:
    ticks, outcomes = 0, set[bool]()
    while True not in outcomes:
        made = event()
        task = asyncio.create_task(book(store, made.id))
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        async with store.read() as tables:
            stored = await tables.events.get(made.id) is not None
            assert stored is bool(await tables.changes.of_event(made.id))
        outcomes.add(stored)
        await put(store, "usable", str(ticks))
        ticks += 1 + ticks // 8
    assert outcomes == {True, False}


async def book(store: Store, name: str) -> None:
    async with store.write() as tables:
        await tables.events.put([event(id=name)])
        await tables.changes.append(at=NINE, kind=ChangeKind.CREATED, event=name, actor="unix:zhangsan")


async def test_a_task_cancelled_while_it_commits_has_committed_and_wakes_who_waits(store: Store) -> None:
    made, committing = event(), asyncio.Event()

    async def booking() -> None:
        async with store.write() as tables:
            await tables.events.put([made])
            await tables.changes.append(at=NINE, kind=ChangeKind.CREATED, event=made.id, actor="unix:zhangsan")
            committing.set()

    task = asyncio.create_task(booking())
    await committing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.wait_beyond(0, timeout=0) == 1
    async with store.read() as tables:
        assert await tables.events.get(made.id) == made


async def test_writers_go_one_at_a_time(store: Store) -> None:
    async def count_up() -> None:
        async with store.write() as tables:
            seen = int(await tables.meta.get("count") or 0)
            await asyncio.sleep(0)
            await tables.meta.put("count", str(seen + 1))

    await asyncio.gather(*(count_up() for _ in range(20)))
    assert await get(store, "count") == "20"


async def test_a_reader_sees_one_moment_however_long_it_looks(store: Store) -> None:
    await put(store, "a", "before")
    await put(store, "b", "before")
    async with store.read() as tables:
        first = await tables.meta.get("a")
        await put(store, "a", "after")
        await put(store, "b", "after")
        assert (first, await tables.meta.get("b")) == ("before", "before")
    assert await get(store, "b") == "after"


async def test_more_readers_than_connections_all_get_their_turn(store: Store) -> None:
    await put(store, "a", "1")
    assert await asyncio.gather(*(get(store, "a") for _ in range(30))) == ["1"] * 30


async def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        async with store.read() as tables:
            await tables.meta.put("a", "1")
    await put(store, "a", "2")


async def test_what_refers_to_nothing_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        async with store.write() as tables:
            await tables.changes.append(at=NINE, kind=ChangeKind.CREATED, event="nobody", actor=ZHANGSAN)


async def test_a_full_disk_loses_nothing_and_the_store_works_again_once_there_is_space(store: Store) -> None:
    await put(store, "before", "kept")
    await limit_pages(store, 1)
    with pytest.raises(StoreFull, match=r"No space is left .* nothing is lost"):
        await put(store, "big", "x" * 200_000)
    assert await get(store, "before") == "kept"
    assert await get(store, "big") is None
    await limit_pages(store, 1_000_000)
    await put(store, "big", "x" * 200_000)
    assert await get(store, "big") == "x" * 200_000


async def test_a_swallowed_full_disk_is_not_taken_for_a_commit(store: Store) -> None:
    await limit_pages(store, 1)

    async def careless() -> None:
        async with store.write() as tables:
            with suppress(sqlite3.Error):
                await fill(tables)
                await tables.meta.get("big")
            await store._connections.writer.rollback()  # as SQLite itself may do when it runs out of space

    with pytest.raises(StoreError):
        await careless()


async def limit_pages(store: Store, pages: int) -> None:
    """Let the database grow to so many pages; SQLite never goes below what it has."""
    await store._connections.writer.execute_fetchall(f"PRAGMA max_page_count = {pages}")


async def fill(tables: Tables) -> None:
    await tables.meta.put("big", "x" * 500_000)


async def test_another_program_that_holds_the_database_is_told_apart(store: Store) -> None:
    await store._connections.writer.execute_fetchall("PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            await put(store, "a", "1")
        other.execute("ROLLBACK")
    await put(store, "a", "2")
    assert await get(store, "a") == "2"


async def test_closing_waits_for_the_transaction_under_way(store: Store) -> None:
    async with store.write() as tables:
        closing_store = asyncio.create_task(store.close())
        await asyncio.sleep(0)
        await tables.meta.put("last", "word")
    await closing_store
    with pytest.raises(StoreError, match="is closed"):
        await get(store, "last")
    with pytest.raises(StoreError, match="is closed"):
        await put(store, "after", "all")
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE name = 'last'").fetchone() == ("word",)


async def test_closing_twice_is_closing_once(store: Store) -> None:
    await store.close()
    await store.close()
