"""FindItem: views and searches."""

from datetime import timedelta

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import Folder
from roomd_lab.model.items import CalendarItem, StoredItem
from roomd_lab.model.series import occurrences_between
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.paging import page_of, paging, too_many
from roomd_lab.soap.references import folder_at
from roomd_lab.soap.restrictions import read_restriction, sort_in_order
from roomd_lab.soap.shapes import read_shape, write_item
from roomd_lab.soap.sight import sight_of
from roomd_lab.soap.xml import Element, child, m, read_int, read_time, schema_violation

_NAME = "FindItemResponseMessage"
_PAGE = 1000
_RESTRICTED_PAGE = 250
_WIDEST_VIEW = timedelta(days=2 * 366)


def find_item(call: Call) -> str:
    """Items of folders, in a calendar view or page by page.

    A view shows the occurrences of series and spans two years at most; a search finds their masters. A page holds
    1000 items, 250 when a restriction is given (EWS throttling). Whoever asks for no page and gets more is refused.
    """
    shape = read_shape(child(call.element, m("ItemShape")), call.version)
    view = call.element.find(m("CalendarView"))

    def answer(reference: Element) -> str:
        mailbox, folder = folder_at(call.organization, call.caller, reference)
        found, range_ = _page(call.element, _search(call, folder)) if view is None else _view(call, view, folder)
        sight = sight_of(call.caller, mailbox, folder)
        items = "".join(write_item(item, shape, sight, listed=True) for item in found)
        return success(_NAME, f"<m:RootFolder {range_}><t:Items>{items}</t:Items></m:RootFolder>")

    return response("FindItem", call.each(_NAME, child(call.element, m("ParentFolderIds")), answer))


def _search(call: Call, folder: Folder) -> list[StoredItem]:
    found = list(folder.items.values())
    restriction = call.element.find(m("Restriction"))
    if restriction is not None:
        holds = read_restriction(restriction)
        found = [item for item in found if holds(item)]
    sort_in_order(found, call.element.find(m("SortOrder")))
    return found


def _page(request: Element, found: list[StoredItem]) -> tuple[list[StoredItem], str]:
    limit = _PAGE if request.find(m("Restriction")) is None else _RESTRICTED_PAGE
    view = request.find(m("IndexedPageItemView"))
    if view is None and len(found) > _PAGE:
        raise too_many(_PAGE)
    return page_of(view, found, limit)


def _view(call: Call, view: Element, folder: Folder) -> tuple[list[StoredItem], str]:
    start = read_time(view.get("StartDate", ""), call.zone)
    end = read_time(view.get("EndDate", ""), call.zone)
    if not folder.is_calendar:
        raise ExchangeError("ErrorCalendarFolderIsInvalidForCalendarView", "A calendar view needs a calendar folder.")
    if call.element.find(m("Restriction")) is not None:
        raise schema_violation("A calendar view cannot be combined with a restriction.")
    if end < start:
        raise ExchangeError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    if end - start > _WIDEST_VIEW:
        raise ExchangeError("ErrorCalendarViewRangeTooBig", "The specified view range exceeds two years.")
    calendar_items = (item for item in folder.items.values() if isinstance(item, CalendarItem))
    inside = [each for item in calendar_items for each in occurrences_between(item, start, end)]
    inside.sort(key=lambda item: item.start)
    limit = min(_PAGE, read_int(view.get("MaxEntriesReturned", str(_PAGE))))
    if limit < 1:
        raise ExchangeError("ErrorInvalidPagingMaxRows", "Paging max rows must be greater than 0.")
    if len(inside) > _PAGE and view.get("MaxEntriesReturned") is None:
        raise too_many(_PAGE)
    return list(inside[:limit]), paging(len(inside), is_last=len(inside) <= limit)
