"""GetUserAvailability: who is free when."""

from datetime import UTC, datetime, timedelta, tzinfo

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.suggesting import Taken, Wanted
from roomd_lab.soap.answers import refusal, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.free_busy import Question, free_busy_view, wall_time
from roomd_lab.soap.legacy_zone import WallClock, wall_clock_of
from roomd_lab.soap.suggestions import read_wanted, write_suggestions
from roomd_lab.soap.xml import (
    Element,
    child,
    m,
    read_int,
    read_time,
    schema_violation,
    t,
    text_of,
)

_MOST_MAILBOXES = 100
_WIDEST_WINDOW = timedelta(days=42)
_VIEWS = {"MergedOnly", "FreeBusy", "FreeBusyMerged", "Detailed", "DetailedMerged"}


def get_user_availability(call: Call) -> str:
    """Free/busy of up to 100 mailboxes over up to 42 days, and suggestions, in the wall time of the request's zone.

    Details are given to those who may open the calendar; everybody else sees free and busy.
    """
    mailboxes = list(child(call.element, m("MailboxDataArray")))
    if len(mailboxes) > _MOST_MAILBOXES:
        raise ExchangeError("ErrorMailboxDataArrayTooBig", f"At most {_MOST_MAILBOXES} mailboxes may be asked for.")
    suggesting = call.element.find(t("SuggestionsViewOptions"))
    if suggesting is None and call.element.find(t("FreeBusyViewOptions")) is None:
        raise ExchangeError("ErrorMissingArgument", "Ask for free/busy, for suggestions, or for both.")
    answers = _free_busy(call, mailboxes) + ("" if suggesting is None else _suggestions(call, suggesting, mailboxes))
    return f"<m:GetUserAvailabilityResponse>{answers}</m:GetUserAvailabilityResponse>"


def _free_busy(call: Call, mailboxes: list[Element]) -> str:
    if call.element.find(t("FreeBusyViewOptions")) is None:
        return ""
    question = _question(call.element, call.zone)
    answers = "".join(_answer(call, question, each) for each in mailboxes)
    return f"<m:FreeBusyResponseArray>{answers}</m:FreeBusyResponseArray>"


def _suggestions(call: Call, options: Element, mailboxes: list[Element]) -> str:
    zone = wall_clock_of(call.element, call.zone)
    wanted = read_wanted(options)
    return write_suggestions(wanted, [_taken(call, zone, wanted, _address(each)) for each in mailboxes])


def _taken(call: Call, zone: WallClock, wanted: Wanted, address: str) -> list[Taken]:
    """What an attendee's calendar shows in the window; nothing for a stranger."""
    if not call.organization.has_mailbox(address):
        return []
    start, end = (zone.to_utc(wall).replace(tzinfo=UTC) for wall in (wanted.first, wanted.last + wanted.duration))
    found = [i for i in call.organization.mailbox(address).meetings.between(start, end) if not i.is_cancelled]
    return [Taken(wall_time(zone, item.start), wall_time(zone, item.end), item.free_busy) for item in found]


def _address(data: Element) -> str:
    return text_of(data.find(f"{t('Email')}/{t('Address')}")).strip()


def _question(element: Element, header_zone: tzinfo) -> Question:
    zone = wall_clock_of(element, header_zone)
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
    return Question(zone, start, end, timedelta(minutes=interval), view)


def _instant(text: str, zone: WallClock) -> datetime:
    """A time of the window; one without offset is a wall time in the request's zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise schema_violation(f"'{text}' is not a date and time.") from None
    return read_time(text) if moment.tzinfo else zone.to_utc(moment).replace(tzinfo=UTC)


def _answer(call: Call, question: Question, data: Element) -> str:
    address = _address(data)
    if not call.organization.has_mailbox(address):
        error = ExchangeError("ErrorMailRecipientNotFound", f"Unable to resolve e-mail address {address}.")
        message = refusal("ResponseMessage", error)
        view = "<m:FreeBusyView><t:FreeBusyViewType>None</t:FreeBusyViewType></m:FreeBusyView>"
        return f"<m:FreeBusyResponse>{message}{view}</m:FreeBusyResponse>"
    mailbox = call.organization.mailbox(address)
    detailed = question.view.startswith("Detailed") and call.caller.may_open(mailbox, mailbox.calendar)
    view = question.view if detailed else question.view.replace("Detailed", "FreeBusy")
    message = success("ResponseMessage")
    hours = call.organization.directory.working_hours(mailbox.owner)
    return f"<m:FreeBusyResponse>{message}{free_busy_view(question, mailbox, hours, view)}</m:FreeBusyResponse>"
