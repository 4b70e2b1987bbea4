import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from core.sync.house import LAKE, LI, MOON, ZHANG, House, at, meeting
from roomd_core.clock import SystemClock
from roomd_core.model import Watch, WatchMeans
from roomd_core.sync.debounce import Debounce
from roomd_core.sync.remote import (
    Alive,
    ChangePage,
    MailboxUnavailable,
    RetryLater,
    Signal,
    Stirred,
    WatchedBy,
)
from roomd_core.sync.watch import Refresh, Watcher

EVERYTHING = [ZHANG, LI, MOON, LAKE]
DEADLINE = 10.0


@asynccontextmanager
async def watching(house: House, *, refresh: Refresh | None = None) -> AsyncIterator[Watcher]:
    """Watch the whole house; what stirs is read after a tenth of the usual time."""
    debounce = Debounce(quiet=0.03, longest=0.2)
    watcher = Watcher(house.exchange, SystemClock(), refresh=refresh or house.engine.refresh, debounce=debounce)
    serving = asyncio.create_task(watcher.serve(EVERYTHING))
    async with asyncio.timeout(DEADLINE):
        while house.exchange.listener is None:  # noqa: ASYNC110 - the next turn of the loop has it
            await asyncio.sleep(0)
    try:
        yield watcher
    finally:
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving


async def until(known: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not await known():  # noqa: ASYNC110 - conditions of the store and of what was called
            await asyncio.sleep(0.005)


def feed_requests(house: House) -> Counter[str]:
    return Counter(mailbox for call, mailbox in house.exchange.calls if call == "changes")


async def test_what_is_booked_in_outlook_is_known_without_a_run(house: House) -> None:
    await house.sync()
    async with watching(house):
        house.exchange.meet(ZHANG, meeting())

        async def known() -> bool:
            return len(await house.occupancies(MOON)) == 1

        await until(known)


async def test_only_the_calendars_that_stir_are_read_and_each_burst_once(house: House) -> None:
    await house.sync()
    before = feed_requests(house)
    async with watching(house):
        planned = house.exchange.meet(ZHANG, meeting())
        for hour in range(1, 8):
            house.exchange.edit(planned, start=at(10 + hour), end=at(11 + hour))

        async def known() -> bool:
            held = await house.occupancies(MOON)
            return bool(held) and held[0].start == at(17)

        await until(known)
    assert feed_requests(house) - before == Counter({ZHANG: 1, MOON: 1})


async def test_the_echo_of_our_own_write_costs_one_feed_request_a_calendar_at_most(house: House) -> None:
    await house.sync()
    async with watching(house):
        event = await house.book(meeting())
        await house.engine.push_due()
        before = feed_requests(house)

        async def read() -> bool:
            return {ZHANG, MOON} <= (feed_requests(house) - before).keys()

        await until(read)
        await asyncio.sleep(0.1)  # longer than the debounce: whatever else would come has come
    assert all(count == 1 for count in (feed_requests(house) - before).values())
    assert (await house.waiting(), (await house.event(event)).content.title) == (0, "Planning")


async def test_when_everything_stirs_at_once_no_more_calendars_are_read_side_by_side_than_usual(house: House) -> None:
    await house.sync()
    read, running, most = house.exchange.changes, 0, 0
    side_by_side = asyncio.Event()

    async def changes(mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        if running == 2:
            side_by_side.set()
        await side_by_side.wait()
        await asyncio.sleep(0.02)  # time for a third to come, if it may
        running -= 1
        return await read(mailbox, state, limit=limit)

    house.exchange.changes = changes  # type: ignore[method-assign]
    before = feed_requests(house)
    async with watching(house):
        tell(house, Stirred(mailboxes=tuple(EVERYTHING)))

        async def all_read() -> bool:
            return feed_requests(house) - before == Counter(EVERYTHING)

        await until(all_read)
    assert most == 2, "the house reads two at a time"


async def test_a_calendar_is_never_read_twice_at_once_and_misses_nothing(house: House) -> None:
    running, together, readings = Counter[str](), Counter[str](), Counter[str]()
    go_on = asyncio.Event()

    async def refresh(mailboxes: Sequence[str]) -> None:
        running.update(mailboxes)
        readings.update(mailboxes)
        together.update({mailbox: 1 for mailbox in mailboxes if running[mailbox] > 1})
        await go_on.wait()
        running.subtract(mailboxes)

    async with watching(house, refresh=refresh):
        tell(house, Stirred(mailboxes=(MOON,)))

        async def begun() -> bool:
            return readings[MOON] == 1

        await until(begun)
        tell(house, Stirred(mailboxes=(MOON, LAKE)))

        async def other_read() -> bool:
            return readings[LAKE] == 1

        await until(other_read)
        assert readings[MOON] == 1
        go_on.set()

        async def read_again() -> bool:
            return readings[MOON] == 2

        await until(read_again)
    assert not together


async def test_when_exchange_is_busy_the_calendar_is_read_when_it_says(house: House) -> None:
    tries: list[float] = []
    loop = asyncio.get_running_loop()

    async def refresh(_: Sequence[str]) -> None:
        tries.append(loop.time())
        if len(tries) == 1:
            raise RetryLater("Busy.", after=timedelta(seconds=0.2))

    async with watching(house, refresh=refresh):
        tell(house, Stirred(mailboxes=(MOON,)))

        async def tried_again() -> bool:
            return len(tries) == 2

        await until(tried_again)
    assert tries[1] - tries[0] >= 0.2


@pytest.mark.parametrize("error", [MailboxUnavailable("Moving."), RuntimeError("a mistake of ours")])
async def test_a_reading_that_fails_does_not_end_the_watching(house: House, error: Exception) -> None:
    await house.sync()
    failed = asyncio.Event()

    async def refresh(mailboxes: Sequence[str]) -> None:
        if not failed.is_set():
            failed.set()
            raise error
        await house.engine.refresh(mailboxes)

    async with watching(house, refresh=refresh):
        tell(house, Stirred(mailboxes=(LAKE,)))
        await failed.wait()
        house.exchange.meet(ZHANG, meeting())

        async def known() -> bool:
            return len(await house.occupancies(MOON)) == 1

        await until(known)


async def test_each_mailbox_says_how_it_is_watched_since_when_and_why_not_better(house: House) -> None:
    async with watching(house) as watcher:
        assert watcher.watch_of("stranger@elsewhere.example") == Watch()
        streaming = watcher.watch_of(MOON)
        assert (streaming.means, streaming.heard_at, streaming.reason) == (WatchMeans.STREAMING, None, "")
        tell(house, Alive(mailboxes=(MOON,)))
        tell(house, WatchedBy(mailboxes=(MOON,), means=WatchMeans.STREAMING))
        heard = watcher.watch_of(MOON)
        assert heard.heard_at is not None
        assert heard.since == streaming.since
        tell(house, WatchedBy(mailboxes=(MOON,), means=WatchMeans.POLLING, reason="the line broke"))
        broken = watcher.watch_of(MOON)
        assert (broken.means, broken.reason, broken.heard_at) == (
            WatchMeans.POLLING,
            "the line broke",
            heard.heard_at,
        )
        assert watcher.watch_of(LAKE).means is WatchMeans.STREAMING


async def test_that_watching_got_worse_is_logged_once_however_often_it_is_tried(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with watching(house):
        for _ in range(5):
            tell(house, WatchedBy(mailboxes=(MOON, LAKE), means=WatchMeans.POLLING, reason="the line broke"))
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert told == ["watched by polling from here on: 2 mailboxes. the line broke"]


async def test_a_mistake_in_the_watching_leaves_everything_to_the_timed_run(house: House) -> None:
    async def watch(_mailboxes: Sequence[str], _tell: Callable[[Signal], None]) -> None:
        raise RuntimeError("a mistake of ours")

    house.exchange.watch = watch  # type: ignore[method-assign]
    watcher = Watcher(house.exchange, SystemClock(), refresh=house.engine.refresh)
    serving = asyncio.create_task(watcher.serve(EVERYTHING))

    async def said() -> bool:
        return watcher.watch_of(MOON).reason != ""

    await until(said)
    assert watcher.watch_of(MOON).means is WatchMeans.POLLING
    assert not serving.done()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


def tell(house: House, signal: Signal) -> None:
    assert house.exchange.listener is not None
    house.exchange.listener(signal)
