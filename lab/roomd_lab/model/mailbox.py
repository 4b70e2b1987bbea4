"""One mailbox: its folders, the items in them, and the rules of ids and versions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from roomd_lab.model.changes import Journal
from roomd_lab.model.directory import Address
from roomd_lab.model.errors import item_not_found
from roomd_lab.model.ids import Identifiers
from roomd_lab.model.items import CalendarItem, StoredItem
from roomd_lab.model.post import Post

ItemT = TypeVar("ItemT", bound=StoredItem)


class FolderName(StrEnum):
    """The folders every mailbox has, by their DistinguishedFolderId."""

    ROOT = "root"
    TOP = "msgfolderroot"
    CALENDAR = "calendar"
    INBOX = "inbox"
    SENT = "sentitems"
    DELETED = "deleteditems"
    DRAFTS = "drafts"
    OUTBOX = "outbox"
    RECOVERABLE = "recoverableitemsdeletions"


_SHOWN = {
    FolderName.ROOT: ("root", ""),
    FolderName.TOP: ("Top of Information Store", "IPF.Note"),
    FolderName.CALENDAR: ("Calendar", "IPF.Appointment"),
    FolderName.INBOX: ("Inbox", "IPF.Note"),
    FolderName.SENT: ("Sent Items", "IPF.Note"),
    FolderName.DELETED: ("Deleted Items", "IPF.Note"),
    FolderName.DRAFTS: ("Drafts", "IPF.Note"),
    FolderName.OUTBOX: ("Outbox", "IPF.Note"),
    FolderName.RECOVERABLE: ("Deletions", "IPF.Note"),
}


@dataclass(slots=True)
class Folder:
    """A folder and the journal of what happened in it."""

    name: FolderName
    folder_id: str
    items: dict[str, StoredItem] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)

    @property
    def display_name(self) -> str:
        """The name people see."""
        return _SHOWN[self.name][0]

    @property
    def folder_class(self) -> str:
        """The class of items it is made for."""
        return _SHOWN[self.name][1]

    @property
    def parent(self) -> FolderName:
        """The folder it lies in."""
        if self.name in {FolderName.ROOT, FolderName.TOP, FolderName.RECOVERABLE}:
            return FolderName.ROOT
        return FolderName.TOP


class Mailbox:
    """The items of one person or room."""

    def __init__(
        self, owner: Address, number: int, identifiers: Identifiers, post: Post, now: Callable[[], datetime]
    ) -> None:
        self.owner = owner
        self.post = post
        self.now = now
        self._number = number
        self._identifiers = identifiers
        self.folders = {name: Folder(name, identifiers.folder_id(number)) for name in FolderName}
        self._folders_by_id = {folder.folder_id: folder for folder in self.folders.values()}
        self._folder_of_item: dict[str, Folder] = {}
        self._meetings: dict[bytes, str] = {}

    @property
    def calendar(self) -> Folder:
        """The calendar folder."""
        return self.folders[FolderName.CALENDAR]

    def folder(self, folder_id: str) -> Folder | None:
        """The folder with this id, compared byte for byte."""
        return self._folders_by_id.get(folder_id)

    def folder_of(self, item: StoredItem) -> Folder:
        """Where an item lies."""
        return self._folder_of_item[item.item_id]

    def item(self, item_id: str) -> StoredItem:
        """The item with this id.

        Raises ErrorItemNotFound when it was deleted or moved.
        """
        folder = self._folder_of_item.get(item_id)
        if folder is None:
            raise item_not_found()
        return folder.items[item_id]

    def meeting(self, clean_id: bytes) -> CalendarItem | None:
        """The copy of a meeting in the calendar, by CleanGlobalObjectId."""
        item_id = self._meetings.get(clean_id)
        found = None if item_id is None else self.calendar.items[item_id]
        return found if isinstance(found, CalendarItem) else None

    def calendar_items(self) -> Iterator[CalendarItem]:
        """Everything in the calendar."""
        for item in self.calendar.items.values():
            if isinstance(item, CalendarItem):
                yield item

    def new_global_object_id(self) -> bytes:
        """An identity for a meeting that begins here."""
        return self._identifiers.global_object_id(self.now())

    def add(self, item: ItemT, name: FolderName, *, by: str | None = None) -> ItemT:
        """Store something new and give it its id, version and times."""
        now = self.now()
        stored = replace(
            item,
            item_id=self._identifiers.item_id(self._number),
            change_key=self._identifiers.change_key(),
            created=now,
            modified=now,
            modified_by=by or self.owner.name,
        )
        return self._place(stored, self.folders[name])

    def save(self, item: ItemT, *, by: str | None = None) -> ItemT:
        """Store a changed copy of an item under its id, as a new version."""
        folder = self._folder_of_item[item.item_id]
        stored = replace(
            item,
            change_key=self._identifiers.change_key(),
            modified=self.now(),
            modified_by=by or self.owner.name,
        )
        folder.items[item.item_id] = stored
        folder.journal.changed(item.item_id)
        return stored

    def move(self, item: ItemT, name: FolderName) -> ItemT:
        """Put an item elsewhere: it gets another id and keeps its version."""
        self.remove(item)
        return self._place(replace(item, item_id=self._identifiers.item_id(self._number)), self.folders[name])

    def remove(self, item: StoredItem) -> None:
        """Delete an item for good."""
        folder = self._folder_of_item.pop(item.item_id)
        del folder.items[item.item_id]
        folder.journal.went(item.item_id)
        if isinstance(item, CalendarItem) and self._meetings.get(item.clean_id) == item.item_id:
            del self._meetings[item.clean_id]

    def _place(self, item: ItemT, folder: Folder) -> ItemT:
        placed = replace(item, folder_id=folder.folder_id)
        folder.items[placed.item_id] = placed
        self._folder_of_item[placed.item_id] = folder
        folder.journal.came(placed.item_id)
        if isinstance(placed, CalendarItem) and folder is self.calendar:
            self._meetings[placed.clean_id] = placed.item_id
        return placed
