"""The items of a calendar in the order of time, so that a look at one day does not read them all."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from roomd_lab.model.items import CalendarItem


class Timeline:
    """The items as they were when it was made."""

    def __init__(self, items: Iterable[CalendarItem]) -> None:
        ordered = sorted(items, key=lambda item: item.start)
        self._series = [item for item in ordered if item.recurrence is not None]
        self._single = [item for item in ordered if item.recurrence is None]
        self._starts = [item.start for item in self._single]
        self._longest = max((item.end - item.start for item in self._single), default=timedelta())

    def around(self, start: datetime, end: datetime) -> Iterator[CalendarItem]:
        """Every series, and the single items that may lie at least in part between two instants."""
        yield from self._series
        yield from self._single[bisect_left(self._starts, start - self._longest) : bisect_left(self._starts, end)]
