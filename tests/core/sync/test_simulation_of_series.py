"""Series written from both sides at once, with the bad luck of the other simulation: both sides agree in the end."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from core.sync.house import LAKE, MOON, USER, ZHANG, House, at
from core.sync.simulated_exchange import Crash
from core.sync.test_series_made_here import AS_ZHANG, HOUR, Office
from core.sync.test_simulation import History, check, check_standing
from roomd_core.api.wire import Booking, EventPatch, Repeat, Scope
from roomd_core.booking.series_edits import Change
from roomd_core.errors import Refused, VersionMismatch
from roomd_core.model import ConflictKind, EventStatus, RoomAnswer, Side
from roomd_core.occurrences import times_of
from roomd_core.recurrence import Daily, Numbered, Occurrence, occurrences_between
from roomd_core.sync.remote import RemoteError

SEEDS = 24


class SeriesHistory(History):
    """A history in which people here book, change and call off series, too."""

    def __init__(self, house: House, random: Random) -> None:
        super().__init__(house, random)
        self.series: set[str] = set()

    async def step(self) -> None:
        if self.random.random() < 0.5:
            await super().step()
            return
        act = self.random.choice([self.book_series, self.change_some, self.cancel_some, self.rename_all])
        self.happened[act.__name__] += 1
        self.house.clock.advance(self.random.choice([1, 20, 200]))
        try:
            await act()
            if self.random.random() < 0.5:
                await self.house.sync()
        except (Refused, RemoteError):
            self.happened["refused"] += 1
        except Crash:
            await self.house.restart()

    async def change(self) -> None:
        """Change a single event as the other history does; series are changed through the service alone."""
        series, self.events = self.events, [each for each in self.events if each not in self.series]
        await super().change()
        self.events = series

    async def book_series(self) -> None:
        start = at(self.random.randrange(8, 18), day=self.random.randrange(3))
        repeat = Repeat(
            pattern=Daily(interval=self.random.choice([1, 3, 7])),
            range=Numbered(count=self.random.choice([2, 5])),
        )
        booking = Booking(
            rooms=tuple(self.random.choice([[MOON], [LAKE], [MOON, LAKE]])),
            start=start,
            end=start + HOUR,
            title=self.title(),
            zone="UTC",
            recurrence=repeat,
        )
        booked = await Office(self.house).service.book(AS_ZHANG, booking)
        self.events.append(booked.id)
        self.series.add(booked.id)

    async def change_some(self) -> None:
        if found := await self.an_occurrence_here():
            event, occurrence = found
            scope = self.random.choice([Scope.THIS, Scope.THIS, Scope.FOLLOWING, Scope.ALL])
            start = occurrence.start + timedelta(hours=self.random.choice([1, 2]))
            patch = self.random.choice(
                [
                    EventPatch(title=self.title()),
                    EventPatch(start=start, end=start + HOUR),
                    EventPatch(rooms=tuple(self.random.choice([[MOON], [LAKE]]))),
                ]
            )
            change = Change(
                patch=patch,
                scope=scope,
                occurrence=occurrence.original_start,
                drop_exceptions=self.random.random() < 0.5,
            )
            changed = await Office(self.house).service.change(AS_ZHANG, event, change)
            self.events.append(changed.id)
            self.series.add(changed.id)

    async def cancel_some(self) -> None:
        if found := await self.an_occurrence_here():
            event, occurrence = found
            scope = self.random.choice([Scope.THIS, Scope.THIS, Scope.FOLLOWING])
            named = occurrence.original_start
            await Office(self.house).service.cancel(AS_ZHANG, event, scope=scope, occurrence=named)

    async def rename_all(self) -> None:
        if found := await self.an_occurrence_here():
            change = Change(patch=EventPatch(title=self.title()), scope=Scope.ALL)
            await Office(self.house).service.change(AS_ZHANG, found[0], change)

    async def an_occurrence_here(self) -> tuple[str, Occurrence] | None:
        async with self.house.store.read() as tables:
            events = await tables.events.many(await tables.events.recurring(ZHANG))
        whole = [event for event in events.values() if event.status is EventStatus.CONFIRMED]
        if not whole:
            return None
        event = self.random.choice(sorted(whole, key=lambda each: each.id))
        assert event.content.series is not None
        shown = occurrences_between(event.content.series, times_of(event.content), at(0, day=-30), at(0, day=60))
        return (event.id, self.random.choice(shown)) if shown else None


async def decide(house: House, random: Random) -> None:
    """Decide what a person is asked: one half of a series waits until it is clear what becomes of the other."""
    for _ in range(4):
        for conflict in await house.conflicts():
            keep = Side.EXCHANGE if conflict.kind is ConflictKind.REJECTED else random.choice(list(Side))
            with suppress(VersionMismatch):
                await house.engine.resolve(conflict.id, keep, actor=USER)
        await house.settle()


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_both_sides_agree_about_series_in_the_end(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    answers = random.choice([RoomAnswer.EXCHANGE, RoomAnswer.ROOMD])
    async with House(tmp_path, answers=answers, concurrency=1).open() as house:
        history = SeriesHistory(house, random)
        await history.live()
        await decide(house, random)
        await check(house)
        await check_standing(house, list(dict.fromkeys(history.events)))
        asked, seq = len(house.exchange.calls), await house.last_seq()
        await house.sync()
        assert {call for call, _ in house.exchange.calls[asked:]} == {"changes"}
        assert await house.last_seq() == seq
