"""Whether Exchange answers, learned from every call that is made anyway, and when to try again unasked."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from roomd_core.api.wire import Health
from roomd_core.clock import Clock
from roomd_core.sync.backoff import full_jitter
from roomd_core.sync.remote import ExchangeUnavailable, SignInRefused


class RemoteHealth(Struct, frozen=True, kw_only=True):
    """How Exchange is doing: ``message`` is its newest failure, ``since`` when it began to do so."""

    health: Health = Health.UNTRIED
    message: str = ""
    since: datetime | None = None


class Gate:
    """Knows whether Exchange answers. Closed after a failure; opens when the wait is over or anything succeeds.

    ``opened`` is called when Exchange answers after it did not. A refused sign-in keeps it closed until something
    succeeds: accounts lock after a few wrong passwords.
    """

    def __init__(self, clock: Clock, random: Callable[[], float], *, opened: Callable[[], None]) -> None:
        self.health = RemoteHealth()
        self._clock = clock
        self._random = random
        self._opened = opened
        self._failures = 0
        self._closed_until: float | None = 0.0
        self._heard = asyncio.Event()

    @property
    def is_shut(self) -> bool:
        """Whether Exchange is to be left alone."""
        return self.wait() != timedelta()

    def succeeded(self) -> None:
        """Note that Exchange answered."""
        self._failures, self._closed_until = 0, 0.0
        self._heard.set()
        if self.health.health is not Health.OK:
            self.health = RemoteHealth(health=Health.OK, since=self._clock.now())
            self._opened()

    def failed(self, error: ExchangeUnavailable) -> None:
        """Note that Exchange could not be used."""
        self._failures += 1
        wait = full_jitter(self._failures, self._random).total_seconds()
        self._closed_until = None if isinstance(error, SignInRefused) else self._clock.steady() + wait
        failing = self.health.health is Health.FAILING
        since = self.health.since if failing else self._clock.now()
        self.health = RemoteHealth(health=Health.FAILING, message=str(error), since=since)
        self._heard.set()

    def reopen(self) -> asyncio.Event:
        """Let Exchange be asked at once, though it failed. Return what is set when it answers, or fails again."""
        self._failures, self._closed_until = 0, 0.0
        self._heard = asyncio.Event()
        self._opened()
        return self._heard

    def wait(self) -> timedelta | None:
        """Return how long to leave Exchange alone; zero when it may be used, None until something succeeds."""
        if self._closed_until is None:
            return None
        return timedelta(seconds=max(0.0, self._closed_until - self._clock.steady()))
