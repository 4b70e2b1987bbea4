"""The events, found by any of the names they go by."""

from collections.abc import Iterable, Sequence

import msgspec

from roomd_core.model import Event, EventStatus, Origin, Response
from roomd_core.store.encoding import array, content, encode, instant, maybe, seconds, word
from roomd_core.store.table import AMONG, Row, Table, select, upsert

_COLUMNS = (
    "id", "origin", "organizer", "organizer_name", "status", "start_at", "end_at", "recurring",
    "content", "base", "responses", "uid", "global_id", "key", "title_is_organizer", "version", "created_at",
    "changed_at",
)  # fmt: skip
_PUT = upsert("event", _COLUMNS, key=("id",))
_SELECT = select("event", _COLUMNS)
_responses = msgspec.json.Decoder(tuple[Response, ...])

# The words of the partial index event_by_uid, so that it is used: the UIDs it leaves out are global ids in capitals.
_NAMED = """
    SELECT id FROM event WHERE key IN (SELECT value FROM json_each(:keys))
    UNION SELECT id FROM event WHERE uid IN (SELECT value FROM json_each(:uids)) AND uid IS NOT upper(global_id)
    UNION SELECT id FROM event WHERE global_id IN (SELECT value FROM json_each(:either)) AND (
        global_id IN (SELECT value FROM json_each(:global_ids)) OR uid IN (SELECT value FROM json_each(:uids))
    )
"""
_AS_CONTENT = b""
"""Stands for a base that is the content, as it is of nearly every event: half the row, and all of it on one page."""


class Events(Table):
    """Table ``event``."""

    async def get(self, event_id: str) -> Event | None:
        """Return one event, cancelled ones too."""
        row = await self._row(f"{_SELECT} WHERE id = :id", id=event_id)
        return None if row is None else _from_row(row)

    async def many(self, ids: Iterable[str]) -> dict[str, Event]:
        """Return those of these events that exist, by id."""
        return {event.id: event for event in await self._matching("id", ids)}

    async def by_global_id(self, global_ids: Iterable[bytes]) -> dict[bytes, Event]:
        """Return events by CleanGlobalObjectId; those unknown are left out."""
        found = await self._matching("global_id", (global_id.hex() for global_id in global_ids))
        return {event.global_id: event for event in found if event.global_id is not None}

    async def by_key(self, keys: Iterable[str]) -> dict[str, Event]:
        """Return events by the idempotency key of their create; those unknown are left out."""
        return {event.key: event for event in await self._matching("key", keys) if event.key is not None}

    async def by_uid(self, uids: Iterable[str]) -> dict[str, Event]:
        """Return events by iCalendar UID; those unknown are left out."""
        return {event.uid: event for event in (await self.many(await self.named(uids=uids))).values()}

    async def named(
        self, *, keys: Iterable[str] = (), global_ids: Iterable[bytes] = (), uids: Iterable[str] = ()
    ) -> list[str]:
        """Return the ids of the events with one of these idempotency keys, CleanGlobalObjectIds or iCalendar UIDs."""
        wanted, told = [global_id.hex() for global_id in global_ids], list(uids)
        either = {*wanted, *map(str.lower, told)}
        rows = await self._rows(
            _NAMED, keys=array(keys), global_ids=array(wanted), uids=array(told), either=array(either)
        )
        return [event for (event,) in rows]

    async def recurring(self, mailbox: str) -> list[str]:
        """Return the ids of the series that a mailbox has copies of, cancelled ones left out."""
        rows = await self._rows(
            "SELECT DISTINCT event FROM item WHERE mailbox = :mailbox AND event IN"
            " (SELECT id FROM event WHERE recurring AND status = 'confirmed')",
            mailbox=mailbox,
        )
        return [event for (event,) in rows]

    async def put(self, events: Sequence[Event]) -> None:
        """Insert these events, or change those that exist."""
        await self._run_many(_PUT, [_to_row(event) for event in events])

    async def _matching(self, column: str, values: Iterable[str]) -> list[Event]:
        wanted = list(values)
        if not wanted:
            return []
        rows = await self._rows(f"{_SELECT} WHERE {column} {AMONG}", among=array(wanted))
        return [_from_row(row) for row in rows]


def _to_row(event: Event) -> Row:
    return (
        event.id,
        word(event.origin),
        event.organizer,
        event.organizer_name,
        word(event.status),
        seconds(event.content.start),
        seconds(event.content.end),
        int(event.content.series is not None),
        encode(event.content),
        _AS_CONTENT if event.base == event.content else maybe(encode, event.base),
        encode(event.responses),
        event.uid,
        maybe(bytes.hex, event.global_id),
        event.key,
        int(event.title_is_organizer),
        event.version,
        seconds(event.created_at),
        seconds(event.changed_at),
    )


def _from_row(row: Row) -> Event:
    (
        event_id, origin, organizer, organizer_name, status, _start, _end, _recurring, current, base, responses,
        uid, global_id, key, title_is_organizer, version, created_at, changed_at,
    ) = row  # fmt: skip
    told = content(current)
    return Event(
        id=event_id,
        origin=Origin(origin),
        organizer=organizer,
        organizer_name=organizer_name,
        content=told,
        base=told if base == _AS_CONTENT else maybe(content, base),
        status=EventStatus(status),
        responses=_responses.decode(responses),
        uid=uid,
        global_id=maybe(bytes.fromhex, global_id),
        key=key,
        title_is_organizer=bool(title_is_organizer),
        version=version,
        created_at=instant(created_at),
        changed_at=instant(changed_at),
    )
