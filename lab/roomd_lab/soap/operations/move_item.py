"""MoveItem and CopyItem."""

from collections.abc import Callable

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import Folder
from roomd_lab.model.items import StoredItem
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.item_fields import item_id
from roomd_lab.soap.references import folder_at, whole_item_at
from roomd_lab.soap.shapes import element_name
from roomd_lab.soap.xml import Element, child, first, m

Put = Callable[[Mailbox, StoredItem, Folder], StoredItem]


def move_item(call: Call) -> str:
    """Move items within their mailbox; each gets another id and keeps its change key."""

    def put(mailbox: Mailbox, item: StoredItem, folder: Folder) -> StoredItem:
        call.caller.require_write(mailbox, mailbox.folder_of(item))
        return mailbox.move(item, folder)

    return _answer(call, "MoveItem", put)


def copy_item(call: Call) -> str:
    """Copy items within their mailbox; a meeting's copy has the meeting's identity and sends no mail."""
    return _answer(call, "CopyItem", lambda mailbox, item, folder: mailbox.copy(item, folder))


def _answer(call: Call, operation: str, put: Put) -> str:
    target, folder = folder_at(call.organization, call.caller, first(child(call.element, m("ToFolderId"))))
    call.caller.require_write(target, folder)
    name = f"{operation}ResponseMessage"

    def answer(reference: Element) -> str:
        mailbox, item = whole_item_at(call.organization, call.caller, reference)
        if mailbox is not target:
            raise ExchangeError("ErrorCrossMailboxMoveCopy", "Items are moved and copied within one mailbox only.")
        written = put(mailbox, item, folder)
        kind = element_name(written)
        return success(name, f"<m:Items><t:{kind}>{item_id(written)}</t:{kind}></m:Items>")

    references = child(call.element, m("ItemIds"))
    return response(operation, call.each(name, references, answer, when_refused="<m:Items/>"))
