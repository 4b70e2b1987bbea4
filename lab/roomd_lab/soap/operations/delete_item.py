"""DeleteItem."""

from roomd_lab.model.announcing import SILENTLY, TO_ALL, Mailing, Notify
from roomd_lab.model.deleting import delete
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import FolderName
from roomd_lab.model.items import CalendarItem
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.references import item_to_write
from roomd_lab.soap.xml import Element, child, m, read_choice, schema_violation

_NAME = "DeleteItemResponseMessage"
_FOLDERS = {
    "MoveToDeletedItems": FolderName.DELETED,
    "SoftDelete": FolderName.RECOVERABLE,
    "HardDelete": None,
}
_MAILINGS = {
    "SendToNone": SILENTLY,
    "SendOnlyToAll": Mailing(Notify.ALL, keep_copy=False),
    "SendToAllAndSaveCopy": TO_ALL,
}


def delete_item(call: Call) -> str:
    """Delete items, each answered on its own. A change key, if given, does not matter."""
    kind = call.element.get("DeleteType", "")
    if kind not in _FOLDERS:
        raise schema_violation(f"'{kind}' is no DeleteType.")
    mailing = read_choice(call.element, "SendMeetingCancellations", _MAILINGS)

    def answer(reference: Element) -> str:
        mailbox, item = item_to_write(call.organization, call.caller, reference)
        delete(mailbox, item, _FOLDERS[kind], _required(mailing) if isinstance(item, CalendarItem) else SILENTLY)
        return success(_NAME)

    return response("DeleteItem", call.each(_NAME, child(call.element, m("ItemIds")), answer))


def _required(mailing: Mailing | None) -> Mailing:
    if mailing is None:
        raise ExchangeError(
            "ErrorSendMeetingCancellationsRequired",
            "The SendMeetingCancellations attribute is required for calendar items.",
        )
    return mailing
