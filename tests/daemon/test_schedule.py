import asyncio
from datetime import UTC, datetime, timedelta

from roomd_daemon.schedule import Schedule


async def test_it_ticks_again_and_again() -> None:
    ticks = asyncio.Semaphore(0)

    async def tick() -> None:
        ticks.release()

    async with Schedule(timedelta(seconds=0.02), tick).running(), asyncio.timeout(5):
        await ticks.acquire()
        await ticks.acquire()


async def test_the_next_tick_is_known_while_it_runs() -> None:
    schedule = Schedule(timedelta(minutes=10), asyncio.Event().wait)
    assert schedule.next_run_at is None
    async with schedule.running():
        assert schedule.next_run_at is not None
        wait = schedule.next_run_at - datetime.now(UTC)
        assert timedelta(minutes=9) < wait <= timedelta(minutes=10)
    assert schedule.next_run_at is None


async def test_a_tick_under_way_is_neither_doubled_nor_left_behind() -> None:
    begun = ended = 0
    started = asyncio.Event()

    async def tick() -> None:
        nonlocal begun, ended
        begun += 1
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended += 1

    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, later.set)
    async with Schedule(timedelta(seconds=0.01), tick).running(), asyncio.timeout(5):
        await started.wait()
        await later.wait()
    await asyncio.sleep(0)
    assert (begun, ended) == (1, 1)
