"""Booking, changing and cancelling: every rule checked, the room asked for, all of it stored before the answer."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from roomd_core.access import Caller
from roomd_core.api.wire import Booking, EventPatch
from roomd_core.booking.clearance import PATIENCE, Clearance, Wish, require_free_here
from roomd_core.booking.idempotency import Request, remember, replay, request_of
from roomd_core.booking.ledger import Deed, known_event, save
from roomd_core.booking.outcome import Known, booked, cancelled, changed
from roomd_core.booking.rules import amend, draft, require_may_change, require_standing, require_version
from roomd_core.booking.vacancy import wanted
from roomd_core.clock import Clock
from roomd_core.errors import RoomTaken
from roomd_core.model import ChangeKind, Content, Event, EventStatus, Mailbox
from roomd_core.store import Store, Tables
from roomd_core.sync.inviting import remember as remember_room
from roomd_core.sync.remote import Remote


class BookingService:
    """What people do with events. The answer is given when the store has it; Exchange hears of it afterwards."""

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

        Exchange counts as silent when it has not said within ``patience`` whether a room is free.
        """
        self._store = store
        self._clock = clock
        self.clearance = Clearance(store, remote, clock, refresh=refresh, fresh_for=fresh_for, patience=patience)

    async def book(self, caller: Caller, booking: Booking, *, idempotency_key: str | None = None) -> Event:
        """Book rooms. The same key from the same caller returns the same event and books nothing twice.

        Raises Invalid, NotFound, NotAllowed, RoomTaken, ExchangeUnavailable, StoreError.
        """
        request = None if idempotency_key is None else request_of(caller, idempotency_key, booking)
        try:
            return await self._book(caller, booking, request)
        except RoomTaken:
            # Perhaps by the same request, asked twice at once.
            async with self._store.read() as tables:
                if event := await replay(tables, request):
                    return event
            raise

    async def _book(self, caller: Caller, booking: Booking, request: Request | None) -> Event:
        async with self._store.read() as tables:
            if event := await replay(tables, request):
                return event
            mailboxes = await tables.mailboxes.all()
        now = self._clock.now()
        outcome = booked(draft(booking, caller, mailboxes, now), now, key=self._store.new_key)
        wish = _wish(outcome.event.id, None, outcome.event.content, mailboxes)
        await self.clearance.require(wish)
        async with self._store.write() as tables:
            if event := await replay(tables, request):
                return event
            await require_free_here(tables, wish)
            event = await save(tables, outcome, Deed(kind=ChangeKind.CREATED, actor=caller.user, at=now))
            await remember(tables, request, event)
        return event

    async def change(
        self, caller: Caller, event_id: str, patch: EventPatch, *, if_version: int | None = None
    ) -> Event:
        """Change an event. One whose item is gone from Exchange gets another there.

        Raises Invalid, NotFound, NotAllowed, RoomTaken, VersionMismatch, ExchangeUnavailable, StoreError.
        """
        async with self._store.read() as tables:
            known, content = await self._amended(tables, caller, event_id, patch, if_version)
        standing = None if known.event.status is EventStatus.CANCELLED else known.event.content
        wish = _wish(event_id, standing, content, known.mailboxes)
        await self.clearance.require(wish)
        async with self._store.write() as tables:
            # What was cleared is what is saved: nobody may have changed the event since it was read above.
            known, content = await self._amended(tables, caller, event_id, patch, known.event.version)
            if known.in_step_with(content):
                return known.event
            await require_free_here(tables, wish)
            now = self._clock.now()
            outcome = changed(known, content, actor=caller.user, now=now, key=self._store.new_key)
            deed = Deed(kind=ChangeKind.CHANGED, actor=caller.user, at=now, before=known.event.content)
            return await save(tables, outcome, deed)

    async def _amended(
        self, tables: Tables, caller: Caller, event_id: str, patch: EventPatch, version: int | None
    ) -> tuple[Known, Content]:
        known = await known_event(tables, event_id)
        require_may_change(caller, known.event, known.mailboxes)
        require_version(known.event, version)
        require_standing(known.event, known.cancelled_by)
        return known, amend(known.event, patch, known.mailboxes, self._clock.now())

    async def invite_again(self, caller: Caller, event_id: str, room: str, *, if_version: int | None = None) -> None:
        """Invite a room that lost the event. Where it is still on the event's list it is taken off first.

        Raises Invalid, NotFound, NotAllowed, RoomTaken, VersionMismatch, ExchangeUnavailable, StoreError.
        """
        async with self._store.read() as tables:
            known, content = await self._amended(tables, caller, event_id, EventPatch(), if_version)
        if room not in content.rooms:
            await self.change(caller, event_id, EventPatch(rooms=(*content.rooms, room)), if_version=if_version)
            return
        wish = _wish(event_id, replace(content, rooms=()), replace(content, rooms=(room,)), known.mailboxes)
        await self.clearance.require(wish)
        async with self._store.write() as tables:
            known, content = await self._amended(tables, caller, event_id, EventPatch(), known.event.version)
            await require_free_here(tables, wish)
            now = self._clock.now()
            without = replace(content, rooms=tuple(one for one in content.rooms if one != room))
            deed = Deed(kind=ChangeKind.CHANGED, actor=caller.user, at=now, before=content)
            await save(tables, changed(known, without, actor=caller.user, now=now), deed)
            await remember_room(tables, event_id, room)

    async def cancel(self, caller: Caller, event_id: str) -> Event:
        """Cancel an event: it stays as a tombstone and its rooms are free. Cancelling twice is cancelling once.

        Raises NotFound, NotAllowed, StoreError.
        """
        now = self._clock.now()
        async with self._store.write() as tables:
            known = await known_event(tables, event_id)
            require_may_change(caller, known.event, known.mailboxes)
            if known.event.status is EventStatus.CANCELLED:
                return known.event
            deed = Deed(kind=ChangeKind.CANCELLED, actor=caller.user, at=now, before=known.event.content)
            return await save(tables, cancelled(known, actor=caller.user, now=now), deed)


def _wish(event: str, before: Content | None, after: Content, mailboxes: Sequence[Mailbox]) -> Wish:
    needed = set(wanted(before, after))
    rooms = {mailbox.address: mailbox for mailbox in mailboxes if mailbox.address in needed}
    return Wish(event=event, rooms=rooms, start=after.start, end=after.end, zone=after.zone)
