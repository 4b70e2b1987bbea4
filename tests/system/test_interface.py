"""The interface on a real daemon and a real lab: what a person in front of it sees."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from roomd_core.clock import SystemClock
from roomd_daemon.demo.house import House
from roomd_daemon.demo.outlook import Outlook
from tui.example_house import ZONE
from tui.screens_as_text import Seat, seated

PATIENCE = 20.0


@dataclass
class Address:
    """Where the interface finds the daemon."""

    path: Path


@pytest.fixture(scope="module")
def daemon(house: House) -> Iterator[House]:
    house.write_config().start_daemon()
    assert house.roomctl("sync", "--wait").code == 0
    yield house
    house.close()


@asynccontextmanager
async def in_front_of(house: House, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Seat]:
    async with seated(Address(house.socket), size, clock=SystemClock()) as seat:
        await seat.sees(house.ready.rooms[0]["name"])
        yield seat


def noon_tomorrow() -> datetime:
    return datetime.now(ZONE).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)


async def test_a_meeting_made_in_outlook_appears_by_itself_after_a_sync(daemon: House, outlook: Outlook) -> None:
    start = noon_tomorrow()
    organizer, room = daemon.ready.people[0], daemon.ready.rooms[0]
    async with in_front_of(daemon, (120, 40)) as seat:
        await seat.press("right_square_bracket")
        await seat.sees(f"{start:%a %-d %b}")
        outlook.book(organizer["address"], "Lunch", start, start + timedelta(hours=2), rooms=[room["address"]])
        await seat.press("s", "r", "escape")
        assert "@Lunch" in await seat.sees("Lunch")


async def test_a_room_booked_with_keys_is_in_outlook(daemon: House, outlook: Outlook) -> None:
    me = daemon.ready.people[0]
    async with in_front_of(daemon) as seat:
        await seat.press("right_square_bracket", "down", "b")
        assert me["address"] in await seat.sees("As ")
        await seat.type("Plan")
        await seat.press("enter")
        await seat.hears("Booked 'Plan'")
    assert daemon.roomctl("sync", "--wait").code == 0
    held = outlook.titled(me["address"], "Plan")
    assert [(item["is_organizer"], item["attendees"][0]["response"]) for item in held] == [(True, "Accept")]


def test_in_a_real_terminal_it_opens_draws_and_leaves_it_as_it_was(daemon: House) -> None:
    master, terminal = pty.openpty()
    os.set_blocking(master, False)
    environment = {**os.environ, "ROOMD_SOCKET": str(daemon.socket), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "roomd_tui"]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment) as shown:
        os.close(terminal)
        drawn = read_until(master, daemon.ready.rooms[0]["name"].encode())
        os.write(master, b"q")
        drawn += read_until(master, b"\x1b[?1049l")
        assert shown.wait(PATIENCE) == 0
    os.close(master)
    assert drawn.index(b"\x1b[?1049h") < drawn.index(b"\x1b[?1049l")
    assert b"Traceback" not in drawn


def read_until(terminal: int, wanted: bytes) -> bytes:
    """Read what a program draws until ``wanted`` is among it."""
    drawn, deadline = b"", time.monotonic() + PATIENCE
    while wanted not in drawn:
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"no {wanted!r} in {drawn[-500:]!r}"
        drawn += os.read(terminal, 65536)
    return drawn
