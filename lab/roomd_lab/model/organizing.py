"""What an organizer does: invite, update, cancel."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from roomd_lab.model.announcing import (
    CONTENT_FIELDS,
    TIME_FIELDS,
    TO_ALL,
    Mailing,
    Notify,
    announced_exceptions,
    call_off,
    call_off_absent,
    call_off_exceptions,
    exceptions_after,
    invite,
    keep_copy,
    keys,
    unanswered,
    update_exceptions,
)
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import Folder, FolderName
from roomd_lab.model.items import CalendarItem, MessageKind, RequestKind
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.scheduling import check_occurrence, scheduled

_LONGEST = timedelta(days=5 * 366)


def create(
    mailbox: Mailbox, draft: CalendarItem, mailing: Mailing, calendar: FolderName | Folder = FolderName.CALENDAR
) -> CalendarItem:
    """Put an item or a series into a calendar of a mailbox and invite its attendees.

    Raises what `scheduled` raises.
    """
    _check_times(draft)
    inviting = mailing.notify is not Notify.NOBODY and bool(draft.attendees)
    ready = replace(
        scheduled(draft),
        global_object_id=draft.global_object_id or mailbox.new_global_object_id(),
        request_was_sent=inviting,
    )
    item = mailbox.add(ready, calendar)
    if inviting:
        invite(mailbox, item, item.attendees, RequestKind.NEW)
        keep_copy(mailbox, item, MessageKind.REQUEST, mailing)
    return item


def update(mailbox: Mailbox, item: CalendarItem, changes: Mapping[str, Any], mailing: Mailing) -> CalendarItem:
    """Change fields of an item and tell those concerned.

    A change of time raises the sequence number and forgets every answer, as soon as it is sent. An attendee's
    change stays on the attendee's own copy. A change of an occurrence makes it an exception of its series.
    Raises ErrorCalendarCannotUpdateDeletedItem, ErrorOccurrenceCrossingBoundary and what `scheduled` raises.
    """
    if mailbox.folder_of(item).name is FolderName.DELETED:
        raise ExchangeError("ErrorCalendarCannotUpdateDeletedItem", "The item is in the Deleted Items folder.")
    draft = _drafted(mailbox, item, changes)
    changed = _changed(item, draft, changes)
    guests = item.attendees or draft.attendees or announced_exceptions(mailbox, item)
    if mailing.notify is Notify.NOBODY or not item.is_organizer or not guests:
        unsent = item.is_organizer and item.request_was_sent and bool(changed & TIME_FIELDS)
        return mailbox.save(replace(draft, has_unsent_time=item.has_unsent_time or unsent))
    return _send_update(mailbox, item, draft, changed, mailing)


def cancel(mailbox: Mailbox, item: CalendarItem, mailing: Mailing = TO_ALL) -> CalendarItem:
    """Call a meeting off: its organizer's copy goes to Deleted Items, the attendees are told.

    Of a series, one occurrence can be called off; it is then deleted from the series.

    Raises ErrorCalendarIsNotOrganizer.
    """
    if not item.is_organizer:
        raise ExchangeError("ErrorCalendarIsNotOrganizer", "You must be the organizer to perform this operation.")
    told = mailing.notify is not Notify.NOBODY and item.request_was_sent
    cancelled = mailbox.save(replace(item, is_cancelled=True, sequence=item.sequence + told))
    if told:
        call_off(mailbox, cancelled, cancelled.attendees)
        keep_copy(mailbox, cancelled, MessageKind.CANCELLATION, mailing)
    if mailing.notify is not Notify.NOBODY:
        call_off_exceptions(mailbox, cancelled)
    return mailbox.move(cancelled, FolderName.DELETED)


def _drafted(mailbox: Mailbox, item: CalendarItem, changes: Mapping[str, Any]) -> CalendarItem:
    draft = replace(item, **changes)
    _check_times(draft)
    if item.instance is None:
        return scheduled(draft, item)
    if (draft.start, draft.end) != (item.start, item.end):
        check_occurrence(mailbox.master(item.instance.master_id), draft)
    return draft


def _changed(item: CalendarItem, draft: CalendarItem, changes: Iterable[str]) -> set[str]:
    """The names of fields that differ. A series in another zone recurs differently, even if it begins the same."""
    names = {name for name in (*changes, "start", "end") if getattr(item, name) != getattr(draft, name)}
    rezoned = item.recurrence is not None and item.start_zone != draft.start_zone
    return names | {"recurrence"} if rezoned else names


def _send_update(
    mailbox: Mailbox, before: CalendarItem, draft: CalendarItem, changed: set[str], mailing: Mailing
) -> CalendarItem:
    told = before.attendees if before.request_was_sent else ()
    known, invited = keys(told), keys(draft.attendees)
    removed = [a for a in told if a.address.key not in invited]
    moved = before.has_unsent_time or (before.request_was_sent and bool(changed & TIME_FIELDS))
    call_off_exceptions(mailbox, before, kept=draft.exceptions, removed=removed)
    item = mailbox.save(
        replace(
            draft,
            attendees=tuple(map(unanswered, draft.attendees)) if moved else draft.attendees,
            exceptions=exceptions_after(before, draft, asked_again=moved),
            sequence=before.sequence + moved,
            request_was_sent=before.request_was_sent or bool(draft.attendees),
            has_unsent_time=False,
        )
    )
    call_off(mailbox, item, removed)
    added = [a for a in item.attendees if a.address.key not in known]
    invite(mailbox, item, added, RequestKind.NEW)
    if mailing.notify is Notify.ALL or moved or changed & CONTENT_FIELDS:
        kind = RequestKind.FULL_UPDATE if moved else RequestKind.INFORMATIONAL
        invite(mailbox, item, [a for a in item.attendees if a.address.key in known], kind)
        call_off_absent(mailbox, item, item.attendees)
        update_exceptions(mailbox, before, item, kind)
    else:
        call_off_absent(mailbox, item, added)
    keep_copy(mailbox, item, MessageKind.REQUEST, mailing)
    return item


def _check_times(item: CalendarItem) -> None:
    if item.end < item.start:
        raise ExchangeError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    if item.end - item.start > _LONGEST:
        raise ExchangeError("ErrorCalendarDurationIsTooLong", "Duration cannot exceed 5 years.")
