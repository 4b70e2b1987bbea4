"""What becomes of an event when a copy of it is no longer in its mailbox, by what is known about why. Pure."""

from enum import Enum, auto

from msgspec.structs import replace

from roomd_core.model import ConflictKind, EventStatus, Item, OperationKind, Origin, Side
from roomd_core.sync import conflicts
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.losses import Believed
from roomd_core.sync.observe import observe_absence
from roomd_core.sync.resolve import create_again


class Fate(Enum):
    """What to make of it."""

    GONE = auto()
    """It was deleted: Exchange said so, or a person did."""
    KEPT = auto()
    """A person decided to keep here what the copy held."""
    MADE_AGAIN = auto()
    """A person decided to keep an event made here: Exchange gets it again."""
    UNACCOUNTED = auto()
    """It is not there, and nobody knows why: a person is asked about the event."""


def fate_of(case: Case, item: Item, believed: Believed | None, *, observed: bool) -> Fate:
    """Decide about a copy that is no longer in its mailbox; ``observed`` says that the feed told so.

    Only the organizer's copy stands for the event. What was changed here meanwhile has a question of its own.
    """
    if believed is None or case.event.id not in believed.events:
        standing = item.is_organizer and not case.cancelled and not case.operations and not case.edited
        return Fate.UNACCOUNTED if standing and not observed else Fate.GONE
    if believed.keep is Side.EXCHANGE:
        return Fate.GONE
    mine = item.is_organizer and case.event.origin is Origin.LOCAL
    return Fate.MADE_AGAIN if mine else Fate.KEPT


def vanish(case: Case, item: Item, fate: Fate, setting: Setting) -> Case:
    """Take in that a copy is no longer in its mailbox."""
    match fate:
        case Fate.KEPT:
            return case.with_item(replace(item, missing=True))
        case Fate.UNACCOUNTED:
            case = case.with_item(replace(item, missing=True))
            asked = case.conflict(ConflictKind.MISSING_REMOTE)
            return case if asked else case.with_conflict(conflicts.not_there(case, setting))
        case Fate.MADE_AGAIN:
            return _make_again(case.without_item(item.mailbox, item.ref.item_id), setting)
    return observe_absence(case, item.mailbox, item.ref.item_id, setting)


def _make_again(case: Case, setting: Setting) -> Case:
    """Queue the event's creation, unless it was cancelled meanwhile or is on its way already."""
    waiting = case.operation(OperationKind.CREATE)
    if case.event.status is EventStatus.CANCELLED or waiting:
        return case
    return create_again(case, case.event.content, setting)
