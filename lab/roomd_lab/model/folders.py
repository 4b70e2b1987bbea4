"""The folders of a mailbox: those every mailbox has, and those people make."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from roomd_lab.model.changes import Journal
from roomd_lab.model.items import StoredItem
from roomd_lab.model.people import Permission


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
    CONTACTS = "contacts"
    TASKS = "tasks"
    NOTES = "notes"
    JOURNAL = "journal"
    JUNK = "junkemail"


CALENDAR_CLASS = "IPF.Appointment"
_SHOWN = {
    FolderName.ROOT: ("root", ""),
    FolderName.TOP: ("Top of Information Store", "IPF.Note"),
    FolderName.CALENDAR: ("Calendar", CALENDAR_CLASS),
    FolderName.INBOX: ("Inbox", "IPF.Note"),
    FolderName.SENT: ("Sent Items", "IPF.Note"),
    FolderName.DELETED: ("Deleted Items", "IPF.Note"),
    FolderName.DRAFTS: ("Drafts", "IPF.Note"),
    FolderName.OUTBOX: ("Outbox", "IPF.Note"),
    FolderName.RECOVERABLE: ("Deletions", "IPF.Note"),
    FolderName.CONTACTS: ("Contacts", "IPF.Contact"),
    FolderName.TASKS: ("Tasks", "IPF.Task"),
    FolderName.NOTES: ("Notes", "IPF.StickyNote"),
    FolderName.JOURNAL: ("Journal", "IPF.Journal"),
    FolderName.JUNK: ("Junk Email", "IPF.Note"),
}


@dataclass(slots=True, kw_only=True)
class Folder:
    """A folder and the journal of what happened in it. `name` is None for one that people made.

    `permissions` is who may use one that people made, besides its owner, by address or user name in lower case. Those
    of the calendar are in the directory.

    `changed_at` and `deleted_count` are PidTagLocalCommitTimeMax and PidTagDeletedCountTotal: a cheap way to see that
    something happened (Handling notification-related errors in EWS). `last_article` is the highest number an item in
    it has had.
    """

    name: FolderName | None
    folder_id: str
    display_name: str
    folder_class: str
    parent_id: str
    changed_at: datetime
    deleted_count: int = 0
    last_article: int = 0
    items: dict[str, StoredItem] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    permissions: dict[str, Permission] = field(default_factory=dict)

    @property
    def is_calendar(self) -> bool:
        """Whether it is made for calendar items."""
        return self.folder_class.startswith(CALENDAR_CLASS)


def standard_folders(new_id: Callable[[], str], now: datetime) -> dict[FolderName, Folder]:
    """The folders a mailbox begins with."""
    ids = {name: new_id() for name in FolderName}
    return {
        name: Folder(
            name=name,
            folder_id=ids[name],
            display_name=_SHOWN[name][0],
            folder_class=_SHOWN[name][1],
            parent_id=ids[_parent(name)],
            changed_at=now,
        )
        for name in FolderName
    }


def _parent(name: FolderName) -> FolderName:
    in_root = name in {FolderName.ROOT, FolderName.TOP, FolderName.RECOVERABLE}
    return FolderName.ROOT if in_root else FolderName.TOP
