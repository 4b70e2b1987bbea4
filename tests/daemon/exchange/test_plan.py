"""A plan tells every write and everybody mailed beforehand; the lab's own mail log says whether that was true."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.exchange.watched_lab import WatchedLab
from roomd_core.access import Caller
from roomd_core.api.wire import Booking, EventPatch, Invitee, Repeat, Scope
from roomd_core.booking import BookingService
from roomd_core.booking.series_edits import Change
from roomd_core.clock import SystemClock
from roomd_core.model import Mailbox, MailboxKind, PlannedWrite, RoomAnswer, Trigger, WriteKind
from roomd_core.recurrence import Daily, Numbered
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window
from roomd_daemon.exchange import Exchange
from roomd_lab import Automation, RoomPolicy
from roomd_lab.model.post import MailLogEntry

BOSS, GUEST, OTHER = "zhangsan@example.com", "lisi@example.com", "emma@example.com"
MOON, LAKE, WORKSHOP = "guanghan@example.com", "shuijing@example.com", "workshop@example.com"
CALLER = Caller(user="unix:root", may_act_for_all=True)
START = (datetime.now(UTC) + timedelta(days=3)).replace(hour=5, minute=0, second=0, microsecond=0)
WRITES = {"CreateItem", "UpdateItem", "DeleteItem"}


class Desk:
    """Bookings made here, the plan for them, and the lab they go to."""

    def __init__(self, lab: WatchedLab, store: Store, exchange: Exchange) -> None:
        clock = SystemClock()
        self.lab = lab
        self.store = store
        self.engine = SyncEngine(store, exchange, clock, window=Window(), room_grace=timedelta(0))
        self.booking = BookingService(
            store, exchange, clock, refresh=self.engine.refresh, fresh_for=timedelta(minutes=20)
        )

    async def book(self, *rooms: str, attendees: Sequence[str] = (), repeat: Repeat | None = None) -> str:
        booking = Booking(
            recurrence=repeat,
            rooms=rooms,
            start=START,
            end=START + timedelta(hours=1),
            title="Plans",
            organizer=BOSS,
            attendees=tuple(Invitee(address=address) for address in attendees),
        )
        return (await self.booking.book(CALLER, booking)).id

    async def settle(self) -> None:
        while await self.engine.plan():
            await self.engine.run(Trigger.HAND)

    async def carry_out(self) -> tuple[int, list[MailLogEntry]]:
        """Run as planned; return how many writes were sent and the mail that went out."""
        mailed, asked = len(self.lab.mail_log), len(self.lab.operations)
        await self.engine.run(Trigger.HAND)
        written = sum(operation in WRITES for operation in self.lab.operations[asked:])
        return written, list(self.lab.mail_log)[mailed:]


@pytest.fixture
async def desk(tmp_path: Path, lab: WatchedLab, exchange: Exchange) -> AsyncIterator[Desk]:
    lab.set_room_policy(WORKSHOP, RoomPolicy(automation=Automation.AUTO_UPDATE))
    store = await Store.open(tmp_path / "roomd.sqlite3", clock=SystemClock())
    rooms = {MOON: RoomAnswer.EXCHANGE, LAKE: RoomAnswer.EXCHANGE, WORKSHOP: RoomAnswer.ROOMD}
    async with store.write() as tables:
        await tables.mailboxes.configure(
            [
                *(Mailbox(address=a, kind=MailboxKind.ROOM, name=a, answers=answers) for a, answers in rooms.items()),
                *(Mailbox(address=a, kind=MailboxKind.PERSON, name=a) for a in (BOSS, GUEST)),
            ]
        )
    desk = Desk(lab, store, exchange)
    await desk.engine.run(Trigger.START)
    yield desk
    await store.close()


def by_us(mail: Sequence[MailLogEntry], plan: Sequence[PlannedWrite]) -> Counter[tuple[str, str]]:
    """Leave out what Exchange sends by itself: the answers of rooms that have an attendant."""
    ours = {write.mailbox for write in plan}
    return Counter((entry.sender, entry.recipient) for entry in mail if entry.sender in ours)


def told(plan: Sequence[PlannedWrite]) -> Counter[tuple[str, str]]:
    return Counter((write.mailbox, address) for write in plan for address in write.mails)


CHANGES: dict[str, EventPatch] = {
    "title": EventPatch(title="Better plans"),
    "time": EventPatch(start=START + timedelta(hours=2), end=START + timedelta(hours=3)),
    "place": EventPatch(location="the small table"),
    "body": EventPatch(body="Bring figures."),
    "private": EventPatch(private=True),
    "one more person": EventPatch(attendees=(Invitee(address=GUEST), Invitee(address=OTHER))),
    "one person less": EventPatch(attendees=()),
    "another room": EventPatch(rooms=(LAKE,)),
    "one more room": EventPatch(rooms=(LAKE, MOON)),
    "a room that roomd answers for": EventPatch(rooms=(MOON, WORKSHOP)),
    "people and title": EventPatch(attendees=(Invitee(address=OTHER),), title="Other plans"),
}


@pytest.mark.parametrize("patch", CHANGES.values(), ids=CHANGES)
async def test_a_change_mails_exactly_whom_the_plan_says(desk: Desk, patch: EventPatch) -> None:
    event = await desk.book(MOON, attendees=[GUEST])
    await desk.settle()
    await desk.booking.change(CALLER, event, patch)
    plan = await desk.engine.plan()
    written, mail = await desk.carry_out()
    assert [write.event for write in plan] == [event] * len(plan)
    assert by_us(mail, plan) == told(plan)
    assert written == len(plan)
    assert await desk.engine.plan() == []


BOOKED: dict[str, Callable[[Desk], object]] = {
    "a room": lambda desk: desk.book(MOON),
    "a room and people": lambda desk: desk.book(MOON, attendees=[GUEST, OTHER]),
    "a room that roomd answers for": lambda desk: desk.book(WORKSHOP, attendees=[GUEST]),
    "two rooms": lambda desk: desk.book(LAKE, MOON),
}


@pytest.mark.parametrize("book", BOOKED.values(), ids=BOOKED)
async def test_a_booking_mails_exactly_whom_the_plan_says(desk: Desk, book: Callable[[Desk], object]) -> None:
    await book(desk)  # type: ignore[misc]
    plan = await desk.engine.plan()
    written, mail = await desk.carry_out()
    assert plan[0].kind is WriteKind.CREATE
    assert by_us(mail, plan) == told(plan)
    assert written == len(plan)


async def test_a_cancellation_mails_exactly_whom_the_plan_says(desk: Desk) -> None:
    event = await desk.book(MOON, attendees=[GUEST])
    await desk.settle()
    await desk.booking.cancel(CALLER, event)
    [write] = await desk.engine.plan()
    assert (write.kind, write.mailbox, write.mails) == (WriteKind.CANCEL, BOSS, (MOON, GUEST))
    _, mail = await desk.carry_out()
    assert by_us(mail, [write]) == told([write])


async def test_a_cancelled_series_mails_the_room_that_a_single_occurrence_has_too(desk: Desk) -> None:
    daily = Repeat(pattern=Daily(), range=Numbered(count=3))
    event = await desk.book(MOON, repeat=daily)
    await desk.settle()
    one = Change(patch=EventPatch(rooms=(LAKE,)), scope=Scope.THIS, occurrence=START + timedelta(days=1))
    await desk.booking.change(CALLER, event, one)
    await desk.settle()
    await desk.booking.cancel(CALLER, event, scope=Scope.ALL)
    plan = await desk.engine.plan()
    _, mail = await desk.carry_out()
    assert [write.mails for write in plan] == [(MOON, LAKE)]
    assert by_us(mail, plan) == told(plan)


async def test_planning_writes_nothing(desk: Desk) -> None:
    await desk.book(MOON)
    asked, mailed = len(desk.lab.operations), len(desk.lab.mail_log)
    first = await desk.engine.plan()
    assert await desk.engine.plan() == first
    assert (len(desk.lab.operations), len(desk.lab.mail_log)) == (asked, mailed)
