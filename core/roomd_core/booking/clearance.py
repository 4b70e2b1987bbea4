"""Making sure that rooms are free: in the store, and in Exchange at this moment."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from roomd_core.booking.vacancy import (
    Span,
    not_fresh,
    spans_held,
    spans_in,
    spans_of,
    taken_by,
    taken_by_somebody,
    unexplained,
)
from roomd_core.clock import Clock
from roomd_core.model import Mailbox
from roomd_core.store import Store, Tables
from roomd_core.sync.remote import Busy, ExchangeUnavailable, Remote, RemoteError, RetryLater

PATIENCE = timedelta(seconds=5)
"""How long somebody who books waits for Exchange's free/busy before what roomd knows has to do."""


class Wish(Struct, frozen=True, kw_only=True):
    """Rooms, by address, that an event needs from ``start`` up to ``end``; ``zone`` is for telling people."""

    event: str
    rooms: Mapping[str, Mailbox]
    start: datetime
    end: datetime
    zone: str


async def require_free_here(tables: Tables, wish: Wish) -> None:
    """Raise RoomTaken if somebody else holds one of the rooms, as far as the store knows."""
    held = await tables.occupancies.holding(wish.rooms, wish.start, wish.end, ignore_event=wish.event)
    if held:
        holder = await tables.events.get(held[0].event)
        raise taken_by(holder, held[0], wish.rooms[held[0].mailbox], wish.zone)


class Clearance:
    """Asks the store, then Exchange, then the rooms' calendars where the two disagree."""

    def __init__(  # noqa: PLR0913 - its ports, and the two settings of its trust
        self,
        store: Store,
        remote: Remote,
        clock: Clock,
        *,
        refresh: Callable[[Sequence[str]], Awaitable[None]],
        fresh_for: timedelta,
        patience: timedelta = PATIENCE,
    ) -> None:
        """``refresh`` reads mailboxes anew; a room read within ``fresh_for`` is trusted when Exchange is silent.

        Exchange counts as silent when it has not answered within ``patience``.
        """
        self._store = store
        self._remote = remote
        self._clock = clock
        self._refresh = refresh
        self._fresh_for = fresh_for
        self._patience = patience.total_seconds()

    async def require(self, wish: Wish) -> None:
        """Raise RoomTaken unless the rooms are free; ExchangeUnavailable when that cannot be known."""
        if not wish.rooms:
            return
        known = await self._known(wish)
        try:
            busy = await self._ask(wish)
        except RemoteError as error:
            await self._require_fresh(wish, error)
            return
        if surprising := unexplained(busy, known, wish.start, wish.end):
            await self._learn(wish, surprising)

    async def _ask(self, wish: Wish) -> list[Busy]:
        try:
            async with asyncio.timeout(self._patience):
                return await self._remote.availability(list(wish.rooms), wish.start, wish.end)
        except TimeoutError:
            raise RetryLater(f"Exchange did not answer within {self._patience:g} seconds.") from None

    async def _known(self, wish: Wish) -> list[Span]:
        """Check the store, and return what Exchange may rightly count as busy although the rooms are free here.

        That is the event's own time, also where a room's copy has another, and what Exchange is still to hear of:
        meetings moved or cancelled here.
        """
        async with self._store.read() as tables:
            await require_free_here(tables, wish)
            own = await tables.occupancies.of_event(wish.event)
            copies = await tables.items.of_event(wish.event)
            unsent = await tables.events.many(await tables.operations.unsent_events())
        return (
            spans_held(own) + spans_in(copies) + [span for event in unsent.values() for span in spans_of(event.base)]
        )

    async def _learn(self, wish: Wish, surprising: Sequence[Busy]) -> None:
        """Exchange knows more than the store: read those rooms, and say who has them if that can be seen."""
        with suppress(RemoteError, TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._refresh(sorted({span.mailbox for span in surprising}))
        known = await self._known(wish)
        for span in unexplained(surprising, known, wish.start, wish.end):
            raise taken_by_somebody(span, wish.rooms[span.mailbox], wish.zone)

    async def _require_fresh(self, wish: Wish, error: RemoteError) -> None:
        async with self._store.read() as tables:
            freshness = await tables.mailboxes.freshness()
        if stale := not_fresh(wish.rooms, freshness, self._clock.now(), self._fresh_for):
            names = ", ".join(wish.rooms[room].name for room in stale)
            raise ExchangeUnavailable(
                f"Whether {names} is free cannot be told: {error} Nothing was saved; try when Exchange answers.",
                code=error.code,
            ) from error
