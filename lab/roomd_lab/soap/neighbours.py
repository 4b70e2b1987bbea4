"""Conflicting and adjacent meetings: what else the same calendar has at the time of something, or right beside it."""

from datetime import timedelta

from roomd_lab.model.items import CalendarItem, ItemType, MeetingMessage, StoredItem
from roomd_lab.soap.fields import Field, in_sight
from roomd_lab.soap.item_fields import item_id
from roomd_lab.soap.sight import Sight
from roomd_lab.soap.xml import leaf, write_time

_MOMENT = timedelta(seconds=1)


def _conflicting(item: StoredItem, sight: Sight) -> list[CalendarItem]:
    """Other items that take up some of its time."""
    return [each for each in _around(item, sight) if each.blocks(item.start, item.end)]


def _adjacent(item: StoredItem, sight: Sight) -> list[CalendarItem]:
    """Other items that end when it begins, or begin when it ends."""
    return [each for each in _around(item, sight) if each.end == item.start or each.start == item.end]


def _around(item: StoredItem, sight: Sight) -> list[CalendarItem]:
    """What lies near an item, or near what a message is about. A series has no neighbours: its occurrences have."""
    if _is_series(item) or (isinstance(item, CalendarItem) and item.is_cancelled):
        return []
    found = sight.calendar(item.start - _MOMENT, item.end + _MOMENT)
    return [each for each in found if not _is_same(each, item) and not each.is_cancelled]


def _is_series(item: StoredItem) -> bool:
    kind = item.meeting_type if isinstance(item, MeetingMessage) else item.type
    return kind is ItemType.MASTER


def _is_same(found: CalendarItem, item: StoredItem) -> bool:
    """Whether it is the item itself, or the copy a message made."""
    if isinstance(item, MeetingMessage):
        return found.global_object_id == item.global_object_id
    return found.item_id == item.item_id


def _count(name: str, found: list[CalendarItem]) -> str:
    return f"<t:{name}>{len(found)}</t:{name}>"


def _summaries(name: str, found: list[CalendarItem]) -> str:
    """What is told of each; nothing when there are none."""
    return f"<t:{name}>{''.join(map(_summary, found))}</t:{name}>" if found else ""


def _summary(item: CalendarItem) -> str:
    return (
        f"<t:CalendarItem>{item_id(item)}{leaf('t:Subject', item.subject)}<t:Start>{write_time(item.start)}</t:Start>"
        f"<t:End>{write_time(item.end)}</t:End><t:LegacyFreeBusyStatus>{item.free_busy}</t:LegacyFreeBusyStatus>"
        f"{leaf('t:Location', item.location)}</t:CalendarItem>"
    )


NEIGHBOURS: tuple[Field[StoredItem], ...] = (
    in_sight(
        "calendar:ConflictingMeetingCount",
        lambda i, sight: _count("ConflictingMeetingCount", _conflicting(i, sight)),
        listed=False,
    ),
    in_sight(
        "calendar:AdjacentMeetingCount",
        lambda i, sight: _count("AdjacentMeetingCount", _adjacent(i, sight)),
        listed=False,
    ),
    in_sight(
        "calendar:ConflictingMeetings",
        lambda i, sight: _summaries("ConflictingMeetings", _conflicting(i, sight)),
        listed=False,
    ),
    in_sight(
        "calendar:AdjacentMeetings",
        lambda i, sight: _summaries("AdjacentMeetings", _adjacent(i, sight)),
        listed=False,
    ),
)
