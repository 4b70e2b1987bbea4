"""GetUserAvailability: who is free when."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import CalendarItem, FreeBusy
from roomd_lab.model.mailbox import FolderName, Mailbox
from roomd_lab.soap.call import Call
from roomd_lab.soap.envelope import refusal, success
from roomd_lab.soap.legacy_zone import LegacyZone, read_legacy_zone
from roomd_lab.soap.xml import (
    Element,
    child,
    leaf,
    m,
    read_int,
    read_time,
    schema_violation,
    t,
    text_of,
    write_bool,
)

_MOST_MAILBOXES = 100
_WIDEST_WINDOW = timedelta(days=42)
_VIEWS = {"MergedOnly", "FreeBusy", "FreeBusyMerged", "Detailed", "DetailedMerged"}
_DIGITS = {
    FreeBusy.FREE: 0,
    FreeBusy.ELSEWHERE: 0,
    FreeBusy.TENTATIVE: 1,
    FreeBusy.BUSY: 2,
    FreeBusy.OUT_OF_OFFICE: 3,
}


@dataclass(frozen=True, slots=True)
class _Question:
    """The window in UTC, how to write its times, and how much detail is wanted."""

    zone: LegacyZone
    start: datetime
    end: datetime
    interval: timedelta
    view: str


def get_user_availability(call: Call) -> str:
    """Free/busy of up to 100 mailboxes over up to 42 days, in the wall time of the request's TimeZone.

    Details are given to those who may open the calendar; everybody else sees free and busy.
    """
    question = _question(call.element)
    mailboxes = list(child(call.element, m("MailboxDataArray")))
    if len(mailboxes) > _MOST_MAILBOXES:
        raise ExchangeError("ErrorMailboxDataArrayTooBig", f"At most {_MOST_MAILBOXES} mailboxes may be asked for.")
    answers = "".join(_answer(call, question, each) for each in mailboxes)
    return (
        "<m:GetUserAvailabilityResponse><m:FreeBusyResponseArray>"
        f"{answers}</m:FreeBusyResponseArray></m:GetUserAvailabilityResponse>"
    )


def _question(element: Element) -> _Question:
    zone = read_legacy_zone(child(element, t("TimeZone")))
    options = child(element, t("FreeBusyViewOptions"))
    window = child(options, t("TimeWindow"))
    start, end = (_instant(text_of(child(window, t(name))), zone) for name in ("StartTime", "EndTime"))
    if end <= start:
        raise ExchangeError("ErrorInvalidTimeInterval", "The time window ends before it starts.")
    if end - start > _WIDEST_WINDOW:
        raise ExchangeError("ErrorTimeIntervalTooBig", f"The time window is longer than {_WIDEST_WINDOW.days} days.")
    interval = read_int(text_of(options.find(t("MergedFreeBusyIntervalInMinutes"))) or "30")
    if not 5 <= interval <= 1440:  # noqa: PLR2004 - from five minutes to a day
        raise ExchangeError("ErrorInvalidMergedFreeBusyInterval", "The interval must be from 5 to 1440 minutes.")
    view = text_of(options.find(t("RequestedView"))) or "FreeBusyMerged"
    if view not in _VIEWS:
        raise schema_violation(f"'{view}' is no view.")
    return _Question(zone, start, end, timedelta(minutes=interval), view)


def _instant(text: str, zone: LegacyZone) -> datetime:
    """A time of the window; one without offset is a wall time in the request's zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise schema_violation(f"'{text}' is not a date and time.") from None
    return read_time(text) if moment.tzinfo else zone.to_utc(moment).replace(tzinfo=UTC)


def _answer(call: Call, question: _Question, data: Element) -> str:
    address = text_of(data.find(f"{t('Email')}/{t('Address')}")).strip()
    if not call.organization.has_mailbox(address):
        error = ExchangeError("ErrorMailRecipientNotFound", f"Unable to resolve e-mail address {address}.")
        message = refusal("ResponseMessage", error)
        view = "<m:FreeBusyView><t:FreeBusyViewType>None</t:FreeBusyViewType></m:FreeBusyView>"
        return f"<m:FreeBusyResponse>{message}{view}</m:FreeBusyResponse>"
    mailbox = call.organization.mailbox(address)
    detailed = question.view.startswith("Detailed") and call.caller.may_open(mailbox, FolderName.CALENDAR)
    view = question.view if detailed else question.view.replace("Detailed", "FreeBusy")
    message = success("ResponseMessage")
    return f"<m:FreeBusyResponse>{message}{_view(question, mailbox, view)}</m:FreeBusyResponse>"


def _view(question: _Question, mailbox: Mailbox, view: str) -> str:
    found = sorted(
        (
            item
            for item in mailbox.calendar_items()
            if item.overlaps(question.start, question.end) and not item.is_cancelled
        ),
        key=lambda item: item.start,
    )
    merged = leaf("t:MergedFreeBusy", _merged(question, found)) if "Merged" in view else ""
    events = ""
    if view != "MergedOnly" and found:
        detailed = view.startswith("Detailed")
        events = "".join(_event(question.zone, item, detailed=detailed) for item in found)
        events = f"<t:CalendarEventArray>{events}</t:CalendarEventArray>"
    kind = f"<t:FreeBusyViewType>{view}</t:FreeBusyViewType>"
    return f"<m:FreeBusyView>{kind}{merged}{events}{_WORKING_HOURS}</m:FreeBusyView>"


def _merged(question: _Question, found: list[CalendarItem]) -> str:
    digits: list[str] = []
    moment = question.start
    while moment < question.end:
        after = moment + question.interval
        digits.append(str(max((_DIGITS[i.free_busy] for i in found if i.overlaps(moment, after)), default=0)))
        moment = after
    return "".join(digits)


def _event(zone: LegacyZone, item: CalendarItem, *, detailed: bool) -> str:
    start, end = (zone.to_wall(moment.replace(tzinfo=None)).isoformat() for moment in (item.start, item.end))
    return (
        f"<t:CalendarEvent><t:StartTime>{start}</t:StartTime><t:EndTime>{end}</t:EndTime>"
        f"<t:BusyType>{item.free_busy}</t:BusyType>{_details(item) if detailed else ''}</t:CalendarEvent>"
    )


def _details(item: CalendarItem) -> str:
    return (
        f"<t:CalendarEventDetails>{leaf('t:ID', item.clean_id.hex().upper())}{leaf('t:Subject', item.subject)}"
        f"{leaf('t:Location', item.location)}<t:IsMeeting>{write_bool(item.is_meeting)}</t:IsMeeting>"
        f"<t:IsRecurring>{write_bool(item.recurrence)}</t:IsRecurring><t:IsException>false</t:IsException>"
        f"<t:IsReminderSet>{write_bool(item.reminder_is_set)}</t:IsReminderSet>"
        f"<t:IsPrivate>{write_bool(item.sensitivity == 'Private')}</t:IsPrivate></t:CalendarEventDetails>"
    )


_NO_CHANGE = (
    "<t:{name}><t:Bias>0</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>{order}</t:DayOrder>"
    "<t:Month>{month}</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:{name}>"
)
_WORKING_HOURS = (
    "<t:WorkingHours><t:TimeZone><t:Bias>0</t:Bias>"
    + _NO_CHANGE.format(name="StandardTime", order=1, month=1)
    + _NO_CHANGE.format(name="DaylightTime", order=5, month=12)
    + "</t:TimeZone><t:WorkingPeriodArray><t:WorkingPeriod>"
    "<t:DayOfWeek>Monday Tuesday Wednesday Thursday Friday</t:DayOfWeek>"
    "<t:StartTimeInMinutes>480</t:StartTimeInMinutes><t:EndTimeInMinutes>1080</t:EndTimeInMinutes>"
    "</t:WorkingPeriod></t:WorkingPeriodArray></t:WorkingHours>"
)
