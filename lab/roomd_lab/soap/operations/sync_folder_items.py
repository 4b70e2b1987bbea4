"""SyncFolderItems: what changed in a folder since a state."""

from collections.abc import Callable

from roomd_lab.faults import FaultKind
from roomd_lab.model.changes import (
    Change,
    ChangeKind,
    SyncState,
    decode_state,
    encode_state,
    invalid_sync_state,
)
from roomd_lab.model.folders import Folder
from roomd_lab.model.items import MeetingMessage, StoredItem
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.item_fields import item_id
from roomd_lab.soap.references import folder_at
from roomd_lab.soap.shapes import read_shape, write_item
from roomd_lab.soap.sight import sight_of
from roomd_lab.soap.xml import Element, child, flag, leaf, m, read_int, schema_violation, text_of, write_bool

_NAME = "SyncFolderItemsResponseMessage"
_MOST = 512
# Exchange writes these even when it refuses.
_REFUSED = "<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>"


def sync_folder_items(call: Call) -> str:
    """One page of changes with the state to continue from (SyncFolderItems operation).

    As documented there is no body in it; and no attendee, resource, recurrence or mailbox address, as in FindItem.
    """
    shape = read_shape(child(call.element, m("ItemShape")), call.version)
    limit = read_int(text_of(child(call.element, m("MaxChangesReturned"))))
    if not 1 <= limit <= _MOST:
        raise schema_violation(f"MaxChangesReturned must be from 1 to {_MOST}.")

    def answer(reference: Element) -> str:
        mailbox, folder = folder_at(call.organization, call.caller, reference)
        if call.is_to_fail_by(FaultKind.STUCK_SYNC_STATE):
            return success(_NAME, _stuck(text_of(call.element.find(m("SyncState")))))
        sight = sight_of(call.caller, mailbox, folder)

        def write(item: StoredItem) -> str:
            return write_item(item, shape, sight, listed=True)

        return success(_NAME, _page(folder, write, _state(call, folder), limit))

    folders = child(call.element, m("SyncFolderId"))
    return response("SyncFolderItems", call.each(_NAME, folders, answer, when_refused=_REFUSED))


def _stuck(state: str) -> str:
    """What has been seen of real servers: the state that was given, nothing in it, and allegedly more to come."""
    return f"{leaf('m:SyncState', state)}<m:IncludesLastItemInRange>false</m:IncludesLastItemInRange><m:Changes/>"


def _state(call: Call, folder: Folder) -> SyncState:
    text = text_of(call.element.find(m("SyncState")))
    if not text:
        return SyncState()
    if call.is_to_fail_by(FaultKind.INVALID_SYNC_STATE):
        raise invalid_sync_state()
    return decode_state(folder.folder_id, text)


def _page(folder: Folder, write: Callable[[StoredItem], str], state: SyncState, limit: int) -> str:
    page = folder.journal.page(state, limit)
    changes = "".join(_write(folder, change, write) for change in page.changes)
    return (
        f"<m:SyncState>{encode_state(folder.folder_id, page.state)}</m:SyncState>"
        f"<m:IncludesLastItemInRange>{write_bool(page.is_last)}</m:IncludesLastItemInRange>"
        f"<m:Changes>{changes}</m:Changes>"
    )


def _write(folder: Folder, change: Change, write: Callable[[StoredItem], str]) -> str:
    if change.kind is ChangeKind.DELETE:
        return f'<t:Delete><t:ItemId Id="{change.item_id}" ChangeKey="AQAAAA=="/></t:Delete>'
    item = folder.items[change.item_id]
    if change.kind is ChangeKind.READ and isinstance(item, MeetingMessage):
        return f"<t:ReadFlagChange>{item_id(item)}{flag('IsRead', item.is_read)}</t:ReadFlagChange>"
    return f"<t:{change.kind}>{write(item)}</t:{change.kind}>"
