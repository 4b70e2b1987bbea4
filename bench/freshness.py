"""Freshness: how long after a change in Outlook it can be seen, in roomd and by the poll people write instead.

A lab and a roomd run as processes of their own. Meetings are booked in Outlook at random moments; each is timed from
the moment before it is asked for until roomd's socket shows it, told by the stream, and until the poll has it: every
room in turn, what was modified since the last look, every field, every 10 seconds.

    .venv/bin/python bench/freshness.py --changes 50 --rooms 5
"""

import argparse
import asyncio
import random
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import requests.adapters
from exchangelib import IMPERSONATION, NTLM, Account, Build, Configuration, Credentials, EWSDateTime, Version
from exchangelib import UTC as EWS_UTC
from exchangelib.protocol import BaseProtocol

from roomd_core.api.client import Client
from roomd_core.model import WatchMeans
from roomd_daemon.demo.house import House, LabReady, open_house
from roomd_daemon.demo.outlook import Outlook

EVERY = 10.0
"""Seconds from one look of the poll to the next."""

OVERLAP = timedelta(seconds=1)
"""How far a look reaches back behind the last one: modification times are told in whole seconds."""

Times = dict[datetime, float]
"""When the meeting that starts then was booked, or first seen. Rooms rewrite titles, but not times."""


def calendars(ready: LabReady) -> list[Any]:
    class TrustingTheLab(requests.adapters.HTTPAdapter):
        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            del verify
            super().cert_verify(conn, url, ready.ca_file, cert)

    BaseProtocol.HTTP_ADAPTER_CLS = TrustingTheLab
    config = Configuration(
        service_endpoint=ready.endpoint,
        credentials=Credentials(ready.username, ready.password),
        auth_type=NTLM,
        version=Version(build=Build(15, 1, 2507, 6), api_version="Exchange2016"),
    )
    common = {"config": config, "access_type": IMPERSONATION, "default_timezone": EWS_UTC}
    return [Account(room["address"], **common).calendar for room in ready.rooms]


@contextmanager
def polled(ready: LabReady) -> Iterator[Times]:
    """Poll in a thread for as long as the block lasts, and once more; give what it sees."""
    seen: Times = {}
    folders, over = calendars(ready), threading.Event()
    since = EWSDateTime.now(EWS_UTC)

    def look() -> None:
        nonlocal since
        now = EWSDateTime.now(EWS_UTC)
        for folder in folders:
            for item in folder.filter(last_modified_time__range=(since - OVERLAP, now)):
                seen.setdefault(item.start, time.monotonic())
        since = now

    def poll() -> None:
        due, last = time.monotonic(), False
        while not last:
            last = over.is_set()
            due += EVERY
            time.sleep(max(0.0, due - time.monotonic()))
            look()

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


async def follow(client: Client, seen: Times) -> None:
    """See what the stream tells of."""
    async with aclosing(client.stream()) as notices:
        async for notice in notices:
            for event in notice.events:
                seen.setdefault((await client.event(event)).start, time.monotonic())


async def streaming(client: Client) -> None:
    """Wait until Exchange tells roomd of every mailbox."""
    async with asyncio.timeout(30):
        while any(each.watch.means is not WatchMeans.STREAMING for each in (await client.status()).mailboxes):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def book(outlook: Outlook, ready: LabReady, number: int) -> datetime:
    """Book a room for half an hour; return the start, which no other meeting has."""
    room, organizer = ready.rooms[number % len(ready.rooms)], ready.people[number % len(ready.people)]
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1, minutes=30 * number)
    end = start + timedelta(minutes=30)
    outlook.book(organizer["address"], f"Change {number}", start, end, rooms=[room["address"]])
    return start


async def change(house: House, changes: int, seconds: float) -> tuple[Times, Times]:
    """Book at random moments; return when each was booked and when roomd's socket showed it."""
    booked: Times = {}
    seen: Times = {}
    async with Client(house.socket) as client:
        await streaming(client)
        following = asyncio.create_task(follow(client, seen))
        with Outlook(house.ready) as outlook:
            for number in range(changes):
                await asyncio.sleep(random.uniform(0, 2 * seconds))
                begun = time.monotonic()
                booked[await asyncio.to_thread(book, outlook, house.ready, number)] = begun
        async with asyncio.timeout(30):
            while not booked.keys() <= seen.keys():  # noqa: ASYNC110 - seen by another task
                await asyncio.sleep(0.05)
        following.cancel()
    return booked, seen


def report(name: str, booked: Times, seen: Times) -> None:
    took = sorted(seen[start] - at for start, at in booked.items() if start in seen)
    p95 = took[min(len(took) - 1, int(0.95 * len(took)))]
    print(f"{name:<34}{len(took):>9}{statistics.median(took):>11.3f}{p95:>9.3f}{took[-1]:>9.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=50)
    parser.add_argument("--rooms", type=int, default=5)
    parser.add_argument("--every", type=float, default=1.2, help="seconds between two changes, on average")
    options = parser.parse_args()
    with open_house("--empty", "--people", "3", "--rooms", str(options.rooms)) as house:
        house.write_config().start_daemon()
        with polled(house.ready) as by_poll:
            booked, by_roomd = asyncio.run(change(house, options.changes, options.every))
    print(f"{'seconds until a change is seen':<34}{'changes':>9}{'median':>11}{'p95':>9}{'longest':>9}")
    report("roomd, told by Exchange", booked, by_roomd)
    report(f"a poll every {EVERY:.0f} s", booked, by_poll)


if __name__ == "__main__":
    main()
