"""Items that cannot be read, told apart from answers that cannot: one bad item must not hold up its calendar."""

from collections.abc import Sequence
from contextlib import suppress

from roomd_core.sync.remote import Illegible, RemoteItem, Shown, Unreadable
from roomd_daemon.exchange.codes import GONE_CODES, MEANINGS, Meaning
from roomd_daemon.exchange.item import CALENDAR_ITEM, read_global_id, read_item, read_shown
from roomd_daemon.exchange.soap import (
    MESSAGES,
    TYPES,
    Element,
    Malformed,
    ServerFault,
    check,
    response_messages,
)
from roomd_daemon.exchange.values import read_ref

UNREADABLE = (Malformed, LookupError, TypeError, ValueError)
"""What reading values that no calendar item may have ends in."""

_PASSING = frozenset(
    {
        "ErrorTimeoutExpired",
        "ErrorInternalServerTransientError",
        "ErrorTooManyObjectsOpened",
        "ErrorNotEnoughMemory",
    }
)
"""Codes that are about the server's day, not about the item."""


def read_one(element: Element, rooms: frozenset[str], *, in_full: bool) -> RemoteItem | Unreadable:
    """Read one t:CalendarItem, or say why that cannot be done. Raise Malformed where it does not even tell its id."""
    try:
        return read_item(element, rooms, in_full=in_full)
    except UNREADABLE as error:
        return Unreadable(item_id=read_ref(element).item_id, title=_open_title(element), reason=_reason(error))


def read_row(element: Element) -> Shown | Illegible:
    """Read one entry of a calendar view, or say why that cannot be done. Raise Malformed if it tells no id."""
    try:
        return read_shown(element)
    except UNREADABLE as error:
        global_id = None
        with suppress(*UNREADABLE):
            global_id = read_global_id(element)
        return Illegible(
            item_id=read_ref(element).item_id,
            global_id=global_id,
            title=element.findtext(TYPES + "Subject") or "",
            reason=_reason(error),
        )


def read_each(answer: Element, rooms: frozenset[str], asked: Sequence[str]) -> list[RemoteItem | Unreadable]:
    """Read the answer to a GetItem about these ids. Items that are gone are left out.

    Raise ServerFault for a refusal that is not about the one item, and Malformed.
    """
    messages = response_messages(answer)
    if len(messages) != len(asked):
        raise Malformed(f"{len(asked)} items were asked for, {len(messages)} answers came")
    read: list[RemoteItem | Unreadable] = []
    for item_id, message in zip(asked, messages, strict=True):
        try:
            read.extend(read_one(item, rooms, in_full=True) for item in items_given(message))
        except ServerFault as fault:
            if not is_about_the_item(fault.code):
                raise
            read.append(Unreadable(item_id=item_id, reason=f"{fault.code} {fault.text}".strip()))
    return read


def items_given(message: Element) -> list[Element]:
    """Return the calendar items in one message of a GetItem answer: none of what is gone.

    Raise ServerFault for any other refusal.
    """
    try:
        items = check(message).find(MESSAGES + "Items")
    except ServerFault as fault:
        if fault.code not in GONE_CODES:
            raise
        return []
    return [] if items is None else [item for item in items if item.tag == CALENDAR_ITEM]


def is_about_the_item(code: str) -> bool:
    """Tell whether a refusal to read may be the item's own. A code nobody knows counts as that."""
    meaning = MEANINGS.get(code, Meaning.UNCERTAIN)
    return meaning is Meaning.REFUSED or (meaning is Meaning.UNCERTAIN and code not in _PASSING)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, Malformed) else f"an unexpected value ({type(error).__name__})"


def _open_title(element: Element) -> str:
    """Return its title, if that is nobody's secret."""
    is_open = element.findtext(TYPES + "Sensitivity") in (None, "", "Normal")
    return element.findtext(TYPES + "Subject") or "" if is_open else ""
