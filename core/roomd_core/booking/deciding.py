"""Deciding a conflict: who may, on what was read, and only into rooms that are free."""

from typing import Protocol

from roomd_core.access import Caller
from roomd_core.api.wire import EventPatch, Resolution
from roomd_core.booking.alternatives import WITH_ALTERNATIVES
from roomd_core.booking.choices import recurs
from roomd_core.booking.clearance import Wish, require_free_here
from roomd_core.booking.people import rooms_named
from roomd_core.booking.recipients import moved_to, written
from roomd_core.booking.series_edits import Edit
from roomd_core.booking.service import BookingService
from roomd_core.clock import Clock
from roomd_core.errors import Invalid, NotFound, VersionMismatch
from roomd_core.model import Conflict, ConflictKind, Event, Mailbox, Side
from roomd_core.store import Store, Tables
from roomd_core.sync.drift import is_stale

_TO = "decide this conflict"


class CarryOut(Protocol):
    """Carries a decision out; ``check`` may refuse it in the transaction that does."""

    async def __call__(  # noqa: D102 - see the class
        self, conflict_id: str, keep: Side, *, actor: str, check: "Check | None" = None
    ) -> Conflict: ...


class Check(Protocol):
    """A last look before a decision is written."""

    async def __call__(self, tables: Tables) -> None:
        """Raise Refused when it may not be."""
        ...


class Deciding:
    """Decides conflicts for callers. ``carry_out`` is the engine's."""

    def __init__(self, store: Store, booking: BookingService, clock: Clock, carry_out: CarryOut) -> None:
        self._store = store
        self._booking = booking
        self._clock = clock
        self._carry_out = carry_out

    async def decide(
        self, caller: Caller, conflict_id: str, resolution: Resolution, *, if_version: int | None = None
    ) -> None:
        """Decide a conflict. Whatever is written is checked as a booking is.

        Raises NotFound, NotAllowed, Invalid, RoomTaken, VersionMismatch, ExchangeUnavailable, StoreError.
        """
        async with self._store.read() as tables:
            conflict, event = await _found(tables, conflict_id)
            mailboxes = await tables.mailboxes.all()
        require_may_decide(caller, conflict, event)
        require_seen(conflict, event, if_version)
        check: Check | None = None
        if conflict.resolved_at is None and event is not None and moves_to_room(conflict, resolution.keep):
            await self._follow_room(caller, conflict, event)
        elif conflict.resolved_at is None and event is not None and resolution.keep is Side.LOCAL:
            check = await self._prepare(caller, conflict, event, resolution, mailboxes)
        elif resolution.room is not None:
            raise Invalid("room", "goes with keeping the local side of an open conflict about an event's room")
        await self._carry_out(conflict_id, resolution.keep, actor=caller.user, check=check)

    async def _prepare(
        self, caller: Caller, conflict: Conflict, event: Event, resolution: Resolution, mailboxes: list[Mailbox]
    ) -> Check | None:
        """Do what goes through the booking's door, and return what is still to be checked."""
        if resolution.room is not None:
            await self._take(caller, conflict, event, resolution.room, mailboxes)
            return None
        if conflict.room and is_invited_again(conflict):
            await self._booking.invite_again(caller, event, conflict.room)
            return None
        wish = self._wish(conflict, event, mailboxes)
        if wish is None:
            return None
        await self._booking.clearance.require(wish)
        return _FreeHere(wish)

    async def _follow_room(self, caller: Caller, conflict: Conflict, event: Event) -> None:
        """Move the event to the time its room has, as any other change."""
        assert conflict.remote is not None, "a drift holds what the room has"
        patch = EventPatch(start=conflict.remote.start, end=conflict.remote.end)
        await self._booking.change_whole(caller, event, patch)

    async def _take(
        self, caller: Caller, conflict: Conflict, event: Event, wished: str, mailboxes: list[Mailbox]
    ) -> None:
        """Give the event another room instead."""
        if conflict.kind not in WITH_ALTERNATIVES:
            raise Invalid("room", f"another room does not settle {conflict.kind}; leave it out")
        [room] = rooms_named([wished], mailboxes)
        content = moved_to(room.address, conflict.room, event.content)
        await self._booking.change_whole(caller, event, EventPatch(rooms=content.rooms))

    def _wish(self, conflict: Conflict, event: Event, mailboxes: list[Mailbox]) -> Wish | None:
        """Return the rooms that have to be free for what a decision writes."""
        write = written(conflict, event)
        content = write.after if write else None
        if write is None or content is None:
            return None
        return self._booking.wish(event.id, write.before, Edit(content=content), mailboxes)


class _FreeHere:
    """The rooms are still free when the decision is written."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish

    async def __call__(self, tables: Tables) -> None:
        await require_free_here(tables, self._wish)


def moves_to_room(conflict: Conflict, keep: Side) -> bool:
    """Say whether a decision moves the event to the time that its room has."""
    drifted = conflict.kind is ConflictKind.DRIFT and not is_stale(conflict) and not recurs(conflict)
    return drifted and keep is Side.EXCHANGE


def is_invited_again(conflict: Conflict) -> bool:
    """Say whether keeping the local side sends the meeting to its room again."""
    drifted = conflict.kind is ConflictKind.DRIFT and not is_stale(conflict) and not recurs(conflict)
    return conflict.kind is ConflictKind.ROOM_DROPPED or drifted


def require_may_decide(caller: Caller, conflict: Conflict, event: Event | None) -> None:
    """Raise NotAllowed unless the caller may act for the event's organizer, or for whom the mailbox belongs to.

    A room belongs to nobody: what is about a room as a whole is decided by who may act for everybody.
    """
    if event is not None:
        caller.require_may_act_for(event.organizer, to=_TO)
    elif conflict.mailbox is None or not caller.may_act_for(conflict.mailbox):
        caller.require_may_act_for_all(to=_TO)


def version_of(conflict: Conflict, event: Event | None) -> int:
    """Return what a decision depends on: the event's version, or how much is missing from a mailbox."""
    return event.version if event else len(conflict.missing)


def require_seen(conflict: Conflict, event: Event | None, version: int | None) -> None:
    """Raise VersionMismatch if what is to be decided is no longer as the caller read it."""
    if version is not None and version != version_of(conflict, event):
        raise VersionMismatch(
            "What this conflict is about has changed since it was read. Look at it again, then decide."
        )


async def _found(tables: Tables, conflict_id: str) -> tuple[Conflict, Event | None]:
    conflict = await tables.conflicts.get(conflict_id)
    if conflict is None:
        raise NotFound(f"There is no conflict {conflict_id}. List the open ones and use the id shown there.")
    return conflict, await tables.events.get(conflict.event) if conflict.event else None
