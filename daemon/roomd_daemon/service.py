"""The daemon's life: made in order, run until asked to end, taken apart in reverse."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import structlog
import uvloop
from pydantic import SecretStr

from roomd_core import __version__
from roomd_core.api.wire import Throttled
from roomd_core.booking import BookingService
from roomd_core.booking.deciding import Deciding
from roomd_core.clock import SystemClock
from roomd_core.model import Mailbox, MailboxKind, Run, Trigger
from roomd_core.roster import Directory, Roster
from roomd_core.store import Store
from roomd_core.sync.automation import Attendants, AutomationReader
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.losses import Limits
from roomd_core.sync.remote import Remote
from roomd_core.sync.watch import Watcher
from roomd_core.sync.window import Window
from roomd_daemon import journal
from roomd_daemon.config import Config, load, read_password
from roomd_daemon.ending import Ending
from roomd_daemon.exchange import Access, Auth, Exchange, ExchangeSettings, Secret, WatchSettings
from roomd_daemon.http.app import application
from roomd_daemon.http.broadcast import Broadcast
from roomd_daemon.http.callers import Callers
from roomd_daemon.http.server import serving
from roomd_daemon.http.services import Services
from roomd_daemon.listener import listening
from roomd_daemon.notify import Notifier
from roomd_daemon.runner import Runner
from roomd_daemon.schedule import Schedule
from roomd_daemon.sign_in import FactsOfStore, StoredBreaker
from roomd_daemon.trying_again import try_again

log = structlog.get_logger()

DATABASE = "roomd.db"

UNVERIFIED = (
    "Exchange's certificate is NOT checked (exchange.verify = false): whoever stands between here and Exchange can "
    "read the service account's password. Name the certificate with exchange.ca_file instead."
)

NOT_SENT = (
    "Nothing is sent to Exchange ([sync] send = false): bookings made here wait. `roomctl sync --dry-run` lists what "
    "would be written and whom it would mail."
)


class Reached(Remote, Directory, Attendants, Protocol):
    """Exchange: its calendars, its address book, and what its rooms do by themselves."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an administrator should know of the server."""
        ...

    @property
    def throttled(self) -> Throttled | None:
        """How far requests are held back because Exchange was overloaded; None where they are not."""
        ...

    async def open_sign_in(self) -> None:
        """Forgive refused sign-ins: an operator has seen to the account."""
        ...


def run(file: Path, *, shape: journal.Shape) -> int:
    """Run the daemon until it is asked to end, and return its exit code. Raise RoomdError when it cannot start."""
    journal.set_up(shape, os.environ)
    config = load(file)
    password = read_password(config.exchange, file, os.environ)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(live(config, password))


async def live(config: Config, password: SecretStr) -> int:
    """Live one life."""
    ending, notifier = Ending(), Notifier(os.environ)
    ending.listen()
    async with AsyncExitStack() as started:
        workers = await start(config, partial(reach_exchange, config, password), notifier, started)
        started.callback(notifier.stopping)
        notifier.ready(f"roomd {__version__} answers; the first sync run is under way.")
        log.info("ready", version=__version__)
        await until_asked(ending, workers)
    log.info("ended")
    return 0


async def start(
    config: Config, reach: Callable[[Store], Reached], notifier: Notifier, started: AsyncExitStack
) -> list[asyncio.Task[None]]:
    """Start everything in order; ``started`` stops it in reverse. Return the workers that must not end before.

    Exchange, which ``reach`` makes, may be away: that is no reason not to start, and the status says so.
    """
    clock = SystemClock()
    store = await Store.open(config.paths.state_dir / DATABASE, clock=clock)
    started.push_async_callback(store.close)
    if store.quarantine:
        log.warning(store.quarantine)
    if not config.sync.send:
        store.hold(NOT_SENT)
    sock = started.enter_context(listening(config.paths.socket))
    log.info("started", store=str(store.path), socket=sock.getsockname())

    exchange = reach(store)
    started.push_async_callback(exchange.close)
    engine = SyncEngine(
        store,
        exchange,
        clock,
        window=window(config),
        settle=config.sync.settle,
        room_grace=config.sync.room_grace,
        concurrency=config.exchange.max_connections,
        limits=limits(config),
        policy=config.sync.policy.policies(),
    )
    broadcast = Broadcast()
    runner = Runner(engine, store, broadcast, notifier.status)
    booking = BookingService(
        store,
        exchange,
        clock,
        refresh=runner.refresh,
        fresh_for=2 * config.sync.interval,
        window=window(config),
    )
    roster = Roster(store, exchange, clock, configured=config.mailboxes(), sources=config.sources())
    automation = AutomationReader(store, exchange, clock)
    schedule = Schedule(config.sync.interval, partial(tick, roster, automation, runner))
    watcher, callers = Watcher(exchange, clock, refresh=runner.refresh), Callers([])

    async def listed(mailboxes: list[Mailbox]) -> None:
        """Tell everybody who has to know that these are the mailboxes from now on."""
        exchange.know_rooms(each.address for each in mailboxes if each.kind is MailboxKind.ROOM)
        callers.know([each for each in mailboxes if each.kind is MailboxKind.PERSON])
        watcher.follow([each.address for each in mailboxes])
        await engine.relist()
        automation.wake()

    mailboxes = await roster.begin(listed)
    workers = await started.enter_async_context(working(engine.serve(), broadcast.follow(store)))

    services = Services(
        store=store,
        booking=booking,
        deciding=Deciding(store, booking, clock, engine.resolve),
        engine=engine,
        runner=runner,
        broadcast=broadcast,
        callers=callers,
        roster=roster,
        clock=clock,
        watch_of=watcher.watch_of,
        noticed=lambda: exchange.warnings,
        throttled=lambda: exchange.throttled,
        try_again=partial(try_again, exchange, engine, partial(run_now, roster, automation, runner)),
        next_run_at=lambda: schedule.next_run_at,
        started_at=clock.now(),
        endpoint=config.exchange.endpoint,
        warnings=said_out_loud(config),
    )
    await started.enter_async_context(runner.running())
    if config.sync.notifications:
        watching = watcher.serve([mailbox.address for mailbox in mailboxes])
        workers += await started.enter_async_context(working(watching))
    workers += await started.enter_async_context(working(roster.serve(runner.refresh), automation.serve()))
    workers.append(await started.enter_async_context(serving(application(services), sock)))
    started.callback(services.under_way.end)
    started.callback(broadcast.end)
    await started.enter_async_context(schedule.running())
    return workers


async def tick(roster: Roster, automation: AutomationReader, runner: Runner) -> None:
    """Begin a timed run, and have the room lists and the rooms' settings read beside it."""
    roster.wake()
    automation.wake()
    await runner.tick()


async def run_now(roster: Roster, automation: AutomationReader, runner: Runner) -> asyncio.Task[Run]:
    """Begin a run by hand, or join the one under way, with all that is read beside it; return what ends with it."""
    roster.wake()
    automation.wake()
    _, ended = await runner.begin(Trigger.HAND)
    return ended


def reach_exchange(config: Config, password: SecretStr, store: Store) -> Exchange:
    """Make the way to Exchange as the configuration says. Nothing is sent yet."""
    breaker = StoredBreaker(FactsOfStore(store), config.exchange.username, password)
    return Exchange(settings_of(config, password), breaker=breaker)


def settings_of(config: Config, password: SecretStr) -> ExchangeSettings:
    """Return how to reach Exchange, as the configuration says."""
    exchange = config.exchange
    return ExchangeSettings(
        endpoint=exchange.endpoint,
        username=exchange.username,
        password=Secret(password.get_secret_value()),
        auth=Auth(exchange.auth),
        access=Access(exchange.access),
        ca_file=exchange.ca_file,
        verify=exchange.verify,
        max_connections=exchange.max_connections,
        rooms=frozenset(room.address for room in config.room),
        watch=WatchSettings(streams=config.sync.streams),
    )


def window(config: Config) -> Window:
    """Return how far back and ahead events are kept in step."""
    return Window(past=config.sync.window_past, future=config.sync.window_future)


def limits(config: Config) -> Limits:
    """Return how much may vanish from a mailbox at once without anybody being asked."""
    return Limits(items=config.sync.loss_items, share=config.sync.loss_share / 100)


def said_out_loud(config: Config) -> tuple[str, ...]:
    """Return, and log, what an administrator chose knowingly and should not forget."""
    warnings = tuple(
        warning
        for warning, chosen in ((UNVERIFIED, not config.exchange.verify), (NOT_SENT, not config.sync.send))
        if chosen
    )
    for warning in warnings:
        log.warning(warning)
    return warnings


@asynccontextmanager
async def working(*workers: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run workers beside the block, and end them with it."""
    tasks = [asyncio.create_task(worker) for worker in workers]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until_asked(ending: Ending, workers: Sequence[asyncio.Task[None]]) -> None:
    """Wait until somebody asks for the end. A worker that fails ends the daemon: half of it is none."""
    async with working(ending.asked()) as (asked,):
        done, _ = await asyncio.wait([asked, *workers], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
