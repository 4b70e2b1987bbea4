"""What waits for the delegates of a room or a person, and what they decide."""

from collections.abc import Sequence
from dataclasses import replace

from roomd_lab.model.announcing import TO_ALL, Mailing
from roomd_lab.model.attendant import tidy
from roomd_lab.model.delegates import DeliverRequests
from roomd_lab.model.errors import access_denied, item_not_found
from roomd_lab.model.folders import FolderName
from roomd_lab.model.items import CalendarItem, FreeBusy, MeetingMessage, MessageKind, RequestKind, Response
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.notices import meeting_message
from roomd_lab.model.organization import Organization
from roomd_lab.model.people import Address, Room, RoomPolicy
from roomd_lab.model.post import Forwarded, Invitation
from roomd_lab.model.responding import check_up_to_date, file_requests, respond


def hold(mailbox: Mailbox, policy: RoomPolicy, copy: CalendarItem, text: str) -> CalendarItem:
    """Keep a request in the room's calendar without deciding, and tell the organizer that it is pending."""
    held = respond(mailbox, copy, Response.TENTATIVE, text=text)
    shown = FreeBusy.TENTATIVE if policy.tentative_pending_approval else FreeBusy.FREE
    return mailbox.save(tidy(policy, replace(held, free_busy=shown)))


def forward(mailbox: Mailbox, room: Room, letter: Invitation) -> None:
    """Send a request on to the room's delegates, if it has any and they want it."""
    if room.policy.forward_requests_to_delegates:
        _forward_to(mailbox, [Address(name=each, smtp=each) for each in room.policy.resource_delegates], letter)


def share(mailbox: Mailbox, letter: Invitation) -> RequestKind | None:
    """Send a person's request on to their delegates; gives what it is to the person, None when it is not shown."""
    readers = [each.user for each in mailbox.delegation.readers_of_requests()]
    _forward_to(mailbox, readers, letter)
    if not readers or mailbox.delegation.deliver is DeliverRequests.DELEGATES_AND_OWNER:
        return letter.kind
    only_delegates = mailbox.delegation.deliver is DeliverRequests.DELEGATES_ONLY
    return None if only_delegates else RequestKind.PRINCIPAL_WANTS_COPY


def _forward_to(mailbox: Mailbox, delegates: Sequence[Address], letter: Invitation) -> None:
    for each in delegates:
        mailbox.post.send(Forwarded(to=each, owner=mailbox.owner, meeting=letter.meeting, kind=letter.kind))


def receive_forwarded(mailbox: Mailbox, letter: Forwarded) -> None:
    """Lay a room's or a person's request into a delegate's inbox; the delegate's own calendar is not touched."""
    recipients = tuple(attendee.address for attendee in letter.meeting.attendees)
    message = meeting_message(MessageKind.REQUEST, letter.meeting, recipients, mailbox.now())
    mailbox.add(
        replace(message, request_kind=letter.kind, received_for=letter.owner, has_been_processed=False),
        FolderName.INBOX,
    )


def decide_for_owner(  # noqa: PLR0913 - an answer, in whose name and by whom
    organization: Organization,
    delegate: Mailbox,
    request: MeetingMessage,
    response: Response,
    *,
    mailing: Mailing = TO_ALL,
    text: str = "",
) -> CalendarItem:
    """Answer a forwarded request in the name of the room or person it was for; gives their copy.

    Raises ErrorAccessDenied to whom is no delegate any more, ErrorItemNotFound when they have the meeting no more,
    and what `respond` raises.
    """
    owner = request.received_for
    if owner is None or not _may_answer(organization, owner, delegate.owner):
        raise access_denied()
    mailbox = organization.mailbox(owner.smtp)
    copy = mailbox.meetings.find(request.global_object_id)
    if copy is None:
        raise item_not_found()
    check_up_to_date(request, copy)
    answered = respond(mailbox, copy, response, mailing=mailing, text=text)
    file_requests(delegate, request.global_object_id, owner)
    return answered


def _may_answer(organization: Organization, owner: Address, delegate: Address) -> bool:
    room = organization.room(owner)
    if room is not None and room.policy.has_delegate(delegate.smtp):
        return True
    return organization.mailbox(owner.smtp).delegation.may_answer(delegate)


def waiting(organization: Organization, delegate: Mailbox) -> list[MeetingMessage]:
    """The forwarded requests in a delegate's inbox that nobody has decided yet, oldest first."""
    inbox = delegate.folders[FolderName.INBOX].items.values()
    return [each for each in inbox if isinstance(each, MeetingMessage) and _is_undecided(organization, each)]


def _is_undecided(organization: Organization, request: MeetingMessage) -> bool:
    if request.received_for is None:
        return False
    copy = organization.mailbox(request.received_for.smtp).meetings.find(request.global_object_id)
    if copy is None or copy.is_cancelled or request.sequence < copy.sequence:
        return False
    return copy.my_response in {Response.NONE, Response.TENTATIVE}
