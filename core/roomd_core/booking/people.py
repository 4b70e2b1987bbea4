"""Who and where: rooms by name or address, the organizer, the invited."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from roomd_core.access import Caller
from roomd_core.api.wire import Invitee
from roomd_core.errors import Invalid, NotFound
from roomd_core.model import Attendee, Mailbox, MailboxKind, Role

_SHOWN = 5
_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\x00-\x1f]{1,64}@[^\s@,;:<>()\[\]\"\x00-\x1f]{1,253}")


def of_kind(kind: MailboxKind, mailboxes: Iterable[Mailbox]) -> list[Mailbox]:
    """Return the mailboxes of one kind, in their order."""
    return [mailbox for mailbox in mailboxes if mailbox.kind is kind]


def rooms_named(names: Iterable[str], mailboxes: Iterable[Mailbox]) -> list[Mailbox]:
    """Find rooms by address or by exact name, each once, in the order asked for.

    Raises NotFound with names that are near, Invalid for a name that several rooms bear.
    """
    rooms = of_kind(MailboxKind.ROOM, mailboxes)
    return list({(room := _room(name, rooms)).address: room for name in names}.values())


def _room(name: str, rooms: Sequence[Mailbox]) -> Mailbox:
    wanted = name.strip().casefold()
    if found := next((room for room in rooms if room.address == wanted), None):
        return found
    named = [room for room in rooms if room.name.casefold() == wanted]
    if len(named) > 1:
        addresses = " or ".join(room.address for room in named)
        raise Invalid("rooms", f"{name} is the name of {len(named)} rooms; say which by address: {addresses}")
    if not named:
        raise NotFound(f"There is no room {name!r}. {_suggestion(wanted, rooms)}")
    return named[0]


def _suggestion(wanted: str, rooms: Sequence[Mailbox]) -> str:
    shown = {key: room.name for room in rooms for key in (room.name.casefold(), room.address)}
    near = list(dict.fromkeys(shown[key] for key in get_close_matches(wanted, shown, n=_SHOWN, cutoff=0.5)))
    if near:
        return f"Near it: {', '.join(near)}."
    return f"Among the {len(rooms)} rooms are: {', '.join(room.name for room in rooms[:_SHOWN])}."


def organizer_for(caller: Caller, asked: str | None, mailboxes: Iterable[Mailbox]) -> Mailbox:
    """Return the person in whose name the caller books: the one asked for, or the caller.

    Raises Invalid when it is nobody, NotFound for an address that is not listed, NotAllowed for somebody else.
    """
    address = asked.strip().lower() if asked is not None else caller.mailbox
    if address is None:
        raise Invalid(
            "organizer",
            f"{caller.user} stands for no person; name the organizer, or set unix_user for a [[person]]",
        )
    people = of_kind(MailboxKind.PERSON, mailboxes)
    person = next((person for person in people if person.address == address), None)
    if person is None:
        raise NotFound(f"There is no person {address} in roomd's configuration; roomd books only for those listed.")
    caller.require_may_act_for(person.address, to="book in that name")
    return person


def attendees(invitees: Iterable[Invitee], organizer: str, mailboxes: Iterable[Mailbox]) -> tuple[Attendee, ...]:
    """Return the invited, sorted, each once, without the organizer. Who is invited twice is required if once so.

    Raises Invalid for what does not look like an address, and for a room.
    """
    rooms = {room.address for room in of_kind(MailboxKind.ROOM, mailboxes)}
    roles: dict[str, Role] = {}
    for invitee in invitees:
        address = _address(invitee.address, rooms)
        if roles.get(address) is not Role.REQUIRED:
            roles[address] = invitee.role
    roles.pop(organizer, None)
    return tuple(sorted(Attendee(address=address, role=role) for address, role in roles.items()))


def checked_address(field: str, written: str) -> str:
    """Return an address in lower case. Raise Invalid, naming ``field``, for what does not look like one."""
    address = written.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise Invalid(field, f"{written!r} is no address; write it like zhangsan@example.com")
    return address


def _address(written: str, rooms: set[str]) -> str:
    address = checked_address("attendees", written)
    if address in rooms:
        raise Invalid("attendees", f"{address} is a room; name it in rooms")
    return address
