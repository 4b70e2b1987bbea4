"""Memory and questions at full size: the real daemon over a store with a thousand rooms, beside asking Exchange."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from exchangelib import UTC as EWS_UTC
from exchangelib import EWSDateTime
from sync_peers import exchangelib_calendars

from roomd_core.api.client import Client
from roomd_core.api.params import TimelineQuery
from roomd_core.clock import SystemClock
from roomd_core.model import Content, Event, Mailbox, MailboxKind, Occupancy, OccupancyState, Origin
from roomd_core.store import Store
from roomd_daemon.demo.house import House, open_house
from roomd_daemon.service import DATABASE

SHOWN = 60
"""Rooms in one timeline."""

QUERIES = 50
A_DAY = 5
"""Meetings of a room each day."""

MORNING = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
_RSS_ALONE = (
    "import exchangelib; print(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1])"
)


def measure_scale(rooms: int, occupancies: int) -> None:
    """Print what the daemon needs in memory, and how long questions take."""
    with open_house("--empty", "--people", "1", "--rooms", str(rooms)) as house:
        addresses = [room["address"] for room in house.ready.rooms]
        house.write_config()
        begun = time.perf_counter()
        conflict_check = asyncio.run(filled(house, addresses, occupancies // rooms))
        size = (house.folder / "state" / DATABASE).stat().st_size
        print(f"\n{rooms} rooms, {occupancies} occupancies: stored in {time.perf_counter() - begun:.0f} s,", end=" ")
        print(f"{size / 1e6:.0f} MB (load {os.getloadavg()[0]:.1f})")
        house.start_daemon()
        timeline = asyncio.run(daemon_at_work(house, addresses[:SHOWN]))
        lab = {**msgspec.to_builtins(house.ready), "rooms": addresses[:SHOWN]}
        report_questions(timeline, conflict_check, exchangelib_calendars(lab))


async def filled(house: House, rooms: list[str], each: int) -> list[float]:
    """Fill the daemon's store before it starts; return the seconds of conflict checks in it."""
    store = await Store.open(house.folder / "state" / DATABASE, clock=SystemClock())
    try:
        async with store.write() as tables:
            await tables.mailboxes.configure([Mailbox(address=r, kind=MailboxKind.ROOM, name=r) for r in rooms])
        for number, room in enumerate(rooms):
            events = list(meetings(number, room, each))
            async with store.write() as tables:
                await tables.events.put(events)
                await tables.occupancies.add(map(occupancy, events))

        async def check(number: int) -> None:
            start = MORNING + timedelta(hours=9)
            async with store.read() as tables:
                assert await tables.occupancies.holding([rooms[number]], start, start + timedelta(minutes=30))

        return await timed(check)
    finally:
        await store.close()


def meetings(number: int, room: str, each: int) -> Iterator[Event]:
    """Make a room's meetings, one day's after the other's, from a month ago on."""
    for index in range(each):
        day, slot = divmod(index, A_DAY)
        start = MORNING + timedelta(days=day - 30, hours=9 + 2 * slot)
        content = Content(title=f"Meeting {index}", start=start, end=start + timedelta(hours=1), rooms=(room,))
        name = f"meeting-{number}-{index}"
        yield Event(
            id=name,
            uid=name,
            origin=Origin.EXCHANGE,
            organizer=room,
            content=content,
            created_at=MORNING,
            changed_at=MORNING,
        )


def occupancy(event: Event) -> Occupancy:
    content, (room,) = event.content, event.content.rooms
    return Occupancy(
        mailbox=room,
        start=content.start,
        end=content.end,
        event=event.id,
        original_start=content.start,
        state=OccupancyState.ACCEPTED,
    )


async def daemon_at_work(house: House, shown: list[str]) -> list[float]:
    """Print the daemon's memory at each stage; return the seconds of timeline questions over its socket."""
    assert house.daemon is not None
    pid = house.daemon.pid
    stages = {"roomd, after its start": memory(pid)}
    async with Client(house.socket, timeout=120) as client:
        run = await client.sync(wait=True)
        assert not run.errors, run.errors
        stages[f"roomd, after a run over {run.mailboxes} mailboxes"] = memory(pid)
        query = TimelineQuery(start=MORNING, end=MORNING + timedelta(days=1), room=tuple(shown))

        async def ask(_: int) -> None:
            told = await client.timeline(query)
            assert sum(len(row.occupancies) for row in told.rooms) == A_DAY * len(shown)

        times = await timed(ask)
        stages[f"roomd, after {QUERIES} timelines"] = memory(pid)
        await client.timeline(TimelineQuery(start=MORNING, end=MORNING + timedelta(days=1)))
        stages["roomd, after a timeline of all rooms"] = memory(pid)
    report_memory(stages)
    return times


def memory(pid: int) -> tuple[int, int]:
    """Return the resident memory of a process now and at most, in kB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]), int(lines["VmHWM"].split()[0])


def report_memory(stages: dict[str, tuple[int, int]]) -> None:
    alone = int(subprocess.check_output([sys.executable, "-c", _RSS_ALONE]))
    print(f"\n{'Resident memory':<44}{'MB':>11}{'peak MB':>17}{'':>16}{'ratio':>8}")
    print(f"{'a process that imports exchangelib':<44}{alone / 1024:>11.0f}{'':>33}{1:>7.1f}x")
    for name, (now, most) in stages.items():
        print(f"{name:<44}{now / 1024:>11.0f}{most / 1024:>17.0f}{'':>16}{now / alone:>7.1f}x")


async def timed(once: Callable[[int], Awaitable[None]]) -> list[float]:
    """Return the seconds of each of many times, after one that is not counted."""
    await once(0)
    times: list[float] = []
    for number in range(QUERIES):
        begun = time.perf_counter()
        await once(number)
        times.append(time.perf_counter() - begun)
    return times


def report_questions(timeline: list[float], check: list[float], calendars: list[Any]) -> None:
    """Print how long each question takes here, and as asked of Exchange by views of empty calendars."""
    start = EWSDateTime.from_datetime(MORNING).astimezone(EWS_UTC)
    one, all_shown = [], []
    for _ in range(5):
        begun = time.perf_counter()
        for calendar in calendars:
            each = time.perf_counter()
            assert not list(calendar.view(start=start, end=start + timedelta(days=1)))
            one.append(time.perf_counter() - each)
        all_shown.append(time.perf_counter() - begun)
    print(f"\n{'How long a question takes':<44}{'median ms':>11}{'p95 ms':>17}{'':>16}{'ratio':>8}")
    _row(f"roomd, {SHOWN} rooms x 1 day, over the socket", timeline, timeline)
    _row("exchangelib, calendar.view of each, empty", all_shown, timeline)
    _row("roomd, is one room free (in the store)", check, check)
    _row("exchangelib, calendar.view of one, empty", one, check)


def _row(name: str, times: list[float], least: list[float]) -> None:
    median = statistics.median(times)
    p95 = sorted(times)[int(0.95 * (len(times) - 1))]
    print(f"{name:<44}{median * 1e3:>11.2f}{p95 * 1e3:>17.2f}{'':>16}{median / statistics.median(least):>7.1f}x")
