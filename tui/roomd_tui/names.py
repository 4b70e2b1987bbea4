"""Which mailbox is meant by what a person typed."""

from collections.abc import Sequence

from roomd_core.model import Mailbox


def address_of(text: str, mailboxes: Sequence[Mailbox]) -> str | None:
    """Find the address for a typed address or name, whatever its case; None when nobody listed is called so.

    An address that is not listed stands for itself: people outside the company can be invited.
    """
    wanted = text.strip().casefold()
    if "@" in wanted:
        return wanted
    return next((box.address for box in mailboxes if wanted in {box.name.casefold(), box.unix_user}), None)


def begun_address(text: str, mailboxes: Sequence[Mailbox]) -> str | None:
    """Find the address as ``address_of`` does, or that of the only mailbox whose name or address begins so.

    For forms, where what was found is shown before it counts; a script says whom it means in full.
    """
    wanted = text.strip().casefold()
    named = ((box.address, (box.address, box.name.casefold())) for box in mailboxes)
    begun = [address for address, names in named if any(name.startswith(wanted) for name in names)]
    return address_of(text, mailboxes) or (begun[0] if wanted and len(begun) == 1 else None)
