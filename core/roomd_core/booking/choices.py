"""What deciding a conflict either way does, in words; whom it mails, ``recipients`` tells. Pure."""

from typing import Final

from msgspec import Struct

from roomd_core.model import Conflict, ConflictKind, Side
from roomd_core.occurrences import is_known_in_part
from roomd_core.sync.drift import is_stale


class _Choices(Struct, frozen=True):
    exchange: str
    local: str


_CHOICES: Final = {
    ConflictKind.EDIT: _Choices(
        "Keep what Exchange has; the change made here is dropped.",
        "Write the change made here to Exchange.",
    ),
    ConflictKind.EDIT_VS_DELETE: _Choices(
        "Let the event stay deleted: it is cancelled here too and its rooms are free.",
        "Make the event in Exchange again as it is here.",
    ),
    ConflictKind.REJECTED: _Choices(
        "Give the change up and keep what Exchange has; an event Exchange never took is cancelled here.",
        "Send it to Exchange once more.",
    ),
    ConflictKind.MISSING_REMOTE: _Choices(
        "Cancel it here too; its rooms are free.",
        "Make it in Exchange again as it is here.",
    ),
    ConflictKind.DUPLICATE: _Choices(
        "Leave both where they are. Nothing is written.",
        "Keep the one with the most answers and move the other to Deleted Items.",
    ),
    ConflictKind.DRIFT: _Choices(
        "Accept what the room has: the meeting moves to that time.",
        "Send the meeting to the room again: it is taken off the meeting, and invited anew.",
    ),
    ConflictKind.MASS_DELETE: _Choices(
        "Believe it: these events are cancelled here too, as if each had been deleted in Outlook.",
        "Keep them. Those made here are made again in Exchange where they are surely gone; those made in Outlook "
        "stay here as they are, marked as no longer there.",
    ),
    ConflictKind.ROOM_DROPPED: _Choices(
        "Let the room go. Nothing is written: choose another room for the event, or none.",
        "Invite the room again, if it is free.",
    ),
    ConflictKind.ROOM_DECLINED: _Choices(
        "Accept the refusal. Nothing is written: choose another room or time for the event yourself.",
        "Keep the event in that room although it declined. Nothing is written.",
    ),
    ConflictKind.DOUBLE_BOOKING: _Choices(
        "The other event keeps the room. Nothing is written: move or cancel this one yourself.",
        "This event keeps the room. Nothing is written: settle the other one with its organizer.",
    ),
}
_STALE: Final = _Choices(
    "Leave it. Nothing is written: the room's calendar keeps that time.",
    "Decline it as the room, so that its time is free.",
)
_OCCURRENCE_DRIFTED: Final = _Choices(
    "Leave it. Nothing is written: the room's calendar keeps what it has.",
    "Settle it in Outlook: send the update of the series again. Nothing is written.",
)
_MISSING_IN_PART: Final = _Choices(
    "Cancel it here too; its rooms are free.",
    "Keep what is known of the series here, marked as no longer in Outlook. Nothing is written.",
)

_CANCELLED_HERE: Final = _Choices(
    "Let the event stand as Exchange has it now.",
    "Cancel it in Exchange.",
)


def choices(conflict: Conflict) -> dict[Side, str]:
    """Return what keeping each side does."""
    told = _particular(conflict) or (_CANCELLED_HERE if was_cancelled_here(conflict) else _CHOICES[conflict.kind])
    return {Side.EXCHANGE: told.exchange, Side.LOCAL: told.local}


def _particular(conflict: Conflict) -> _Choices | None:
    if conflict.kind is ConflictKind.MISSING_REMOTE and conflict.local and is_known_in_part(conflict.local):
        return _MISSING_IN_PART
    if conflict.kind is not ConflictKind.DRIFT:
        return None
    if is_stale(conflict):
        return _STALE
    return _OCCURRENCE_DRIFTED if recurs(conflict) else None


def recurs(conflict: Conflict) -> bool:
    """Tell whether a conflict is about a series."""
    return conflict.local is not None and conflict.local.series is not None


def was_cancelled_here(conflict: Conflict) -> bool:
    """Tell the two kinds of edit against delete apart: the side that is missing is the one that deleted."""
    return conflict.kind is ConflictKind.EDIT_VS_DELETE and conflict.local is None
