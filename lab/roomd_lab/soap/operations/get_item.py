"""GetItem."""

from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.references import item_at
from roomd_lab.soap.shapes import read_shape, write_item
from roomd_lab.soap.sight import sight_of
from roomd_lab.soap.xml import Element, child, m


def get_item(call: Call) -> str:
    """Items by id, with everything the shape asks for."""
    shape = read_shape(child(call.element, m("ItemShape")), call.version)

    def answer(reference: Element) -> str:
        mailbox, item = item_at(call.organization, call.caller, reference)
        sight = sight_of(call.caller, mailbox, mailbox.folder_of(item))
        return success("GetItemResponseMessage", f"<m:Items>{write_item(item, shape, sight)}</m:Items>")

    references = child(call.element, m("ItemIds"))
    return response("GetItem", call.each("GetItemResponseMessage", references, answer, when_refused="<m:Items/>"))
