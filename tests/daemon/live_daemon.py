"""A daemon as `roomd run` assembles it, in this process: real store, engine and socket, Exchange on paper."""

import os
import pwd
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from daemon.paper_exchange import PaperExchange
from roomd_core.api.client import Client
from roomd_core.api.wire import Booking
from roomd_core.store import Store
from roomd_daemon.config import load
from roomd_daemon.notify import Notifier
from roomd_daemon.service import start

ME = pwd.getpwuid(os.geteuid()).pw_name
ROOM = "guanghan@example.com"
TOMORROW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)

CONFIG = f"""
[exchange]
endpoint = "https://mail.example.com/EWS/Exchange.asmx"
username = 'EXAMPLE\\svc-roomd'
[paths]
state_dir = "state"
socket = "control.sock"
[[room]]
address = "{ROOM}"
name = "2楼广寒宫"
capacity = 8
answers = "exchange"
[[person]]
address = "zhangsan@example.com"
unix_user = "{ME}"
[[person]]
address = "lisi@example.com"
"""


class LiveDaemon:
    """Its client, the plain HTTP behind the client, and what it rests on."""

    def __init__(self, socket: Path, store: Store, exchange: PaperExchange, started: AsyncExitStack) -> None:
        self.socket = socket
        self.store = store
        self.exchange = exchange
        self.client = Client(socket)
        transport = httpx2.AsyncHTTPTransport(uds=str(socket))
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://roomd", trust_env=False)
        self.stop = started.aclose


@asynccontextmanager
async def live_daemon(folder: Path, *, more: str = "") -> AsyncIterator[LiveDaemon]:
    """Run a daemon in ``folder``; ``more`` is appended to its configuration."""
    file = folder / "roomd.toml"
    file.write_text(CONFIG + more)
    config, exchange = load(file), PaperExchange()
    stores: list[Store] = []

    def reach(store: Store) -> PaperExchange:
        stores.append(store)
        return exchange

    async with AsyncExitStack() as started:
        await start(config, reach, Notifier({}), started)
        daemon = LiveDaemon(config.paths.socket, stores[0], exchange, started)
        async with daemon.client, daemon.http:
            await daemon.client.sync(wait=True)
            yield daemon
            await daemon.stop()
    assert exchange.closed


def a_booking(title: str = "Weekly", *, hours: float = 0) -> Booking:
    """Book the room for an hour, ``hours`` after this hour tomorrow."""
    begin = TOMORROW + timedelta(hours=hours)
    return Booking(rooms=(ROOM,), start=begin, end=begin + timedelta(hours=1), title=title)
