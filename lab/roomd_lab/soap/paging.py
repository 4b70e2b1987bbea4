"""Indexed paging of FindItem and FindFolder."""

from typing import TypeVar

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.xml import Element, read_int, write_bool

FoundT = TypeVar("FoundT")


def page_of(view: Element | None, found: list[FoundT], limit: int) -> tuple[list[FoundT], str]:
    """The page an indexed view asks for, and the attributes of RootFolder that describe it.

    Raises ErrorInvalidIndexedPagingParameters.
    """
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
    return page, paging(len(found), is_last=following >= len(found), offset=following)


def paging(total: int, *, is_last: bool, offset: int | None = None) -> str:
    """The attributes of a RootFolder."""
    position = "" if offset is None else f'IndexedPagingOffset="{offset}" '
    return f'{position}TotalItemsInView="{total}" IncludesLastItemInRange="{write_bool(is_last)}"'
