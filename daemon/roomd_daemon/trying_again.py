"""After an operator mended the service account: everything that was refused goes on, at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import structlog

from roomd_core.api.wire import Health
from roomd_core.model import Run
from roomd_core.sync.engine import SyncEngine

log = structlog.get_logger()

PATIENCE = 30.0
"""Seconds that Exchange's first word is waited for."""


class Door(Protocol):
    """What remembers refused sign-ins."""

    async def open_sign_in(self) -> None:
        """Forgive them."""
        ...


async def try_again(exchange: Door, engine: SyncEngine, run: Callable[[], Awaitable[asyncio.Task[Run]]]) -> None:
    """Forgive what was refused, begin a run, and wait for Exchange's first word. ``run`` begins one, or joins one.

    A run that fails already is let end first: it would give up with the old refusal.
    """
    if engine.syncing and engine.exchange.health is Health.FAILING:
        await asyncio.wait([await run()])
    log.info("the service account was mended; Exchange is tried again")
    await exchange.open_sign_in()
    heard = engine.try_again()
    await run()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await heard.wait()
