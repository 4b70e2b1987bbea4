"""What deciding a conflict does, in words: each choice with whom it mails, and what is missing from a mailbox."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from roomd_core.api.wire import ConflictView, Recipient
from roomd_core.model import Side
from roomd_tui.moments import moment_text
from roomd_tui.words import ORIGIN, count

NAMED = 6
"""People and rooms that are named before the rest is only counted."""


def who_text(conflict: ConflictView) -> str:
    """Say whose event it is, and who changed it here last."""
    if conflict.event is None:
        return ""
    edited = f", last changed here by {conflict.edited_by}" if conflict.edited_by else ""
    return f"Organized by {conflict.event.organizer_name or conflict.event.organizer}{edited}."


def choice_text(conflict: ConflictView, side: Side) -> str:
    """Say what keeping a side does and whom that mails."""
    return f"{conflict.choices.get(side, '')} {mails_text(conflict, side)}".strip()


def mails_text(conflict: ConflictView, side: Side) -> str:
    """Say whom keeping a side mails; empty where that may not be seen."""
    recipients = conflict.mails.get(side)
    return "" if recipients is None else _mails(recipients)


def _mails(recipients: Sequence[Recipient]) -> str:
    if not recipients:
        return "Mails nobody."
    names = [one.name for one in recipients[:NAMED]]
    more = len(recipients) - len(names)
    return f"Mails {', '.join(names)}{f' and {more} more' if more else ''}."


def alternative_texts(conflict: ConflictView) -> Iterator[str]:
    """Name the rooms offered instead, each with its size and whom taking it mails."""
    for room in conflict.alternatives:
        seats = f" ({count(room.capacity, 'seat')})" if room.capacity else ""
        yield f"{room.name}{seats}. {_mails(room.mails)}"


def missing_lines(conflict: ConflictView, zone: ZoneInfo) -> Iterator[str]:
    """List the events whose copies a mailbox no longer has, the soonest first."""
    for one in conflict.missing:
        yield f"{moment_text(one.start, zone)}  {one.title} ({ORIGIN[one.origin]})"
    more = conflict.missing_count - len(conflict.missing)
    if conflict.missing and more > 0:
        yield f"and {more} more"
