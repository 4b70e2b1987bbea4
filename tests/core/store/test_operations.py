from datetime import datetime

import pytest
from msgspec.structs import replace

from core.store.samples import ELEVEN, MINUTE, NINE, TEN, ZHANGSAN, content, event
from roomd_core.model import Event, Operation, OperationKind, OperationState
from roomd_core.store import OutboxSummary, Store, Tables


async def queue(
    tables: Tables, of: Event, kind: OperationKind = OperationKind.UPDATE, at: datetime = NINE
) -> Operation:
    await tables.events.put([of])
    return await tables.operations.add(
        event=of.id, mailbox=ZHANGSAN, kind=kind, key="key", payload=content(), created_at=at
    )


async def set_state(tables: Tables, operation: Operation, state: OperationState, **fields: object) -> Operation:
    changed = replace(operation, state=state, **fields)
    await tables.operations.put(changed)
    return changed


async def test_everything_about_an_operation_survives(store: Store) -> None:
    async with store.write() as tables:
        queued = await queue(tables, event(), OperationKind.CREATE)
        sent = replace(
            queued, state=OperationState.UNKNOWN, attempts=3, not_before=TEN, sent_at=NINE,
            absent_once_at=ELEVEN, error="timed out", payload=content(title="Other"),
        )  # fmt: skip
        await tables.operations.put(sent)
    async with store.read() as tables:
        assert await tables.operations.get(queued.id) == sent
        assert await tables.operations.get(queued.id + 1) is None


async def test_the_oldest_is_done_first_and_one_for_each_event(store: Store) -> None:
    async with store.write() as tables:
        one, other = event(), event()
        first, second = await queue(tables, one), await queue(tables, other)
        later = await queue(tables, one)
        assert await tables.operations.due(NINE) == [first, second]
        await set_state(tables, first, OperationState.DONE)
        assert await tables.operations.due(NINE) == [second, later]


@pytest.mark.parametrize("state", [OperationState.SENDING, OperationState.UNKNOWN, OperationState.QUEUED])
async def test_what_follows_waits_for_the_one_before_it(store: Store, state: OperationState) -> None:
    async with store.write() as tables:
        one = event()
        first, _later = await queue(tables, one), await queue(tables, one)
        await set_state(tables, first, state, not_before=TEN)
        assert await tables.operations.due(TEN - MINUTE) == []
        due = await tables.operations.due(TEN)
        assert [operation.id for operation in due] == ([] if state is OperationState.SENDING else [first.id])


async def test_what_is_parked_does_not_hold_up_what_follows(store: Store) -> None:
    async with store.write() as tables:
        one = event()
        parked = await set_state(tables, await queue(tables, one), OperationState.PARKED)
        later = await queue(tables, one)
        assert await tables.operations.due(NINE) == [later]
        assert await tables.operations.open_of_event(one.id) == [parked, later]
        assert await tables.operations.unsent_events() == [one.id]


@pytest.mark.parametrize("state", [each for each in OperationState if each is not OperationState.DONE])
async def test_an_operation_waits_for_one_of_another_event_until_that_is_done(
    store: Store, state: OperationState
) -> None:
    async with store.write() as tables:
        first, second = await queue(tables, event()), await queue(tables, event(), OperationKind.CREATE)
        await set_state(tables, second, OperationState.QUEUED, after=first.id)
        await set_state(tables, first, state)
        assert second.id not in [each.id for each in await tables.operations.due(NINE)]
        await set_state(tables, first, OperationState.DONE)
        assert [each.id for each in await tables.operations.due(NINE)] == [second.id]
        assert await tables.operations.get(second.id) == replace(second, after=first.id)


async def test_the_worker_knows_when_to_look_again(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.operations.next_due() is None
        first = await queue(tables, event())
        await set_state(tables, first, OperationState.UNKNOWN, not_before=ELEVEN)
        assert await tables.operations.next_due() == ELEVEN
        await set_state(tables, await queue(tables, event()), OperationState.QUEUED, not_before=TEN)
        assert await tables.operations.next_due() == TEN


async def test_what_was_being_sent_when_roomd_stopped_is_unknown(store: Store) -> None:
    async with store.write() as tables:
        sending = await set_state(tables, await queue(tables, event()), OperationState.SENDING)
        queued = await queue(tables, event())
        assert await tables.operations.recover() == 1
        assert await tables.operations.recover() == 0
        assert await tables.operations.due(NINE) == [replace(sending, state=OperationState.UNKNOWN), queued]


async def test_the_summary_counts_what_waits(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.operations.summary() == OutboxSummary()
        for minute, state in enumerate(OperationState):
            await set_state(tables, await queue(tables, event(), at=NINE + minute * MINUTE), state)
        assert await tables.operations.summary() == OutboxSummary(queued=2, unknown=1, parked=1, oldest_at=NINE)


async def test_many_events_are_asked_for_at_once(store: Store) -> None:
    async with store.write() as tables:
        busy, quiet = event(), event()
        operation = await queue(tables, busy)
        await set_state(tables, await queue(tables, quiet), OperationState.DONE)
        opened = await tables.operations.open_of_events([busy.id, quiet.id])
        assert opened == {busy.id: [operation], quiet.id: []}
