"""The way from an engine to the simulated Exchange: the product's own back-off and sign-in breaker stand in it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from core.sync.simulated_exchange import Crash
from core.sync.simulation.server import RecordingExchange
from roomd_core.model import Answer, Content, ItemRef
from roomd_core.store import Store
from roomd_core.sync.remote import Busy, ChangePage, Mail, OneOccurrence, RemoteItem, RetryLater, Signal, View
from roomd_daemon.exchange.backoff import Backoff
from roomd_daemon.exchange.breaker import Gate, SignIn


class DiskBreaker:
    """Keeps how sign-ins went in the store, as the daemon does, but without hashing a password each time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> SignIn:
        async with self._store.read() as tables:
            raw = await tables.meta.get("sign-in")
        return msgspec.json.decode(raw, type=SignIn) if raw else SignIn()

    async def save(self, state: SignIn) -> None:
        async with self._store.write() as tables:
            await tables.meta.put("sign-in", msgspec.json.encode(state).decode())


class Door:
    """One process's connection to Exchange, gone with the process: ``cut`` ends it in the middle of anything."""

    def __init__(self, exchange: RecordingExchange, store: Store, random: Random) -> None:
        self._exchange = exchange
        self._backoff = Backoff(exchange.clock)
        self._gate = Gate(DiskBreaker(store), exchange.clock, account="EXAMPLE\\svc-roomd")
        self._random = random
        self._is_cut = False
        self.wished: dict[str, float] = {}

    def cut(self) -> None:
        self._is_cut = True

    async def changes(self, mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        return await self._ask(mailbox, lambda: self._exchange.changes(mailbox, state, limit=limit))

    async def fetch(self, mailbox: str, item_ids: Sequence[str]) -> list[RemoteItem]:
        return await self._ask(mailbox, lambda: self._exchange.fetch(mailbox, item_ids))

    async def find_by_key(self, mailbox: str, key: str) -> list[RemoteItem]:
        return await self._ask(mailbox, lambda: self._exchange.find_by_key(mailbox, key))

    async def find_by_global_id(self, mailbox: str, global_id: bytes) -> list[RemoteItem]:
        return await self._ask(mailbox, lambda: self._exchange.find_by_global_id(mailbox, global_id))

    async def create(self, mailbox: str, content: Content, *, key: str, uid: str, mail: Mail) -> ItemRef:
        return await self._ask(mailbox, lambda: self._exchange.create(mailbox, content, key=key, uid=uid, mail=mail))

    async def update(self, mailbox: str, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> ItemRef:
        return await self._ask(mailbox, lambda: self._exchange.update(mailbox, ref, before, after, mail=mail))

    async def update_occurrence(self, mailbox: str, master: ItemRef, one: OneOccurrence, *, mail: Mail) -> None:
        await self._ask(mailbox, lambda: self._exchange.update_occurrence(mailbox, master, one, mail=mail))

    async def cancel_occurrence(self, mailbox: str, master: ItemRef, original_start: datetime, *, mail: Mail) -> None:
        await self._ask(mailbox, lambda: self._exchange.cancel_occurrence(mailbox, master, original_start, mail=mail))

    async def cancel(self, mailbox: str, ref: ItemRef, *, mail: Mail) -> None:
        await self._ask(mailbox, lambda: self._exchange.cancel(mailbox, ref, mail=mail))

    async def discard(self, mailbox: str, ref: ItemRef) -> None:
        await self._ask(mailbox, lambda: self._exchange.discard(mailbox, ref))

    async def respond(self, mailbox: str, ref: ItemRef, answer: Answer) -> None:
        await self._ask(mailbox, lambda: self._exchange.respond(mailbox, ref, answer))

    async def availability(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        return await self._ask(mailboxes[0], lambda: self._exchange.availability(mailboxes, start, end))

    async def view(self, mailbox: str, start: datetime, end: datetime) -> View:
        return await self._ask(mailbox, lambda: self._exchange.view(mailbox, start, end))

    async def watch(self, mailboxes: Sequence[str], tell: Callable[[Signal], None]) -> None:
        await self._exchange.watch(mailboxes, tell)

    async def close(self) -> None:
        """Nothing is held."""

    async def _ask(self, mailbox: str, call: Callable[[], Awaitable[Any]]) -> Any:
        await self._travel()
        wait = self._backoff.remaining(mailbox)
        if wait is not None:
            raise RetryLater("Exchange asked to wait.", after=wait)
        async with self._gate.passage():
            answer = await self._arrive(mailbox, call)
        await self._travel()
        return answer

    async def _arrive(self, mailbox: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """Reach the server, which remembers when it asked whom to wait: S12."""
        if self.wished.get(mailbox, 0.0) > self._exchange.clock.steady():
            self._exchange.history.breaks("S12", f"{mailbox} is asked although Exchange wished for a pause")
        try:
            return await call()
        except RetryLater as busy:
            if busy.after:
                self._backoff.obey(mailbox, busy.after)
                self.wished[mailbox] = self._exchange.clock.steady() + busy.after / timedelta(seconds=1)
            raise

    async def _travel(self) -> None:
        """Take some turns of the loop, so that what goes on side by side meets in ever other orders."""
        for _ in range(self._random.choice((0, 0, 1, 4))):
            await asyncio.sleep(0)
        if self._is_cut:
            raise Crash
