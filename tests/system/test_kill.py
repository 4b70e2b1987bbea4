"""`kill -9` of the real daemon under load: what it acknowledged holds, and nothing is made twice.

ROOMD_KILLS says how often it is killed (`make kills KILLS=100`), ROOMD_KILL_SEED at which moments (`SEED=7`).
"""

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import Awaitable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from roomd_core.api import wire
from roomd_core.api.client import Client, DaemonUnreachable
from roomd_daemon.demo.house import House
from roomd_daemon.demo.outlook import Outlook
from roomd_daemon.service import DATABASE

KILLS = int(os.environ.get("ROOMD_KILLS", "5"))
SEED = int(os.environ.get("ROOMD_KILL_SEED", "1"))
LANES = 3
PATIENCE = 60.0 + 4 * KILLS
Answer = TypeVar("Answer")


class Kept:
    """What may be there of one booking: the titles (None: nothing), narrowed to one by every acknowledgement."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.may_be: set[str | None] = {None}
        self.told: list[str] = []

    def asked(self, title: str | None) -> None:
        self.may_be.add(title)

    def acknowledged(self, title: str | None, told: str) -> None:
        self.may_be = {title}
        self.told.append(told)

    def wrong(self, there: list[str]) -> str:
        """Say what is not as it was acknowledged, or nothing."""
        if len(there) < 2 and (there[0] if there else None) in self.may_be:
            return ""
        may_be = " or ".join(map(repr, sorted(self.may_be, key=str)))
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
        """Five minutes that no other booking takes."""
        start = self.first + timedelta(minutes=30 * number + 7 * lane)
        return start, start + timedelta(minutes=5)

    async def lane(self, lane: int) -> None:
        """Book; leave every third as it is, change the next, and cancel the one after."""
        async with Client(self.house.socket) as client:
            number = 0
            while not self.over:
                await self.up.wait()
                await self.one(client, lane, number)
                number += 1

    async def one(self, client: Client, lane: int, number: int) -> None:
        kept = Kept(f"L{lane}-{number}.")
        self.kept.append(kept)
        event = await self.book(client, lane, number, kept)
        if event is None:
            return
        if number % 3 == 1:
            kept.asked(title := f"{kept.tag} changed")
            if await self.answered(client.change(event.id, wire.EventPatch(title=title))):
                kept.acknowledged(title, "changed")
        elif number % 3 == 2:
            kept.asked(None)
            if await self.answered(client.cancel(event.id)):
                kept.acknowledged(None, "cancelled")

    async def book(self, client: Client, lane: int, number: int, kept: Kept) -> wire.EventView | None:
        """Book; of those that were not answered every other is asked for again under its key."""
        start, end = self.slot(lane, number)
        room = self.rooms[number % len(self.rooms)]
        booking = wire.Booking(rooms=(room,), start=start, end=end, title=f"{kept.tag} booked")
        kept.asked(booking.title)
        for _ in range(1 + KILLS * (number % 2)):
            event = await self.answered(client.book(booking, wait=number % 4 > 0, idempotency_key=f"kill-{kept.tag}"))
            if event is not None:
                kept.acknowledged(booking.title, "booked")
                return event
            await self.up.wait()
        return None

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
            kept = Kept(f"O-{number}.")
            self.kept.append(kept)
            start, end = self.slot(LANES, number)
            title = f"{kept.tag} booked"
            await asyncio.to_thread(self.outlook.book, self.colleague, title, start, end, rooms=self.rooms[:1])
            kept.acknowledged(title, "booked in Outlook")
            await self.answers.acquire()
            number += 1

    def wrong(self) -> list[str]:
        held = [item["subject"] for who in (self.me, self.colleague) for item in self.outlook.folder(who)]
        found = {kept.tag: [title for title in held if title.startswith(kept.tag + " ")] for kept in self.kept}
        return [fault for kept in self.kept if (fault := kept.wrong(found[kept.tag]))]


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
        for lane in range(LANES):
            everybody.create_task(load.lane(lane))
        everybody.create_task(load.in_outlook())
        everybody.create_task(kill_again_and_again(running, load))
    status = await settled(running)
    told = sum(len(kept.told) for kept in load.kept)
    print(f"{KILLS} kills, {told} acknowledged, {load.unanswered} not answered")  # noqa: T201 - shown by pytest -s
    assert (load.wrong(), waiting(status)) == ([], (0, 0, 0))
    assert load.unanswered > 0
    assert told > KILLS
