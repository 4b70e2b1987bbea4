"""One field of an item: its path, where it stands in the schema, and how it is written."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

from roomd_lab.model.items import StoredItem
from roomd_lab.soap.sight import Sight

ItemT = TypeVar("ItemT", bound=StoredItem)
Writer = Callable[[ItemT], str]
SightWriter = Callable[[ItemT, Sight], str]


class Level(IntEnum):
    """The smallest base shape that includes a field."""

    DEFAULT = 1
    ALL = 2
    ON_REQUEST = 3


@dataclass(frozen=True, slots=True)
class Field(Generic[ItemT]):
    """A field that GetItem returns by `write`.

    `listed` writes it in FindItem and SyncFolderItems; it is None for what these never return. Where it is not
    given, both write the same. `seen` writes, in place of both, what depends on who asks or on
    what else is there. `since` is the first request version whose base shapes have it.
    """

    path: str
    write: Writer[ItemT]
    level: Level = Level.ALL
    listed: Writer[ItemT] | None = None
    seen: SightWriter[ItemT] | None = None
    since: str = ""


def same_in_lists(path: str, write: Writer[ItemT], level: Level = Level.ALL, *, since: str = "") -> Field[ItemT]:
    """A field that every operation returns alike."""
    return Field(path, write, level, write, since=since)


def only_in_full(path: str, write: Writer[ItemT], level: Level = Level.ALL) -> Field[ItemT]:
    """A field that FindItem and SyncFolderItems never return."""
    return Field(path, write, level, None)


def in_sight(path: str, seen: SightWriter[ItemT], level: Level = Level.ALL, *, listed: bool = True) -> Field[ItemT]:
    """A field that depends on who asks, or on what else is in the calendar."""
    return Field(path, _nothing, level, _nothing if listed else None, seen)


def _nothing(_: StoredItem) -> str:
    return ""
