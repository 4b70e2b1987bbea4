"""Names typed for addresses: people are known by their names, and the wire wants addresses."""

from collections.abc import Sequence

from roomd_core.api.client import Client
from roomd_core.api.wire import Invitee
from roomd_core.model import Mailbox
from roomd_tui.commands.command import UsageError
from roomd_tui.names import address_of


async def addresses(client: Client, typed: Sequence[str]) -> list[str]:
    """Turn what was typed, addresses or names of listed people, into addresses; UsageError for a name nobody has."""
    if all("@" in text for text in typed):
        return list(typed)
    people = [status.mailbox for status in (await client.people()).mailboxes]
    return [_address(text, people) for text in typed]


async def invitees(client: Client, typed: Sequence[str]) -> tuple[Invitee, ...]:
    """Turn what was typed into people to invite."""
    return tuple(Invitee(address=address) for address in await addresses(client, typed))


def _address(text: str, people: Sequence[Mailbox]) -> str:
    address = address_of(text, people)
    if address is None:
        raise UsageError(f"{text}: no listed person has this name; give an address, or one of: {_names(people)}")
    return address


def _names(people: Sequence[Mailbox]) -> str:
    return ", ".join(person.name for person in people[:8]) + (", ..." if len(people) > 8 else "")  # noqa: PLR2004
