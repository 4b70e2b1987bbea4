"""What a browser is shown: whose calendars somebody may look at, and what is in them."""

from collections.abc import Iterable
from datetime import timedelta, tzinfo
from html import escape
from http import HTTPStatus
from urllib.parse import quote, unquote

from roomd_lab.http.messages import HttpRequest, HttpResponse
from roomd_lab.http.pages import html_page
from roomd_lab.model.access import Caller, impersonate, open_folder
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import FolderName
from roomd_lab.model.items import CalendarItem
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.organization import Organization
from roomd_lab.model.people import Account, Address

WEB_PATH = "/owa/"
_DAYS = timedelta(days=14)
_HEADINGS = ("From", "To", "Subject", "Location", "Organizer", "Shows as", "Answer")


def browse(request: HttpRequest, organization: Organization, account: Account, zone: tzinfo) -> HttpResponse:
    """The next two weeks of the calendar whose owner the path names, in a zone's wall times; else whose there are."""
    _, found, named = request.path.partition(WEB_PATH)
    try:
        if found and named:
            return _calendar(_mailbox(organization, account, unquote(named)), zone)
        return _calendars(organization, account)
    except ExchangeError as error:
        missing = error.code == "ErrorNonExistentMailbox"
        return html_page(HTTPStatus.NOT_FOUND if missing else HTTPStatus.FORBIDDEN)


def _mailbox(organization: Organization, account: Account, address: str) -> Mailbox:
    """A mailbox whose calendar the account may open. Raises ErrorAccessDenied and what `impersonate` raises."""
    if account.impersonates:
        caller = impersonate(organization, account, address, "PrimarySmtpAddress")
    else:
        caller = Caller(account=account, acts_as=account.mailbox, directory=organization.directory)
    return open_folder(organization, caller, FolderName.CALENDAR, address)[0]


def _calendars(organization: Organization, account: Account) -> HttpResponse:
    directory = organization.directory
    rooms, people = ([each.address for each in kind.values()] for kind in (directory.rooms, directory.people))
    mine = [address for address in (*rooms, *people) if _may_look(organization, account, address)]
    links = "".join(
        f'<li><a href="{WEB_PATH}{quote(address.smtp)}">{escape(address.name)}</a></li>' for address in mine
    )
    who = escape(account.username)
    return _page("Exchange Web Services", f"<p>Programs send SOAP here. {who} may look at</p><ul>{links}</ul>")


def _may_look(organization: Organization, account: Account, address: Address) -> bool:
    try:
        _mailbox(organization, account, address.smtp)
    except ExchangeError:
        return False
    return True


def _calendar(mailbox: Mailbox, zone: tzinfo) -> HttpResponse:
    today = mailbox.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = "".join(_row(_cells(item, zone)) for item in mailbox.meetings.between(today, today + _DAYS))
    head = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
    return _page(escape(mailbox.owner.name), f"<table><tr>{head}</tr>{rows}</table>")


def _cells(item: CalendarItem, zone: tzinfo) -> tuple[str, ...]:
    start, end = (f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in (item.start, item.end))
    return start, end, item.subject, item.location, item.organizer.name, str(item.free_busy), str(item.my_response)


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _page(title: str, content: str) -> HttpResponse:
    head = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
    page = f"{head}<body><h1>{title}</h1>{content}</body></html>"
    return HttpResponse(HTTPStatus.OK, page.encode(), "text/html; charset=utf-8")
