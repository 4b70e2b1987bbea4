"""Whom Exchange mails about a write. Pure.

Exchange decides that itself, from what is written and how (EWS SendMeetingInvitations, and for updates
SendMeetingInvitationsOrCancellations); this says the same beforehand.
"""

from collections.abc import Iterator

from roomd_core.merge import diff
from roomd_core.model import Content
from roomd_core.occurrences import occurrence_content
from roomd_core.spans import rooms_ever
from roomd_core.sync.remote import Mail

_TOLD_TO_NOBODY = frozenset({"reminder", "categories"})
"""Units that are the organizer's own: no attendee's copy has them from the organizer."""
_GUESTS = frozenset({"people", "rooms"})


def recipients(mail: Mail, before: Content | None, after: Content | None) -> tuple[str, ...]:
    """Return the addresses mailed when ``before`` becomes ``after``, in order; None stands for no item.

    Those who are no longer invited are told that, those who are invited now are invited. The others hear of it if
    anything changed that they see. So it is with the rooms of single occurrences, when the series changes or goes.
    """
    was, will = guests(before), guests(after)
    if mail is Mail.NOBODY:
        return ()
    if before is not None and after is None:
        return tuple(sorted(was.union(rooms_ever(before))))
    if mail is Mail.EVERYBODY or before is None or after is None:
        return tuple(sorted(was | will))
    changed = set(diff(before, after)) - _TOLD_TO_NOBODY
    concerned = was | will if changed - _GUESTS else was ^ will
    return tuple(sorted(concerned.union(_concerned_once(before, after))))


def _concerned_once(before: Content, after: Content) -> Iterator[str]:
    """Give the rooms that single occurrences alone have and are called back from, or read otherwise there."""
    for each in before.series.modified if before.series else ():
        was, will = (occurrence_content(content, each.original_start) for content in (before, after))
        for room in set(each.rooms or ()) - set(before.rooms):
            if was is None or will is None or room not in will.rooms or _read_otherwise(was, will):
                yield room


def _read_otherwise(before: Content, after: Content) -> bool:
    return bool(set(diff(before, after)) - _TOLD_TO_NOBODY - _GUESTS)


def guests(content: Content | None) -> set[str]:
    """Return the addresses of everybody and every room invited."""
    if content is None:
        return set()
    return {*(person.address for person in content.attendees), *content.rooms}
