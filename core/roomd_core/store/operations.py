"""The outbox: what still has to be done in Exchange, in order."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.model import Content, Operation, OperationKind, OperationState
from roomd_core.store.encoding import array, content, encode, instant, maybe, seconds
from roomd_core.store.table import AMONG, Row, Table, insert, select, upsert

_COLUMNS = (
    "id", "event", "mailbox", "kind", "key", "payload", "state", "attempts", "not_before", "sent_at",
    "absent_once_at", "error", "created_at", "after",
)  # fmt: skip
_ADD = insert("operation", _COLUMNS[1:])
_PUT = upsert("operation", _COLUMNS, key=("id",))
_SELECT = select("operation", _COLUMNS)

# Operations of one event are done one after the other: only the first that is not parked may be worked on, and only
# when the operation of another event that it waits for is done. Nothing is sent to a mailbox of which nobody has said
# yet whether to believe what it shows.
_FIRST = """
    state IN ('queued', 'unknown') AND id IN (
        SELECT min(id) FROM operation WHERE state <> 'done' AND state <> 'parked' GROUP BY event
    ) AND (after IS NULL OR (SELECT state FROM operation AS other WHERE other.id = operation.after) = 'done')
    AND mailbox NOT IN (SELECT mailbox FROM conflict WHERE mailbox IS NOT NULL AND resolved_at IS NULL)
"""

_WAITING = f"{_SELECT} WHERE state = 'queued' AND attempts = 0 AND after {AMONG} ORDER BY id"
_UNSENT = "SELECT DISTINCT event FROM operation WHERE state <> 'done' AND state <> 'parked'"


class OutboxSummary(Struct, frozen=True, kw_only=True):
    """How much waits: ``queued`` counts what is being sent too; ``oldest_at`` leaves out what is parked."""

    queued: int = 0
    unknown: int = 0
    parked: int = 0
    oldest_at: datetime | None = None


class Operations(Table):
    """Table ``operation``. Open is what is not done; what is parked is open, but waits for a person."""

    async def add(  # noqa: PLR0913 - an operation's own fields
        self,
        *,
        event: str,
        mailbox: str,
        kind: OperationKind,
        key: str,
        payload: Content,
        created_at: datetime,
        after: int | None = None,
    ) -> Operation:
        """Queue something to do."""
        operation = Operation(
            id=0,
            event=event,
            mailbox=mailbox,
            kind=kind,
            key=key,
            payload=payload,
            created_at=created_at,
            after=after,
        )
        return replace(operation, id=await self._insert(_ADD, _to_row(operation)[1:]))

    async def get(self, number: int) -> Operation | None:
        """Return one operation."""
        row = await self._row(f"{_SELECT} WHERE id = :id", id=number)
        return None if row is None else _from_row(row)

    async def put(self, operation: Operation) -> None:
        """Store how far an operation is."""
        await self._run_many(_PUT, [_to_row(operation)])

    async def due(self, now: datetime, *, beyond: datetime | None = None) -> list[Operation]:
        """Return what may be worked on now, the oldest first and at most one for each event.

        What waits until ``beyond`` or later was stored by a clock that was set back since, and is due too.
        """
        rows = await self._rows(
            f"{_SELECT} WHERE {_FIRST} AND NOT (coalesce(not_before, 0) > :now"
            " AND not_before <= coalesce(:beyond, not_before)) ORDER BY id",
            now=seconds(now),
            beyond=maybe(seconds, beyond),
        )
        return [_from_row(row) for row in rows]

    async def next_due(self) -> datetime | None:
        """Return when the next operation may be worked on; it may be in the past. None if nothing waits."""
        due_at: int | None = await self._value(
            f"SELECT min(coalesce(not_before, created_at)) FROM operation WHERE {_FIRST}"  # noqa: S608 - a constant
        )
        return maybe(instant, due_at)

    async def open_of_event(self, event: str) -> list[Operation]:
        """Return the open operations of an event, the oldest first."""
        return (await self.open_of_events([event]))[event]

    async def open_of_events(self, events: Iterable[str]) -> dict[str, list[Operation]]:
        """Return the open operations of these events, the oldest first; an event without any has an empty list."""
        waiting: dict[str, list[Operation]] = {event: [] for event in events}
        rows = await self._rows(
            f"{_SELECT} WHERE event {AMONG} AND state <> 'done' ORDER BY id", among=array(waiting)
        )
        for operation in map(_from_row, rows):
            waiting[operation.event].append(operation)
        return waiting

    async def waiting_for(self, numbers: Iterable[int]) -> list[Operation]:
        """Return the operations that were never sent because they wait for one of these."""
        rows = await self._rows(_WAITING, among=encode(list(numbers)).decode())
        return [_from_row(row) for row in rows]

    async def unsent_events(self) -> list[str]:
        """Return the ids of the events that Exchange is still to hear of; what is parked does not count."""
        return [event for (event,) in await self._rows(_UNSENT)]

    async def recover(self) -> int:
        """Mark what was being sent when roomd stopped as unknown, and return how many there were."""
        rows = await self._rows("UPDATE operation SET state = 'unknown' WHERE state = 'sending' RETURNING id")
        return len(rows)

    async def summary(self) -> OutboxSummary:
        """Return how much waits."""
        row = await self._row(
            "SELECT count(*) FILTER (WHERE state IN ('queued', 'sending')),"
            " count(*) FILTER (WHERE state = 'unknown'), count(*) FILTER (WHERE state = 'parked'),"
            " min(created_at) FILTER (WHERE state <> 'parked') FROM operation WHERE state <> 'done'"
        )
        assert row is not None
        queued, unknown, parked, oldest_at = row
        return OutboxSummary(queued=queued, unknown=unknown, parked=parked, oldest_at=maybe(instant, oldest_at))


def _to_row(operation: Operation) -> Row:
    return (
        operation.id,
        operation.event,
        operation.mailbox,
        operation.kind,
        operation.key,
        encode(operation.payload),
        operation.state,
        operation.attempts,
        maybe(seconds, operation.not_before),
        maybe(seconds, operation.sent_at),
        maybe(seconds, operation.absent_once_at),
        operation.error,
        seconds(operation.created_at),
        operation.after,
    )


def _from_row(row: Row) -> Operation:
    (
        number, event, mailbox, kind, key, payload, state, attempts, not_before, sent_at, absent_once_at, error,
        created_at, after,
    ) = row  # fmt: skip
    return Operation(
        id=number,
        event=event,
        mailbox=mailbox,
        kind=OperationKind(kind),
        key=key,
        payload=content(payload),
        state=OperationState(state),
        attempts=attempts,
        not_before=maybe(instant, not_before),
        sent_at=maybe(instant, sent_at),
        absent_once_at=maybe(instant, absent_once_at),
        error=error,
        created_at=instant(created_at),
        after=after,
    )
