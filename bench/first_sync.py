"""First sync of many rooms: roomd's reader beside plain exchangelib, on the same lab in the same run.

Every reader lists every room's calendar from nothing, one connection, pages of 512, in alternating order. exchangelib
is given each calendar folder before its clock starts; roomd signs in on its own time. CPU is user and system time of
this process: the lab is another one.

    .venv/bin/python bench/first_sync.py --rooms 50 --events 200 --rounds 2
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests.adapters
from exchangelib import IMPERSONATION, NTLM, UTC, Account, Build, Configuration, Credentials, Version
from exchangelib.protocol import BaseProtocol

from roomd_core.clock import SystemClock
from roomd_core.model import Mailbox, MailboxKind, Trigger
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window
from roomd_daemon.exchange import Exchange, ExchangeSettings, Secret

PAGE = 512
FIELDS_ROOMD_READS = (
    "parent_folder_id", "subject", "sensitivity", "categories", "reminder_is_set", "reminder_minutes_before_start",
    "last_modified_time", "uid", "start", "end", "is_all_day", "legacy_free_busy_status", "location", "is_meeting",
    "is_cancelled", "type", "my_response_type", "organizer", "_start_timezone",
)  # fmt: skip

Reader = Callable[[], int]
"""Read everything once; return the number of items."""


@dataclass
class Measure:
    """What one reader cost, all rounds together. Times are seconds."""

    name: str
    read: Reader
    items: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    def take(self) -> None:
        """Run the reader once and add what it cost."""
        wall, cpu = time.perf_counter(), cpu_seconds()
        self.items += self.read()
        self.wall += time.perf_counter() - wall
        self.cpu += cpu_seconds() - cpu

    @property
    def cpu_us_per_item(self) -> float:
        """Microseconds of CPU an item."""
        return self.cpu / self.items * 1e6


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def running_lab(rooms: int, events: int) -> Iterator[dict[str, Any]]:
    """Run a lab with full calendars; give what it says about itself when it is ready."""
    command = [sys.executable, "-m", "roomd_lab", "--rooms", str(rooms), "--events-per-room", str(events)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout is not None
        try:
            yield json.loads(lab.stdout.readline())
        finally:
            lab.terminate()


def settings_for(lab: dict[str, Any]) -> ExchangeSettings:
    return ExchangeSettings(
        endpoint=lab["endpoint"],
        username=lab["username"],
        password=Secret(lab["password"]),
        ca_file=Path(lab["ca_file"]),
        max_connections=1,
    )


def roomd_reader(lab: dict[str, Any]) -> Reader:
    async def count(exchange: Exchange, room: str) -> int:
        state, items, last = None, 0, False
        while not last:
            page = await exchange.changes(room, state, limit=PAGE)
            state, last = page.state, page.last
            items += len(page.changed)
        return items

    async def everything() -> int:
        exchange = Exchange(settings_for(lab))
        try:
            return sum([await count(exchange, room) for room in addresses(lab)])
        finally:
            await exchange.close()

    return lambda: asyncio.run(everything())


def roomd_storing_reader(lab: dict[str, Any]) -> Reader:
    """The whole first sync: read, match, plan and store, as the daemon does it."""

    async def everything() -> int:
        clock = SystemClock()
        exchange = Exchange(settings_for(lab))
        window = Window(past=timedelta(days=30), future=timedelta(days=4000))
        with TemporaryDirectory() as folder:
            store = await Store.open(Path(folder) / "roomd.db", clock=clock)
            async with store.write() as tables:
                await tables.mailboxes.configure(
                    [Mailbox(address=room, kind=MailboxKind.ROOM, name=room) for room in addresses(lab)]
                )
            run = await SyncEngine(store, exchange, clock, window=window, concurrency=1).run(Trigger.START)
            await exchange.close()
            await store.close()
            return run.fetched

    return lambda: asyncio.run(everything())


def exchangelib_calendars(lab: dict[str, Any]) -> list[Any]:
    class TrustingTheLab(requests.adapters.HTTPAdapter):
        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            del verify
            super().cert_verify(conn, url, lab["ca_file"], cert)

    BaseProtocol.HTTP_ADAPTER_CLS = TrustingTheLab
    config = Configuration(
        service_endpoint=lab["endpoint"],
        credentials=Credentials(lab["username"], lab["password"]),
        auth_type=NTLM,
        version=Version(build=Build(15, 1, 2507, 6), api_version="Exchange2016"),
    )
    common = {"config": config, "access_type": IMPERSONATION, "default_timezone": UTC}
    return [Account(room, **common).calendar for room in addresses(lab)]


def exchangelib_reader(calendars: list[Any], only: tuple[str, ...] | None) -> Reader:
    def everything() -> int:
        return sum(
            sum(1 for _ in calendar.sync_items(only_fields=only, max_changes_returned=PAGE)) for calendar in calendars
        )

    def from_nothing() -> int:
        for calendar in calendars:
            calendar.item_sync_state = None
        return everything()

    return from_nothing


def addresses(lab: dict[str, Any]) -> list[str]:
    return [room["address"] if isinstance(room, dict) else room for room in lab["rooms"]]


def report(measures: list[Measure]) -> None:
    least = measures[0].cpu_us_per_item
    print(f"{'reader':<34}{'items':>8}{'wall s':>9}{'CPU s':>9}{'CPU us/item':>13}{'ratio':>8}")
    for m in measures:
        ratio = m.cpu_us_per_item / least
        print(f"{m.name:<34}{m.items:>8}{m.wall:>9.2f}{m.cpu:>9.2f}{m.cpu_us_per_item:>13.0f}{ratio:>7.1f}x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--events", type=int, default=200, help="events in each room's calendar")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with running_lab(options.rooms, options.events) as lab:
        calendars = exchangelib_calendars(lab)
        measures = [
            Measure("roomd, reading", roomd_reader(lab)),
            Measure("roomd, reading and storing", roomd_storing_reader(lab)),
            Measure("exchangelib, the same properties", exchangelib_reader(calendars, FIELDS_ROOMD_READS)),
            Measure("exchangelib, all properties", exchangelib_reader(calendars, None)),
        ]
        for number in range(options.rounds):
            for measure in measures if number % 2 == 0 else reversed(measures):
                measure.take()
    report(measures)


if __name__ == "__main__":
    main()
