import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from daemon.live_daemon import CONFIG, ROOM, TOMORROW, LiveDaemon, live_daemon
from roomd_core.api.client import Client
from roomd_core.api.wire import Notice
from roomd_core.model import WatchMeans
from roomd_core.sync.remote import Alive, Stirred, WatchedBy
from roomd_daemon.config import load
from roomd_daemon.notify import Notifier
from roomd_daemon.service import reach_exchange, start
from roomd_lab import Lab, LabAddress

ZHANG = "zhangsan@example.com"


async def test_what_stirs_is_read_and_told_to_whoever_listens(daemon: LiveDaemon) -> None:
    begun = (await daemon.client.status()).last_run
    async with aclosing(daemon.client.stream()) as notices:
        await anext(notices)
        daemon.exchange.tell(Stirred(mailboxes=(ROOM,)))
        async with asyncio.timeout(5):
            async for notice in notices:
                if ROOM in notice.mailboxes:
                    break
    assert notice.run is None
    assert (await daemon.client.status()).last_run == begun, "no whole run was needed"


async def test_the_status_says_of_each_mailbox_how_it_is_watched_and_how_old_the_knowledge_is(
    daemon: LiveDaemon,
) -> None:
    room = next(each for each in (await daemon.client.rooms()).mailboxes if each.mailbox.address == ROOM)
    assert room.watch.means is WatchMeans.STREAMING
    assert (room.watch.heard_at, room.known_at) == (None, room.freshness.read_at)
    daemon.exchange.tell(Alive(mailboxes=(ROOM,)))
    status = await daemon.client.status()
    room = next(each for each in status.mailboxes if each.mailbox.address == ROOM)
    assert room.watch.heard_at is not None
    assert room.known_at == room.watch.heard_at
    assert room.freshness.read_at is not None
    assert room.known_at > room.freshness.read_at
    daemon.exchange.tell(WatchedBy(mailboxes=(ROOM,), means=WatchMeans.POLLING, reason="refused"))
    room = (await daemon.client.rooms()).mailboxes[0]
    assert (room.watch.means, room.watch.reason) == (WatchMeans.POLLING, "refused")
    assert room.known_at == room.freshness.read_at


async def test_without_notifications_everything_is_left_to_the_timed_run(tmp_path: Path) -> None:
    async with live_daemon(tmp_path, more="[sync]\nnotifications = false\n") as daemon:
        status = await daemon.client.status()
        assert {each.watch.means for each in status.mailboxes} == {WatchMeans.POLLING}
        assert not hasattr(daemon.exchange, "tell")


@asynccontextmanager
async def daemon_at_the_lab(folder: Path, lab: Lab, address: LabAddress) -> AsyncIterator[Client]:
    """Run a daemon whose Exchange is the lab; give a client once Exchange tells of every mailbox."""
    async with AsyncExitStack() as started:
        account = lab.account("svc-roomd")
        file = folder / "roomd.toml"
        text = CONFIG.replace("https://mail.example.com/EWS/Exchange.asmx", address.endpoint)
        file.write_text(text.replace("[paths]", f'ca_file = "{address.ca_file}"\n[paths]'))
        config = load(file)
        reach = partial(reach_exchange, config, SecretStr(account.password))
        await start(config, reach, Notifier({}), started)
        async with Client(config.paths.socket) as client:
            await client.sync(wait=True)
            await until_streaming(client)
            yield client


async def until_streaming(client: Client) -> None:
    async with asyncio.timeout(20):
        while any(each.watch.means is not WatchMeans.STREAMING for each in (await client.status()).mailboxes):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def until_told(client: Client, notices: AsyncIterator[Notice], title: str) -> None:
    """Wait until the stream names an event of that title: a room's copy may come first, with another."""
    async with asyncio.timeout(20):
        async for notice in notices:
            if title in [(await client.event(event)).title for event in notice.events]:
                return


async def test_what_is_booked_in_outlook_reaches_listeners_long_before_the_timed_run(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    async with daemon_at_the_lab(tmp_path, lab, address) as client, aclosing(client.stream()) as notices:
        await anext(notices)
        begun = time.monotonic()
        end = TOMORROW + timedelta(hours=1)
        await asyncio.to_thread(lab.outlook.book, ZHANG, subject="Plans", start=TOMORROW, end=end, rooms=[ROOM])
        await until_told(client, notices, "Plans")
        took = time.monotonic() - begun
    assert took < 5.0


async def test_a_subscription_that_exchange_lost_costs_no_change(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    async with daemon_at_the_lab(tmp_path, lab, address) as client, aclosing(client.stream()) as notices:
        await anext(notices)
        lab.organization.subscriptions.lose()
        end = TOMORROW + timedelta(hours=1)
        lab.outlook.book(ZHANG, subject="Plans", start=TOMORROW, end=end, rooms=[ROOM])
        await until_told(client, notices, "Plans")
        await until_streaming(client)
