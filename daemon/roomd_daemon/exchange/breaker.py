"""After a refused sign-in: when the next may be tried. An account that is asked too often locks.

One refusal stops every request of the process. The first probe comes after ten minutes, then thirty, then sixty;
a password that expired, or an account that is locked, is not probed at all until an operator says go. Whoever says
so how often: in half an hour three sign-ins fail at most.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.clock import Clock
from roomd_core.sync.remote import Gone, MailboxUnavailable, Rejected, SignInRefused, Stale, StateInvalid
from roomd_daemon.exchange.codes import ONLY_AN_OPERATOR_HELPS, THEN_SAY_SO

ANSWERED_BY_EWS = (Gone, MailboxUnavailable, Rejected, Stale, StateInvalid)
"""Errors that only a signed-in account gets."""

PROOF_LASTS = 60.0
"""Seconds an accepted sign-in speaks for the next ones: less than a server keeps an idle connection signed in."""

WAITS = (timedelta(minutes=10), timedelta(minutes=30), timedelta(minutes=60))

MOST_FAILURES, SPAN = 3, timedelta(minutes=30)
"""So many sign-ins fail at most in so long a time: fewer than the usual policies lock an account after."""


class SignIn(Struct, frozen=True, kw_only=True):
    """How sign-ins went. ``not_before`` is when the next may be tried; ``locked`` waits for an operator.

    ``reason`` is what Exchange said of the account then, in words for an operator. ``failed`` is when the newest were
    refused: an operator forgives them, the account's own count does not.
    """

    refusals: int = 0
    not_before: datetime | None = None
    locked: bool = False
    reason: str = ""
    failed: tuple[datetime, ...] = ()

    @property
    def trusted(self) -> bool:
        """Whether nothing speaks against signing in."""
        return self.refusals == 0 and not self.locked


def admit(state: SignIn, now: datetime) -> SignIn | None:
    """Let one attempt through: return the state to keep while it runs, or None where none may run.

    A probe is charged before it is sent, so that a second request finds the door closed again and a crash while
    probing costs a wait, not an attempt. A ``not_before`` further away than the longest wait comes from a clock
    that jumped, and is not obeyed.
    """
    if state.locked or not _due(state.not_before, now) or _exhausted(state.failed, now):
        return None
    return state if state.trusted else replace(state, not_before=now + _wait(state.refusals))


def refused(state: SignIn, now: datetime, *, locked: bool, reason: str) -> SignIn:
    """Record a refusal and its reason. ``locked`` says that only an operator can help."""
    return SignIn(
        refusals=state.refusals + 1,
        not_before=now + _wait(state.refusals),
        locked=locked,
        reason=reason,
        failed=(*state.failed, now)[-MOST_FAILURES:],
    )


def mended(state: SignIn) -> SignIn:
    """Forgive every refusal: somebody has seen to the account. Only how often it failed lately is kept."""
    return SignIn(failed=state.failed)


def next_try(state: SignIn) -> datetime | None:
    """Return when the next sign-in may go out; None where only an operator helps, or nothing is in its way."""
    times = [state.not_before, _free_again(state.failed)]
    return None if state.locked else max((time for time in times if time), default=None)


def _due(not_before: datetime | None, now: datetime) -> bool:
    return not_before is None or now >= not_before or not_before - now > WAITS[-1]


def _exhausted(failed: tuple[datetime, ...], now: datetime) -> bool:
    """Tell whether one more could be too many. A failure in the future comes from a clock that jumped."""
    free = _free_again(failed)
    return free is not None and free - SPAN <= failed[-1] <= now < free


def _free_again(failed: tuple[datetime, ...]) -> datetime | None:
    return failed[-MOST_FAILURES] + SPAN if len(failed) >= MOST_FAILURES else None


def _wait(refusals: int) -> timedelta:
    return WAITS[min(refusals, len(WAITS) - 1)]


class Breaker(Protocol):
    """Where the state outlives the process: a crash loop must not sign in again and again."""

    async def load(self) -> SignIn:
        """Return what was saved last, or ``SignIn()``."""
        ...

    async def save(self, state: SignIn) -> None:
        """Keep the state."""
        ...


class MemoryBreaker:
    """A breaker that remembers as long as the process lives."""

    def __init__(self) -> None:
        self._state = SignIn()

    async def load(self) -> SignIn:
        """Return what was saved last."""
        return self._state

    async def save(self, state: SignIn) -> None:
        """Keep the state."""
        self._state = state


class Gate:
    """The breaker at work: what every request of the process passes through.

    Unless Exchange has just accepted a sign-in, requests go one at a time: a password that became wrong is then
    tried once, not once a connection.
    """

    def __init__(self, breaker: Breaker, clock: Clock, *, account: str) -> None:
        self._breaker = breaker
        self._clock = clock
        self._account = account
        self._state: SignIn | None = None
        self._proven_until = 0.0
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Let one request through and learn from how it ends. Raise SignInRefused where none may go."""
        async with AsyncExitStack() as stack:
            if self._clock.steady() >= self._proven_until:
                await stack.enter_async_context(self._alone)
            admitted = await self._admit()
            try:
                yield
            except SignInRefused as refusal:
                await self._note_refusal(refusal, admitted)
                raise
            except ANSWERED_BY_EWS:
                await self._note_acceptance(admitted)
                raise
            await self._note_acceptance(admitted)

    async def open(self) -> None:
        """Forgive every refusal: an operator has seen to the account."""
        await self._keep(mended(self._state or await self._breaker.load()))

    async def _admit(self) -> SignIn:
        state = self._state = self._state or await self._breaker.load()
        admitted = admit(state, self._clock.now())
        if admitted is None:
            raise SignInRefused(_closed(state, self._account))
        if admitted is not state:
            await self._keep(admitted)
        return admitted

    async def _note_refusal(self, refusal: SignInRefused, admitted: SignIn) -> None:
        # Counted from what was admitted: requests refused at the same time are one refusal.
        self._proven_until = 0.0
        locked = refusal.code in ONLY_AN_OPERATOR_HELPS
        await self._keep(refused(admitted, self._clock.now(), locked=locked, reason=str(refusal)))

    async def _note_acceptance(self, admitted: SignIn) -> None:
        if self._state is not admitted:
            return  # another request was refused meanwhile: this one's connection was signed in before
        self._proven_until = self._clock.steady() + PROOF_LASTS
        if self._state != SignIn():
            await self._keep(SignIn())

    async def _keep(self, state: SignIn) -> None:
        self._state = state
        await self._breaker.save(state)


def _closed(state: SignIn, account: str) -> str:
    after = next_try(state)
    if after is None:
        return f"nothing is sent to Exchange: {state.reason}"
    return (
        f"Exchange refused the password of {account}: correct it. {THEN_SAY_SO}; "
        f"the next sign-in is tried after {after:%Y-%m-%d %H:%M} UTC"
    )
