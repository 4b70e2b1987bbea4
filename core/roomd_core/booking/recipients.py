"""Whom a decision about a conflict mails. Pure; ``sync.resolve`` carries the decision out.

Exchange mails those whom an update concerns: everybody invited if what they see changes, and only those added or
removed if nothing else did (SendToChangedAndSaveCopy). Deciding to leave things as they are mails nobody.
"""

from collections.abc import Iterable

from roomd_core.booking.choices import was_cancelled_here
from roomd_core.merge import diff, take
from roomd_core.model import Conflict, ConflictKind, Content, Event, Origin, Side

_WHO = frozenset({"people", "rooms"})
_OWN = frozenset({"reminder", "show_as", "sensitivity", "categories"})
"""What the organizer alone sees: changing it is no news to anybody."""


def mailed(conflict: Conflict, keep: Side, event: Event | None, missing: Iterable[Event] = ()) -> tuple[str, ...]:
    """Return the addresses that keeping a side mails, sorted. ``missing`` are the events of a mass deletion."""
    if conflict.kind is ConflictKind.MASS_DELETE:
        again = [each for each in missing if each.origin is Origin.LOCAL and each.organizer == conflict.mailbox]
        return _sorted(who for each in again for who in invited(each.content)) if keep is Side.LOCAL else ()
    if event is None or keep is Side.EXCHANGE:
        return ()
    return _by_writing(conflict, event)


def invited(*contents: Content | None) -> tuple[str, ...]:
    """Return everybody and every room invited to any of these."""
    told = [content for content in contents if content]
    return _sorted(
        address for content in told for address in (*content.rooms, *(who.address for who in content.attendees))
    )


def concerned(before: Content | None, after: Content) -> tuple[str, ...]:
    """Return whom a change concerns; everybody, when there was nothing before."""
    if before is None:
        return invited(after)
    changed = set(diff(before, after)) - _OWN
    if changed <= _WHO:
        return _sorted(set(invited(before)) ^ set(invited(after)))
    return invited(before, after)


def _by_writing(conflict: Conflict, event: Event) -> tuple[str, ...]:
    match conflict.kind:
        case ConflictKind.EDIT if conflict.local is not None:
            return concerned(event.base, take(event.content, conflict.local, conflict.units))
        case ConflictKind.EDIT_VS_DELETE if was_cancelled_here(conflict):
            return invited(event.base or event.content)
        case ConflictKind.EDIT_VS_DELETE:
            return invited(event.content)
        case ConflictKind.REJECTED:
            return concerned(event.base, event.content)
    return ()


def _sorted(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(addresses)))
