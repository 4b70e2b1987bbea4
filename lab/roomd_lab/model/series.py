"""A series as one stored item: its occurrences made from the master, and their changes put back into it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from roomd_lab.model.errors import ExchangeError, item_not_found
from roomd_lab.model.ids import occurrence_id, with_instance_date
from roomd_lab.model.items import CalendarItem, Instance
from roomd_lab.model.recurrence.expansion import days, falls_on
from roomd_lab.model.recurrence.patterns import Recurrence
from roomd_lab.model.recurrence.wall_time import Slot, times_on
from roomd_lab.model.zones import zone_info

# How far a day in the series' zone can lie from the UTC date at which something of its occurrence is still on.
_MARGIN = timedelta(days=2)
# What belongs to the series or to the stored item, and never differs in one of its occurrences.
_OF_THE_SERIES = frozenset(
    {
        "item_id",
        "change_key",
        "folder_id",
        "article_number",
        "created",
        "modified",
        "modified_by",
        "global_object_id",
        "organizer",
        "is_organizer",
        "recurrence",
        "slot",
        "exceptions",
        "deletions",
        "instance",
        "original_start",
    }
)
_OF_AN_OCCURRENCE = tuple(each.name for each in fields(CalendarItem) if each.name not in _OF_THE_SERIES)


def occurrence_on(master: CalendarItem, day: date) -> CalendarItem:
    """The occurrence on a day of the pattern, with whatever was changed in it.

    Raises ErrorItemNotFound when the pattern has no such day or the occurrence was deleted.
    """
    recurrence, _ = _schedule(master)
    if day in master.deletions or not falls_on(recurrence, day):
        raise item_not_found()
    return _made(master, day)


def occurrence_at(master: CalendarItem, index: int) -> CalendarItem:
    """The occurrence with an index, from 1; deleted ones count.

    Raises ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange and ErrorCalendarOccurrenceIsDeletedFromRecurrence.
    """
    recurrence, _ = _schedule(master)
    found = (
        next((day for number, day in enumerate(days(recurrence), 1) if number == index), None) if index > 0 else None
    )
    if found is None:
        raise ExchangeError(
            "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", "Occurrence index is out of recurrence range."
        )
    if found in master.deletions:
        raise ExchangeError(
            "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
            "Occurrence with this index was previously deleted from the recurrence.",
        )
    return _made(master, found)


def occurrences(master: CalendarItem) -> Iterator[CalendarItem]:
    """Every occurrence that was not deleted, in the pattern's order."""
    recurrence, _ = _schedule(master)
    return (_made(master, day) for day in days(recurrence) if day not in master.deletions)


def occurrences_between(item: CalendarItem, start: datetime, end: datetime) -> Iterator[CalendarItem]:
    """What of an item lies at least in part between two instants: occurrences of a series, else the item itself."""
    if item.recurrence is None or item.slot is None:
        if item.overlaps(start, end):
            yield item
        return
    earliest = start.date() - _MARGIN - item.slot.length
    for day in days(item.recurrence):
        if day > end.date() + _MARGIN:
            break
        if day >= earliest and day not in item.deletions and day not in item.exceptions:
            yield from _if_between(_made(item, day), start, end)
    for day in item.exceptions:
        yield from _if_between(_made(item, day), start, end)


def with_occurrence(master: CalendarItem, occurrence: CalendarItem) -> CalendarItem:
    """The master after one of its occurrences became what is given: an exception."""
    assert occurrence.instance is not None
    day = occurrence.instance.day
    plain = _plain(master, day)
    different = {
        name: value for name in _OF_AN_OCCURRENCE if (value := getattr(occurrence, name)) != getattr(plain, name)
    }
    return replace(master, exceptions={**master.exceptions, day: different}, deletions=master.deletions - {day})


def without_occurrence(master: CalendarItem, day: date) -> CalendarItem:
    """The master after the occurrence on a day was deleted."""
    kept = {each: changes for each, changes in master.exceptions.items() if each != day}
    return replace(master, exceptions=kept, deletions=master.deletions | {day})


def restored(master: CalendarItem, day: date) -> CalendarItem | None:
    """A deleted occurrence as the pattern has it; None if the occurrence on that day was not deleted."""
    return _plain(master, day) if day in master.deletions else None


def neighbours(master: CalendarItem, day: date) -> tuple[CalendarItem | None, CalendarItem | None]:
    """The occurrences before and after the one on a day."""
    before = None
    for occurrence in occurrences(master):
        assert occurrence.instance is not None
        if occurrence.instance.day > day:
            return before, occurrence
        if occurrence.instance.day < day:
            before = occurrence
    return before, None


def series_zone(master: CalendarItem) -> tzinfo:
    """The zone whose wall times a series keeps."""
    return zone_info(master.start_zone)


def original_times(master: CalendarItem, day: date) -> tuple[datetime, datetime]:
    """When the occurrence on a day begins and ends by the pattern."""
    _, slot = _schedule(master)
    return times_on(day, slot, series_zone(master))


def _made(master: CalendarItem, day: date) -> CalendarItem:
    plain = _plain(master, day)
    changes: Mapping[str, Any] | None = master.exceptions.get(day)
    if changes is None:
        return plain
    return replace(plain, instance=Instance(master_id=master.item_id, day=day, is_exception=True), **changes)


def _plain(master: CalendarItem, day: date) -> CalendarItem:
    """The occurrence as the pattern and the master have it."""
    start, end = original_times(master, day)
    return replace(
        master,
        item_id=occurrence_id(master.item_id, day),
        global_object_id=with_instance_date(master.global_object_id, day),
        start=start,
        end=end,
        original_start=start,
        instance=Instance(master_id=master.item_id, day=day),
        recurrence=None,
        slot=None,
        exceptions={},
        deletions=frozenset(),
    )


def _if_between(occurrence: CalendarItem, start: datetime, end: datetime) -> Iterator[CalendarItem]:
    if occurrence.overlaps(start, end):
        yield occurrence


def _schedule(master: CalendarItem) -> tuple[Recurrence, Slot]:
    assert master.recurrence is not None
    assert master.slot is not None
    return master.recurrence, master.slot
