"""What a caller sees of a conflict: what happened to what, what each choice does, and whom it mails. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from roomd_core.access import Caller
from roomd_core.api.wire import Alternative, ConflictView, EventView, MissingEvent, Recipient, WholeContent
from roomd_core.booking.choices import choices
from roomd_core.booking.deciding import version_of
from roomd_core.booking.recipients import Written, concerned, mailed, moved_to
from roomd_core.booking.views import PRIVATE, may_read, name_of
from roomd_core.model import Conflict, Event, Mailbox, Side

SHOWN = 20
"""Events of a mass deletion that are named; all are counted."""


class Shown(Struct, frozen=True, kw_only=True):
    """What is known around a conflict.

    Its event and that one's view, the other event of two, those missing, the rooms that would do instead, and who
    last changed the event here.
    """

    event: Event | None = None
    view: EventView | None = None
    other: Event | None = None
    missing: Sequence[Event] = ()
    alternatives: Sequence[Mailbox] = ()
    edited_by: str | None = None

    @property
    def events(self) -> list[Event]:
        """The events it is about."""
        return [event for event in (self.event, self.other) if event]


def conflict_view(conflict: Conflict, shown: Shown, mailboxes: Mapping[str, Mailbox], caller: Caller) -> ConflictView:
    """Return a conflict as the caller may see it: of a private event of another, only that there is one."""
    readable = all(may_read(caller, event) for event in shown.events)
    is_open = conflict.resolved_at is None
    return ConflictView(
        id=conflict.id,
        version=version_of(conflict, shown.event),
        kind=conflict.kind,
        about=shown.view.title if shown.view else name_of(conflict.mailbox or "", mailboxes),
        summary=conflict.summary if readable else "A private event needs a decision.",
        edited_by=shown.edited_by if readable else None,
        event=shown.view,
        mailbox=conflict.mailbox,
        units=conflict.units,
        base=WholeContent.of(conflict.base) if readable else None,
        local=WholeContent.of(conflict.local) if readable else None,
        remote=WholeContent.of(conflict.remote) if readable else None,
        missing=tuple(_missing(event, caller) for event in _soonest(shown.missing)[:SHOWN]),
        missing_count=len(conflict.missing),
        opened_at=conflict.opened_at,
        resolved_at=conflict.resolved_at,
        kept=conflict.kept,
        resolved_by=conflict.resolved_by,
        choices=choices(conflict) if is_open else {},
        mails=_mails(conflict, shown, mailboxes) if is_open and readable else {},
        alternatives=tuple(_alternative(conflict, shown, room, mailboxes) for room in shown.alternatives),
    )


def _mails(conflict: Conflict, shown: Shown, mailboxes: Mapping[str, Mailbox]) -> dict[Side, tuple[Recipient, ...]]:
    return {side: _named(mailed(conflict, side, shown.event, shown.missing), mailboxes) for side in Side}


def _alternative(conflict: Conflict, shown: Shown, room: Mailbox, mailboxes: Mapping[str, Mailbox]) -> Alternative:
    assert shown.event is not None, "alternatives are offered to events"
    before = shown.event.content
    write = Written(before=shown.event.base or before, after=moved_to(room.address, conflict.room, before))
    mails = _named(concerned(write), mailboxes)
    return Alternative(address=room.address, name=room.name, capacity=room.capacity, mails=mails)


def _named(addresses: Iterable[str], mailboxes: Mapping[str, Mailbox]) -> tuple[Recipient, ...]:
    return tuple(Recipient(address=address, name=name_of(address, mailboxes)) for address in addresses)


def _missing(event: Event, caller: Caller) -> MissingEvent:
    title = event.content.title if may_read(caller, event) else PRIVATE
    return MissingEvent(event=event.id, title=title, start=event.content.start, origin=event.origin)


def _soonest(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.content.start, event.id))
