"""What arriving meeting mail does in the mailbox it arrives in."""

from dataclasses import replace
from typing import Any

from roomd_lab.model.approval import weigh
from roomd_lab.model.attendant import tidy
from roomd_lab.model.delegating import forward, hold, receive_forwarded, share
from roomd_lab.model.folders import FolderName
from roomd_lab.model.items import (
    SHARED_FIELDS,
    CalendarItem,
    FreeBusy,
    MeetingMessage,
    MessageKind,
    RequestKind,
    Response,
)
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.notices import answer_message, meeting_message
from roomd_lab.model.organization import Organization
from roomd_lab.model.people import Automation, Room
from roomd_lab.model.post import Answer, Cancellation, Forwarded, Invitation
from roomd_lab.model.responding import respond


def deliver(organization: Organization) -> None:
    """Deliver everything in transit, and the answers it causes, until nothing is left."""
    while (letter := organization.post.collect()) is not None:
        if not organization.has_mailbox(letter.to.smtp):
            continue
        mailbox = organization.mailbox(letter.to.smtp)
        match letter:
            case Invitation():
                _receive_invitation(mailbox, organization.room(letter.to), letter)
            case Forwarded():
                receive_forwarded(mailbox, letter)
            case Cancellation():
                _receive_cancellation(mailbox, organization.room(letter.to), letter)
            case Answer():
                _receive_answer(mailbox, letter)


def _receive_invitation(mailbox: Mailbox, room: Room | None, letter: Invitation) -> None:
    automation = room.policy.automation if room else Automation.AUTO_UPDATE
    copy = None if automation is Automation.NONE else _note_down(mailbox, letter)
    kind = letter.kind if room else share(mailbox, letter)
    request = _file_request(mailbox, letter, copy, kind) if kind else None
    if room and copy and request and automation is Automation.AUTO_ACCEPT:
        _attend(mailbox, room, copy, request)
        copy = mailbox.meetings.find(copy.global_object_id)
    if room and copy and copy.my_response in {Response.NONE, Response.TENTATIVE}:
        forward(mailbox, room, letter)


def _file_request(
    mailbox: Mailbox, letter: Invitation, copy: CalendarItem | None, kind: RequestKind
) -> MeetingMessage:
    recipients = tuple(attendee.address for attendee in letter.meeting.attendees)
    message = replace(
        meeting_message(MessageKind.REQUEST, letter.meeting, recipients, mailbox.now()),
        request_kind=kind,
        calendar_item_id=copy.item_id if copy else None,
        has_been_processed=copy is not None,
    )
    return mailbox.add(message, FolderName.INBOX)


def _note_down(mailbox: Mailbox, letter: Invitation) -> CalendarItem | None:
    """The calendar attendant: keep a tentative copy, or bring the present one up to date.

    None when the calendar already holds a later version, or the organizer's own.
    """
    meeting = letter.meeting
    present = _present(mailbox, meeting.global_object_id)
    if present is None:
        return _first_copy(mailbox, meeting)
    if present.is_organizer or present.sequence > meeting.sequence:
        return None
    updated = replace(present, **_shared(meeting), is_cancelled=False)
    if letter.kind is not RequestKind.INFORMATIONAL:
        updated = replace(updated, **_changes_of(meeting))
    elif present.recurrence is not None:
        updated = replace(updated, recurrence=present.recurrence)
    if letter.kind is not RequestKind.INFORMATIONAL or present.my_response is Response.NONE:
        updated = _unanswered(updated)
    elif present.my_response is Response.ACCEPT:
        updated = replace(updated, free_busy=meeting.intended_free_busy)
    return mailbox.save(updated, by=meeting.organizer.name)


def _present(mailbox: Mailbox, global_object_id: bytes) -> CalendarItem | None:
    """The copy in the calendar; an occurrence that was declined there comes back without an answer."""
    deleted = mailbox.meetings.deleted_occurrence(global_object_id)
    return mailbox.meetings.find(global_object_id) if deleted is None else _unanswered(deleted)


def _first_copy(mailbox: Mailbox, meeting: CalendarItem) -> CalendarItem:
    """A copy of something unheard of. A series takes the place of its occurrences that came singly before."""
    if meeting.recurrence is not None:
        for single in mailbox.meetings.invited_singly(meeting.global_object_id):
            mailbox.remove(single)
    arrived = CalendarItem(**_shared(meeting), **_changes_of(meeting), is_organizer=False, request_was_sent=True)
    return mailbox.add(_unanswered(arrived), FolderName.CALENDAR, by=meeting.organizer.name)


def _shared(meeting: CalendarItem) -> dict[str, Any]:
    return {name: getattr(meeting, name) for name in SHARED_FIELDS}


def _changes_of(meeting: CalendarItem) -> dict[str, Any]:
    """A series' exceptions and deletions as its organizer has them, without what is the organizer's own."""
    exceptions = {
        day: {name: value for name, value in changes.items() if name in SHARED_FIELDS}
        for day, changes in meeting.exceptions.items()
    }
    return {"exceptions": exceptions, "deletions": meeting.deletions}


def _unanswered(copy: CalendarItem) -> CalendarItem:
    return replace(copy, my_response=Response.NONE, replied_at=None, free_busy=FreeBusy.TENTATIVE)


def _attend(mailbox: Mailbox, room: Room, copy: CalendarItem, request: MeetingMessage) -> None:
    """The room attendant: an accepted copy it only tidies again, any other it decides on."""
    if copy.my_response is Response.ACCEPT:
        mailbox.save(tidy(room.policy, copy))
        mailbox.move(request, FolderName.DELETED)
        return
    verdict = weigh(room.policy, _asked_for(copy, mailbox), mailbox.meetings.between, mailbox.now())
    kept = replace(copy, recurrence=verdict.recurrence)
    if verdict.response is Response.TENTATIVE:
        hold(mailbox, room.policy, kept, verdict.text)
        return
    answered = respond(mailbox, kept, verdict.response, text=verdict.text)
    if verdict.response is Response.ACCEPT:
        mailbox.save(tidy(room.policy, answered))
    for refusal in verdict.refusals:
        respond(mailbox, mailbox.item(refusal.item_id), Response.DECLINE, text=refusal.text)


def _asked_for(copy: CalendarItem, mailbox: Mailbox) -> CalendarItem:
    """A series without the exceptions that do without this room; a cancellation of each is on its way."""
    owner = mailbox.owner.key
    elsewhere = (
        day
        for day, changes in copy.exceptions.items()
        if "attendees" in changes and owner not in {a.address.key for a in changes["attendees"]}
    )
    return replace(copy, deletions=copy.deletions | {*elsewhere})


def _receive_cancellation(mailbox: Mailbox, room: Room | None, letter: Cancellation) -> None:
    """An attendant takes the meeting away; for anybody else it stays, marked as cancelled."""
    copy = mailbox.meetings.find(letter.meeting.global_object_id)
    attended = room is not None and room.policy.automation is Automation.AUTO_ACCEPT
    message = meeting_message(MessageKind.CANCELLATION, letter.meeting, (letter.to,), mailbox.now())
    notice = replace(message, calendar_item_id=copy.item_id if copy else None)
    mailbox.add(notice, FolderName.DELETED if attended else FolderName.INBOX)
    if copy is None or copy.is_organizer or copy.is_cancelled:
        return
    cancelled = replace(
        copy,
        is_cancelled=True,
        subject=f"Canceled: {copy.subject}",
        sequence=max(copy.sequence, letter.meeting.sequence),
        free_busy=FreeBusy.FREE,
    )
    cancelled = mailbox.save(cancelled, by=letter.meeting.organizer.name)
    if attended:
        mailbox.move(cancelled, FolderName.DELETED)


def _receive_answer(mailbox: Mailbox, letter: Answer) -> None:
    """Track the answer on the organizer's copy, unless it is to an earlier version of the meeting."""
    item = mailbox.meetings.find(letter.meeting.global_object_id)
    message = answer_message(letter, mailbox.now())
    if item is None or not item.is_organizer:
        mailbox.add(message, FolderName.INBOX)
        return
    if letter.meeting.sequence >= item.sequence:
        item = mailbox.save(_tracked(item, letter, mailbox), by=letter.sender.name)
    verb = message.subject.partition(": ")[0]
    mailbox.add(replace(message, subject=f"{verb}: {item.subject}", calendar_item_id=item.item_id), FolderName.INBOX)


def _tracked(item: CalendarItem, letter: Answer, mailbox: Mailbox) -> CalendarItem:
    attendees = tuple(
        replace(attendee, response=letter.response, responded_at=mailbox.now())
        if attendee.address.key == letter.sender.key
        else attendee
        for attendee in item.attendees
    )
    return replace(item, attendees=attendees)
