"""What a decision about a conflict writes to Exchange, and whom that mails. Pure; ``sync.resolve`` carries it out.

``sync.recipients`` says whom a write mails. Deciding to leave things as they are mails nobody.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.booking.choices import recurs, was_cancelled_here
from roomd_core.merge import take
from roomd_core.model import Conflict, ConflictKind, Content, Event, Origin, Side
from roomd_core.occurrences import is_known_in_part
from roomd_core.sync.drift import is_stale
from roomd_core.sync.forecast import mailed_by
from roomd_core.sync.recipients import recipients
from roomd_core.sync.remote import Mail


class Written(Struct, frozen=True, kw_only=True):
    """What Exchange gets: ``after`` in place of ``before``. None before: it is made anew; None after: cancelled."""

    before: Content | None
    after: Content | None


def mailed(conflict: Conflict, keep: Side, event: Event | None, missing: Iterable[Event] = ()) -> tuple[str, ...]:
    """Return the addresses that keeping a side mails, sorted. ``missing`` are the events of a mass deletion."""
    if conflict.kind is ConflictKind.MASS_DELETE:
        again = [each for each in missing if each.origin is Origin.LOCAL and each.organizer == conflict.mailbox]
        told = {who for each in again for who in mailed_by(None, each.content)}
        return tuple(sorted(told)) if keep is Side.LOCAL else ()
    if conflict.kind is ConflictKind.DRIFT and event is not None:
        return _by_drift(conflict, keep, event)
    if event is None or keep is Side.EXCHANGE:
        return ()
    if conflict.kind is ConflictKind.ROOM_DROPPED:
        return (conflict.room,) if conflict.room else ()
    write = written(conflict, event)
    return concerned(write) if write else ()


def _by_drift(conflict: Conflict, keep: Side, event: Event) -> tuple[str, ...]:
    """Declining as the room tells the organizer; sending again tells the room; moving the meeting, everybody."""
    if is_stale(conflict):
        return (event.organizer,) if keep is Side.LOCAL else ()
    if recurs(conflict) or conflict.remote is None:
        return ()
    if keep is Side.LOCAL:
        return (conflict.room,) if conflict.room else ()
    return concerned(Written(before=event.content, after=take(event.content, conflict.remote, ("time",))))


def written(conflict: Conflict, event: Event) -> Written | None:
    """Return what keeping the local side writes to Exchange, None if nothing."""
    match conflict.kind:
        case ConflictKind.EDIT if conflict.local is not None:
            kept = take(event.content, conflict.local, conflict.units)
            return Written(before=event.base, after=kept)
        case ConflictKind.EDIT_VS_DELETE if was_cancelled_here(conflict):
            return Written(before=event.base or event.content, after=None)
        case ConflictKind.MISSING_REMOTE if is_known_in_part(event.content):
            return None
        case ConflictKind.EDIT_VS_DELETE | ConflictKind.MISSING_REMOTE:
            return Written(before=None, after=event.content)
        case ConflictKind.REJECTED:
            return Written(before=event.base, after=event.content)
    return None


def moved_to(room: str, instead_of: str | None, content: Content) -> Content:
    """Return an event's content with one room in another's place."""
    return replace(content, rooms=tuple(sorted({room, *content.rooms} - {instead_of})))


def concerned(write: Written) -> tuple[str, ...]:
    """Return whom a write mails; a series is written with one write for each occurrence that differs."""
    if write.after is None:
        return recipients(Mail.EVERYBODY, write.before, None)
    return mailed_by(write.before, write.after)
