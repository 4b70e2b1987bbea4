"""The rules every request to Exchange obeys, on whichever connection: back-off, sign-in breaker, one judgement."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

from roomd_core.clock import Clock
from roomd_core.sync.remote import RetryLater
from roomd_daemon.exchange.backoff import Backoff
from roomd_daemon.exchange.breaker import Breaker, Gate
from roomd_daemon.exchange.faults import classify
from roomd_daemon.exchange.pace import Slots, is_complaint
from roomd_daemon.exchange.settings import Access, ExchangeSettings
from roomd_daemon.exchange.signs import Signs
from roomd_daemon.exchange.trouble import DIRECTORY, UNDERSTOOD, Request, trouble_of


class Rules:
    """One set for all connections of a process: an account locks, and a budget is used up, on all of them at once."""

    def __init__(self, settings: ExchangeSettings, clock: Clock, breaker: Breaker) -> None:
        self._settings = settings
        self._clock = clock
        self._backoff = Backoff(clock)
        self.slots = Slots(settings.max_connections, clock)
        self.signs = Signs(clock, settings.host)
        self.gate = Gate(breaker, clock, account=settings.username)

    @asynccontextmanager
    async def passage(self, request: Request) -> AsyncIterator[None]:
        """Let one request through, and judge how it ends. Raise RetryLater or SignInRefused where none may go."""
        self._keep_back(request)
        async with self.gate.passage():
            with self.judged(request):
                yield

    @contextmanager
    def judged(self, request: Request) -> Iterator[None]:
        """Raise what goes wrong with a request as one of the port's errors."""
        begun = self._clock.steady()
        try:
            yield
        except UNDERSTOOD as failure:
            trouble = trouble_of(failure, request, self._settings)
            if trouble.after is not None:
                self._backoff.obey(self._principal_of(request), trouble.after)
            if is_complaint(trouble):
                self.slots.complained(begun)
            raise classify(trouble) from failure

    def _keep_back(self, request: Request) -> None:
        wait = self._backoff.remaining(self._principal_of(request))
        if wait is not None:
            raise RetryLater(
                f"Exchange asked to wait {wait / timedelta(seconds=1):.0f} s before anything else for "
                f"{request.mailbox}; it is tried again then",
                after=wait,
                code="ErrorServerBusy",
            )

    def _principal_of(self, request: Request) -> str:
        as_itself = self._settings.access is Access.DELEGATE or request.mailbox == DIRECTORY
        return self._settings.username if as_itself else request.mailbox
