"""The conflicts: open until a person has decided, and kept afterwards."""

from collections.abc import Iterable

import msgspec

from roomd_core.model import Conflict, ConflictKind, Side
from roomd_core.store.encoding import array, content, encode, instant, maybe, seconds
from roomd_core.store.table import AMONG, Row, Table, select, upsert

_COLUMNS = (
    "id", "event", "mailbox", "kind", "summary", "units", "base", "local", "remote", "other", "room", "missing",
    "opened_at", "resolved_at", "kept", "resolved_by",
)  # fmt: skip
_PUT = upsert("conflict", _COLUMNS, key=("id",))
_SELECT = select("conflict", _COLUMNS)
_texts = msgspec.json.Decoder(tuple[str, ...])


class Conflicts(Table):
    """Table ``conflict``."""

    async def get(self, conflict_id: str) -> Conflict | None:
        """Return one conflict, resolved or not."""
        row = await self._row(f"{_SELECT} WHERE id = :id", id=conflict_id)
        return None if row is None else _from_row(row)

    async def put(self, conflict: Conflict) -> None:
        """Open a conflict, or store how it was decided."""
        await self._run_many(_PUT, [_to_row(conflict)])

    async def open_of_event(self, event: str) -> list[Conflict]:
        """Return the open conflicts of an event, as one or the other of two, the oldest first."""
        return (await self.open_of_events([event]))[event]

    async def open_of_events(self, events: Iterable[str]) -> dict[str, list[Conflict]]:
        """Return the open conflicts of these events, each as one or the other of two; the list may be empty."""
        opened: dict[str, list[Conflict]] = {event: [] for event in events}
        rows = await self._rows(
            f"{_SELECT} WHERE resolved_at IS NULL AND (event {AMONG} OR other {AMONG}) ORDER BY opened_at, id",
            among=array(opened),
        )
        for conflict in map(_from_row, rows):
            for event in opened.keys() & {conflict.event, conflict.other}:
                opened[event].append(conflict)
        return opened

    async def listing(self, *, resolved: bool) -> list[Conflict]:
        """Return the open conflicts, and with ``resolved`` the decided ones too, the oldest first."""
        where = "" if resolved else "WHERE resolved_at IS NULL"
        return [_from_row(row) for row in await self._rows(f"{_SELECT} {where} ORDER BY opened_at, id")]

    async def open_of_mailbox(self, mailbox: str) -> Conflict | None:
        """Return the open conflict about a mailbox as a whole, if there is one."""
        row = await self._row(f"{_SELECT} WHERE mailbox = :mailbox AND resolved_at IS NULL", mailbox=mailbox)
        return None if row is None else _from_row(row)

    async def of_kind(self, kind: ConflictKind) -> list[Conflict]:
        """Return every conflict of a kind there ever was, the oldest first."""
        return [
            _from_row(row) for row in await self._rows(f"{_SELECT} WHERE kind = :k ORDER BY opened_at, id", k=kind)
        ]

    async def count_open(self) -> int:
        """Return how many conflicts wait for a person."""
        return int(await self._value("SELECT count(*) FROM conflict WHERE resolved_at IS NULL"))


def _to_row(conflict: Conflict) -> Row:
    return (
        conflict.id,
        conflict.event,
        conflict.mailbox,
        conflict.kind,
        conflict.summary,
        encode(conflict.units).decode(),
        maybe(encode, conflict.base),
        maybe(encode, conflict.local),
        maybe(encode, conflict.remote),
        conflict.other,
        conflict.room,
        encode(conflict.missing) if conflict.missing else None,
        seconds(conflict.opened_at),
        maybe(seconds, conflict.resolved_at),
        conflict.kept,
        conflict.resolved_by,
    )


def _from_row(row: Row) -> Conflict:
    (
        conflict_id, event, mailbox, kind, summary, units, base, local, remote, other, room, missing,
        opened_at, resolved_at, kept, resolved_by,
    ) = row  # fmt: skip
    return Conflict(
        id=conflict_id,
        event=event,
        mailbox=mailbox,
        kind=ConflictKind(kind),
        summary=summary,
        units=_texts.decode(units),
        base=maybe(content, base),
        local=maybe(content, local),
        remote=maybe(content, remote),
        other=other,
        room=room,
        missing=_texts.decode(missing) if missing else (),
        opened_at=instant(opened_at),
        resolved_at=maybe(instant, resolved_at),
        kept=maybe(Side, kept),
        resolved_by=resolved_by,
    )
