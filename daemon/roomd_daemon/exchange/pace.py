"""How many requests go at once: fewer while Exchange is overloaded, one more after each quiet while.

How many Exchange bears cannot be asked for (EWS throttling: EWSMaxConcurrency), so it is found out: halved when it
complains, grown by one while it does not.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from msgspec import Struct

from roomd_core.api.wire import Throttled
from roomd_core.clock import Clock
from roomd_daemon.exchange.trouble import Trouble

QUIET = 60.0
"""Seconds without a complaint after which one more request goes at once."""

STREAMING = "GetStreamingEvents"
_COMPLAINTS = frozenset({"ErrorServerBusy", "ErrorExceededConnectionCount"})
_OVERLOADED = (429, 503)


class Pace(Struct, frozen=True, kw_only=True):
    """At most ``most`` requests at once; ``lowered_to`` so many at ``lowered_at``, in seconds of the steady clock."""

    most: int
    lowered_to: int | None = None
    lowered_at: float = 0.0

    def at(self, now: float) -> int:
        """Return how many requests may go at once."""
        if self.lowered_to is None:
            return self.most
        return min(self.most, self.lowered_to + max(0, int((now - self.lowered_at) / QUIET)))

    def full_again_at(self) -> float:
        """Return when all may go at once again, in seconds of the steady clock, if nobody complains before."""
        if self.lowered_to is None:
            return self.lowered_at
        return self.lowered_at + QUIET * (self.most - self.lowered_to)


def lowered(pace: Pace, begun: float, now: float) -> Pace:
    """Halve the pace after a complaint about a request that was sent at ``begun``.

    Those that were on their way together complain together: what was sent before the last halving changes nothing
    but that quiet begins anew.
    """
    known = pace.lowered_to is not None and begun <= pace.lowered_at
    allowed = pace.at(now)
    return Pace(most=pace.most, lowered_to=allowed if known else max(1, allowed // 2), lowered_at=now)


def is_complaint(trouble: Trouble) -> bool:
    """Tell whether a failure says that too much is asked at once. Streams are counted by another limit."""
    return trouble.operation != STREAMING and (trouble.code in _COMPLAINTS or trouble.status in _OVERLOADED)


class Slots:
    """The places for requests on their way, for all connections of a process. First come, first served."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._pace = Pace(most=most)
        self._clock = clock
        self._since = clock.now()
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def throttled(self) -> Throttled | None:
        """How far requests are held back, None where they are not."""
        allowed = self._allowed()
        if allowed == self._pace.most:
            return None
        left = self._pace.full_again_at() - self._clock.steady()
        until = self._clock.now() + timedelta(seconds=left)
        return Throttled(at_once=allowed, most=self._pace.most, since=self._since, until=until)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:
            self._withdraw(turn)
            raise
        try:
            yield
        finally:
            self._leave()

    def complained(self, begun: float) -> None:
        """Take note that Exchange is overloaded, as it said of a request sent at ``begun`` of the steady clock."""
        if self.throttled is None:
            self._since = self._clock.now()
        self._pace = lowered(self._pace, begun, self._clock.steady())

    def _withdraw(self, turn: "asyncio.Future[None]") -> None:
        if turn.cancelled():
            self._waiting.remove(turn)
        else:
            self._leave()

    def _leave(self) -> None:
        self._taken -= 1
        self._let_in()

    def _let_in(self) -> None:
        waiting = (turn for turn in tuple(self._waiting) if not turn.done())
        for turn in waiting:
            if self._taken >= self._allowed():
                return
            self._waiting.remove(turn)
            self._taken += 1
            turn.set_result(None)

    def _allowed(self) -> int:
        return self._pace.at(self._clock.steady())
