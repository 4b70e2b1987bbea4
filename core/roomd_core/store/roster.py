"""Mailboxes that the configuration does not name: the rooms each list gave last, and people made through the API."""

from collections.abc import Iterable
from datetime import datetime

from roomd_core.model import API, Mailbox, MailboxKind, Place
from roomd_core.store.encoding import seconds
from roomd_core.store.table import Table, insert, upsert

_PUT_MEMBER = insert("roster", ("source", "address", "name"))
_PUT_PERSON = upsert("person", ("address", "name", "unix_user", "added_by", "added_at"), key=("address",))


class Rosters(Table):
    """Table ``roster``: what each source of rooms gave when it was last read well."""

    async def all(self) -> dict[str, tuple[Place, ...]]:
        """Return the rooms of every source, in the order of their addresses."""
        found: dict[str, tuple[Place, ...]] = {}
        for source, address, name in await self._rows("SELECT source, address, name FROM roster"):
            found[source] = (*found.get(source, ()), Place(address=address, name=name))
        return found

    async def replace(self, source: str, places: Iterable[Place]) -> None:
        """Remember what a source gave."""
        await self._run("DELETE FROM roster WHERE source = :source", source=source)
        await self._run_many(_PUT_MEMBER, [(source, place.address, place.name) for place in places])


class People(Table):
    """Table ``person``: people made through the API. They survive a restart; the configuration goes before them."""

    async def all(self) -> list[Mailbox]:
        """Return them, in the order of their addresses."""
        rows = await self._rows("SELECT address, name, unix_user FROM person")
        return [
            Mailbox(address=address, kind=MailboxKind.PERSON, name=name, unix_user=unix_user, source=API)
            for address, name, unix_user in rows
        ]

    async def put(self, person: Mailbox, *, by: str, at: datetime) -> None:
        """Remember a person; ``by`` is who said so."""
        await self._run_many(_PUT_PERSON, [(person.address, person.name, person.unix_user, by, seconds(at))])

    async def remove(self, address: str) -> None:
        """Forget that a person was made through the API; nothing else of them is forgotten."""
        await self._run("DELETE FROM person WHERE address = :address", address=address)
