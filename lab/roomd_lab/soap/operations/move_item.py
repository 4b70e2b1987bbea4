"""MoveItem."""

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.call import Call, each
from roomd_lab.soap.envelope import response, success
from roomd_lab.soap.item_fields import item_id
from roomd_lab.soap.references import folder_at, item_at
from roomd_lab.soap.shapes import element_name
from roomd_lab.soap.xml import Element, child, first, m

_NAME = "MoveItemResponseMessage"


def move_item(call: Call) -> str:
    """Move items within their mailbox; each gets another id."""
    target, folder = folder_at(call.organization, call.caller, first(child(call.element, m("ToFolderId"))))

    def answer(reference: Element) -> str:
        mailbox, item = item_at(call.organization, call.caller, reference)
        if mailbox is not target:
            raise ExchangeError("ErrorMoveCopyFailed", "Items are moved within one mailbox only.")
        moved = mailbox.move(item, folder.name)
        name = element_name(moved)
        return success(_NAME, f"<m:Items><t:{name}>{item_id(moved)}</t:{name}></m:Items>")

    return response("MoveItem", each(_NAME, child(call.element, m("ItemIds")), answer, when_refused="<m:Items/>"))
