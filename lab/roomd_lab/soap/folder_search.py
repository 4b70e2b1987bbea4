"""Restrictions on folders: the few properties that folder searches use."""

from collections.abc import Callable

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import Folder
from roomd_lab.soap.expressions import Value, read_expression
from roomd_lab.soap.xml import Element

_SEARCHABLE: dict[str, Callable[[Folder], Value]] = {
    "folder:DisplayName": lambda folder: folder.display_name,
    "folder:FolderClass": lambda folder: folder.folder_class,
    "folder:TotalCount": lambda folder: len(folder.items),
}


def read_folder_restriction(element: Element) -> Callable[[Folder], bool]:
    """The predicate of a Restriction of FindFolder. Raises as `read_expression` does."""
    return read_expression(element, _operand)


def _operand(path: Element) -> tuple[Callable[[Folder], Value], str | None]:
    uri = path.get("FieldURI", "")
    if uri not in _SEARCHABLE:
        raise ExchangeError("ErrorUnsupportedPathForQuery", f"The property {uri} can not be used with this query.")
    return _SEARCHABLE[uri], None
