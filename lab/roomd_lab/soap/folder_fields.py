"""Folders as they are written, in schema order, and the shapes they are asked for in."""

from collections.abc import Callable
from dataclasses import dataclass

from roomd_lab.model.access import Caller
from roomd_lab.model.folders import CALENDAR_CLASS, Folder
from roomd_lab.model.happenings import FOLDER_CHANGE_KEY, unread
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.soap.extended import ExtendedPath, read_path
from roomd_lab.soap.folder_properties import folder_property
from roomd_lab.soap.sight import write_rights
from roomd_lab.soap.xml import Element, child, leaf, schema_violation, t, text_of

_ELEMENTS = {CALENDAR_CLASS: "CalendarFolder", "IPF.Contact": "ContactsFolder", "IPF.Task": "TasksFolder"}
# Folders whose elements have an UnreadCount in the schema.
_COUNTS_UNREAD = {"Folder", "TasksFolder"}
_BASE_SHAPES = {"IdOnly", "Default", "AllProperties"}


@dataclass(frozen=True, slots=True)
class FolderShape:
    """What to return of each folder."""

    base: str
    paths: frozenset[str]
    extended: tuple[ExtendedPath, ...]


def read_folder_shape(element: Element) -> FolderShape:
    """Decode a FolderShape.

    Raises ErrorSchemaValidation.
    """
    base = text_of(child(element, t("BaseShape")))
    if base not in _BASE_SHAPES:
        raise schema_violation(f"'{base}' is no shape.")
    return FolderShape(
        base=base,
        paths=frozenset(field.get("FieldURI", "") for field in element.iter(t("FieldURI"))),
        extended=tuple(read_path(field) for field in element.iter(t("ExtendedFieldURI"))),
    )


def folder_id(folder: Folder, name: str = "FolderId") -> str:
    """The FolderId element."""
    return f'<t:{name} Id="{folder.folder_id}" ChangeKey="{FOLDER_CHANGE_KEY}"/>'


def element_name(folder: Folder) -> str:
    """The name of the folder's element."""
    return next((name for kind, name in _ELEMENTS.items() if folder.folder_class.startswith(kind)), "Folder")


def _distinguished(_: Mailbox, folder: Folder) -> str:
    return f"<t:DistinguishedFolderId>{folder.name}</t:DistinguishedFolderId>" if folder.name else ""


def _unread(_: Mailbox, folder: Folder) -> str:
    return f"<t:UnreadCount>{unread(folder)}</t:UnreadCount>" if element_name(folder) in _COUNTS_UNREAD else ""


def _parent(_: Mailbox, folder: Folder) -> str:
    return f'<t:ParentFolderId Id="{folder.parent_id}" ChangeKey="{FOLDER_CHANGE_KEY}"/>'


def _child_count(mailbox: Mailbox, folder: Folder) -> str:
    return f"<t:ChildFolderCount>{len(mailbox.tree.children(folder))}</t:ChildFolderCount>"


Writer = Callable[[Mailbox, Folder], str]
# Path, whether the Default shape has it, and how it is written. Extended properties stand between the two tables.
_BEFORE_EXTENDED: tuple[tuple[str, bool, Writer], ...] = (
    ("folder:ParentFolderId", False, _parent),
    ("folder:FolderClass", False, lambda _, folder: leaf("t:FolderClass", folder.folder_class)),
    ("folder:DisplayName", True, lambda _, folder: leaf("t:DisplayName", folder.display_name)),
    ("folder:TotalCount", True, lambda _, folder: f"<t:TotalCount>{len(folder.items)}</t:TotalCount>"),
    ("folder:ChildFolderCount", True, _child_count),
)
_AFTER_EXTENDED: tuple[tuple[str, bool, Writer], ...] = (
    ("folder:DistinguishedFolderId", False, _distinguished),
    ("folder:UnreadCount", True, _unread),
)


def write_folder(mailbox: Mailbox, folder: Folder, shape: FolderShape, caller: Caller) -> str:
    """The folder's element with the fields the shape wants, as the caller sees it."""
    extended = "".join(_property(mailbox, folder, path) for path in shape.extended)
    content = _fields(_BEFORE_EXTENDED, mailbox, folder, shape) + extended
    if _is_wanted("folder:EffectiveRights", by_default=False, shape=shape):
        content += write_rights(caller.rights_to_folder(mailbox, folder))
    content += _fields(_AFTER_EXTENDED, mailbox, folder, shape)
    name = element_name(folder)
    return f"<t:{name}>{folder_id(folder)}{content}</t:{name}>"


def _fields(table: tuple[tuple[str, bool, Writer], ...], mailbox: Mailbox, folder: Folder, shape: FolderShape) -> str:
    return "".join(
        write(mailbox, folder)
        for path, by_default, write in table
        if _is_wanted(path, by_default=by_default, shape=shape)
    )


def _is_wanted(path: str, *, by_default: bool, shape: FolderShape) -> bool:
    return shape.base == "AllProperties" or (by_default and shape.base == "Default") or path in shape.paths


def _property(mailbox: Mailbox, folder: Folder, path: ExtendedPath) -> str:
    value = folder_property(mailbox, folder, path.key)
    return "" if value is None else f"<t:ExtendedProperty>{path.element}{leaf('t:Value', value)}</t:ExtendedProperty>"
