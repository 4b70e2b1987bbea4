"""What a new time or recurrence makes of a calendar item: a series laid out on its days, or a single item again."""

from dataclasses import replace
from datetime import datetime
from itertools import islice, pairwise

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import CalendarItem
from roomd_lab.model.recurrence.expansion import days, falls_on
from roomd_lab.model.recurrence.patterns import Recurrence, check
from roomd_lab.model.recurrence.wall_time import Slot, slot_of, times_on, wall
from roomd_lab.model.series import neighbours, series_zone

# Every pattern shows its narrowest gap within so many occurrences.
_ENOUGH_TO_COMPARE = 100


def scheduled(draft: CalendarItem, before: CalendarItem | None = None) -> CalendarItem:
    """The item with a series' first day, slot, exceptions and deletions settled.

    A series begins on the first day its pattern has; its time of day is that of the item's start. Exceptions and
    deletions outlive a new end of the range, and nothing else that changes when the series happens.
    Raises ErrorRecurrenceHasNoOccurrence, ErrorOccurrenceTimeSpanTooBig and what `check` raises.
    """
    if draft.recurrence is None:
        return replace(draft, slot=None, exceptions={}, deletions=frozenset()) if draft.slot else draft
    slot = _slot(draft, before)
    recurrence = _from_its_first_day(_range(draft, before, draft.recurrence))
    _check_gaps(recurrence, slot)
    start, end = times_on(recurrence.first, slot, series_zone(draft))
    settled = replace(draft, recurrence=recurrence, slot=slot, start=start, end=end)
    return _with_what_still_fits(settled, before)


def check_occurrence(master: CalendarItem, occurrence: CalendarItem) -> None:
    """Refuse an occurrence that would overlap its neighbours, or lie beyond one.

    Raises ErrorOccurrenceCrossingBoundary.
    """
    assert occurrence.instance is not None
    before, after = neighbours(master, occurrence.instance.day)
    if (before and occurrence.start < before.end) or (after and occurrence.end > after.start):
        raise ExchangeError(
            "ErrorOccurrenceCrossingBoundary", "Modified occurrence is crossing or overlapping adjacent occurrence."
        )


def _slot(draft: CalendarItem, before: CalendarItem | None) -> Slot:
    if before is not None and before.slot is not None and _times(before) == _times(draft):
        return before.slot
    return slot_of(draft.start, draft.end, series_zone(draft))


def _times(item: CalendarItem) -> tuple[datetime, datetime, str]:
    return item.start, item.end, item.start_zone


def _range(draft: CalendarItem, before: CalendarItem | None, recurrence: Recurrence) -> Recurrence:
    """The range as asked for; a series whose start alone was changed begins on the new start's day."""
    if before is None or before.recurrence != recurrence or before.start == draft.start:
        return recurrence
    return replace(recurrence, first=wall(draft.start, series_zone(draft)).date())


def _from_its_first_day(recurrence: Recurrence) -> Recurrence:
    check(recurrence)
    first = next(days(recurrence), None)
    if first is None:
        raise ExchangeError(
            "ErrorRecurrenceHasNoOccurrence", "The specified recurrence has no occurrence in the specified range."
        )
    return replace(recurrence, first=first)


def _check_gaps(recurrence: Recurrence, slot: Slot) -> None:
    some = list(islice(days(recurrence), _ENOUGH_TO_COMPARE))
    if any(later - earlier < slot.length for earlier, later in pairwise(some)):
        raise ExchangeError(
            "ErrorOccurrenceTimeSpanTooBig",
            "One occurrence of the recurring calendar item overlaps with another occurrence of the same item.",
        )


def _with_what_still_fits(settled: CalendarItem, before: CalendarItem | None) -> CalendarItem:
    recurrence = settled.recurrence
    assert recurrence is not None
    if before is None:
        return replace(settled, deletions=frozenset(day for day in settled.deletions if falls_on(recurrence, day)))
    if before.recurrence is None or not _happens_as(before, settled):
        return replace(settled, exceptions={}, deletions=frozenset())
    kept = {day for day in (*before.exceptions, *before.deletions) if falls_on(recurrence, day)}
    return replace(
        settled,
        exceptions={day: changes for day, changes in settled.exceptions.items() if day in kept},
        deletions=settled.deletions & kept,
    )


def _happens_as(before: CalendarItem, settled: CalendarItem) -> bool:
    """Whether two series differ in nothing but where they end."""
    assert before.recurrence is not None
    assert settled.recurrence is not None
    return (before.recurrence.pattern, before.recurrence.first, before.slot, before.start_zone, before.all_day) == (
        settled.recurrence.pattern,
        settled.recurrence.first,
        settled.slot,
        settled.start_zone,
        settled.all_day,
    )
