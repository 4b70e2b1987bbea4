"""One mailbox: its folders, the items in them, and the rules of ids and versions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar, cast

from roomd_lab.model.delegates import Delegation
from roomd_lab.model.errors import item_not_found
from roomd_lab.model.events import EventKind, Observers
from roomd_lab.model.folder_tree import FolderTree
from roomd_lab.model.folders import Folder, FolderName
from roomd_lab.model.happenings import folder_changed, happened
from roomd_lab.model.ids import Identifiers, occurrence_of
from roomd_lab.model.items import CalendarItem, Instance, MeetingMessage, StoredItem
from roomd_lab.model.meetings import Meetings
from roomd_lab.model.people import Address
from roomd_lab.model.post import Post
from roomd_lab.model.series import occurrence_on, with_occurrence, without_occurrence

ItemT = TypeVar("ItemT", bound=StoredItem)


class Mailbox:
    """The items of one person or room.

    Occurrences of a series are no stored items, but are got, saved, moved and removed as if they were: what happens
    to one is a change of its master, and nothing of it comes into Deleted Items (Deleting items by using EWS).
    """

    def __init__(
        self, owner: Address, number: int, identifiers: Identifiers, post: Post, now: Callable[[], datetime]
    ) -> None:
        self.owner = owner
        self.post = post
        self.now = now
        self._number = number
        self._identifiers = identifiers
        self.observers = Observers()
        self.tree = FolderTree(partial(identifiers.folder_id, number), now)
        self.folders = self.tree.standard
        self._folder_of_item: dict[str, Folder] = {}
        self.meetings = Meetings(self.calendar)
        self.delegation = Delegation()

    @property
    def calendar(self) -> Folder:
        """The calendar folder."""
        return self.folders[FolderName.CALENDAR]

    def folder(self, folder_id: str) -> Folder | None:
        """The folder with this id, compared byte for byte."""
        return self.tree.find(folder_id)

    def folder_of(self, item: StoredItem) -> Folder:
        """Where an item lies; an occurrence lies where its master does."""
        if isinstance(item, CalendarItem) and item.instance is not None:
            return self._folder_of_item[item.instance.master_id]
        return self._folder_of_item[item.item_id]

    def item(self, item_id: str) -> StoredItem:
        """The item or occurrence with this id.

        Raises ErrorItemNotFound when it was deleted or moved.
        """
        folder = self._folder_of_item.get(item_id)
        if folder is None:
            return self._occurrence(item_id)
        return folder.items[item_id]

    def master(self, item_id: str) -> CalendarItem:
        """The master of a series, by its id.

        Raises ErrorItemNotFound.
        """
        folder = self._folder_of_item.get(item_id)
        found = None if folder is None else folder.items[item_id]
        if not isinstance(found, CalendarItem) or found.recurrence is None:
            raise item_not_found()
        return found

    def new_global_object_id(self) -> bytes:
        """An identity for a meeting that begins here."""
        return self._identifiers.global_object_id(self.now())

    def add(self, item: ItemT, to: FolderName | Folder, *, by: str | None = None) -> ItemT:
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
        placed = self._place(stored, self._folder(to))
        self._tell(EventKind.CREATED, placed)
        return placed

    def save(self, item: ItemT, *, by: str | None = None) -> ItemT:
        """Store a changed copy of an item under its id, as a new version."""
        if isinstance(item, CalendarItem) and item.instance is not None:
            return cast("ItemT", self._save_occurrence(item, by))
        folder = self._folder_of_item[item.item_id]
        stored = replace(
            item,
            change_key=self._identifiers.change_key(),
            modified=self.now(),
            modified_by=by or self.owner.name,
        )
        if folder is self.calendar:
            self.meetings.changed(folder.items[item.item_id], stored)
        folder.items[item.item_id] = stored
        folder.journal.changed(item.item_id)
        self._tell(EventKind.MODIFIED, stored)
        return stored

    def mark_read(self, message: MeetingMessage, *, is_read: bool) -> MeetingMessage:
        """Store that a message was read, or is unread again: a new version in which nothing else differs."""
        folder = self._folder_of_item[message.item_id]
        stored = replace(message, is_read=is_read, change_key=self._identifiers.change_key())
        folder.items[message.item_id] = stored
        folder.journal.read(message.item_id)
        self._tell(EventKind.MODIFIED, stored)
        self._tell_of_folder(folder)
        return stored

    def move(self, item: ItemT, to: FolderName | Folder) -> ItemT:
        """Put an item elsewhere: it gets another id and keeps its version. An occurrence goes for good."""
        if isinstance(item, CalendarItem) and item.instance is not None:
            self.remove(item)
            return item
        source = self._take_out(item)
        moved = self._place(replace(item, item_id=self._identifiers.item_id(self._number)), self._folder(to))
        self._tell(EventKind.MOVED, moved, before=item)
        self._tell_of_folder(source)
        return moved

    def copy(self, item: ItemT, to: FolderName | Folder) -> ItemT:
        """Put a copy of an item into a folder, with an id and a version of its own."""
        twin = replace(
            item, item_id=self._identifiers.item_id(self._number), change_key=self._identifiers.change_key()
        )
        copied = self._place(twin, self._folder(to))
        self._tell(EventKind.COPIED, copied, before=item)
        return copied

    def remove(self, item: StoredItem) -> None:
        """Delete an item for good."""
        if isinstance(item, CalendarItem) and item.instance is not None:
            self._remove_occurrence(item.instance)
            return
        folder = self._take_out(item)
        if self.observers:
            for event in happened(EventKind.DELETED, item, folder, self.now()):
                self.observers.tell(event)

    def _occurrence(self, item_id: str) -> CalendarItem:
        derived = occurrence_of(item_id)
        if derived is None:
            raise item_not_found()
        master_id, day = derived
        return occurrence_on(self.master(master_id), day)

    def _save_occurrence(self, occurrence: CalendarItem, by: str | None) -> CalendarItem:
        assert occurrence.instance is not None
        master = self.master(occurrence.instance.master_id)
        return occurrence_on(self.save(with_occurrence(master, occurrence), by=by), occurrence.instance.day)

    def _remove_occurrence(self, instance: Instance) -> None:
        master = self.master(instance.master_id)
        if instance.day not in master.deletions:
            self.save(without_occurrence(master, instance.day))

    def delete_folder(self, folder: Folder, *, for_good: bool) -> None:
        """Delete a folder with all that is in it, for good or into Deleted Items.

        Raises ErrorDeleteDistinguishedFolder.
        """
        if not for_good:
            self.tree.move(folder, self.folders[FolderName.DELETED])
            return
        for each in (*self.tree.below(folder), folder):
            for item in list(each.items.values()):
                self.remove(item)
            self.tree.remove(each)

    def relocate(self) -> None:
        """Move to another server: every folder and item gets a new id, and no sync state is known any more."""
        items = [(folder, item) for folder in self.tree for item in folder.items.values()]
        self._folder_of_item.clear()
        self.meetings.clear()
        self.tree.relocate()
        for folder, item in items:
            self._place(replace(item, item_id=self._identifiers.item_id(self._number)), folder)

    def _folder(self, to: FolderName | Folder) -> Folder:
        return to if isinstance(to, Folder) else self.folders[to]

    def _take_out(self, item: StoredItem) -> Folder:
        folder = self._folder_of_item.pop(item.item_id)
        stored = folder.items.pop(item.item_id)
        folder.journal.went(item.item_id)
        folder.changed_at, folder.deleted_count = self.now(), folder.deleted_count + 1
        if folder is self.calendar:
            self.meetings.went(stored)
        return folder

    def _tell(self, kind: EventKind, item: StoredItem, before: StoredItem | None = None) -> None:
        folder = self._folder_of_item[item.item_id]
        folder.changed_at = self.now()
        if self.observers:
            for event in happened(kind, item, folder, folder.changed_at, before):
                self.observers.tell(event)

    def _tell_of_folder(self, folder: Folder) -> None:
        if self.observers:
            self.observers.tell(folder_changed(folder, self.now()))

    def _place(self, item: ItemT, folder: Folder) -> ItemT:
        folder.last_article += 1
        placed = replace(item, folder_id=folder.folder_id, article_number=folder.last_article)
        folder.items[placed.item_id] = placed
        self._folder_of_item[placed.item_id] = folder
        folder.journal.came(placed.item_id)
        if folder is self.calendar:
            self.meetings.came(placed)
        return placed
