"""What is written goes to the database with the next question or with COMMIT, and fails there."""

import sqlite3
from contextlib import suppress

import pytest
from msgspec.structs import replace

from core.store.samples import NINE, event
from roomd_core.errors import StoreError
from roomd_core.model import Change, ChangeKind
from roomd_core.store import Store


def told_of(name: str) -> Change:
    return Change(seq=0, at=NINE, kind=ChangeKind.CREATED, event=name, actor="unix:zhangsan")


async def names_in(store: Store) -> list[str]:
    async with store.read() as tables:
        return await tables.meta.named("name-")


async def test_a_question_sees_all_that_was_written_before_it_in_order(store: Store) -> None:
    async with store.write() as tables:
        await tables.meta.put("name-1", "old")
        await tables.meta.put("name-2", "gone")
        await tables.meta.put("name-1", "new")
        await tables.meta.remove("name-2")
        assert await tables.meta.named("name-") == ["name-1"]
        assert await tables.meta.get("name-1") == "new"


async def test_what_nothing_was_asked_after_is_committed(store: Store) -> None:
    async with store.write() as tables:
        await tables.meta.put("name-1", "")
    assert await names_in(store) == ["name-1"]


async def test_what_the_database_refuses_fails_at_the_next_question_and_takes_everything_back(store: Store) -> None:
    async def orphan() -> None:
        async with store.write() as tables:
            await tables.meta.put("name-1", "")
            await tables.changes.record([told_of("no such event")])

    with pytest.raises(StoreError) as refused:
        await orphan()
    assert isinstance(refused.value.__cause__, sqlite3.IntegrityError)
    assert await names_in(store) == []


async def test_what_the_database_refuses_last_fails_at_the_commit_and_nobody_is_told(store: Store) -> None:
    made = event()

    async def twice() -> None:
        async with store.write() as tables:
            await tables.events.put([made])
            await tables.changes.record([told_of(made.id)])
            await tables.events.put([event(global_id=b"1"), event(global_id=b"1")])

    with pytest.raises(StoreError):
        await twice()
    assert await store.wait_beyond(0, timeout=0) == 0
    async with store.read() as tables:
        assert await tables.events.get(made.id) is None


async def test_what_was_taken_back_is_not_done_by_the_next_transaction(store: Store) -> None:
    with suppress(ZeroDivisionError):
        async with store.write() as tables:
            await tables.meta.put("name-1", "")
            raise ZeroDivisionError
    async with store.write() as tables:
        await tables.meta.put("name-2", "")
    assert await names_in(store) == ["name-2"]


@pytest.mark.parametrize("count", [1, 15, 16, 17, 40])
async def test_many_are_stored_whole_and_in_order_however_many_they_are(store: Store, count: int) -> None:
    made = [event(uid=f"uid {number}") for number in range(count)]
    changed = [replace(each, organizer_name=f"name {number}") for number, each in enumerate(made)]
    async with store.write() as tables:
        await tables.events.put(made)
        await tables.events.put(changed)
        told = await tables.changes.append_many([told_of(each.id) for each in made])
    async with store.read() as tables:
        assert await tables.events.many(each.id for each in made) == {each.id: each for each in changed}
        assert await tables.changes.since(0, count + 1) == told
    assert [(each.seq, each.event) for each in told] == list(enumerate((each.id for each in made), 1))


async def test_of_two_rows_with_one_key_the_later_counts(store: Store) -> None:
    made = event()
    async with store.write() as tables:
        await tables.events.put([replace(made, organizer_name=str(number)) for number in range(20)])
        stored = await tables.events.get(made.id)
    assert stored is not None
    assert stored.organizer_name == "19"
