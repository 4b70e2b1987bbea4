"""Booking, changing and cancelling: every rule checked, the room asked for, all of it stored before the answer."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from roomd_core.access import Caller
from roomd_core.api.wire import Booking, EventPatch, Scope
from roomd_core.booking.clearance import PATIENCE, Clearance, Wish, require_free_here, wish_for
from roomd_core.booking.idempotency import Request, remember, replay, request_of
from roomd_core.booking.ledger import Deed, known_event, save
from roomd_core.booking.outcome import Known, booked, cancelled, changed
from roomd_core.booking.rules import Draft, amend, draft, require_may_change, require_standing, require_version
from roomd_core.booking.series_edits import Change, Edit, called_off, edited
from roomd_core.clock import Clock
from roomd_core.errors import RoomTaken, VersionMismatch
from roomd_core.model import ChangeKind, Content, Event, EventStatus, Mailbox
from roomd_core.store import Store, Tables
from roomd_core.sync.inviting import remember as remember_room
from roomd_core.sync.remote import Remote
from roomd_core.sync.window import Window

_WINDOW = Window()
_TRIES = 4
"""How often a change is begun anew because the event was changed while its rooms were asked for."""


class BookingService:
    """What people do with events. The answer is given when the store has it; Exchange hears of it afterwards."""

    def __init__(  # noqa: PLR0913 - its ports, how far it looks, and the two settings of its trust
        self,
        store: Store,
        remote: Remote,
        clock: Clock,
        *,
        refresh: Callable[[Sequence[str]], Awaitable[None]],
        fresh_for: timedelta,
        window: Window = _WINDOW,
        patience: timedelta = PATIENCE,
    ) -> None:
        """``refresh`` reads mailboxes anew; a room read within ``fresh_for`` is trusted when Exchange is silent.

        Exchange counts as silent when it has not said within ``patience`` whether a room is free. Occurrences of
        series are checked and held within ``window``.
        """
        self._store = store
        self._window = window
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
        outcome = booked(draft(booking, caller, mailboxes, now), now, self._window, key=self._store.new_key)
        wish = self.wish(outcome.event.id, None, Edit(content=outcome.event.content), mailboxes)
        await self.clearance.require(wish)
        async with self._store.write() as tables:
            if event := await replay(tables, request):
                return event
            await require_free_here(tables, wish)
            event = await save(tables, outcome, Deed(kind=ChangeKind.CREATED, actor=caller.user, at=now))
            await remember(tables, request, event)
        return event

    async def change(
        self, caller: Caller, event_id: str, change: Change | EventPatch, *, if_version: int | None = None
    ) -> Event:
        """Change an event, or of a series the occurrences meant. One whose item is gone from Exchange gets another.

        Where ``if_version`` does not say what the caller saw, the event is read again if it changes meanwhile.
        Returns the event that has the change: of this and the following occurrences that is a new series.
        Raises Invalid, NotFound, NotAllowed, RoomTaken, ExceptionsLost, VersionMismatch, ExchangeUnavailable,
        StoreError.
        """
        change = Change(patch=change) if isinstance(change, EventPatch) else change
        for _ in range(_TRIES - 1):
            try:
                return await self._change(caller, event_id, change, if_version)
            except VersionMismatch:
                if if_version is not None:
                    raise
        return await self._change(caller, event_id, change, if_version)

    async def _change(self, caller: Caller, event_id: str, change: Change, if_version: int | None) -> Event:
        """Read, ask whether the rooms are free, and save. Raises VersionMismatch if it was changed meanwhile."""
        async with self._store.read() as tables:
            known, edit = await self._amended(tables, caller, event_id, change, if_version)
        wish = self.wish(event_id, _standing(known.event), edit, known.mailboxes)
        await self.clearance.require(wish)
        async with self._store.write() as tables:
            # What was cleared is what is saved: nobody may have changed the event since it was read above.
            known, edit = await self._amended(tables, caller, event_id, change, known.event.version)
            assert edit.content is not None
            if known.in_step_with(edit.content) and edit.follows is None:
                return known.event
            await require_free_here(tables, wish)
            return await self._save(tables, caller, known, edit)

    async def _amended(
        self, tables: Tables, caller: Caller, event_id: str, change: Change, version: int | None
    ) -> tuple[Known, Edit]:
        known = await known_event(tables, event_id)
        require_may_change(caller, known.event, known.mailboxes)
        require_version(known.event, version)
        require_standing(known.event, known.cancelled_by)
        now = self._clock.now()
        if known.event.content.series is not None:
            return known, edited(known.event, change, known.mailboxes, now)
        return known, Edit(content=amend(known.event, change.patch, known.mailboxes, now))

    async def _save(self, tables: Tables, caller: Caller, known: Known, edit: Edit) -> Event:
        """Store a change; a series that follows is another event, sent once Exchange has ended the first."""
        assert edit.content is not None
        now = self._clock.now()
        outcome = changed(
            known, edit.content, actor=caller.user, now=now, window=self._window, key=self._store.new_key
        )
        deed = Deed(kind=ChangeKind.CHANGED, actor=caller.user, at=now, before=known.event.content)
        event = await save(tables, outcome, deed)
        if edit.follows is None:
            return event
        waiting = await tables.operations.open_of_event(event.id)
        organizer = next(mailbox for mailbox in known.mailboxes if mailbox.address == event.organizer)
        second = booked(Draft(organizer=organizer, content=edit.follows), now, self._window, key=self._store.new_key)
        made = Deed(kind=ChangeKind.CREATED, actor=caller.user, at=now)
        return await save(tables, second, made, after=waiting[-1].id)

    async def change_whole(self, caller: Caller, event: Event, patch: EventPatch) -> Event:
        """Change an event, all of it if it is a series, if it is still as given. Raises as ``change``."""
        return await self.change(caller, event.id, _whole(event, patch), if_version=event.version)

    async def invite_again(self, caller: Caller, event: Event, room: str) -> None:
        """Invite a room that lost the event. Where it is still on the event's list it is taken off first.

        Raises Invalid, NotFound, NotAllowed, RoomTaken, VersionMismatch, ExchangeUnavailable, StoreError.
        """
        nothing = _whole(event, EventPatch())
        async with self._store.read() as tables:
            known, edit = await self._amended(tables, caller, event.id, nothing, event.version)
        content = edit.content
        assert content is not None
        if room not in content.rooms:
            await self.change_whole(caller, event, EventPatch(rooms=(*content.rooms, room)))
            return
        wanted = Edit(content=replace(content, rooms=(room,)))
        wish = self.wish(event.id, replace(content, rooms=()), wanted, known.mailboxes)
        await self.clearance.require(wish)
        async with self._store.write() as tables:
            known, _ = await self._amended(tables, caller, event.id, nothing, event.version)
            await require_free_here(tables, wish)
            without = replace(content, rooms=tuple(one for one in content.rooms if one != room))
            await self._save(tables, caller, known, Edit(content=without))
            await remember_room(tables, event.id, room)

    async def cancel(
        self, caller: Caller, event_id: str, *, scope: Scope | None = None, occurrence: datetime | None = None
    ) -> Event:
        """Cancel an event: it stays as a tombstone and its rooms are free. Cancelling twice is cancelling once.

        Of a series only the occurrences meant are called off. Raises Invalid, NotFound, NotAllowed, StoreError.
        """
        now = self._clock.now()
        async with self._store.write() as tables:
            known = await known_event(tables, event_id)
            require_may_change(caller, known.event, known.mailboxes)
            if known.event.status is EventStatus.CANCELLED:
                return known.event
            if known.event.content.series is not None:
                edit = called_off(known.event, scope, occurrence)
                if edit.content is not None:
                    return await self._save(tables, caller, known, edit)
            deed = Deed(kind=ChangeKind.CANCELLED, actor=caller.user, at=now, before=known.event.content)
            return await save(tables, cancelled(known, actor=caller.user, now=now), deed)

    def wish(self, event_id: str, before: Content | None, edit: Edit, mailboxes: Sequence[Mailbox]) -> Wish:
        """Return what has to be free for an edit: from now on, and of a series as far ahead as it is shown."""
        now = self._clock.now()
        contents = [content for content in (edit.follows, edit.content) if content is not None]
        return wish_for(event_id, before, contents, mailboxes, within=(now, self._window.days(now)[1]))


def _standing(event: Event) -> Content | None:
    """Return what an event has already; of a cancelled one nothing."""
    return None if event.status is EventStatus.CANCELLED else event.content


def _whole(event: Event, patch: EventPatch) -> Change:
    """Return a change of an event as a whole: of a series, of all its occurrences."""
    return Change(patch=patch, scope=Scope.ALL if event.content.series else None)
