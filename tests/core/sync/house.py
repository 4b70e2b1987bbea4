"""A small house to sync: two people and two rooms, an Exchange, a store on disk, and an engine that can be lost."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

from msgspec.structs import replace

from core.sync.simulated_exchange import SimulatedExchange
from core.sync.virtual_clock import VirtualClock
from roomd_core.booking.ledger import Deed, known_event, save
from roomd_core.booking.outcome import Known, Outcome, booked, cancelled, changed
from roomd_core.booking.rules import Draft
from roomd_core.merge import ASK_ALWAYS, Policy
from roomd_core.model import (
    Attendee,
    Change,
    ChangeKind,
    Conflict,
    Content,
    Event,
    Mailbox,
    MailboxKind,
    Occupancy,
    OccupancyState,
    RoomAnswer,
    Run,
    Trigger,
)
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window

FILE = "roomd.sqlite3"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ZHANG, LI = "zhangsan@example.com", "lisi@example.com"
MOON, LAKE = "guanghan@example.com", "lake@example.com"
USER = "unix:zhangsan"
STRANGER = "stranger@elsewhere.example"


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC) + timedelta(days=day)


def meeting(title: str = "Planning", start: int = 10, end: int = 11, *, rooms: Sequence[str] = (MOON,)) -> Content:
    return Content(
        title=title,
        start=at(start),
        end=at(end),
        zone="Asia/Shanghai",
        body="Bring figures.\nAnd tea.",
        rooms=tuple(sorted(rooms)),
    )


def invite(content: Content, *addresses: str) -> Content:
    return replace(content, attendees=tuple(sorted(Attendee(address=address) for address in addresses)))


def forget_place(file: Path) -> None:
    """Let a copy of a closed store count as the store itself."""
    with closing(sqlite3.connect(file)) as copied, copied:
        copied.execute("DELETE FROM meta WHERE name = 'place'")


class House:
    """Both sides, and what a test does to each."""

    def __init__(
        self,
        folder: Path,
        *,
        answers: RoomAnswer = RoomAnswer.EXCHANGE,
        concurrency: int = 2,
        policy: Mapping[str, Policy] = ASK_ALWAYS,
    ) -> None:
        self.clock = VirtualClock(NOW)
        self.exchange = SimulatedExchange(self.clock)
        self.exchange.add(ZHANG, LI)
        self.exchange.add(MOON, LAKE, attended=answers is RoomAnswer.EXCHANGE)
        self.mailboxes = [
            Mailbox(address=ZHANG, kind=MailboxKind.PERSON, name="Zhang San"),
            Mailbox(address=LI, kind=MailboxKind.PERSON, name="Li Si"),
            Mailbox(address=MOON, kind=MailboxKind.ROOM, name="2楼广寒宫", answers=answers),
            Mailbox(address=LAKE, kind=MailboxKind.ROOM, name="Lake", answers=answers),
        ]
        self._concurrency = concurrency
        self._policy = policy
        self._answers = answers
        self._folder = folder
        self.store: Store
        self.engine: SyncEngine

    @asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
        await self.start()
        try:
            yield self
        finally:
            await self.store.close()

    async def start(self) -> None:
        self.store = await Store.open(self._folder / FILE, clock=self.clock)
        async with self.store.write() as tables:
            await tables.mailboxes.configure(self.mailboxes)
        self.engine = SyncEngine(
            self.store,
            self.exchange,
            self.clock,
            window=Window(),
            random=lambda: 0.5,
            concurrency=self._concurrency,
            policy=self._policy,
        )
        await self.engine.recover()

    def fork(self, folder: Path) -> "House":
        """Return a house exactly as this one, which is closed, was left: both sides, and the time."""
        twin = House(folder, answers=self._answers, concurrency=self._concurrency)
        copytree(self._folder, folder)
        forget_place(folder / FILE)
        twin.clock, twin.exchange = deepcopy((self.clock, self.exchange))
        return twin

    async def restart(self) -> None:
        """Come back after the process died: nothing it was still doing goes on."""
        lost = asyncio.all_tasks() - {asyncio.current_task()}
        for task in lost:
            task.cancel()
        await asyncio.gather(*lost, return_exceptions=True)
        await self.store.close()
        await self.start()

    # -- what a person does here, as the booking service writes it --------------------------------------------------

    async def book(self, content: Content, *, organizer: str = ZHANG) -> str:
        whose = next(mailbox for mailbox in self.mailboxes if mailbox.address == organizer)
        outcome = booked(Draft(organizer=whose, content=content), self.clock.now(), key=self.store.new_key)
        async with self.store.write() as tables:
            await save(tables, outcome, Deed(kind=ChangeKind.CREATED, actor=USER, at=self.clock.now()))
        return outcome.event.id

    async def change(self, event: str, **fields: object) -> None:
        await self._do(
            ChangeKind.CHANGED,
            event,
            lambda known: changed(
                known,
                replace(known.event.content, **fields),
                actor=USER,
                now=self.clock.now(),
                key=self.store.new_key,
            ),
        )

    async def cancel(self, event: str) -> None:
        await self._do(ChangeKind.CANCELLED, event, lambda known: cancelled(known, actor=USER, now=self.clock.now()))

    async def _do(self, kind: ChangeKind, event: str, act: Callable[[Known], Outcome]) -> None:
        async with self.store.write() as tables:
            known = await known_event(tables, event)
            deed = Deed(kind=kind, actor=USER, at=self.clock.now(), before=known.event.content)
            await save(tables, act(known), deed)

    # -- what goes on by itself -------------------------------------------------------------------------------------

    async def sync(self) -> Run:
        return await self.engine.run(Trigger.HAND)

    async def push(self) -> None:
        """Push and look after it for a minute, as the worker would."""
        await self.engine.push_due()
        for seconds in (0, 1, 3, 10, 30):
            self.clock.advance(seconds)
            await self.engine.follow_up()

    async def settle(self) -> None:
        """Let time pass until two whole rounds find nothing left to do."""
        idle = 0
        for _ in range(14):
            run = await self.sync()
            self.clock.advance(130)
            idle = 0 if run.fetched or run.pushed or await self.waiting() else idle + 1
            if idle == 2:
                return

    # -- what a test looks at ---------------------------------------------------------------------------------------

    async def event(self, event: str) -> Event:
        async with self.store.read() as tables:
            found = await tables.events.get(event)
        assert found is not None
        return found

    async def occupancies(self, *mailboxes: str) -> list[Occupancy]:
        async with self.store.read() as tables:
            return await tables.occupancies.between(at(0, day=-30), at(0, day=400), mailboxes or None)

    async def states(self, event: str) -> dict[str, OccupancyState]:
        async with self.store.read() as tables:
            return {each.mailbox: each.state for each in await tables.occupancies.of_event(event)}

    async def conflicts(self) -> list[Conflict]:
        async with self.store.read() as tables:
            return await tables.conflicts.listing(resolved=False)

    async def history(self, event: str) -> list[Change]:
        async with self.store.read() as tables:
            return await tables.changes.of_event(event)

    async def last_seq(self) -> int:
        async with self.store.read() as tables:
            return await tables.changes.last_seq()

    async def waiting(self) -> int:
        async with self.store.read() as tables:
            summary = await tables.operations.summary()
        return summary.queued + summary.unknown + summary.parked
