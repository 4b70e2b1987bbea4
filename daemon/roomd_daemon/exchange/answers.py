"""What Exchange answers, apart from the items themselves: a page of the feed, written ids, busy spans."""

from collections.abc import Sequence

from msgspec import Struct

from roomd_core.model import ItemRef
from roomd_core.sync.remote import Busy, Illegible, RemoteItem, Shown, Unreadable, View
from roomd_daemon.exchange.item import CALENDAR_ITEM, read_item
from roomd_daemon.exchange.plain_items import PlainItems
from roomd_daemon.exchange.soap import (
    MESSAGES,
    TYPES,
    Element,
    Malformed,
    ServerFault,
    check,
    only_message,
    response_messages,
)
from roomd_daemon.exchange.unreadable import items_given, read_one, read_row
from roomd_daemon.exchange.values import read_instant, read_ref

_UPDATE = TYPES + "Update"
_CHANGED = (TYPES + "Create", _UPDATE)
_DELETED = TYPES + "Delete"
_NO_ROWS: Sequence[Element] = ()
_PARENT_FOLDER = TYPES + "ParentFolderId"
_HOLDS_TIME = ("Busy", "Tentative", "OOF")


class FeedPage(Struct, frozen=True, kw_only=True):
    """One SyncFolderItems answer. ``folders`` says of updated items in which folder they are, where told."""

    state: str
    changed: tuple[RemoteItem, ...]
    unreadable: tuple[Unreadable, ...]
    deleted: tuple[str, ...]
    folders: dict[str, str]
    count: int
    last: bool


def read_page(answer: Element, rooms: frozenset[str], plain: PlainItems) -> FeedPage:
    """Read a SyncFolderItems answer, of which the ``plain`` items were cut out.

    Changes to anything but calendar items are left out.
    """
    message = only_message(answer)
    state = message.findtext(MESSAGES + "SyncState")
    if not state:
        raise Malformed("a page of the feed has no sync state")
    found = message.find(MESSAGES + "Changes")
    changed: list[RemoteItem] = []
    unreadable: list[Unreadable] = []
    deleted: list[str] = []
    folders: dict[str, str] = {}
    for row in _NO_ROWS if found is None else found:
        tag = row.tag
        if tag == _DELETED:
            deleted.append(read_ref(row).item_id)
        elif tag in _CHANGED and len(row):
            item, folder = _read_change(row[0], rooms, plain)
            if isinstance(item, RemoteItem):
                changed.append(item)
            elif item:
                unreadable.append(item)
            if tag == _UPDATE:
                folders[_id_of(row[0], item)] = folder
    return FeedPage(
        state=state,
        changed=tuple(changed),
        unreadable=tuple(unreadable),
        deleted=tuple(deleted),
        folders=folders,
        count=0 if found is None else len(found),
        last=message.findtext(MESSAGES + "IncludesLastItemInRange") in ("true", "1"),
    )


def _read_change(
    element: Element, rooms: frozenset[str], plain: PlainItems
) -> tuple[RemoteItem | Unreadable | None, str]:
    """Read what is in a row of the feed, None if it is no calendar item, and the id of the folder it is in."""
    cut_out = plain.marked(element)
    if cut_out:
        return cut_out.item, cut_out.folder
    folder = element.find(_PARENT_FOLDER)
    item = read_one(element, rooms, in_full=False) if element.tag == CALENDAR_ITEM else None
    return item, "" if folder is None else folder.get("Id", "")


def _id_of(element: Element, item: RemoteItem | Unreadable | None) -> str:
    return item.ref.item_id if isinstance(item, RemoteItem) else read_ref(element).item_id


def read_items(answer: Element, rooms: frozenset[str]) -> list[RemoteItem]:
    """Read a GetItem answer. Items that are gone are left out; any other refusal is raised as ServerFault."""
    return [
        read_item(item, rooms, in_full=True) for message in response_messages(answer) for item in items_given(message)
    ]


def read_found_ids(answer: Element) -> list[str]:
    """Read the item ids of a FindItem answer."""
    return [read_ref(item).item_id for item in only_message(answer).iter(CALENDAR_ITEM)]


def read_view(answer: Element) -> View:
    """Read the answer to a FindItem with a calendar view."""
    message = only_message(answer)
    root = message.find(MESSAGES + "RootFolder")
    whole = root is not None and root.get("IncludesLastItemInRange") in ("true", "1")
    rows = [read_row(item) for item in message.iter(CALENDAR_ITEM)]
    return View(
        shown=tuple(row for row in rows if isinstance(row, Shown)),
        whole=whole,
        illegible=tuple(row for row in rows if isinstance(row, Illegible)),
    )


def read_folder_id(answer: Element) -> str:
    """Read the folder id of a GetFolder answer."""
    for folder in only_message(answer).iter(TYPES + "FolderId"):
        return folder.get("Id", "")
    raise Malformed("a folder has no id")


def read_written(answer: Element) -> ItemRef:
    """Read the id and change key of the calendar item that was created or updated."""
    for item in only_message(answer).iter(CALENDAR_ITEM):
        return read_ref(item)
    raise Malformed("a written item has no id")


def read_done(answer: Element) -> None:
    """Read an answer that says no more than yes or no."""
    only_message(answer)


def read_busy(answer: Element, mailboxes: Sequence[str]) -> list[Busy]:
    """Read a GetUserAvailability answer: busy, tentative and away spans, in the order of ``mailboxes``."""
    views = list(answer.iter(MESSAGES + "FreeBusyResponse"))
    if len(views) != len(mailboxes):
        raise Malformed(f"{len(mailboxes)} mailboxes were asked about, {len(views)} answered")
    spans: list[Busy] = []
    for mailbox, view in zip(mailboxes, views, strict=True):
        _check_view(mailbox, view)
        spans.extend(_busy(mailbox, event) for event in view.iter(TYPES + "CalendarEvent") if _holds_time(event))
    return spans


def _check_view(mailbox: str, view: Element) -> None:
    message = view.find(MESSAGES + "ResponseMessage")
    try:
        check(view if message is None else message)
    except ServerFault as fault:
        fault.about = mailbox
        raise


def _holds_time(event: Element) -> bool:
    return event.findtext(TYPES + "BusyType") in _HOLDS_TIME


def _busy(mailbox: str, event: Element) -> Busy:
    return Busy(
        mailbox=mailbox,
        start=read_instant(event.findtext(TYPES + "StartTime") or ""),
        end=read_instant(event.findtext(TYPES + "EndTime") or ""),
        title=event.findtext(f"{TYPES}CalendarEventDetails/{TYPES}Subject") or None,
    )
