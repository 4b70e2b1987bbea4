"""The mailboxes: which are configured, how far each has been read, and how well that went."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from roomd_core.model import Freshness, Mailbox, MailboxKind, RoomAnswer, Unknown
from roomd_core.store.encoding import array, encode, instant, maybe, seconds
from roomd_core.store.table import AMONG, Row, Table, upsert
from roomd_core.store.unreadable import UnreadableItems

_COLUMNS = ("address", "kind", "name", "capacity", "features", "answers", "unix_user", "source", "position", "listed")
_PUT = upsert("mailbox", _COLUMNS, key=("address",))
_SELECT = "SELECT address, kind, name, capacity, features, answers, unix_user, source FROM mailbox WHERE listed"
_features = msgspec.json.Decoder(tuple[str, ...])


class Mailboxes(Table):
    """Table ``mailbox``. A mailbox that is no longer configured is kept, with its history, and not listed."""

    async def configure(self, mailboxes: Sequence[Mailbox]) -> None:
        """List exactly these, in this order; what is known of how far each was read stays."""
        await self._run_many(_PUT, [_to_row(mailbox, position) for position, mailbox in enumerate(mailboxes)])
        await self._run(
            f"UPDATE mailbox SET listed = 0 WHERE address NOT {AMONG}",  # noqa: S608 - a constant
            among=array(mailbox.address for mailbox in mailboxes),
        )

    async def all(self) -> list[Mailbox]:
        """Return the listed mailboxes in the order of the configuration."""
        return [_from_row(row) for row in await self._rows(f"{_SELECT} ORDER BY position")]

    async def get(self, address: str) -> Mailbox | None:
        """Return a listed mailbox."""
        row = await self._row(f"{_SELECT} AND address = :address", address=address)
        return None if row is None else _from_row(row)

    async def freshness(self) -> dict[str, Freshness]:
        """Return how well each listed mailbox is known, by address."""
        rows = await self._rows(
            "SELECT address, read_at, tried_at, error, unknown_since, unknown_count FROM mailbox WHERE listed"
        )
        unreadable = await UnreadableItems(self._connection).all()
        return {
            address: Freshness(
                address=address,
                read_at=maybe(instant, read_at),
                tried_at=maybe(instant, tried_at),
                error=error,
                unreadable=unreadable.get(address, ()),
                unknown=None if since is None else Unknown(since=instant(since), count=count),
            )
            for address, read_at, tried_at, error, since, count in rows
        }

    async def sync_state(self, address: str) -> str | None:
        """Return the feed position stored last (EWS SyncState), None to read from the beginning."""
        state: str | None = await self._value("SELECT sync_state FROM mailbox WHERE address = :a", a=address)
        return state

    async def position(self, address: str) -> tuple[str | None, bool]:
        """Return the feed position stored last, and whether an item before it could not be read, in one glance."""
        rows = await self._rows(
            "SELECT sync_state, EXISTS (SELECT 1 FROM unreadable WHERE mailbox = address) FROM mailbox"
            " WHERE address = :a",
            a=address,
        )
        return next(((state, bool(unread)) for state, unread in rows), (None, False))

    async def set_sync_state(self, address: str, state: str | None) -> None:
        """Store a feed position, in the same transaction as the rows that it covers."""
        await self._run("UPDATE mailbox SET sync_state = :s WHERE address = :a", s=state, a=address)

    async def note_read(self, address: str, at: datetime) -> None:
        """Note that the mailbox was read to the end of its feed."""
        await self.note_all_read([address], at)

    async def note_all_read(self, addresses: Iterable[str], at: datetime) -> None:
        """Note that these mailboxes were read to the end of their feeds."""
        await self._run(
            f"UPDATE mailbox SET read_at = :at, tried_at = :at, error = NULL,"  # noqa: S608 - a constant
            f" unknown_since = NULL, unknown_count = 0 WHERE address {AMONG}",
            among=array(addresses), at=seconds(at),
        )  # fmt: skip

    async def note_failure(self, address: str, at: datetime, message: str, *, unknown: bool = False) -> None:
        """Note that the mailbox could not be read, and why; ``unknown`` that Exchange says it knows none such."""
        await self._run(
            "UPDATE mailbox SET tried_at = :at, error = :message WHERE address = :a",
            a=address, at=seconds(at), message=message,
        )  # fmt: skip
        if unknown:
            await self._run(
                "UPDATE mailbox SET unknown_since = coalesce(unknown_since, :at), unknown_count = unknown_count + 1"
                " WHERE address = :a",
                a=address, at=seconds(at),
            )  # fmt: skip


def _to_row(mailbox: Mailbox, position: int) -> Row:
    return (
        mailbox.address,
        mailbox.kind,
        mailbox.name,
        mailbox.capacity,
        encode(mailbox.features).decode(),
        mailbox.answers,
        mailbox.unix_user,
        mailbox.source,
        position,
        1,
    )


def _from_row(row: Row) -> Mailbox:
    address, kind, name, capacity, features, answers, unix_user, source = row
    return Mailbox(
        address=address,
        kind=MailboxKind(kind),
        name=name,
        capacity=capacity,
        features=_features.decode(features),
        answers=RoomAnswer(answers),
        unix_user=unix_user,
        source=source,
    )
