"""SyncFolderHierarchy: which folders came, changed and went since a state."""

from collections.abc import Callable

from roomd_lab.model.access import open_folder
from roomd_lab.model.changes import Change, ChangeKind, SyncState, decode_state, encode_state
from roomd_lab.model.folders import Folder, FolderName
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.folder_fields import FolderShape, read_folder_shape, write_folder
from roomd_lab.soap.references import folder_at
from roomd_lab.soap.xml import child, m, text_of

_NAME = "SyncFolderHierarchyResponseMessage"
_REFUSED = "<m:SyncState/><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>"
_EVERYTHING = 1_000_000


def sync_folder_hierarchy(call: Call) -> str:
    """The folders below SyncFolderId, or below the top; all changes come in one answer."""
    shape = read_folder_shape(child(call.element, m("FolderShape")))
    message = call.one(_NAME, lambda: success(_NAME, _changes(call, shape)), when_refused=_REFUSED)
    return response("SyncFolderHierarchy", message)


def _changes(call: Call, shape: FolderShape) -> str:
    mailbox, top = _top(call)
    text = text_of(call.element.find(m("SyncState")))
    state = decode_state(top.folder_id, text) if text else SyncState()
    page = mailbox.tree.journal.page(state, _EVERYTHING)
    below = {each.folder_id for each in mailbox.tree.below(top) if call.caller.may_open(mailbox, each)}

    def write(folder: Folder) -> str:
        return write_folder(mailbox, folder, shape, call.caller)

    changes = "".join(_write(mailbox, change, write, below) for change in page.changes)
    return (
        f"<m:SyncState>{encode_state(top.folder_id, page.state)}</m:SyncState>"
        "<m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>"
        f"<m:Changes>{changes}</m:Changes>"
    )


def _top(call: Call) -> tuple[Mailbox, Folder]:
    target = call.element.find(m("SyncFolderId"))
    if target is None or not len(target):
        return open_folder(call.organization, call.caller, FolderName.TOP)
    return folder_at(call.organization, call.caller, target[0])


def _write(mailbox: Mailbox, change: Change, write: Callable[[Folder], str], below: set[str]) -> str:
    if change.kind is ChangeKind.DELETE:
        return f'<t:Delete><t:FolderId Id="{change.item_id}"/></t:Delete>'
    folder = mailbox.tree.find(change.item_id)
    if folder is None or folder.folder_id not in below:
        return ""
    return f"<t:{change.kind}>{write(folder)}</t:{change.kind}>"
