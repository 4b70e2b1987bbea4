"""Making sure that rooms are free: in the store, and in Exchange at this moment."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from roomd_core.booking.vacancy import (
    not_fresh,
    refusal,
    spans_held,
    spans_in,
    taken_by,
    taken_by_somebody,
    unexplained,
    wanted,
)
from roomd_core.clock import Clock
from roomd_core.model import Content, Mailbox
from roomd_core.spans import Span, clashes, spans_of
from roomd_core.store import Store, Tables
from roomd_core.sync.remote import Busy, ExchangeUnavailable, Remote, RemoteError, RetryLater

PATIENCE = timedelta(seconds=5)
"""How long somebody who books waits for Exchange's free/busy before what roomd knows has to do."""

SLICE: Final = timedelta(days=42)
"""The longest time Exchange gives free/busy for in one request (ErrorTimeIntervalTooBig)."""


class Wish(Struct, frozen=True, kw_only=True):
    """What an event needs of rooms: every span of time that has to be free; ``zone`` is for telling people.

    ``event`` is the one that may hold that time already. Of ``occurrences`` there is one, unless it is a series.
    """

    event: str
    rooms: Mapping[str, Mailbox]
    spans: tuple[Span, ...]
    occurrences: int
    zone: str

    @property
    def start(self) -> datetime:
        """When the first span begins."""
        return min(span.start for span in self.spans)

    @property
    def end(self) -> datetime:
        """When the last span ends."""
        return max(span.end for span in self.spans)


def wish_for(
    event: str,
    before: Content | None,
    contents: Sequence[Content],
    mailboxes: Iterable[Mailbox],
    *,
    within: tuple[datetime, datetime],
) -> Wish:
    """Return what an event needs that has one content or, split, two, and had what ``before`` says."""
    listed = {mailbox.address: mailbox for mailbox in mailboxes}
    spans = [span for content in contents for span in wanted(before, content, *within) if span.mailbox in listed]
    return Wish(
        event=event,
        rooms={span.mailbox: listed[span.mailbox] for span in spans},
        spans=tuple(spans),
        occurrences=len({span.start for span in spans}),
        zone=contents[0].zone,
    )


async def require_free_here(tables: Tables, wish: Wish) -> None:
    """Raise RoomTaken if somebody else holds one of the rooms, as far as the store knows."""
    if not wish.spans:
        return
    held = await tables.occupancies.holding(wish.rooms, wish.start, wish.end, ignore_event=wish.event)
    found = clashes(held, wish.spans)
    if found:
        holders = await tables.events.many({each.event for each in found})
        taken = [taken_by(holders.get(each.event), each, wish.rooms[each.mailbox]) for each in found]
        raise refusal(taken, wish.occurrences, wish.zone)


def slices(spans: Sequence[Span]) -> Iterator[tuple[list[str], datetime, datetime]]:
    """Cut what is wanted into questions about free/busy: whose, from when to when, none longer than ``SLICE``."""
    waiting = sorted(spans, key=lambda span: (span.start, span.mailbox))
    while waiting:
        start = waiting[0].start
        within = [span for span in waiting if span.end <= max(start + SLICE, waiting[0].end)]
        yield sorted({span.mailbox for span in within}), start, max(span.end for span in within)
        taken = set(within)
        waiting = [span for span in waiting if span not in taken]


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
        if not wish.spans:
            return
        known = await self._known(wish)
        try:
            busy = await self._ask(wish)
        except RemoteError as error:
            await self._require_fresh(wish, error)
            return
        if surprising := unexplained(busy, known, wish.spans):
            await self._learn(wish, surprising)

    async def _ask(self, wish: Wish) -> list[Busy]:
        try:
            async with asyncio.timeout(self._patience):
                return [
                    each
                    for rooms, start, end in slices(wish.spans)
                    for each in await self._remote.availability(rooms, start, end)
                ]
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
        return [
            *spans_held(own),
            *spans_in(copies),
            *(span for event in unsent.values() for span in spans_of(event.base, wish.start, wish.end)),
        ]

    async def _learn(self, wish: Wish, surprising: Sequence[Busy]) -> None:
        """Exchange knows more than the store: read those rooms, and say who has them if that can be seen."""
        with suppress(RemoteError, TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._refresh(sorted({span.mailbox for span in surprising}))
        known = await self._known(wish)
        if left := unexplained(surprising, known, wish.spans):
            taken = [taken_by_somebody(span, wish.rooms[span.mailbox]) for span in left]
            raise refusal(sorted(taken, key=lambda each: each.start), wish.occurrences, wish.zone)

    async def _require_fresh(self, wish: Wish, error: RemoteError) -> None:
        async with self._store.read() as tables:
            freshness = await tables.mailboxes.freshness()
        if stale := not_fresh(wish.rooms, freshness, self._clock.now(), self._fresh_for):
            names = ", ".join(wish.rooms[room].name for room in stale)
            raise ExchangeUnavailable(
                f"Whether {names} is free cannot be told: {error} Nothing was saved; try when Exchange answers.",
                code=error.code,
            ) from error
