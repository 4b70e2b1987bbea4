"""Whom Exchange mails about a write. Pure.

Exchange decides that itself, from what is written and how (EWS SendMeetingInvitations, and for updates
SendMeetingInvitationsOrCancellations); this says the same beforehand.
"""

from roomd_core.merge import diff
from roomd_core.model import Content
from roomd_core.spans import rooms_ever
from roomd_core.sync.remote import Mail

_TOLD_TO_NOBODY = frozenset({"reminder", "categories"})
"""Units that are the organizer's own: no attendee's copy has them from the organizer."""
_GUESTS = frozenset({"people", "rooms"})


def recipients(mail: Mail, before: Content | None, after: Content | None) -> tuple[str, ...]:
    """Return the addresses mailed when ``before`` becomes ``after``, in order; None stands for no item.

    Those who are no longer invited are told that, those who are invited now are invited. The others hear of it if
    anything changed that they see. That a series is cancelled is told to the rooms of single occurrences too.
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
    return tuple(sorted(concerned))


def guests(content: Content | None) -> set[str]:
    """Return the addresses of everybody and every room invited."""
    if content is None:
        return set()
    return {*(person.address for person in content.attendees), *content.rooms}
