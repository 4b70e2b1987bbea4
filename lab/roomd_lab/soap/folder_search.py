"""Restrictions on folders: the few properties that folder searches use, and extended ones."""

from collections.abc import Callable

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import Folder
from roomd_lab.model.happenings import unread
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.soap.expressions import Operand, Value, read_expression
from roomd_lab.soap.extended import read_path
from roomd_lab.soap.folder_properties import folder_property
from roomd_lab.soap.xml import Element, t

Placed = tuple[Mailbox, Folder]
_SEARCHABLE: dict[str, Callable[[Mailbox, Folder], Value]] = {
    "folder:DisplayName": lambda _, folder: folder.display_name,
    "folder:FolderClass": lambda _, folder: folder.folder_class,
    "folder:TotalCount": lambda _, folder: len(folder.items),
    "folder:UnreadCount": lambda _, folder: unread(folder),
    "folder:ChildFolderCount": lambda mailbox, folder: len(mailbox.tree.children(folder)),
}


def read_folder_restriction(element: Element) -> Callable[[Placed], bool]:
    """The predicate of a Restriction of FindFolder. Raises as `read_expression` does."""
    return read_expression(element, _operand)


def _operand(path: Element) -> Operand[Placed]:
    if path.tag == t("ExtendedFieldURI"):
        extended = read_path(path)
        return lambda placed: folder_property(*placed, extended.key), extended.kind
    uri = path.get("FieldURI", "")
    if uri not in _SEARCHABLE:
        raise ExchangeError("ErrorUnsupportedPathForQuery", f"The property {uri} can not be used with this query.")
    read = _SEARCHABLE[uri]
    return lambda placed: read(*placed), None
