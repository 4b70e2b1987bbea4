"""RequiredAttendees, OptionalAttendees and Resources as clients write them."""

from dataclasses import replace

from roomd_lab.model.directory import Directory
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import Attendee, Role
from roomd_lab.model.people import Address
from roomd_lab.soap.draft_fields import Draft
from roomd_lab.soap.xml import Element, t, text_of

ROLES = {
    "RequiredAttendees": Role.REQUIRED,
    "OptionalAttendees": Role.OPTIONAL,
    "Resources": Role.RESOURCE,
}


def read_attendees(draft: Draft, element: Element, role: Role) -> list[Attendee]:
    """The attendees in one of the three elements; who is known already keeps their answer."""
    known = {a.address.key: a for a in draft.current("attendees", ())}
    invited: dict[str, Attendee] = {}
    for each in element:
        address = _address(draft.directory, each)
        present = known.get(address.key, Attendee(address=address))
        invited.setdefault(address.key, replace(present, role=role))
    return list(invited.values())


def _address(directory: Directory, element: Element) -> Address:
    smtp = text_of(element.find(f"{t('Mailbox')}/{t('EmailAddress')}")).strip()
    if not smtp or "@" not in smtp:
        raise ExchangeError("ErrorInvalidRecipients", "At least one recipient is not valid.")
    name = text_of(element.find(f"{t('Mailbox')}/{t('Name')}"))
    return directory.find(smtp) or Address(name=name or smtp, smtp=smtp)


def set_attendees(draft: Draft, role: Role, attendees: list[Attendee]) -> None:
    """Let these be all attendees in a role; nobody is invited in two."""
    moved = {attendee.address.key for attendee in attendees}
    others = [a for a in draft.current("attendees", ()) if a.role is not role and a.address.key not in moved]
    draft.values["attendees"] = tuple(sorted([*others, *attendees], key=lambda a: list(Role).index(a.role)))
