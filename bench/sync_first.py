"""First sync of many rooms: roomd's reader beside plain exchangelib.

Every reader lists every room's calendar from nothing, on one connection, in pages of 512 but where it says otherwise.
exchangelib is given each calendar folder before its clock starts; roomd signs in on its own time.
"""

import asyncio
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sync_peers import FIELDS_ROOMD_READS, Measure, Reader, addresses, settings_for

from roomd_core.clock import SystemClock
from roomd_core.model import Mailbox, MailboxKind, Trigger
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window
from roomd_daemon.exchange import Exchange

PAGE = 512
BY_ITSELF = 100
"""What exchangelib asks for when nobody says otherwise."""


def first_sync(lab: dict[str, Any], calendars: list[Any]) -> list[Measure]:
    """Return the readers of a first sync, roomd's first."""
    return [
        Measure("roomd, reading", roomd_reader(lab)),
        Measure("roomd, reading and storing", roomd_storing_reader(lab)),
        Measure("exchangelib, the same properties", exchangelib_reader(calendars, FIELDS_ROOMD_READS)),
        Measure("exchangelib, all properties", exchangelib_reader(calendars, None)),
        Measure("exchangelib, all properties, pages of 100", exchangelib_reader(calendars, None, page=BY_ITSELF)),
    ]


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


def exchangelib_reader(calendars: list[Any], only: tuple[str, ...] | None, *, page: int = PAGE) -> Reader:
    def everything() -> int:
        feeds = (calendar.sync_items(only_fields=only, max_changes_returned=page) for calendar in calendars)
        return sum(sum(1 for _ in feed) for feed in feeds)

    def from_nothing() -> int:
        for calendar in calendars:
            calendar.item_sync_state = None
        return everything()

    return from_nothing
