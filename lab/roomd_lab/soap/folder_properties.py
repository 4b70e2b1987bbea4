"""The extended properties of folders that Exchange keeps itself, read for shapes and for searches alike."""

from collections.abc import Callable

from roomd_lab.model.folders import Folder
from roomd_lab.model.happenings import unread
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.properties import PropertyKey, TaggedProperty
from roomd_lab.soap.xml import write_bool, write_time

# The last two are what a client compares to see that something happened, without asking for any item.
_PROPERTIES: dict[PropertyKey, Callable[[Mailbox, Folder], str]] = {
    TaggedProperty(0x3001): lambda _, folder: folder.display_name,
    TaggedProperty(0x3008): lambda _, folder: write_time(folder.changed_at),
    TaggedProperty(0x3602): lambda _, folder: str(len(folder.items)),
    TaggedProperty(0x3603): lambda _, folder: str(unread(folder)),
    TaggedProperty(0x360A): lambda mailbox, folder: write_bool(bool(mailbox.tree.children(folder))),
    TaggedProperty(0x3613): lambda _, folder: folder.folder_class,
    TaggedProperty(0x6751): lambda _, folder: str(folder.last_article + 1),
    TaggedProperty(0x670A): lambda _, folder: write_time(folder.changed_at),
    TaggedProperty(0x670B): lambda _, folder: str(folder.deleted_count),
}


def folder_property(mailbox: Mailbox, folder: Folder, key: PropertyKey) -> str | None:
    """The property's value as it is written; None when a folder has no such property."""
    read = _PROPERTIES.get(key)
    return None if read is None else read(mailbox, folder)
