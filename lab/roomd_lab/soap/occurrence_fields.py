"""What a master tells of its occurrences: the first, the last, the changed and the deleted ones."""

from collections.abc import Iterable

from roomd_lab.model.items import CalendarItem
from roomd_lab.model.recurrence.expansion import days
from roomd_lab.model.series import occurrence_on, occurrences, original_times
from roomd_lab.soap.xml import write_time


def first_occurrence(item: CalendarItem) -> str:
    """FirstOccurrence: the first that was not deleted."""
    if item.recurrence is None:
        return ""
    found = next(iter(occurrences(item)), None)
    return "" if found is None else _occurrence("FirstOccurrence", found)


def last_occurrence(item: CalendarItem) -> str:
    """LastOccurrence: the last that was not deleted; a series without end has none."""
    if item.recurrence is None or not item.recurrence.has_end:
        return ""
    last = max((day for day in days(item.recurrence) if day not in item.deletions), default=None)
    return "" if last is None else _occurrence("LastOccurrence", occurrence_on(item, last))


def modified_occurrences(item: CalendarItem) -> str:
    """ModifiedOccurrences: the exceptions."""
    found = (occurrence_on(item, day) for day in sorted(item.exceptions))
    return _array("ModifiedOccurrences", (_occurrence("Occurrence", each) for each in found))


def deleted_occurrences(item: CalendarItem) -> str:
    """DeletedOccurrences: when the deleted ones would have begun."""
    starts = (write_time(original_times(item, day)[0]) for day in sorted(item.deletions))
    written = (f"<t:DeletedOccurrence><t:Start>{start}</t:Start></t:DeletedOccurrence>" for start in starts)
    return _array("DeletedOccurrences", written)


def _array(name: str, content: Iterable[str]) -> str:
    joined = "".join(content)
    return f"<t:{name}>{joined}</t:{name}>" if joined else ""


def _occurrence(name: str, item: CalendarItem) -> str:
    assert item.original_start is not None
    return (
        f'<t:{name}><t:ItemId Id="{item.item_id}" ChangeKey="{item.change_key}"/><t:Start>{write_time(item.start)}'
        f"</t:Start><t:End>{write_time(item.end)}</t:End><t:OriginalStart>{write_time(item.original_start)}"
        f"</t:OriginalStart></t:{name}>"
    )
