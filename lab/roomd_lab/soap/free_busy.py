"""Free/busy views on the wire: merged digits, events with and without details, working hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from roomd_lab.model.items import CalendarItem, FreeBusy, ItemType
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.working_hours import WorkingHours
from roomd_lab.soap.legacy_zone import WallClock
from roomd_lab.soap.working_hours import write_working_hours
from roomd_lab.soap.xml import leaf, write_bool

_DIGITS = {
    FreeBusy.FREE: 0,
    FreeBusy.ELSEWHERE: 0,
    FreeBusy.TENTATIVE: 1,
    FreeBusy.BUSY: 2,
    FreeBusy.OUT_OF_OFFICE: 3,
}


@dataclass(frozen=True, slots=True)
class Question:
    """The window in UTC, how to write its times, and how much detail is wanted."""

    zone: WallClock
    start: datetime
    end: datetime
    interval: timedelta
    view: str


def wall_time(zone: WallClock, moment: datetime) -> datetime:
    """The wall time, without zone information, at an instant."""
    return zone.to_wall(moment.replace(tzinfo=None))


def free_busy_view(question: Question, mailbox: Mailbox, hours: WorkingHours, view: str) -> str:
    """The FreeBusyView of one mailbox, whose owner works at these hours."""
    found = [item for item in mailbox.meetings.between(question.start, question.end) if not item.is_cancelled]
    merged = leaf("t:MergedFreeBusy", _merged(question, found)) if "Merged" in view else ""
    events = ""
    if view != "MergedOnly" and found:
        detailed = view.startswith("Detailed")
        events = "".join(_event(question.zone, item, detailed=detailed) for item in found)
        events = f"<t:CalendarEventArray>{events}</t:CalendarEventArray>"
    kind = f"<t:FreeBusyViewType>{view}</t:FreeBusyViewType>"
    worked = write_working_hours(hours, question.start.year)
    return f"<m:FreeBusyView>{kind}{merged}{events}{worked}</m:FreeBusyView>"


def _merged(question: Question, found: list[CalendarItem]) -> str:
    digits: list[str] = []
    moment = question.start
    while moment < question.end:
        after = moment + question.interval
        digits.append(str(max((_DIGITS[i.free_busy] for i in found if i.overlaps(moment, after)), default=0)))
        moment = after
    return "".join(digits)


def _event(zone: WallClock, item: CalendarItem, *, detailed: bool) -> str:
    start, end = (wall_time(zone, moment).isoformat() for moment in (item.start, item.end))
    return (
        f"<t:CalendarEvent><t:StartTime>{start}</t:StartTime><t:EndTime>{end}</t:EndTime>"
        f"<t:BusyType>{item.free_busy}</t:BusyType>{_details(item) if detailed else ''}</t:CalendarEvent>"
    )


def _details(item: CalendarItem) -> str:
    return (
        f"<t:CalendarEventDetails>{leaf('t:ID', item.clean_id.hex().upper())}{leaf('t:Subject', item.subject)}"
        f"{leaf('t:Location', item.location)}<t:IsMeeting>{write_bool(item.is_meeting)}</t:IsMeeting>"
        f"<t:IsRecurring>{write_bool(item.type is not ItemType.SINGLE)}</t:IsRecurring>"
        f"<t:IsException>{write_bool(item.type is ItemType.EXCEPTION)}</t:IsException>"
        f"<t:IsReminderSet>{write_bool(item.reminder_is_set)}</t:IsReminderSet>"
        f"<t:IsPrivate>{write_bool(item.sensitivity == 'Private')}</t:IsPrivate></t:CalendarEventDetails>"
    )
