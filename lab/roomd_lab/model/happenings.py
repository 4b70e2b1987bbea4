"""The events that a change in a mailbox is reported as: one for the item, another for its folder."""

from collections.abc import Iterator
from datetime import datetime

from roomd_lab.model.events import Event, EventKind, Reference
from roomd_lab.model.folders import Folder, FolderName
from roomd_lab.model.items import CalendarItem, MeetingMessage, StoredItem

FOLDER_CHANGE_KEY = "AQAAABYAAABY0w=="


def reference(item: StoredItem) -> Reference:
    """An item as an event names it."""
    return Reference(entry_id=item.item_id, change_key=item.change_key, parent_id=item.folder_id)


def folder_reference(folder: Folder) -> Reference:
    """A folder as an event names it."""
    return Reference(
        entry_id=folder.folder_id, change_key=FOLDER_CHANGE_KEY, parent_id=folder.parent_id, is_folder=True
    )


def happened(
    kind: EventKind, item: StoredItem, folder: Folder, at: datetime, before: StoredItem | None = None
) -> Iterator[Event]:
    """What subscribers hear when something happens to an item that lies, or lay, in `folder`."""
    earlier = None if before is None else reference(before)
    yield Event(kind=kind, at=at, subject=reference(item), before=earlier)
    if kind is EventKind.CREATED and folder.name is FolderName.INBOX:
        yield Event(kind=EventKind.NEW_MAIL, at=at, subject=reference(item))
    if isinstance(item, CalendarItem) and folder.is_calendar:
        yield Event(kind=EventKind.FREE_BUSY_CHANGED, at=at, subject=reference(item))
    if kind is not EventKind.MODIFIED:
        yield folder_changed(folder, at)


def folder_changed(folder: Folder, at: datetime) -> Event:
    """A folder holds more or less than before."""
    return Event(kind=EventKind.MODIFIED, at=at, subject=folder_reference(folder), unread=unread(folder))


def unread(folder: Folder) -> int:
    """How many messages in a folder nobody has read."""
    return sum(isinstance(item, MeetingMessage) and not item.is_read for item in folder.items.values())
