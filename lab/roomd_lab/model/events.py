"""What happens in a mailbox, as those who subscribed to it are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """The events a subscription can ask for, named as their elements are."""

    COPIED = "CopiedEvent"
    CREATED = "CreatedEvent"
    DELETED = "DeletedEvent"
    MODIFIED = "ModifiedEvent"
    MOVED = "MovedEvent"
    NEW_MAIL = "NewMailEvent"
    FREE_BUSY_CHANGED = "FreeBusyChangedEvent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An item, or with `is_folder` a folder: its id, its version, and the folder it lies in."""

    entry_id: str
    change_key: str
    parent_id: str
    is_folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `before` is where a moved or copied item was; `unread` goes with a folder's change."""

    kind: EventKind
    at: datetime
    subject: Reference
    before: Reference | None = None
    unread: int | None = None

    def touches(self, folders: frozenset[str] | None) -> bool:
        """Whether it happened in one of these folders; None means all of them."""
        if folders is None:
            return True
        own = self.subject.entry_id if self.subject.is_folder else self.subject.parent_id
        return own in folders or (self.before is not None and self.before.parent_id in folders)


class Observers:
    """Those who want to know. Nothing is made for nobody: `__bool__` tells whether anyone listens."""

    def __init__(self) -> None:
        self._all: list[Callable[[Event], None]] = []

    def __bool__(self) -> bool:
        return bool(self._all)

    def __getstate__(self) -> dict[str, object]:
        """Nobody listens any more after a restart."""
        return {"_all": []}

    def add(self, observer: Callable[[Event], None]) -> None:
        """Let somebody listen."""
        self._all.append(observer)

    def remove(self, observer: Callable[[Event], None]) -> None:
        """Let them go."""
        self._all.remove(observer)

    def tell(self, event: Event) -> None:
        """Everybody hears of an event, in the order it happened."""
        for observer in self._all:
            observer(event)
