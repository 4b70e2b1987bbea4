"""A series in two: what Outlook makes of "this and all following"."""

from dataclasses import replace
from datetime import date, timedelta

from roomd_lab.model.errors import item_not_found
from roomd_lab.model.items import CalendarItem, Response
from roomd_lab.model.recurrence.expansion import days
from roomd_lab.model.recurrence.patterns import Recurrence
from roomd_lab.model.series import original_times


def cut_short(master: CalendarItem, day: date) -> Recurrence:
    """The recurrence of the first part: up to the day before.

    Raises ErrorItemNotFound for what is no series.
    """
    return replace(_recurrence(master), until=day - timedelta(days=1), count=None)


def following(master: CalendarItem, day: date) -> CalendarItem:
    """The second part as a draft: from a day on, at the same times and with the same people, who have not answered.

    What was different in single occurrences is lost. Raises ErrorItemNotFound for what is no series.
    """
    recurrence = _recurrence(master)
    count = None if recurrence.count is None else sum(1 for each in days(recurrence) if each >= day)
    start, end = original_times(master, day)
    return replace(
        master,
        recurrence=replace(recurrence, first=day, count=count),
        slot=None,
        start=start,
        end=end,
        exceptions={},
        deletions=frozenset(),
        global_object_id=b"",
        sequence=0,
        attendees=tuple(replace(a, response=Response.UNKNOWN, responded_at=None) for a in master.attendees),
    )


def _recurrence(master: CalendarItem) -> Recurrence:
    if master.recurrence is None:
        raise item_not_found()
    return master.recurrence
