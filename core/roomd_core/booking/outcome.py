"""What a booking, a change and a cancellation leave behind. Pure: what is known in, the rows to write out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.booking.choices import was_cancelled_here
from roomd_core.booking.rules import Draft
from roomd_core.ids import new_id, new_key, uid_of
from roomd_core.model import (
    Conflict,
    ConflictKind,
    Content,
    Event,
    EventStatus,
    Item,
    Mailbox,
    Occupancy,
    OccupancyState,
    Operation,
    OperationKind,
    OperationState,
    Origin,
    Response,
    Side,
)
from roomd_core.occurrences import times_of
from roomd_core.recurrence import Occurrence, occurrences_between
from roomd_core.spans import rooms_ever, rooms_of
from roomd_core.sync.steps import rule_is_unsent
from roomd_core.sync.window import Window

_WINDOW = Window()
_Name: TypeAlias = tuple[str, datetime, datetime, datetime]

_DECIDED_BY_SAVING = frozenset({ConflictKind.REJECTED, ConflictKind.EDIT_VS_DELETE, ConflictKind.MISSING_REMOTE})


class Known(Struct, frozen=True, kw_only=True):
    """An event with its copies, occupancies, open operations (parked ones too) and open conflicts.

    ``mailboxes`` are all those roomd looks after: only they can be occupied. ``cancelled_by`` is the actor who
    cancelled it.
    """

    event: Event
    mailboxes: Sequence[Mailbox]
    items: Sequence[Item] = ()
    occupancies: Sequence[Occupancy] = ()
    operations: Sequence[Operation] = ()
    conflicts: Sequence[Conflict] = ()
    cancelled_by: str | None = None

    @property
    def waiting(self) -> list[Operation]:
        """What Exchange is still to hear."""
        return [operation for operation in self.operations if operation.state is not OperationState.PARKED]

    @property
    def gone(self) -> bool:
        """Whether Exchange has no item for it. Of an event made there, perhaps only a room's copy was read so far."""
        if self.waiting:
            return False
        there = [item for item in self.items if not item.missing]
        copies = there if self.event.origin is Origin.EXCHANGE else [item for item in there if item.is_organizer]
        return self.event.status is EventStatus.CANCELLED or not copies

    def in_step_with(self, content: Content) -> bool:
        """Say whether saving this content would change nothing, here or in Exchange."""
        given_up = len(self.waiting) < len(self.operations)
        return content == self.event.content and not self.gone and not given_up


class Outcome(Struct, frozen=True, kw_only=True):
    """The rows to write. ``operations`` are changed ones; ``queue`` is what to tell Exchange, if anything."""

    event: Event
    occupancies: tuple[Occupancy, ...]
    operations: tuple[Operation, ...] = ()
    queue: OperationKind | None = None
    conflicts: tuple[Conflict, ...] = ()


def booked(draft: Draft, now: datetime, window: Window = _WINDOW, *, key: Callable[[], str] = new_key) -> Outcome:
    """Return a new event on its way to Exchange, holding its rooms and its organizer's time.

    ``key`` makes idempotency keys.
    """
    event_id = new_id()
    event = Event(
        id=event_id,
        origin=Origin.LOCAL,
        organizer=draft.organizer.address,
        organizer_name=draft.organizer.name,
        content=draft.content,
        uid=uid_of(event_id),
        key=key(),
        created_at=now,
        changed_at=now,
    )
    held = _occupancies(event, (event.organizer,), {}, window.days(now))
    return Outcome(event=event, occupancies=held, queue=OperationKind.CREATE)


def changed(  # noqa: PLR0913 - what is known, what is wanted, and what it depends on
    known: Known,
    content: Content,
    *,
    actor: str,
    now: datetime,
    window: Window = _WINDOW,
    key: Callable[[], str] = new_key,
) -> Outcome:
    """Return the event with another content, on its way to Exchange.

    What was not yet sent is changed where it waits. An event whose item is gone from Exchange gets another one,
    under a key and uid never used before; a rejection or a deletion there is decided by saving.
    """
    folded = next((replace(each, payload=content) for each in known.waiting[-1:] if _never_sent(each)), None)
    event = _edited(known, content, now, key)
    return Outcome(
        event=event,
        occupancies=_held(known, event, window.days(now)),
        operations=(*_given_up(known.operations), *((folded,) if folded else ())),
        queue=None if folded else OperationKind.CREATE if known.gone else OperationKind.UPDATE,
        conflicts=tuple(
            replace(conflict, resolved_at=now, resolved_by=actor, kept=_kept_by_saving(conflict))
            for conflict in known.conflicts
            if conflict.kind in _DECIDED_BY_SAVING
        ),
    )


def cancelled(known: Known, *, actor: str, now: datetime) -> Outcome:
    """Return the event as a tombstone that holds nothing; Exchange is told unless it never heard of it."""
    dropped = [_done(operation) for operation in known.waiting if _never_sent(operation)]
    heard_of = bool(known.items) or len(dropped) < len(known.waiting)
    event = replace(known.event, status=EventStatus.CANCELLED, version=known.event.version + 1, changed_at=now)
    return Outcome(
        event=event,
        occupancies=(),
        operations=(*_given_up(known.operations), *dropped),
        queue=OperationKind.CANCEL if heard_of else None,
        conflicts=tuple(replace(conflict, resolved_at=now, resolved_by=actor) for conflict in known.conflicts),
    )


def _kept_by_saving(conflict: Conflict) -> Side:
    """Saving says that the event stands: that is Exchange's side if it was cancelled here, else ours."""
    return Side.EXCHANGE if was_cancelled_here(conflict) else Side.LOCAL


def _edited(known: Known, content: Content, now: datetime, key: Callable[[], str]) -> Event:
    event = replace(
        known.event,
        content=content,
        status=EventStatus.CONFIRMED,
        responses=_still_said(known.event, content),
        version=known.event.version + 1,
        changed_at=now,
    )
    if not known.gone:
        return event
    return replace(event, base=None, responses=(), uid=uid_of(new_id()), key=key())


def _still_said(event: Event, content: Content) -> tuple[Response, ...]:
    """Return the responses that stand: not of who is no longer invited, nor of rooms for another time."""
    invited = {attendee.address for attendee in content.attendees}
    if not _moved(event.content, content):
        invited |= set(content.rooms)
    return tuple(response for response in event.responses if response.address in invited)


def _held(known: Known, event: Event, shown: tuple[datetime, datetime]) -> tuple[Occupancy, ...]:
    """Return who is occupied after a change, and how firmly: who has to be asked again is pending."""
    removed = _invited(known.event.content) - _invited(event.content)
    listed = {mailbox.address for mailbox in known.mailboxes}
    people = {each.mailbox for each in known.occupancies} - removed - set(rooms_ever(known.event.content))
    asked = sorted(people | ({event.organizer} & listed))
    asked_again = known.gone or _moved(known.event.content, event.content)
    states = {} if asked_again else {_name(each): each.state for each in known.occupancies}
    return tuple(each for each in _occupancies(event, asked, states, shown) if each.mailbox in listed)


def _invited(content: Content) -> set[str]:
    return {*content.rooms, *(attendee.address for attendee in content.attendees)}


def _moved(before: Content, after: Content) -> bool:
    return rule_is_unsent(before, after)


def _occupancies(
    event: Event,
    people: Iterable[str],
    states: Mapping[_Name, OccupancyState],
    shown: tuple[datetime, datetime],
) -> tuple[Occupancy, ...]:
    """Return what these people and the event's rooms have of it: what was so before keeps its state."""
    content = event.content
    wanted = [
        Occupancy(
            mailbox=mailbox,
            start=each.start,
            end=each.end,
            event=event.id,
            original_start=each.original_start,
            state=OccupancyState.PENDING,
        )
        for each in _occurrences(content, shown)
        for mailbox in dict.fromkeys((*people, *rooms_of(content, each)))
    ]
    return tuple(replace(each, state=states.get(_name(each), each.state)) for each in wanted)


def _name(held: Occupancy) -> _Name:
    return held.mailbox, held.original_start, held.start, held.end


def _occurrences(content: Content, shown: tuple[datetime, datetime]) -> list[Occurrence]:
    if content.series is not None:
        return occurrences_between(content.series, times_of(content), *shown)
    start, end = content.start, content.end
    return [Occurrence(day=start.date(), original_start=start, start=start, end=end)]


def _never_sent(operation: Operation) -> bool:
    return operation.state is OperationState.QUEUED and operation.attempts == 0 and operation.sent_at is None


def _given_up(operations: Iterable[Operation]) -> list[Operation]:
    """Return the parked operations as done: what comes now takes their place."""
    return [_done(operation) for operation in operations if operation.state is OperationState.PARKED]


def _done(operation: Operation) -> Operation:
    return replace(operation, state=OperationState.DONE, not_before=None)
