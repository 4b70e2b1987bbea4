"""The organizer's mail: invitations, updates and cancellations, of meetings and of what differs in a series."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from roomd_lab.model.folders import FolderName
from roomd_lab.model.items import Attendee, CalendarItem, MessageKind, RequestKind, Response
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.notices import meeting_message
from roomd_lab.model.post import Cancellation, Invitation
from roomd_lab.model.series import occurrence_on

TIME_FIELDS = {"start", "end", "all_day", "recurrence"}
CONTENT_FIELDS = {"subject", "body", "location", "sensitivity", "importance", "intended_free_busy", *TIME_FIELDS}


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


def invite(mailbox: Mailbox, item: CalendarItem, attendees: Iterable[Attendee], kind: RequestKind) -> None:
    """Send a request or an update to these attendees."""
    for attendee in attendees:
        if attendee.address.key != item.organizer.key:
            mailbox.post.send(Invitation(to=attendee.address, meeting=item, kind=kind))


def call_off(mailbox: Mailbox, item: CalendarItem, attendees: Iterable[Attendee]) -> None:
    """Send a cancellation to these attendees."""
    for attendee in attendees:
        if attendee.address.key != item.organizer.key:
            mailbox.post.send(Cancellation(to=attendee.address, meeting=item))


def keep_copy(mailbox: Mailbox, item: CalendarItem, kind: MessageKind, mailing: Mailing) -> None:
    """Put what was sent into Sent Items, if the mailing says so."""
    if mailing.keep_copy:
        recipients = tuple(attendee.address for attendee in item.attendees)
        mailbox.add(replace(meeting_message(kind, item, recipients, mailbox.now()), is_read=True), FolderName.SENT)


def announced_exceptions(mailbox: Mailbox, series: CalendarItem) -> list[CalendarItem]:
    """The exceptions of a series that are still ahead and that somebody was told of."""
    found = (occurrence_on(series, day) for day in sorted(series.exceptions))
    return [each for each in found if each.request_was_sent and each.start > mailbox.now()]


def call_off_exceptions(
    mailbox: Mailbox, series: CalendarItem, *, kept: Container[date] = (), removed: Iterable[Attendee] = ()
) -> None:
    """Cancel every exception still ahead, but those on the days `kept` only for who was `removed` from the series.

    See MS-OXOCAL 3.1.4.9.1 and 3.1.4.7.3.5.
    """
    gone = keys(removed)
    for each in announced_exceptions(mailbox, series):
        stays = each.instance is not None and each.instance.day in kept
        call_off(mailbox, each, [a for a in each.attendees if not stays or a.address.key in gone])


def call_off_absent(mailbox: Mailbox, series: CalendarItem, attendees: Iterable[Attendee]) -> None:
    """Tell people of a series, who have just been sent it, which exceptions they do not come to.

    See MS-OXOCAL 3.1.4.7.3.5.
    """
    people = list(attendees)
    for each in announced_exceptions(mailbox, series):
        present = keys(each.attendees)
        call_off(mailbox, each, [a for a in people if a.address.key not in present])


def update_exceptions(mailbox: Mailbox, before: CalendarItem, series: CalendarItem, kind: RequestKind) -> None:
    """After an update of a series, send one of each exception still ahead (MS-OXOCAL 3.1.4.7.3.5).

    Who was invited to an exception alone hears of it only when it reads differently, and is not asked again.
    """
    of_series = keys(series.attendees)
    for each in announced_exceptions(mailbox, series):
        invite(mailbox, each, [a for a in each.attendees if a.address.key in of_series], kind)
        if _reads_differently(before, each):
            guests = [a for a in each.attendees if a.address.key not in of_series]
            invite(mailbox, each, guests, RequestKind.INFORMATIONAL)


def _reads_differently(before: CalendarItem, exception: CalendarItem) -> bool:
    assert exception.instance is not None
    earlier = occurrence_on(before, exception.instance.day)
    return any(getattr(earlier, name) != getattr(exception, name) for name in CONTENT_FIELDS)


def exceptions_after(
    before: CalendarItem, draft: CalendarItem, *, asked_again: bool
) -> dict[date, Mapping[str, Any]]:
    """The exceptions of a series after its people changed.

    Who left the series leaves them; who is new comes to those that had the same people as the series, whatever they
    answered. With `asked_again` the answers of the series' people are forgotten.
    """
    same, invited = keys(before.attendees), keys(draft.attendees)
    added = tuple(a for a in draft.attendees if a.address.key not in same)

    def after(changes: Mapping[str, Any]) -> Mapping[str, Any]:
        if "attendees" not in changes:
            return changes
        own: tuple[Attendee, ...] = changes["attendees"]
        kept = (a for a in own if a.address.key in invited or a.address.key not in same)
        new = added if keys(own) == same else ()
        people = (unanswered(a) if asked_again and a.address.key in invited else a for a in (*kept, *new))
        return {**changes, "attendees": tuple(people)}

    return {day: after(changes) for day, changes in draft.exceptions.items()}


def keys(attendees: Iterable[Attendee]) -> set[str]:
    """Who they are, to compare."""
    return {attendee.address.key for attendee in attendees}


def unanswered(attendee: Attendee) -> Attendee:
    """Somebody who is asked anew."""
    return replace(attendee, response=Response.UNKNOWN, responded_at=None)
