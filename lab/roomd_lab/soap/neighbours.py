"""Conflicting and adjacent meetings: what else the same calendar has at the time of an item, or right beside it."""

from datetime import timedelta

from roomd_lab.model.items import CalendarItem, ItemType
from roomd_lab.soap.item_fields import item_id
from roomd_lab.soap.sight import Sight
from roomd_lab.soap.xml import leaf, write_time

_MOMENT = timedelta(seconds=1)


def conflicting(item: CalendarItem, sight: Sight) -> list[CalendarItem]:
    """Other items that take up some of its time. A master has none of its own: its occurrences have."""
    return [each for each in _around(item, sight) if each.blocks(item.start, item.end)]


def adjacent(item: CalendarItem, sight: Sight) -> list[CalendarItem]:
    """Other items that end when it begins, or begin when it ends."""
    return [each for each in _around(item, sight) if each.end == item.start or each.start == item.end]


def _around(item: CalendarItem, sight: Sight) -> list[CalendarItem]:
    if item.type is ItemType.MASTER or item.is_cancelled:
        return []
    found = sight.calendar(item.start - _MOMENT, item.end + _MOMENT)
    return [each for each in found if each.item_id != item.item_id and not each.is_cancelled]


def count(name: str, found: list[CalendarItem]) -> str:
    """How many there are."""
    return f"<t:{name}>{len(found)}</t:{name}>"


def summaries(name: str, found: list[CalendarItem]) -> str:
    """What is told of each; nothing when there are none."""
    return f"<t:{name}>{''.join(map(_summary, found))}</t:{name}>" if found else ""


def _summary(item: CalendarItem) -> str:
    return (
        f"<t:CalendarItem>{item_id(item)}{leaf('t:Subject', item.subject)}<t:Start>{write_time(item.start)}</t:Start>"
        f"<t:End>{write_time(item.end)}</t:End><t:LegacyFreeBusyStatus>{item.free_busy}</t:LegacyFreeBusyStatus>"
        f"{leaf('t:Location', item.location)}</t:CalendarItem>"
    )
