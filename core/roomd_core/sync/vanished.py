"""What becomes of an event when a copy of it is no longer in its mailbox, by what is known about why. Pure."""

from enum import Enum, auto

from msgspec.structs import replace

from roomd_core.model import EventStatus, Item, OperationKind, Origin, Side
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


def fate_of(case: Case, item: Item, believed: Believed | None) -> Fate:
    """Decide about a copy that is no longer in its mailbox."""
    decided = believed is not None and case.event.id in believed.events
    if believed is None or not decided or believed.keep is Side.EXCHANGE:
        return Fate.GONE
    mine = item.is_organizer and case.event.origin is Origin.LOCAL
    return Fate.MADE_AGAIN if mine else Fate.KEPT


def vanish(case: Case, item: Item, fate: Fate, setting: Setting) -> Case:
    """Take in that a copy is no longer in its mailbox."""
    match fate:
        case Fate.KEPT:
            return case.with_item(replace(item, missing=True))
        case Fate.MADE_AGAIN:
            return _make_again(case.without_item(item.mailbox, item.ref.item_id), setting)
    return observe_absence(case, item.mailbox, item.ref.item_id, setting)


def _make_again(case: Case, setting: Setting) -> Case:
    """Queue the event's creation, unless it was cancelled meanwhile or is on its way already."""
    waiting = case.operation(OperationKind.CREATE)
    if case.event.status is EventStatus.CANCELLED or waiting:
        return case
    return create_again(case, case.event.content, setting)
