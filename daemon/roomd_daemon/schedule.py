"""The tick of the timed sync. What is due is in the store: a tick that is lost costs one interval, nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Schedule:
    """Calls ``tick`` every ``interval``, never twice at once; ticks missed while the host slept become one."""

    def __init__(self, interval: timedelta, tick: Callable[[], Awaitable[None]]) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._job = self._scheduler.add_job(
            tick,
            "interval",
            seconds=interval.total_seconds(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    @property
    def next_run_at(self) -> datetime | None:
        """When the next tick is due, in UTC; None before the start and after the end."""
        at: datetime | None = getattr(self._job, "next_run_time", None) if self._scheduler.running else None
        return None if at is None else at.astimezone(UTC)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tick for as long as the block lasts; a tick under way at its end is cancelled."""
        self._scheduler.start()
        try:
            yield
        finally:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # the scheduler only asks the loop to end it
