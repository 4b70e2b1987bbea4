"""How the interface stays true: one stream followed for ever, and questions never asked twice at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from itertools import chain, repeat
from typing import NoReturn

from roomd_core.api.client import Client, DaemonUnreachable, ProblemError
from roomd_core.api.wire import Notice

RETRY_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds to wait before the connection is tried again; the last one repeats."""


async def follow(
    client: Client,
    heard: Callable[[Notice], object],
    lost: Callable[[str], object],
    delays: Sequence[float] = RETRY_DELAYS,
) -> NoReturn:
    """Follow the daemon's stream, and find it again whenever it goes away, until cancelled."""
    waits = _waits(delays)
    while True:
        try:
            async with aclosing(client.stream()) as notices:
                async for notice in notices:
                    waits = _waits(delays)
                    heard(notice)
            lost("it has stopped; see `systemctl status roomd`")
        except (DaemonUnreachable, ProblemError) as error:
            lost(str(error))
        await asyncio.sleep(next(waits))


def _waits(delays: Sequence[float]) -> Iterator[float]:
    return chain(delays, repeat(delays[-1]))


class Refresher:
    """Runs ``work`` whenever it is asked to; however often it is asked while it runs, it runs once more."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Ask for a run."""
        self._asked.set()

    async def run(self) -> NoReturn:
        """Work until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self._work()
