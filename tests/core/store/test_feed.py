import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from core.store.samples import NINE, SetClock, event
from roomd_core.model import Change, ChangeKind
from roomd_core.store import Store, Tables


async def tell(tables: Tables, *, of: str, note: str = "") -> Change:
    return await tables.changes.append(at=NINE, kind=ChangeKind.CHANGED, event=of, actor="unix:lisi", note=note)


@pytest.fixture
async def known(store: Store) -> str:
    """The id of an event that is in the store."""
    made = event()
    async with store.write() as tables:
        await tables.events.put([made])
    return made.id


async def test_whoever_waits_is_woken_by_the_commit_and_finds_the_entry(store: Store, known: str) -> None:
    waiting = asyncio.create_task(store.wait_beyond(0))
    async with store.write() as tables:
        entry = await tell(tables, of=known)
        await asyncio.sleep(0)
        assert not waiting.done()
    assert await waiting == entry.seq == 1
    async with store.read() as tables:
        assert await tables.changes.since(0, 10) == [entry]


async def test_who_asks_late_is_answered_at_once(store: Store, known: str) -> None:
    async with store.write() as tables:
        await tell(tables, of=known)
    assert await store.wait_beyond(0) == 1


async def test_a_commit_without_an_entry_and_a_rollback_wake_nobody(store: Store, known: str) -> None:
    waiting = asyncio.create_task(store.wait_beyond(0))
    async with store.write() as tables:
        await tables.meta.put("a", "1")
    with suppress(ZeroDivisionError):
        async with store.write() as tables:
            await tell(tables, of=known)
            raise ZeroDivisionError
    assert not waiting.done()
    async with store.write() as tables:
        assert (await tell(tables, of=known)).seq == 1
    assert await waiting == 1
    async with store.write() as tables:
        await tables.meta.put("a", "2")
    assert await store.wait_beyond(0, timeout=0) == 1


async def test_waiting_ends_at_the_timeout_with_the_number_as_it_is(store: Store) -> None:
    assert await store.wait_beyond(0, timeout=0.01) == 0


async def test_entries_appended_together_are_numbered_in_order(store: Store, known: str) -> None:
    async with store.write() as tables:
        first = await tell(tables, of=known)
        many = await tables.changes.append_many([first, first, first])
        assert [entry.seq for entry in many] == [2, 3, 4]
        assert await tables.changes.append_many([]) == []
        assert await tables.changes.since(1, 2) == many[:2]
        assert await tables.changes.of_event(known) == [first, *many]


async def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    path, made = tmp_path / "roomd.db", event()
    for seq in (1, 2):
        store = await Store.open(path, clock=SetClock())
        assert await store.wait_beyond(0, timeout=0) == seq - 1
        async with store.write() as tables:
            await tables.events.put([made])
            assert (await tell(tables, of=made.id)).seq == seq
        await store.close()
