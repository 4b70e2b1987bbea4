"""What changes between deciding what to send and noting that it is being sent."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from core.sync.house import ZHANG, House, at, meeting
from core.sync.simulated_copy import titles
from roomd_core.model import ConflictKind, Item, Operation, OperationKind, OperationState
from roomd_core.sync.case import Revision
from roomd_core.sync.clearing import Clearer
from roomd_core.sync.ledger import Decision, Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.loss_guard import LossGuard
from roomd_core.sync.losses import Limits
from roomd_core.sync.outbox import Outbox
from roomd_core.sync.pull import Puller
from roomd_core.sync.window import Window


class RacingLedger(Ledger):
    """A ledger in which something else is stored just before its next revision."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def revise(self, event: str, decide: Decision, *, actor: str = "exchange") -> Revision:
        if happens := self.meanwhile:
            self.meanwhile = None
            await happens()
        return await super().revise(event, decide, actor=actor)


async def work(house: House, event: str, meanwhile: Callable[[], Awaitable[None]]) -> Operation:
    """Work on what waits for an event while something else happens; return what became of it."""
    ledger = RacingLedger(house.store, house.clock, Window(), patience=timedelta(minutes=5))
    await ledger.list_mailboxes()
    ledger.meanwhile = meanwhile
    puller = Puller(ledger, house.exchange, LossGuard(ledger, house.exchange, Limits()))
    locks = MailboxLocks()
    clearer = Clearer(ledger, house.exchange, locks)
    outbox = Outbox(ledger, house.exchange, puller, locks, clearer, settle=timedelta(minutes=2), random=lambda: 0.5)
    async with house.store.read() as tables:
        [operation] = await tables.operations.open_of_event(event)
    await outbox.work(operation)
    assert ledger.meanwhile is None
    async with house.store.read() as tables:
        ended = await tables.operations.get(operation.id)
    assert ended is not None
    return ended


async def the_copy(house: House, event: str) -> Item:
    async with house.store.read() as tables:
        return next(item for item in await tables.items.of_event(event) if item.mailbox == ZHANG)


async def test_a_change_whose_item_is_forgotten_meanwhile_is_sent_and_not_noted_as_done(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    copy = await the_copy(house, event)
    await house.change(event, title="Renamed")

    async def forgotten() -> None:
        async with house.store.write() as tables:
            await tables.items.remove(ZHANG, [copy.ref.item_id])

    operation = await work(house, event, forgotten)
    assert (operation.kind, operation.state) == (OperationKind.UPDATE, OperationState.DONE)
    assert titles(house.exchange.copies(ZHANG)) == ["Renamed"]


async def test_an_item_to_be_made_anew_that_is_back_meanwhile_is_gone_on_with(house: House) -> None:
    event = await house.book(meeting(rooms=[]))
    await house.push()
    copy = await the_copy(house, event)
    there = house.exchange.copy(ZHANG, (await house.event(event)).uid)
    house.exchange.remove(ZHANG, there.uid)
    await house.engine.refresh([ZHANG])
    await house.change(event, start=at(14), end=at(15))
    house.exchange.calls.clear()

    async def back() -> None:
        house.exchange.calendars[ZHANG].copies[there.item_id] = there
        async with house.store.write() as tables:
            await tables.items.put([copy])

    operation = await work(house, event, back)
    assert (operation.kind, operation.state) == (OperationKind.CREATE, OperationState.DONE)
    assert "create" not in [call for call, _ in house.exchange.calls]
    assert (await house.event(event)).base is not None
    [asked] = await house.conflicts()
    assert (asked.kind, asked.units) == (ConflictKind.EDIT, ("time",)), "the time saved here is not lost"
