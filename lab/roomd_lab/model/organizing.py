"""What an organizer does: invite, update, cancel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import Attendee, CalendarItem, MessageKind, RequestKind, Response
from roomd_lab.model.mailbox import FolderName, Mailbox
from roomd_lab.model.notices import meeting_message
from roomd_lab.model.post import Cancellation, Invitation

_TIME_FIELDS = {"start", "end", "all_day", "recurrence"}
_CONTENT_FIELDS = {"subject", "body", "location", "sensitivity", "importance", "intended_free_busy", *_TIME_FIELDS}
_LONGEST = timedelta(days=5 * 366)


class Notify(StrEnum):
    """Which attendees get mail about a change."""

    NOBODY = "nobody"
    CHANGED = "changed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Mailing:
    """Who gets mail, and whether the sender keeps a copy of it in Sent Items."""

    notify: Notify
    keep_copy: bool = True


SILENTLY = Mailing(Notify.NOBODY, keep_copy=False)
TO_ALL = Mailing(Notify.ALL)
TO_CHANGED = Mailing(Notify.CHANGED)


def create(mailbox: Mailbox, draft: CalendarItem, mailing: Mailing) -> CalendarItem:
    """Put an item into a calendar and invite its attendees."""
    _check_times(draft)
    inviting = mailing.notify is not Notify.NOBODY and bool(draft.attendees)
    ready = replace(
        draft,
        global_object_id=draft.global_object_id or mailbox.new_global_object_id(),
        request_was_sent=inviting,
    )
    item = mailbox.add(ready, FolderName.CALENDAR)
    if inviting:
        _invite(mailbox, item, item.attendees, RequestKind.NEW)
        _keep_copy(mailbox, item, MessageKind.REQUEST, mailing)
    return item


def update(mailbox: Mailbox, item: CalendarItem, changes: Mapping[str, Any], mailing: Mailing) -> CalendarItem:
    """Change fields of an item and tell those concerned.

    A change of time raises the sequence number and forgets every answer, as soon as it is sent. An attendee's
    change stays on the attendee's own copy. Raises ErrorCalendarCannotUpdateDeletedItem.
    """
    if mailbox.folder_of(item).name is FolderName.DELETED:
        raise ExchangeError("ErrorCalendarCannotUpdateDeletedItem", "The item is in the Deleted Items folder.")
    changed = {name for name, value in changes.items() if getattr(item, name) != value}
    draft = replace(item, **changes)
    _check_times(draft)
    if mailing.notify is Notify.NOBODY or not item.is_organizer or not (item.attendees or draft.attendees):
        unsent = item.is_organizer and item.request_was_sent and bool(changed & _TIME_FIELDS)
        return mailbox.save(replace(draft, has_unsent_time=item.has_unsent_time or unsent))
    return _send_update(mailbox, item, draft, changed, mailing)


def cancel(mailbox: Mailbox, item: CalendarItem, mailing: Mailing = TO_ALL) -> CalendarItem:
    """Call a meeting off: its organizer's copy goes to Deleted Items, the attendees are told.

    Raises ErrorCalendarIsNotOrganizer.
    """
    if not item.is_organizer:
        raise ExchangeError("ErrorCalendarIsNotOrganizer", "You must be the organizer to perform this operation.")
    told = mailing.notify is not Notify.NOBODY and item.request_was_sent
    cancelled = mailbox.save(replace(item, is_cancelled=True, sequence=item.sequence + told))
    if told:
        _call_off(mailbox, cancelled, cancelled.attendees)
        _keep_copy(mailbox, cancelled, MessageKind.CANCELLATION, mailing)
    return mailbox.move(cancelled, FolderName.DELETED)


def _send_update(
    mailbox: Mailbox, before: CalendarItem, draft: CalendarItem, changed: set[str], mailing: Mailing
) -> CalendarItem:
    told = before.attendees if before.request_was_sent else ()
    known, invited = _keys(told), _keys(draft.attendees)
    moved = before.has_unsent_time or (before.request_was_sent and bool(changed & _TIME_FIELDS))
    item = mailbox.save(
        replace(
            draft,
            attendees=tuple(map(_unanswered, draft.attendees)) if moved else draft.attendees,
            sequence=before.sequence + moved,
            request_was_sent=True,
            has_unsent_time=False,
        )
    )
    _call_off(mailbox, item, [a for a in told if a.address.key not in invited])
    _invite(mailbox, item, [a for a in item.attendees if a.address.key not in known], RequestKind.NEW)
    if mailing.notify is Notify.ALL or moved or changed & _CONTENT_FIELDS:
        kind = RequestKind.FULL_UPDATE if moved else RequestKind.INFORMATIONAL
        _invite(mailbox, item, [a for a in item.attendees if a.address.key in known], kind)
    _keep_copy(mailbox, item, MessageKind.REQUEST, mailing)
    return item


def _keys(attendees: Iterable[Attendee]) -> set[str]:
    return {attendee.address.key for attendee in attendees}


def _unanswered(attendee: Attendee) -> Attendee:
    return replace(attendee, response=Response.UNKNOWN, responded_at=None)


def _invite(mailbox: Mailbox, item: CalendarItem, attendees: Iterable[Attendee], kind: RequestKind) -> None:
    for attendee in attendees:
        if attendee.address.key != item.organizer.key:
            mailbox.post.send(Invitation(to=attendee.address, meeting=item, kind=kind))


def _call_off(mailbox: Mailbox, item: CalendarItem, attendees: Iterable[Attendee]) -> None:
    for attendee in attendees:
        if attendee.address.key != item.organizer.key:
            mailbox.post.send(Cancellation(to=attendee.address, meeting=item))


def _keep_copy(mailbox: Mailbox, item: CalendarItem, kind: MessageKind, mailing: Mailing) -> None:
    if mailing.keep_copy:
        recipients = tuple(attendee.address for attendee in item.attendees)
        mailbox.add(replace(meeting_message(kind, item, recipients, mailbox.now()), is_read=True), FolderName.SENT)


def _check_times(item: CalendarItem) -> None:
    if item.end < item.start:
        raise ExchangeError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    if item.end - item.start > _LONGEST:
        raise ExchangeError("ErrorCalendarDurationIsTooLong", "Duration cannot exceed 5 years.")
