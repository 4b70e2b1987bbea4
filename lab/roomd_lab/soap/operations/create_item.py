"""CreateItem: calendar items, and answers to meetings."""

from collections.abc import Callable

from roomd_lab.model.announcing import SILENTLY, TO_ALL, Mailing, Notify
from roomd_lab.model.delegating import decide_for_owner
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import Folder
from roomd_lab.model.items import CalendarItem, MeetingMessage, Response
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.organizing import cancel, create
from roomd_lab.model.responding import respond
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.drafts import new_item
from roomd_lab.soap.item_fields import item_id
from roomd_lab.soap.references import folder_at, item_to_write, require_change_key
from roomd_lab.soap.xml import Element, child, local_name, m, read_choice, t, text_of

_NAME = "CreateItemResponseMessage"
_INVITATIONS = {
    "SendToNone": SILENTLY,
    "SendOnlyToAll": Mailing(Notify.ALL, keep_copy=False),
    "SendToAllAndSaveCopy": TO_ALL,
}
_DISPOSITIONS = {
    "SaveOnly": SILENTLY,
    "SendOnly": Mailing(Notify.ALL, keep_copy=False),
    "SendAndSaveCopy": TO_ALL,
}


def create_item(call: Call) -> str:
    """Create calendar items and response objects, each answered on its own."""
    read_choice(call.element, "SendMeetingInvitations", _INVITATIONS)
    read_choice(call.element, "MessageDisposition", _DISPOSITIONS)

    def answer(element: Element) -> str:
        write = _WRITERS.get(local_name(element))
        if write is None:
            raise ExchangeError(
                "ErrorInvalidItemForOperationCreateItem",
                f"{local_name(element)} items are not kept by this server.",
            )
        item = write(call, element)
        return success(_NAME, f"<m:Items><t:CalendarItem>{item_id(item)}</t:CalendarItem></m:Items>")

    return response(
        "CreateItem", call.each(_NAME, child(call.element, m("Items")), answer, when_refused="<m:Items/>")
    )


def _create(call: Call, element: Element) -> CalendarItem:
    mailing = _invitations(call)
    mailbox, calendar = _calendar_to_save_in(call)
    now = call.organization.now()
    draft = new_item(element, mailbox.owner, call.organization.directory, call.zone, now)
    return create(mailbox, draft, mailing, calendar)


def _invitations(call: Call) -> Mailing:
    mailing = read_choice(call.element, "SendMeetingInvitations", _INVITATIONS)
    if mailing is None:
        raise ExchangeError(
            "ErrorSendMeetingInvitationsRequired",
            "The SendMeetingInvitations attribute is required for calendar items.",
        )
    return mailing


def _calendar_to_save_in(call: Call) -> tuple[Mailbox, Folder]:
    target = call.element.find(m("SavedItemFolderId"))
    if target is None or not len(target):
        if call.caller.acts_as is None:
            raise ExchangeError("ErrorMissingEmailAddress", "The account has no mailbox of its own.")
        own = call.organization.mailbox(call.caller.acts_as)
        return own, own.calendar
    mailbox, folder = folder_at(call.organization, call.caller, target[0])
    if not folder.is_calendar:
        raise ExchangeError(
            "ErrorCannotCreateCalendarItemInNonCalendarFolder",
            "Calendar items can be created in calendar folders only.",
        )
    call.caller.require_write(mailbox, folder)
    return mailbox, folder


def _answer(answer: Response) -> Callable[[Call, Element], CalendarItem]:
    def write(call: Call, element: Element) -> CalendarItem:
        reference = child(element, t("ReferenceItemId"))
        mailbox, item = item_to_write(call.organization, call.caller, reference)
        require_change_key(reference, item, conflict="ErrorStaleObject")
        text = text_of(element.find(t("Body")))
        if isinstance(item, MeetingMessage) and item.received_for is not None:
            return decide_for_owner(call.organization, mailbox, item, answer, mailing=_disposition(call), text=text)
        return respond(mailbox, item, answer, mailing=_disposition(call), text=text)

    return write


def _disposition(call: Call) -> Mailing:
    mailing = read_choice(call.element, "MessageDisposition", _DISPOSITIONS)
    if mailing is None:
        raise ExchangeError("ErrorMessageDispositionRequired", "The MessageDisposition attribute is required.")
    return mailing


def _cancel(call: Call, element: Element) -> CalendarItem:
    reference = child(element, t("ReferenceItemId"))
    mailbox, item = item_to_write(call.organization, call.caller, reference)
    if not isinstance(item, CalendarItem):
        raise ExchangeError("ErrorInvalidItemForOperationCancelItem", "Only calendar items can be cancelled.")
    require_change_key(reference, item, conflict="ErrorStaleObject")
    return cancel(mailbox, item, _disposition(call))


_WRITERS: dict[str, Callable[[Call, Element], CalendarItem]] = {
    "CalendarItem": _create,
    "AcceptItem": _answer(Response.ACCEPT),
    "TentativelyAcceptItem": _answer(Response.TENTATIVE),
    "DeclineItem": _answer(Response.DECLINE),
    "CancelCalendarItem": _cancel,
}
