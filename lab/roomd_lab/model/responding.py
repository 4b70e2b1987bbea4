"""What an attendee does: accept, tentatively accept, decline."""

from dataclasses import replace

from roomd_lab.model.announcing import TO_ALL, Mailing, Notify
from roomd_lab.model.errors import ExchangeError, item_not_found
from roomd_lab.model.folders import FolderName
from roomd_lab.model.items import CalendarItem, FreeBusy, MeetingMessage, MessageKind, Response, StoredItem
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.notices import answer_message
from roomd_lab.model.people import Address
from roomd_lab.model.post import Answer

_VERBS = {Response.ACCEPT: "Accept", Response.TENTATIVE: "Tentative", Response.DECLINE: "Decline"}


def respond(
    mailbox: Mailbox, reference: StoredItem, response: Response, *, mailing: Mailing = TO_ALL, text: str = ""
) -> CalendarItem:
    """Answer a meeting, given its copy in the calendar or its request in the inbox.

    The copy shows the answer; a declined one goes to Deleted Items, and so does the request. A series is answered as
    a whole or by occurrence, and a declined occurrence is deleted from it. The organizer gets a message unless
    `mailing` is to nobody. Raises ErrorCalendarIsOrganizerFor..., ErrorCalendarIsCancelledFor... and
    ErrorCalendarMeetingRequestIsOutOfDate.
    """
    copy = _copy_of(mailbox, reference)
    _check(copy, reference, response)
    file_requests(mailbox, copy.global_object_id)
    shown = copy.intended_free_busy if response is Response.ACCEPT else FreeBusy.TENTATIVE
    answered = mailbox.save(replace(copy, my_response=response, replied_at=mailbox.now(), free_busy=shown))
    if mailing.notify is not Notify.NOBODY:
        answer = Answer(to=copy.organizer, sender=mailbox.owner, meeting=answered, response=response, text=text)
        _send(mailbox, answer, keep_copy=mailing.keep_copy)
    if response is Response.DECLINE:
        return mailbox.move(answered, FolderName.DELETED)
    return answered


def _copy_of(mailbox: Mailbox, reference: StoredItem) -> CalendarItem:
    if isinstance(reference, CalendarItem):
        return reference
    copy = mailbox.meetings.find(reference.global_object_id)
    if copy is None:
        raise item_not_found()
    return copy


def _check(copy: CalendarItem, reference: StoredItem, response: Response) -> None:
    verb = _VERBS[response]
    if isinstance(reference, MeetingMessage) and reference.kind is not MessageKind.REQUEST:
        raise ExchangeError(
            f"ErrorInvalidItemForOperation{verb}{'' if verb == 'Tentative' else 'Item'}",
            "The reference item is not a meeting request or a calendar item.",
        )
    if copy.is_organizer:
        raise ExchangeError(f"ErrorCalendarIsOrganizerFor{verb}", "The organizer cannot answer the meeting.")
    if copy.is_cancelled:
        raise ExchangeError(f"ErrorCalendarIsCancelledFor{verb}", "The meeting has been cancelled.")
    if isinstance(reference, MeetingMessage):
        check_up_to_date(reference, copy)


def check_up_to_date(request: MeetingMessage, copy: CalendarItem) -> None:
    """Refuse a request that was overtaken by an update. Raises ErrorCalendarMeetingRequestIsOutOfDate."""
    if request.sequence < copy.sequence:
        raise ExchangeError("ErrorCalendarMeetingRequestIsOutOfDate", "The meeting request is out of date.")


def file_requests(mailbox: Mailbox, global_object_id: bytes, received_for: Address | None = None) -> None:
    """Put the requests of a meeting away: one's own, or those received as a room's delegate."""
    inbox = mailbox.folders[FolderName.INBOX]
    for message in list(inbox.items.values()):
        if (
            isinstance(message, MeetingMessage)
            and message.kind is MessageKind.REQUEST
            and message.global_object_id == global_object_id
            and message.received_for == received_for
        ):
            mailbox.move(message, FolderName.DELETED)


def _send(mailbox: Mailbox, answer: Answer, *, keep_copy: bool) -> None:
    mailbox.post.send(answer)
    if keep_copy:
        mailbox.add(answer_message(answer, mailbox.now()), FolderName.SENT)
