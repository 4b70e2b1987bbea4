"""Waiting for something to happen, or for time to pass, whichever comes first."""

import asyncio
from contextlib import suppress


async def woken(event: asyncio.Event, seconds: float | None) -> None:
    """Wait until the event is set or ``seconds`` have passed (None: however long it takes), and clear it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    event.clear()
