"""One group's own connection: requests one after another, and an answer that goes on.

Everything on it says whose server it wants (EWS: how to maintain affinity between a group of subscriptions and the
Mailbox server). The cookie by which a load balancer keeps that promise lives in the session.
"""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from roomd_daemon.exchange.connections import Flight
from roomd_daemon.exchange.line import Line, look_at
from roomd_daemon.exchange.rules import Rules
from roomd_daemon.exchange.settings import ExchangeSettings
from roomd_daemon.exchange.soap import open_envelope
from roomd_daemon.exchange.trouble import CallFailed, Cause, Request
from roomd_daemon.exchange.watching.envelopes import Envelopes
from roomd_daemon.exchange.watching.news import News, read_news

_AFFINITY = {
    "X-PreferServerAffinity": "true",
    # A compressed answer would be held back until there is enough of it.
    "Accept-Encoding": "identity",
}
_OPENING = 20.0
"""Seconds a stream may take for its first word: Exchange says it at once, and others may wait for the sign-in."""
_LAST_MOMENT = 0.5
"""Seconds a stream that was cut has to end."""


class Hotline(Line):
    """A line with one connection, for one thing at a time."""

    def __init__(self, settings: ExchangeSettings, rules: Rules) -> None:
        super().__init__(replace(settings, max_connections=1), rules)
        self.start_over()

    def anchor_to(self, mailbox: str) -> None:
        """From here on ask the server that has this mailbox."""
        self._connections.headers.setdefault("X-AnchorMailbox", mailbox)

    def start_over(self) -> None:
        """Forget which server was asked."""
        self._connections.close()
        self._connections.headers = dict(_AFFINITY)

    async def listen(self, request: Request, hear: Callable[[News], None]) -> None:
        """Send a request whose answer goes on, and hand on what it tells, until the server ends it.

        The first word has to come soon; after it, silence ends it. Raise a RemoteError.
        """
        flight = Flight()
        opened = asyncio.Event()
        work: asyncio.Future[None] | None = None
        try:
            async with self._passage(request):
                work = self._open(request, hear, flight, opened)
                await self._wait_for_opening(work, opened)
            with self._rules.judged(request):
                await asyncio.shield(work)
        finally:
            flight.cut()
            self._flights.discard(flight)
            if work is not None:
                await asyncio.wait([work], timeout=_LAST_MOMENT)

    async def close(self) -> None:
        """Cut what is on its way, and let go of the connection. A thread that is still connecting ends by itself."""
        for flight in tuple(self._flights):
            flight.cut()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._connections.close()

    def _open(
        self, request: Request, hear: Callable[[News], None], flight: Flight, opened: asyncio.Event
    ) -> "asyncio.Future[None]":
        loop = asyncio.get_running_loop()

        def heard(news: News) -> None:
            opened.set()
            if not flight.is_cut:
                hear(news)

        def ended(work: "asyncio.Future[None]") -> None:
            opened.set()
            look_at(work)

        self._flights.add(flight)
        work = loop.run_in_executor(
            self._threads, self._hear, request, flight, lambda news: loop.call_soon_threadsafe(heard, news)
        )
        work.add_done_callback(ended)
        return work

    async def _wait_for_opening(self, work: "asyncio.Future[None]", opened: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(min(self._settings.deadline, _OPENING)):
                await opened.wait()
        except TimeoutError:
            raise CallFailed(Cause.DEADLINE, "the stream says nothing") from None
        if work.done():
            await work

    def _hear(self, request: Request, flight: Flight, hand_on: Callable[[News], object]) -> None:
        """Read in a worker thread for as long as the stream lasts."""
        envelopes = Envelopes()

        def take(piece: bytes) -> bool:
            for envelope in envelopes.take(piece):
                news = read_news(open_envelope(envelope))
                hand_on(news)
                if news.ended:
                    return False
            return True

        self._connections.listen(request.mailbox, request.payload, flight, take, quiet=self._settings.watch.silence)
