"""FindItem: views and searches."""

from datetime import timedelta

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import CalendarItem, StoredItem
from roomd_lab.model.mailbox import Folder, FolderName
from roomd_lab.soap.call import Call, each
from roomd_lab.soap.envelope import response, success
from roomd_lab.soap.references import folder_at
from roomd_lab.soap.restrictions import read_restriction, searchable
from roomd_lab.soap.shapes import read_shape, write_item
from roomd_lab.soap.xml import Element, child, m, read_int, read_time, schema_violation, t, write_bool

_NAME = "FindItemResponseMessage"
_PAGE = 1000
_RESTRICTED_PAGE = 250
_WIDEST_VIEW = timedelta(days=2 * 366)


def find_item(call: Call) -> str:
    """Items of folders, in a calendar view or page by page.

    A page holds 1000 items, 250 when a restriction is given (EWS throttling); a view spans two years at most.
    """
    shape = read_shape(child(call.element, m("ItemShape")))
    view = call.element.find(m("CalendarView"))

    def answer(reference: Element) -> str:
        _, folder = folder_at(call.organization, call.caller, reference)
        found, paging = _page(call.element, _search(call, folder)) if view is None else _view(call, view, folder)
        items = "".join(write_item(item, shape, listed=True) for item in found)
        return success(_NAME, f"<m:RootFolder {paging}><t:Items>{items}</t:Items></m:RootFolder>")

    return response("FindItem", each(_NAME, child(call.element, m("ParentFolderIds")), answer))


def _search(call: Call, folder: Folder) -> list[StoredItem]:
    found = list(folder.items.values())
    restriction = call.element.find(m("Restriction"))
    if restriction is not None:
        holds = read_restriction(restriction)
        found = [item for item in found if holds(item)]
    order = call.element.find(m("SortOrder"))
    for field in reversed(order if order is not None else ()):
        path = field.find(t("FieldURI"))
        read = searchable("" if path is None else path.get("FieldURI", ""))
        found.sort(key=lambda item: (read(item) is None, read(item)), reverse=field.get("Order") == "Descending")
    return found


def _page(request: Element, found: list[StoredItem]) -> tuple[list[StoredItem], str]:
    view = request.find(m("IndexedPageItemView"))
    limit = _PAGE if request.find(m("Restriction")) is None else _RESTRICTED_PAGE
    offset = 0
    if view is not None:
        offset = read_int(view.get("Offset", "0"))
        limit = min(limit, read_int(view.get("MaxEntriesReturned", str(limit))))
        if view.get("BasePoint") == "End":
            offset = max(0, len(found) - offset - limit)
    if offset < 0 or limit < 1:
        raise ExchangeError("ErrorInvalidIndexedPagingParameters", "Indexed paging parameters are invalid.")
    page = found[offset : offset + limit]
    following = offset + len(page)
    return page, _paging(len(found), is_last=following >= len(found), offset=following)


def _view(call: Call, view: Element, folder: Folder) -> tuple[list[StoredItem], str]:
    start = read_time(view.get("StartDate", ""), call.zone)
    end = read_time(view.get("EndDate", ""), call.zone)
    if folder.name is not FolderName.CALENDAR:
        raise ExchangeError("ErrorCalendarFolderIsInvalidForCalendarView", "A calendar view needs a calendar folder.")
    if call.element.find(m("Restriction")) is not None:
        raise schema_violation("A calendar view cannot be combined with a restriction.")
    if end < start:
        raise ExchangeError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    if end - start > _WIDEST_VIEW:
        raise ExchangeError("ErrorCalendarViewRangeTooBig", "The specified view range exceeds two years.")
    inside = [item for item in folder.items.values() if isinstance(item, CalendarItem) and item.overlaps(start, end)]
    inside.sort(key=lambda item: item.start)
    limit = read_int(view.get("MaxEntriesReturned", str(len(inside) or 1)))
    return list(inside[:limit]), _paging(len(inside), is_last=len(inside) <= limit)


def _paging(total: int, *, is_last: bool, offset: int | None = None) -> str:
    position = "" if offset is None else f'IndexedPagingOffset="{offset}" '
    return f'{position}TotalItemsInView="{total}" IncludesLastItemInRange="{write_bool(is_last)}"'
