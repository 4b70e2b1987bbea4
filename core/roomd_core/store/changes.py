"""The change feed: numbered, append-only."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from roomd_core.model import Change, ChangeKind, Content
from roomd_core.store.connection import Connection
from roomd_core.store.encoding import content, encode, instant, maybe, seconds, word
from roomd_core.store.table import Row, Table, insert, select

_COLUMNS = ("seq", "at", "kind", "event", "actor", "mailbox", "before", "after", "note")
_ADD = insert("change", _COLUMNS[1:])
_SELECT = select("change", _COLUMNS)


class Changes(Table):
    """Table ``change``. ``appended`` is the number of the newest entry made in this transaction, 0 if none."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.appended = 0

    async def append(  # noqa: PLR0913 - an entry's own fields
        self,
        *,
        at: datetime,
        kind: ChangeKind,
        event: str | None,
        actor: str,
        mailbox: str | None = None,
        before: Content | None = None,
        after: Content | None = None,
        note: str = "",
    ) -> Change:
        """Append one entry and return it with its number."""
        entry = Change(
            seq=0, at=at, kind=kind, event=event, actor=actor, mailbox=mailbox, before=before, after=after, note=note
        )
        return (await self.append_many([entry]))[0]

    async def append_many(self, entries: Sequence[Change]) -> list[Change]:
        """Append entries, whatever their ``seq``, and return them with the numbers they got."""
        if not entries:
            return []
        await self.record(entries)
        first = self.appended - len(entries) + 1
        return [replace(entry, seq=seq) for seq, entry in enumerate(entries, first)]

    async def record(self, entries: Sequence[Change]) -> None:
        """Append entries, where nobody asks for their numbers."""
        if entries:
            await self._run_many(_ADD, [_to_row(entry) for entry in entries])
            self.appended = await self.last_seq()

    async def since(self, seq: int, limit: int) -> list[Change]:
        """Return at most ``limit`` entries after the one numbered ``seq``."""
        rows = await self._rows(f"{_SELECT} WHERE seq > :seq ORDER BY seq LIMIT :limit", seq=seq, limit=limit)
        return [_from_row(row) for row in rows]

    async def of_event(self, event: str) -> list[Change]:
        """Return the history of an event, the oldest first."""
        rows = await self._rows(f"{_SELECT} WHERE event = :event ORDER BY seq", event=event)
        return [_from_row(row) for row in rows]

    async def last_editor(self, event: str, before: datetime) -> str | None:
        """Return who made, changed or cancelled an event here last, up to a moment; None if nobody did."""
        actor: str | None = await self._value(
            "SELECT actor FROM change WHERE event = :event AND at <= :before AND actor LIKE 'unix:%'"
            " AND kind IN ('created', 'changed', 'cancelled') ORDER BY seq DESC LIMIT 1",
            event=event, before=seconds(before),
        )  # fmt: skip
        return actor

    async def last_seq(self) -> int:
        """Return the number of the newest entry, 0 if there is none."""
        return int(await self._value("SELECT coalesce(max(seq), 0) FROM change"))


def _to_row(entry: Change) -> Row:
    return (
        seconds(entry.at),
        word(entry.kind),
        entry.event,
        entry.actor,
        entry.mailbox,
        maybe(encode, entry.before),
        maybe(encode, entry.after),
        entry.note,
    )


def _from_row(row: Row) -> Change:
    seq, at, kind, event, actor, mailbox, before, after, note = row
    return Change(
        seq=seq,
        at=instant(at),
        kind=ChangeKind(kind),
        event=event,
        actor=actor,
        mailbox=mailbox,
        before=maybe(content, before),
        after=maybe(content, after),
        note=note,
    )
