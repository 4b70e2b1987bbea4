"""GetFolder, FindFolder, CreateFolder and DeleteFolder."""

from roomd_lab.model.access import inherited
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import CALENDAR_CLASS, Folder
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.folder_fields import FolderShape, element_name, folder_id, read_folder_shape, write_folder
from roomd_lab.soap.folder_search import read_folder_restriction
from roomd_lab.soap.paging import page_of
from roomd_lab.soap.references import folder_at
from roomd_lab.soap.xml import Element, child, first, local_name, m, schema_violation, t, text_of

_PAGE = 1000
_CLASSES = {"Folder": "IPF.Note", "CalendarFolder": CALENDAR_CLASS}
_TRAVERSALS = {"Shallow", "Deep", "SoftDeleted"}
_DELETE_TYPES = {"HardDelete", "SoftDelete", "MoveToDeletedItems"}


def get_folder(call: Call) -> str:
    """Folders by id or distinguished name."""
    shape = read_folder_shape(child(call.element, m("FolderShape")))

    def answer(reference: Element) -> str:
        mailbox, folder = folder_at(call.organization, call.caller, reference)
        content = f"<m:Folders>{write_folder(mailbox, folder, shape, call.caller)}</m:Folders>"
        return success("GetFolderResponseMessage", content)

    references = child(call.element, m("FolderIds"))
    messages = call.each("GetFolderResponseMessage", references, answer, when_refused="<m:Folders/>")
    return response("GetFolder", messages)


def find_folder(call: Call) -> str:
    """The folders below another, by page and by restriction. Nothing is ever found SoftDeleted, as since 2010."""
    shape = read_folder_shape(child(call.element, m("FolderShape")))
    traversal = call.element.get("Traversal", "")
    if traversal not in _TRAVERSALS:
        raise schema_violation(f"'{traversal}' is no traversal.")
    restriction = call.element.find(m("Restriction"))
    holds = None if restriction is None else read_folder_restriction(restriction)

    def answer(reference: Element) -> str:
        mailbox, folder = folder_at(call.organization, call.caller, reference)
        visible = [each for each in _below(mailbox, folder, traversal) if call.caller.may_open(mailbox, each)]
        found = [each for each in visible if holds is None or holds((mailbox, each))]
        return success("FindFolderResponseMessage", _found(call, mailbox, found, shape))

    references = child(call.element, m("ParentFolderIds"))
    return response("FindFolder", call.each("FindFolderResponseMessage", references, answer))


def _below(mailbox: Mailbox, folder: Folder, traversal: str) -> list[Folder]:
    if traversal == "SoftDeleted":
        return []
    return list(mailbox.tree.below(folder)) if traversal == "Deep" else mailbox.tree.children(folder)


def _found(call: Call, mailbox: Mailbox, found: list[Folder], shape: FolderShape) -> str:
    page, paging = page_of(call.element.find(m("IndexedPageFolderView")), found, _PAGE)
    written = "".join(write_folder(mailbox, each, shape, call.caller) for each in page)
    return f"<m:RootFolder {paging}><t:Folders>{written}</t:Folders></m:RootFolder>"


def create_folder(call: Call) -> str:
    """Make folders for mail or for calendar items, each answered on its own."""
    mailbox, parent = _parent(call)

    def answer(element: Element) -> str:
        name = text_of(element.find(t("DisplayName"))).strip()
        if not name:
            raise ExchangeError("ErrorFolderSave", "A folder needs a DisplayName.")
        made = mailbox.tree.create(parent, name, _folder_class(element))
        made.permissions = inherited(call.organization.directory, mailbox, parent)
        kind = element_name(made)
        content = f"<m:Folders><t:{kind}>{folder_id(made)}</t:{kind}></m:Folders>"
        return success("CreateFolderResponseMessage", content)

    folders = child(call.element, m("Folders"))
    messages = call.each("CreateFolderResponseMessage", folders, answer, when_refused="<m:Folders/>")
    return response("CreateFolder", messages)


def _parent(call: Call) -> tuple[Mailbox, Folder]:
    try:
        mailbox, parent = folder_at(call.organization, call.caller, first(child(call.element, m("ParentFolderId"))))
    except ExchangeError as error:
        if error.code == "ErrorFolderNotFound":
            raise ExchangeError("ErrorParentFolderNotFound", "The parent folder was not found.") from None
        raise
    call.caller.require_ownership(mailbox)
    return mailbox, parent


def _folder_class(element: Element) -> str:
    kind = local_name(element)
    if kind not in _CLASSES:
        raise ExchangeError("ErrorInvalidFolderTypeForOperation", f"{kind} folders are not kept by this server.")
    return text_of(element.find(t("FolderClass"))) or _CLASSES[kind]


def delete_folder(call: Call) -> str:
    """Delete folders that people made; those every mailbox has stay."""
    kind = call.element.get("DeleteType", "")
    if kind not in _DELETE_TYPES:
        raise schema_violation(f"'{kind}' is no DeleteType.")

    def answer(reference: Element) -> str:
        mailbox, folder = folder_at(call.organization, call.caller, reference)
        call.caller.require_ownership(mailbox)
        mailbox.delete_folder(folder, for_good=kind != "MoveToDeletedItems")
        return success("DeleteFolderResponseMessage")

    references = child(call.element, m("FolderIds"))
    return response("DeleteFolder", call.each("DeleteFolderResponseMessage", references, answer))
