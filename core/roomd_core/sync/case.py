"""A case: everything known about one event, the unit in which observations are understood and stored.

What happens to an event (a copy was read, a copy is gone, a write was answered, a person decided) is a pure function
from a case to a case. ``conclude`` in ``roomd_core.sync.conclude`` then derives the rest, and
``roomd_core.sync.ledger`` writes the difference.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.ids import is_key_of, new_key
from roomd_core.merge import ASK_ALWAYS, Policy, diff
from roomd_core.model import (
    Change,
    Conflict,
    ConflictKind,
    Event,
    EventStatus,
    Item,
    Mailbox,
    MailboxKind,
    Occupancy,
    Operation,
    OperationKind,
    OperationState,
)
from roomd_core.sync.window import Window

ROOMD = "roomd"
"""The actor of what the engine does by itself."""
POLICY = "policy"
"""Who resolved what the configuration decides (``[sync.policy]``)."""


class Setting(Struct, frozen=True, kw_only=True):
    """What decisions depend on besides the case: the listed mailboxes, the time, the window, a source of ids.

    ``patience`` is how long copies that differ are given to agree by themselves; ``policy`` who decides about
    units that were changed on both sides; ``installation`` marks the keys of items made here.
    """

    mailboxes: Mapping[str, Mailbox]
    now: datetime
    window: Window
    new_id: Callable[[], str]
    patience: timedelta
    policy: Mapping[str, Policy] = ASK_ALWAYS
    installation: str = ""

    def new_key(self) -> str:
        """Return a new idempotency key."""
        return new_key(self.installation)

    def made_here(self, key: str | None, uid: str | None) -> bool:
        """Say whether an item with this key and UID was made by this installation."""
        return is_key_of(self.installation, key, uid)

    def is_room(self, address: str) -> bool:
        """Say whether the address is a listed room."""
        mailbox = self.mailboxes.get(address)
        return mailbox is not None and mailbox.kind is MailboxKind.ROOM

    def name(self, address: str) -> str:
        """Return what people call a mailbox."""
        mailbox = self.mailboxes.get(address)
        return mailbox.name if mailbox else address


class Case(Struct, frozen=True, gc=False, kw_only=True):
    """One event with its copies, its occupancy, its operations not yet done and its conflicts not yet resolved.

    Operations with id 0 are yet to be numbered by the store.
    """

    event: Event
    items: tuple[Item, ...] = ()
    occupancies: tuple[Occupancy, ...] = ()
    operations: tuple[Operation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def copy_in(self, mailbox: str) -> Item | None:
        """Return the copy of the whole event in a mailbox, if one is known; the newest, if it has an older too."""
        found = [item for item in self.items if item.mailbox == mailbox and item.original_start is None]
        return max(found, key=_age) if found else None

    @property
    def organizer_copy(self) -> Item | None:
        """The copy that decides the content."""
        return next((item for item in self.items if item.is_organizer), None)

    @property
    def organizer_items(self) -> list[Item]:
        """The items its organizer's calendar has of the whole event: one, or something went wrong."""
        return [item for item in self.items if item.is_organizer and item.original_start is None and not item.missing]

    @property
    def is_doubled(self) -> bool:
        """Whether its organizer's calendar has the event twice."""
        return len(self.organizer_items) > 1

    @property
    def edited(self) -> tuple[str, ...]:
        """The units that were changed here and that Exchange does not have."""
        return diff(self.event.base, self.event.content) if self.event.base else ()

    @property
    def cancelled(self) -> bool:
        """Whether the event no longer stands."""
        return self.event.status is EventStatus.CANCELLED

    @property
    def parked(self) -> tuple[Operation, ...]:
        """The operations that wait for a person."""
        return tuple(operation for operation in self.operations if operation.state is OperationState.PARKED)

    def operation(self, *kinds: OperationKind) -> Operation | None:
        """Return the oldest operation of these kinds that is not done, parked ones included."""
        return next((op for op in self.operations if op.kind in kinds and op.state is not OperationState.DONE), None)

    def conflict(self, kind: ConflictKind, *, room: str | None = None) -> Conflict | None:
        """Return the open conflict of a kind (about a room), if there is one."""
        return next((c for c in self.conflicts if c.kind is kind and c.room == room and not c.resolved_at), None)

    def with_event(self, event: Event) -> "Case":
        """Return the case with another version of its event."""
        return replace(self, event=event)

    def with_item(self, item: Item) -> "Case":
        """Return the case with one copy added, or replaced by its item id."""
        return replace(self, items=(*self.without_item(item.mailbox, item.ref.item_id).items, item))

    def without_item(self, mailbox: str, item_id: str) -> "Case":
        """Return the case with one copy forgotten."""
        kept = (item for item in self.items if (item.mailbox, item.ref.item_id) != (mailbox, item_id))
        return replace(self, items=tuple(kept))

    def with_operation(self, operation: Operation) -> "Case":
        """Return the case with a numbered operation replaced, or an unnumbered one added."""
        kept = tuple(op for op in self.operations if op.id != operation.id or not operation.id)
        return replace(self, operations=(*kept, operation))

    def with_conflict(self, conflict: Conflict) -> "Case":
        """Return the case with a conflict added, or replaced by its id."""
        return replace(self, conflicts=(*(c for c in self.conflicts if c.id != conflict.id), conflict))


class Revision(Struct, frozen=True, gc=False, kw_only=True):
    """What became of a case: the rows to write are the difference, ``entries`` tell it in the change feed."""

    before: Case | None
    after: Case
    entries: tuple[Change, ...] = ()


def _age(item: Item) -> tuple[float, str]:
    return item.modified_at.timestamp() if item.modified_at else 0.0, item.ref.item_id
