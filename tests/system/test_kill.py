"""`kill -9` of the real daemon under load: what it acknowledged holds, and nothing is made twice.

Single bookings and series are made, changed and called off here and in Outlook meanwhile. At the end everybody's
calendar is looked into, those of the rooms too.

ROOMD_KILLS says how often it is killed (`make kills KILLS=100`), ROOMD_KILL_SEED at which moments (`SEED=7`).
"""

import asyncio
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

import pytest

from roomd_core.api import wire
from roomd_core.api.client import Client, DaemonUnreachable
from roomd_core.recurrence import Daily, Numbered
from roomd_daemon.demo.house import House
from roomd_daemon.demo.outlook import Outlook
from roomd_daemon.service import DATABASE

KILLS = int(os.environ.get("ROOMD_KILLS", "5"))
SEED = int(os.environ.get("ROOMD_KILL_SEED", "1"))
LANES = 3
SERIES_LANE = 3
OUTLOOK_LANE = 4
DAYS = 4
"""Occurrences of a series, one a day."""
A_DAY = timedelta(days=1)
PATIENCE = 60.0 + 4 * KILLS
Answer = TypeVar("Answer")
Shape: TypeAlias = tuple[str, ...]
"""What is there of one booking: its title, or of a series each occurrence's; nothing if it is not there."""


class Kept:
    """What may be there of one booking, narrowed to one shape by every acknowledgement."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.may_be: set[Shape] = {()}
        self.told: list[str] = []

    def asked(self, *shape: str) -> None:
        self.may_be.add(shape)

    def acknowledged(self, told: str, *shape: str) -> None:
        self.may_be = {shape}
        self.told.append(told)

    def wrong(self, there: Shape) -> str:
        """Say what is not as it was acknowledged, or nothing."""
        if there in self.may_be:
            return ""
        may_be = " or ".join(map(str, sorted(self.may_be)))
        return f"{self.tag}: acknowledged {self.told}, so there is {may_be}; the lab holds {there}"


class Load:
    """Several people at once, each asking for the next thing as soon as the last was answered."""

    def __init__(self, house: House, outlook: Outlook, first: datetime) -> None:
        self.house = house
        self.outlook = outlook
        self.me, self.colleague, *_ = [each["address"] for each in house.ready.people]
        self.rooms = [each["address"] for each in house.ready.rooms]
        self.first = first
        self.up = asyncio.Event()
        self.over = False
        self.answers = asyncio.Semaphore(0)
        self.kept: list[Kept] = []
        self.unanswered = 0

    def slot(self, lane: int, number: int) -> tuple[datetime, datetime]:
        """Five minutes that no other booking takes, on any day."""
        start = self.first + timedelta(minutes=30 * number + 6 * lane)
        return start, start + timedelta(minutes=5)

    async def lane(self, lane: int) -> None:
        """Book one thing after another, and do something with it."""
        async with Client(self.house.socket) as client:
            number = 0
            while not self.over:
                await self.up.wait()
                await (self.series if lane == SERIES_LANE else self.single)(client, lane, number)
                number += 1

    async def single(self, client: Client, lane: int, number: int) -> None:
        """Book; leave every third as it is, change the next, and cancel the one after."""
        kept = self.keep(f"L{lane}-{number}.")
        start, end = self.slot(lane, number)
        room, title = self.rooms[number % len(self.rooms)], f"{kept.tag} booked"
        booking = wire.Booking(rooms=(room,), start=start, end=end, title=title)
        event = await self.book(client, booking, number, kept, (title,))
        if event is None:
            return
        if number % 3 == 1:
            title = f"{kept.tag} changed"
            await self.does(kept, "changed", (title,), client.change(event.id, wire.EventPatch(title=title)))
        elif number % 3 == 2:
            await self.does(kept, "cancelled", (), client.cancel(event.id))

    async def series(self, client: Client, lane: int, number: int) -> None:
        """Book a series; change one occurrence, it and those after it, call one off or all, or leave it as it is."""
        kept = self.keep(f"S-{number}.")
        # As many as a day has slots begin on one day, the next where these have ended.
        day, nth = divmod(number, 48)
        start, end = (moment + day * DAYS * A_DAY for moment in self.slot(lane, nth))
        booked, changed = f"{kept.tag} booked", f"{kept.tag} changed"
        booking = wire.Booking(
            rooms=(self.rooms[number % len(self.rooms)],),
            start=start,
            end=end,
            title=booked,
            recurrence=wire.Repeat(pattern=Daily(), range=Numbered(count=DAYS)),
        )
        event = await self.book(client, booking, number, kept, on_days(*[booked] * DAYS))
        if event is None:
            return
        second, patch, this = start + A_DAY, wire.EventPatch(title=changed), wire.Scope.THIS
        match number % 5:
            case 1:
                asking = client.change(event.id, patch, scope=this, occurrence=second)
                await self.does(kept, "one changed", on_days(booked, EXCEPTION, booked, booked), asking)
            case 2:
                asking = client.change(event.id, patch, scope=wire.Scope.FOLLOWING, occurrence=second)
                await self.does(kept, "the rest changed", on_days(booked, *[changed] * (DAYS - 1)), asking)
            case 3:
                asking = client.cancel(event.id, scope=wire.Scope.ALL)
                await self.does(kept, "called off", (), asking)
            case 4:
                asking = client.cancel(event.id, scope=this, occurrence=second)
                await self.does(kept, "one called off", on_days(booked, "", booked, booked), asking)

    def keep(self, tag: str) -> Kept:
        self.kept.append(Kept(tag))
        return self.kept[-1]

    async def book(
        self, client: Client, booking: wire.Booking, number: int, kept: Kept, shape: Shape
    ) -> wire.EventView | None:
        """Book; of those that were not answered every other is asked for again under its key."""
        kept.asked(*shape)
        for _ in range(1 + KILLS * (number % 2)):
            event = await self.answered(client.book(booking, wait=number % 4 > 0, idempotency_key=f"kill-{kept.tag}"))
            if event is not None:
                kept.acknowledged("booked", *shape)
                return event
            await self.up.wait()
        return None

    async def does(self, kept: Kept, what: str, shape: Shape, request: Awaitable[wire.EventView]) -> None:
        kept.asked(*shape)
        if await self.answered(request):
            kept.acknowledged(what, *shape)

    async def answered(self, request: Awaitable[Answer]) -> Answer | None:
        try:
            answer = await request
        except DaemonUnreachable:
            self.unanswered += 1
            return None
        self.answers.release()
        return answer

    async def in_outlook(self) -> None:
        """Book in Outlook all the while, whether there is a daemon or not."""
        number = 0
        while not self.over:
            kept = self.keep(f"O-{number}.")
            start, end = self.slot(OUTLOOK_LANE, number)
            title = f"{kept.tag} booked"
            await asyncio.to_thread(self.outlook.book, self.colleague, title, start, end, rooms=self.rooms[:1])
            kept.acknowledged("booked in Outlook", title)
            await self.answers.acquire()
            number += 1

    def wrong(self) -> list[str]:
        """Say what is not as it was acknowledged, and what a room holds otherwise than its organizer."""
        held = [item for who in (self.me, self.colleague) for item in self.outlook.folder(who)]
        found = {
            kept.tag: [item for item in held if item["subject"].startswith(kept.tag + " ")] for kept in self.kept
        }
        faults = [fault for kept in self.kept if (fault := kept.wrong(shape_of(found[kept.tag])))]
        return faults + [fault for room in self.rooms for fault in self.wrong_in(room, held)]

    def wrong_in(self, room: str, held: list[dict[str, Any]]) -> list[str]:
        """Say what a room lacks, and what it has more than once or should not have."""
        wanted = Counter(times(item) for item in held if any(who["address"] == room for who in item["attendees"]))
        there = Counter(times(item) for item in self.outlook.folder(room))
        return [f"{room} lacks {each}" for each in wanted - there] + [f"{room} has {each}" for each in there - wanted]


EXCEPTION = "changed alone"


def on_days(*titles: str) -> Shape:
    """Return the shape of a series: what each day has, a day without anything left out."""
    return tuple(sorted(f"{number}: {title}" for number, title in enumerate(titles) if title))


def shape_of(items: list[dict[str, Any]]) -> Shape:
    """Return what these items of one booking amount to; each of two on one day counts."""
    if not any(item["recurrence"] for item in items):
        return tuple(sorted(item["subject"] for item in items))
    found = [(day, title) for item in items for day, title in days_of(item)]
    first = min(began(item) for item in items)
    return tuple(sorted(f"{(day - first).days}: {title}" for day, title in found))


def began(item: dict[str, Any]) -> date:
    return datetime.fromisoformat(item["start"]).date()


def days_of(item: dict[str, Any]) -> Iterator[tuple[date, str]]:
    """Go through the occurrences of a daily series, with what each says."""
    rule, first = item["recurrence"] or {"until": None, "count": 1}, began(item)
    last = date.fromisoformat(rule["until"]) if rule["until"] else first + (rule["count"] - 1) * A_DAY
    for day in (first + number * A_DAY for number in range((last - first).days + 1)):
        if day.isoformat() not in item["deletions"]:
            yield day, EXCEPTION if day.isoformat() in item["exceptions"] else item["subject"]


def times(item: dict[str, Any]) -> tuple[str, ...]:
    """Return when a copy says that its meeting is: the same in every copy."""
    return item["uid"], item["start"], item["end"], *(f"{day}" for day, _ in days_of(item))


async def kill_again_and_again(house: House, load: Load) -> None:
    """Kill when some more was answered and a moment has passed, look at the store, and start again."""
    moments = random.Random(SEED)
    for _ in range(KILLS):
        load.up.set()
        for _ in range(moments.randint(1, 15)):
            await load.answers.acquire()
        await asyncio.sleep(moments.uniform(0, 0.1))
        load.up.clear()
        await asyncio.to_thread(house.kill_daemon)
        assert integrity(house) == "ok"
        await asyncio.to_thread(house.start_daemon)
    load.over = True
    load.up.set()
    for _ in range(2):
        load.answers.release()


def integrity(house: House) -> str:
    path = house.folder / "state" / DATABASE
    with closing(sqlite3.connect(path)) as store:
        return str(store.execute("PRAGMA integrity_check").fetchone()[0])


async def settled(house: House) -> wire.Status:
    """Run until no operation waits; return the last status either way."""
    deadline = time.monotonic() + PATIENCE
    async with Client(house.socket) as client:
        while True:
            await client.sync(wait=True)
            status = await client.status()
            if not any(waiting(status)) or time.monotonic() > deadline:
                return status


def waiting(status: wire.Status) -> tuple[int, int, int]:
    return status.outbox.queued, status.outbox.unknown, status.outbox.parked


@pytest.fixture
def running(house: House) -> Iterator[House]:
    house.write_config(sync='settle = "1s"\n')
    house.start_daemon()
    yield house
    house.close()


@pytest.mark.timeout(2 * PATIENCE)
async def test_what_was_acknowledged_survives_kill_9_and_nothing_is_made_twice(
    running: House, outlook: Outlook, tomorrow: datetime
) -> None:
    load = Load(running, outlook, tomorrow)
    async with asyncio.TaskGroup() as everybody:
        for lane in (*range(LANES), SERIES_LANE):
            everybody.create_task(load.lane(lane))
        everybody.create_task(load.in_outlook())
        everybody.create_task(kill_again_and_again(running, load))
    status = await settled(running)
    told = sum(len(kept.told) for kept in load.kept)
    of_series = sum(len(kept.told) for kept in load.kept if kept.tag.startswith("S-"))
    print(  # noqa: T201 - shown by pytest -s
        f"{KILLS} kills, {told} acknowledged, {of_series} of them about series, {load.unanswered} not answered"
    )
    assert (load.wrong(), waiting(status), status.conflicts) == ([], (0, 0, 0), 0)
    assert load.unanswered > 0
    assert told > KILLS
