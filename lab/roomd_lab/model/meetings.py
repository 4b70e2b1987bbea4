"""The meetings in a calendar: found by their identity, and as the calendar shows them."""

from collections.abc import Iterator
from datetime import datetime

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import Folder
from roomd_lab.model.ids import clean, instance_date
from roomd_lab.model.items import CalendarItem, StoredItem
from roomd_lab.model.series import occurrence_on, occurrences_between, restored
from roomd_lab.model.timeline import Timeline


class Meetings:
    """What lies in one calendar folder. Iterating gives single items and the masters of series."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._ids: dict[bytes, str] = {}
        self._timeline = Timeline()

    def __iter__(self) -> Iterator[CalendarItem]:
        return (item for item in self._folder.items.values() if isinstance(item, CalendarItem))

    def between(self, start: datetime, end: datetime) -> list[CalendarItem]:
        """What the calendar shows between two instants, by start: single items and occurrences."""
        candidates = (self._folder.items[item_id] for item_id in self._timeline.around(start, end))
        calendar_items = (item for item in candidates if isinstance(item, CalendarItem))
        found = (each for item in calendar_items for each in occurrences_between(item, start, end))
        return sorted(found, key=lambda item: item.start)

    def find(self, global_object_id: bytes) -> CalendarItem | None:
        """The copy of a meeting, by its GlobalObjectId (in the order of MS-OXOCAL 3.1.5.1).

        That of one occurrence finds an invitation to this occurrence only, else the occurrence of the series; an
        occurrence that was deleted here is not found.
        """
        found, day = self._stored(global_object_id), instance_date(global_object_id)
        if found is not None or day is None:
            return found
        series = self._stored(clean(global_object_id))
        if series is None or series.recurrence is None:
            return None
        try:
            return occurrence_on(series, day)
        except ExchangeError:
            return None

    def deleted_occurrence(self, global_object_id: bytes) -> CalendarItem | None:
        """An occurrence that was deleted from its series here, as the series would have it.

        Saving it brings it back.
        """
        day, series = instance_date(global_object_id), self._stored(clean(global_object_id))
        return restored(series, day) if day is not None and series is not None else None

    def invited_singly(self, clean_id: bytes) -> list[CalendarItem]:
        """The items of those occurrences of a series that came without the series."""
        return [item for item in self if item.clean_id == clean_id != item.global_object_id]

    def came(self, item: StoredItem) -> None:
        """Remember an item that was put into the folder. A copy does not take the place of what it was made from."""
        if isinstance(item, CalendarItem):
            self._ids.setdefault(item.global_object_id, item.item_id)
            self._timeline.add(item)

    def changed(self, before: StoredItem, after: StoredItem) -> None:
        """Remember the new version of an item."""
        if isinstance(before, CalendarItem) and isinstance(after, CalendarItem):
            self._timeline.remove(before)
            self._timeline.add(after)

    def went(self, item: StoredItem) -> None:
        """Forget an item that was taken out of the folder."""
        if not isinstance(item, CalendarItem):
            return
        self._timeline.remove(item)
        if self._ids.get(item.global_object_id) == item.item_id:
            del self._ids[item.global_object_id]

    def clear(self) -> None:
        """Forget everything."""
        self._ids.clear()
        self._timeline = Timeline()

    def _stored(self, global_object_id: bytes) -> CalendarItem | None:
        item_id = self._ids.get(global_object_id)
        found = None if item_id is None else self._folder.items[item_id]
        return found if isinstance(found, CalendarItem) else None
