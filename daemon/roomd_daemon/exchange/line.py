"""The line to Exchange: every request goes through here, once, under one set of rules.

A request waits for a slot, for the sign-in breaker and for its principal's back-off; then it runs in a worker
thread with a deadline over all of it, and ends as a value or as one of the port's errors. Nothing is sent twice.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from roomd_core.sync.remote import SignInRefused
from roomd_daemon.exchange.connections import Connections, Flight, Principal
from roomd_daemon.exchange.rules import Rules
from roomd_daemon.exchange.settings import ExchangeSettings
from roomd_daemon.exchange.soap import Element, Malformed
from roomd_daemon.exchange.trouble import Request, believe

T = TypeVar("T")
Thin: TypeAlias = Callable[[bytes], bytes]

LAST_WORDS = 5.0
"""Seconds a write still has when its caller was cancelled: most answers are here by then, and the stop is short."""


def as_it_is(body: bytes) -> bytes:
    """Return an answer whole."""
    return body


class Line:
    """Exchange's answers to requests, read. Open until ``close``."""

    def __init__(self, settings: ExchangeSettings, rules: Rules) -> None:
        self._settings = settings
        self._connections = Connections(settings, rules.signs.shown)
        self._threads = ThreadPoolExecutor(settings.max_connections, thread_name_prefix="exchange")
        self._own = asyncio.Semaphore(settings.max_connections)
        self._rules = rules
        self._flights: set[Flight] = set()

    def principal(self, mailbox: str) -> Principal:
        """Return whom requests for that mailbox act as."""
        return self._connections.principal(mailbox)

    async def ask(self, request: Request, read: Callable[[Element], T], *, thin: Thin = as_it_is) -> T:
        """Send a request and return what ``read`` makes of the answer. Raise a RemoteError.

        ``thin`` may take out of the answer's bytes what need not become a tree.
        When the caller is cancelled nothing stays on its way: a read is cut, a write gets ``LAST_WORDS`` to end,
        and then is as unknown as after a crash.
        """
        async with self._own, self._rules.slots.slot(), self._passage(request):
            return await self._fly(request, read, thin)

    async def close(self) -> None:
        """Cut what is on its way, and let go of every connection."""
        for flight in tuple(self._flights):
            flight.cut()
        await asyncio.to_thread(self._threads.shutdown)
        self._connections.close()

    @asynccontextmanager
    async def _passage(self, request: Request) -> AsyncIterator[None]:
        try:
            async with self._rules.passage(request):
                yield
        except SignInRefused:
            self._connections.close()  # what is still signed in would let a probe pass that proves nothing
            raise

    async def _fly(self, request: Request, read: Callable[[Element], T], thin: Thin) -> T:
        loop = asyncio.get_running_loop()
        flight = Flight()
        self._flights.add(flight)
        work = loop.run_in_executor(self._threads, self._perform, request, read, thin, flight)
        deadline = loop.call_later(self._settings.deadline, flight.cut)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await self._bring_down(request, flight, work)
            raise
        finally:
            deadline.cancel()
            self._flights.discard(flight)

    async def _bring_down(self, request: Request, flight: Flight, work: "asyncio.Future[T]") -> None:
        work.add_done_callback(look_at)
        try:
            if request.is_write:
                await asyncio.wait([work], timeout=LAST_WORDS)
        finally:
            flight.cut()
        await asyncio.wait([work])

    def _perform(self, request: Request, read: Callable[[Element], T], thin: Thin, flight: Flight) -> T:
        reply = self._connections.send(request.mailbox, request.payload, flight)
        self._rules.signs.dated(reply.headers.get("Date"))
        answer = believe(replace(reply, body=thin(reply.body)))
        try:
            return read(answer)
        except (LookupError, TypeError, ValueError) as error:
            raise Malformed(f"it has an unexpected shape ({type(error).__name__})") from error


def look_at(work: "asyncio.Future[T]") -> None:
    """Take note of how the work ended: whoever was to be told is gone."""
    if not work.cancelled():
        work.exception()
