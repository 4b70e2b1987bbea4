"""GetFolder and FindFolder."""

from collections.abc import Callable, Iterable

from roomd_lab.model.mailbox import Folder, FolderName, Mailbox
from roomd_lab.soap.call import Call, each
from roomd_lab.soap.envelope import response, success
from roomd_lab.soap.references import folder_at
from roomd_lab.soap.xml import Element, child, leaf, m, schema_violation, t, text_of

_RIGHTS = (
    "<t:EffectiveRights><t:CreateAssociated>true</t:CreateAssociated><t:CreateContents>true</t:CreateContents>"
    "<t:CreateHierarchy>true</t:CreateHierarchy><t:Delete>true</t:Delete><t:Modify>true</t:Modify>"
    "<t:Read>true</t:Read><t:ViewPrivateItems>true</t:ViewPrivateItems></t:EffectiveRights>"
)
_CHANGE_KEY = "AQAAABYAAABY0w=="


def _reference(name: str, folder: Folder) -> str:
    return f'<t:{name} Id="{folder.folder_id}" ChangeKey="{_CHANGE_KEY}"/>'


def _children(mailbox: Mailbox, folder: Folder) -> list[Folder]:
    return [each for each in mailbox.folders.values() if each is not folder and each.parent is folder.name]


def _unread(folder: Folder) -> str:
    return "" if folder.name is FolderName.CALENDAR else "<t:UnreadCount>0</t:UnreadCount>"


# In schema order: path, whether the Default shape has it, and how it is written.
_FIELDS: tuple[tuple[str, bool, Callable[[Mailbox, Folder], str]], ...] = (
    (
        "folder:ParentFolderId",
        False,
        lambda mailbox, folder: _reference("ParentFolderId", mailbox.folders[folder.parent]),
    ),
    ("folder:FolderClass", False, lambda _, folder: leaf("t:FolderClass", folder.folder_class)),
    ("folder:DisplayName", True, lambda _, folder: leaf("t:DisplayName", folder.display_name)),
    ("folder:TotalCount", True, lambda _, folder: f"<t:TotalCount>{len(folder.items)}</t:TotalCount>"),
    (
        "folder:ChildFolderCount",
        True,
        lambda mailbox, folder: f"<t:ChildFolderCount>{len(_children(mailbox, folder))}</t:ChildFolderCount>",
    ),
    ("folder:EffectiveRights", False, lambda *_: _RIGHTS),
    (
        "folder:DistinguishedFolderId",
        False,
        lambda _, folder: f"<t:DistinguishedFolderId>{folder.name}</t:DistinguishedFolderId>",
    ),
    ("folder:UnreadCount", True, lambda _, folder: _unread(folder)),
)


def get_folder(call: Call) -> str:
    """Folders by id or distinguished name."""
    shape = child(call.element, m("FolderShape"))

    def answer(reference: Element) -> str:
        mailbox, folder = folder_at(call.organization, call.caller, reference)
        content = f"<m:Folders>{_write(mailbox, folder, shape)}</m:Folders>"
        return success("GetFolderResponseMessage", content)

    references = child(call.element, m("FolderIds"))
    return response("GetFolder", each("GetFolderResponseMessage", references, answer))


def find_folder(call: Call) -> str:
    """The folders below another; every traversal but Deep is Shallow."""
    shape = child(call.element, m("FolderShape"))
    deep = call.element.get("Traversal") == "Deep"

    def answer(reference: Element) -> str:
        mailbox, folder = folder_at(call.organization, call.caller, reference)
        found = list(_below(mailbox, folder, deep=deep))
        written = "".join(_write(mailbox, each, shape) for each in found)
        return success(
            "FindFolderResponseMessage",
            f'<m:RootFolder TotalItemsInView="{len(found)}" IncludesLastItemInRange="true" '
            f'IndexedPagingOffset="{len(found)}"><t:Folders>{written}</t:Folders></m:RootFolder>',
        )

    references = child(call.element, m("ParentFolderIds"))
    return response("FindFolder", each("FindFolderResponseMessage", references, answer))


def _below(mailbox: Mailbox, folder: Folder, *, deep: bool) -> Iterable[Folder]:
    for found in _children(mailbox, folder):
        yield found
        if deep:
            yield from _below(mailbox, found, deep=True)


def _write(mailbox: Mailbox, folder: Folder, shape: Element) -> str:
    base = text_of(child(shape, t("BaseShape")))
    if base not in {"IdOnly", "Default", "AllProperties"}:
        raise schema_violation(f"'{base}' is no shape.")
    paths = {field.get("FieldURI") for field in shape.iter(t("FieldURI"))}
    name = "CalendarFolder" if folder.name is FolderName.CALENDAR else "Folder"
    content = "".join(
        write(mailbox, folder)
        for path, by_default, write in _FIELDS
        if base == "AllProperties" or (by_default and base == "Default") or path in paths
    )
    return f"<t:{name}>{_reference('FolderId', folder)}{content}</t:{name}>"
