"""A round in which nothing changed: roomd's whole engine beside exchangelib's feed and the poll people write."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from exchangelib import UTC, EWSDateTime
from sync_peers import FIELDS_ROOMD_READS, Measure, Reader, Traffic, addresses, settings_for

from roomd_core.clock import SystemClock
from roomd_core.model import Mailbox, MailboxKind, Run, Trigger
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window
from roomd_daemon.exchange import Exchange

WINDOW = Window(past=timedelta(days=30), future=timedelta(days=4000))


@contextmanager
def synced_engine(lab: dict[str, Any]) -> Iterator[Reader]:
    """Give a reader that runs the engine once over a store that has everything. One mailbox at a time."""
    with asyncio.Runner() as runner, TemporaryDirectory() as folder:
        store = runner.run(Store.open(Path(folder) / "roomd.db", clock=SystemClock()))
        exchange = Exchange(settings_for(lab))
        engine = SyncEngine(store, exchange, SystemClock(), window=WINDOW, concurrency=1)

        def idle_round() -> int:
            run: Run = runner.run(engine.run(Trigger.SCHEDULE))
            assert not run.errors, run.errors
            assert not run.fetched, "the round was not idle"
            return run.mailboxes

        async def list_rooms() -> None:
            async with store.write() as tables:
                rooms = [Mailbox(address=room, kind=MailboxKind.ROOM, name=room) for room in addresses(lab)]
                await tables.mailboxes.configure(rooms)

        try:
            runner.run(list_rooms())
            runner.run(engine.run(Trigger.START))
            yield idle_round
        finally:
            runner.run(exchange.close())
            runner.run(store.close())


def idle_feed(calendars: list[Any], only: tuple[str, ...] | None) -> Reader:
    """Ask exchangelib for every calendar's changes, from the state after everything."""
    states: dict[str, str] = {}

    def once() -> int:
        for calendar in calendars:
            address = calendar.account.primary_smtp_address
            calendar.item_sync_state = states.get(address)
            told = sum(1 for _ in calendar.sync_items(only_fields=only))
            assert not states.get(address) or not told, "the round was not idle"
            states[address] = calendar.item_sync_state
        return len(calendars)

    once()
    return once


def poll(calendars: list[Any]) -> Reader:
    """Ask every room in turn what was modified since the calendars were filled, every field, as people write it."""
    since = EWSDateTime.now(UTC)

    def once() -> int:
        now = EWSDateTime.now(UTC)
        for calendar in calendars:
            assert not list(calendar.filter(last_modified_time__range=(since, now))), "the round was not idle"
        return len(calendars)

    return once


def idle_rounds(engine: Reader, calendars: list[Any]) -> list[Measure]:
    """Return the readers of a round without a change, roomd's first, the poll last."""
    return [
        Measure("roomd, SyncEngine.run", engine),
        Measure("exchangelib sync_items, the same properties", idle_feed(calendars, FIELDS_ROOMD_READS)),
        Measure("exchangelib sync_items, all properties", idle_feed(calendars, None)),
        Measure("a poll by modification time, all properties", poll(calendars)),
    ]


def report_traffic(measures: list[Measure], traffic: Traffic) -> None:
    """Print what each reader sends and receives in one round more."""
    print("\nThe same round on the wire (bodies, requests and answers together)")
    print(f"{'':<44}{'requests':>11}{'bytes':>17}{'bytes/mailbox':>16}{'ratio':>8}")
    least = 0
    for each in measures:
        traffic.clear()
        each.read()
        least = least or traffic.bytes
        per, ratio = traffic.bytes / each.count, traffic.bytes / least
        print(f"{each.name:<44}{traffic.requests:>11}{traffic.bytes:>17}{per:>16.0f}{ratio:>7.1f}x")
    print(
        "The poll never sees deletions and moves out of the calendar: they leave nothing behind that could be found."
    )
