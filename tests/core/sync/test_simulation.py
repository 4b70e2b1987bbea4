"""Whatever people do on both sides, and whatever goes wrong meanwhile, both sides agree in the end.

Each seed is one history: bookings, edits and cancellations here and in Outlook, lost answers, refused and delayed
requests, lost sync states, and deaths of the process. Then the bad luck ends, and the two sides are compared.
"""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, ZHANG, House, at, invite, meeting
from core.sync.simulated_exchange import Copy, Crash, Luck
from roomd_core.merge import diff
from roomd_core.model import EventStatus, OccupancyState, RoomAnswer
from roomd_core.recurrence import Daily, Numbered, Recurrence, Series
from roomd_core.sync.remote import ExchangeUnavailable, MailboxUnavailable, OutcomeUnknown, RetryLater

SEEDS = 24
STEPS = 30
WRITES = ("create", "update", "cancel", "respond")


def bad_luck(random: Random, happened: Counter[str]) -> Luck:
    """Let about one call in six go wrong, as it can go wrong."""

    def luck(_number: int, when: str, call: str, mailbox: str) -> BaseException | None:
        if random.random() > 0.08:
            return None
        choices: list[BaseException] = [Crash()]
        if call in WRITES:
            choices += [OutcomeUnknown("The connection broke.")] * 3
        if when == "before":
            choices += [RetryLater("Busy."), ExchangeUnavailable("Away."), MailboxUnavailable(f"{mailbox} moves.")]
        error = random.choice(choices)
        happened[f"{type(error).__name__} {when} {call}"] += 1
        return error

    return luck


class History:
    """One seed's history."""

    def __init__(self, house: House, random: Random) -> None:
        self.house = house
        self.random = random
        self.happened: Counter[str] = Counter()
        self.events: list[str] = []
        self.meetings: list[Copy] = []
        self._titles = 0

    async def live(self) -> None:
        self.house.exchange.luck = bad_luck(self.random, self.happened)
        for _ in range(STEPS):
            await self.step()
        self.house.exchange.luck = lambda *_: None
        await self.house.settle()

    async def step(self) -> None:
        acts = [
            self.book,
            self.change,
            self.cancel,
            self.meet,
            self.meet_often,
            self.edit,
            self.change_occurrence,
            self.drop_occurrence,
            self.leave_occurrence,
            self.call_off,
            self.forget,
            self.sync,
            self.sync,
        ]
        act = self.random.choice(acts)
        self.happened[act.__name__] += 1
        self.house.clock.advance(self.random.choice([1, 20, 200]))
        try:
            await act()
        except Crash:
            await self.house.restart()

    def title(self) -> str:
        self._titles += 1
        return f"Title {self._titles}"

    def hours(self) -> tuple[int, int]:
        start = self.random.randrange(8, 18)
        return start, start + self.random.choice([1, 2])

    def rooms(self) -> list[str]:
        return self.random.choice([[], [MOON], [LAKE], [MOON, LAKE]])

    async def book(self) -> None:
        content = meeting(self.title(), *self.hours(), rooms=self.rooms())
        self.events.append(await self.house.book(invite(content, *self.random.choice([[], [LI]]))))

    async def change(self) -> None:
        if not self.events:
            return
        event = self.random.choice(self.events)
        if (await self.house.event(event)).status is EventStatus.CONFIRMED:
            await self.house.change(event, **self.fields())

    async def cancel(self) -> None:
        if not self.events:
            return
        event = self.random.choice(self.events)
        if (await self.house.event(event)).status is EventStatus.CONFIRMED:
            await self.house.cancel(event)

    def fields(self) -> dict[str, object]:
        start, end = self.hours()
        choices: list[dict[str, object]] = [
            {"title": self.title()},
            {"location": self.title()},
            {"start": at(start), "end": at(end)},
            {"rooms": tuple(sorted(self.rooms()))},
        ]
        return self.random.choice(choices)

    async def meet(self) -> None:
        self.house.exchange.meet(ZHANG, meeting(self.title(), *self.hours(), rooms=self.rooms()))

    async def meet_often(self) -> None:
        content = meeting(self.title(), *self.hours(), rooms=self.rooms())
        pattern = Daily(interval=self.random.choice([1, 3, 7]))
        extent = Numbered(count=self.random.choice([2, 5]))
        rule = Recurrence(pattern=pattern, first=content.start.date(), range=extent)
        self.house.exchange.meet(ZHANG, replace(content, zone="UTC", series=Series(recurrence=rule)))

    def an_occurrence(self) -> tuple[Copy, datetime] | None:
        series = [copy for copy in self.house.exchange.copies(ZHANG) if copy.content.series and copy.occurrences()]
        if not series:
            return None
        copy = self.random.choice(series)
        return copy, self.random.choice(copy.occurrences()).original_start

    async def change_occurrence(self) -> None:
        if chosen := self.an_occurrence():
            copy, original_start = chosen
            start = original_start + timedelta(hours=self.random.choice([0, 1, 2]))
            times = {"start": start, "end": start + timedelta(hours=1)}
            self.house.exchange.change_occurrence(copy, original_start, title=self.title(), **times)

    async def drop_occurrence(self) -> None:
        if chosen := self.an_occurrence():
            self.house.exchange.drop_occurrence(*chosen)

    async def leave_occurrence(self) -> None:
        if chosen := self.an_occurrence():
            copy, original_start = chosen
            address = self.random.choice([MOON, LAKE])
            if copy.uid in {each.uid for each in self.house.exchange.copies(address)}:
                self.house.exchange.leave_occurrence(address, copy.uid, original_start)

    async def edit(self) -> None:
        if copies := self.house.exchange.copies(ZHANG):
            self.house.exchange.edit(self.random.choice(copies), **self.fields())

    async def call_off(self) -> None:
        if copies := self.house.exchange.copies(ZHANG):
            self.house.exchange.call_off(self.random.choice(copies))

    async def forget(self) -> None:
        self.house.exchange.forget_sync_states(self.random.choice([ZHANG, LI, MOON, LAKE]))

    async def sync(self) -> None:
        await self.house.sync()


async def check(house: House) -> None:
    """Compare both sides."""
    exchange = house.exchange
    assert await house.waiting() == 0 or await house.conflicts()
    uids = Counter(copy.uid for copy in exchange.copies(ZHANG))
    assert not [uid for uid, count in uids.items() if count > 1], "an item is there twice"
    async with house.store.read() as tables:
        stored = await tables.events.by_uid([copy.uid for copy in exchange.copies(ZHANG)])
    torn = {
        conflict.event
        for conflict in await house.conflicts()
        if conflict.kind in ("edit-vs-delete", "missing-remote") and not conflict.remote
    }
    torn.update(event for conflict in await house.conflicts() for event in conflict.missing)
    for copy in exchange.copies(ZHANG):
        event = stored[copy.uid]
        assert event.status is EventStatus.CONFIRMED
        differs = diff(event.content, copy.content)
        assert not differs, f"{event.id}: {differs} differ, and nobody is asked"
    for address in (MOON, LAKE, LI):
        there = sorted((start, end, copy.answer) for copy in exchange.copies(address) for start, end in copy.spans())
        here = sorted(
            (each.start, each.end, "none" if each.state is OccupancyState.TENTATIVE else each.state)
            for each in await house.occupancies(address)
            if each.state is not OccupancyState.DECLINED and each.event not in torn
        )
        assert here == there, address


async def check_standing(house: House, events: list[str]) -> None:
    """What was booked here and not cancelled by anybody is in Outlook, or a person is asked."""
    asked = {conflict.event for conflict in await house.conflicts()}
    asked.update(event for conflict in await house.conflicts() for event in conflict.missing)
    there = {copy.uid for copy in house.exchange.copies(ZHANG)}
    for event in [await house.event(each) for each in events]:
        assert (event.uid in there) == (event.status is EventStatus.CONFIRMED) or event.id in asked


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_both_sides_agree_in_the_end(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    answers = random.choice([RoomAnswer.EXCHANGE, RoomAnswer.ROOMD])
    async with House(tmp_path, answers=answers, concurrency=1).open() as house:
        history = History(house, random)
        await history.live()
        await check(house)
        await check_standing(house, history.events)
        asked, seq = len(house.exchange.calls), await house.last_seq()
        await house.sync()
        stopped = any(conflict.mailbox for conflict in await house.conflicts())
        # A mailbox that is asked about as a whole is listed anew each time, to see whether its items are back.
        assert {call for call, _ in house.exchange.calls[asked:]} <= {"changes", *(["fetch"] if stopped else [])}
        assert await house.last_seq() == seq
