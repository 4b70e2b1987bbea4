"""The items of a calendar in the order of time, so that a look at one day does not read them all."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from datetime import datetime, timedelta

from roomd_lab.model.items import CalendarItem


class Timeline:
    """Ids of items: of single ones by when they begin, and of series, which may be anywhere."""

    def __init__(self) -> None:
        self._series: dict[str, None] = {}
        self._single: list[tuple[datetime, int, str]] = []
        self._longest = timedelta()

    def add(self, item: CalendarItem) -> None:
        """Put an item into its place."""
        if item.recurrence is not None:
            self._series[item.item_id] = None
            return
        insort(self._single, _place(item))
        self._longest = max(self._longest, item.end - item.start)

    def remove(self, item: CalendarItem) -> None:
        """Take an item out, as it was when it was put in."""
        if item.recurrence is not None:
            del self._series[item.item_id]
        else:
            del self._single[bisect_left(self._single, _place(item))]

    def around(self, start: datetime, end: datetime) -> Iterator[str]:
        """Every series, and the single items that may lie at least in part between two instants."""
        yield from self._series
        first, last = (bisect_left(self._single, (moment,)) for moment in (start - self._longest, end))
        for _, _, item_id in self._single[first:last]:
            yield item_id


def _place(item: CalendarItem) -> tuple[datetime, int, str]:
    return item.start, item.article_number, item.item_id
