"""Indexed paging of FindItem and FindFolder."""

from typing import TypeVar

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.xml import Element, read_choice, read_int, write_bool

FoundT = TypeVar("FoundT")


def too_many(limit: int) -> ExchangeError:
    """There is more than a request without pages is answered with."""
    return ExchangeError(
        "ErrorExceededFindCountLimit",
        "You have exceeded the maximum number of objects that can be returned for the find operation. Use paging to "
        "reduce the result size and try your request again.",
        details={"PolicyLimit": str(limit)},
    )


def page_of(view: Element | None, found: list[FoundT], limit: int) -> tuple[list[FoundT], str]:
    """The page an indexed view asks for, and the attributes of RootFolder that describe it.

    Raises ErrorInvalidIndexedPagingParameters.
    """
    offset, from_end = 0, False
    if view is not None:
        offset = read_int(view.get("Offset", "0"))
        limit = min(limit, read_int(view.get("MaxEntriesReturned", str(limit))))
        from_end = read_choice(view, "BasePoint", {"Beginning": False, "End": True}) or False
    if offset < 0 or limit < 1:
        raise ExchangeError("ErrorInvalidIndexedPagingParameters", "Indexed paging parameters are invalid.")
    if from_end:
        last = max(0, len(found) - offset)
        page = found[max(0, last - limit) : last]
        return page, paging(len(found), is_last=last <= limit, offset=min(len(found), offset + limit))
    page = found[offset : offset + limit]
    following = offset + len(page)
    return page, paging(len(found), is_last=following >= len(found), offset=following)


def paging(total: int, *, is_last: bool, offset: int | None = None) -> str:
    """The attributes of a RootFolder."""
    position = "" if offset is None else f'IndexedPagingOffset="{offset}" '
    return f'{position}TotalItemsInView="{total}" IncludesLastItemInRange="{write_bool(is_last)}"'
