"""The items: each mailbox's copy of an event."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from roomd_core.model import Answer, Drift, Item, ItemKind, ItemRef, Reply
from roomd_core.recurrence import ModifiedOccurrence
from roomd_core.store.encoding import array, encode, instant, maybe, seconds, word
from roomd_core.store.table import AMONG, Row, Table, select, upsert

_COLUMNS = (
    "mailbox", "item_id", "change_key", "event", "kind", "is_organizer", "answer", "modified_at", "original_start",
    "replies", "start_at", "end_at", "exceptions", "drift", "missing",
)  # fmt: skip
_PUT = upsert("item", _COLUMNS, key=("mailbox", "item_id"))
_SELECT = select("item", _COLUMNS)
_exceptions = msgspec.json.Decoder(tuple[ModifiedOccurrence, ...])
_replies = msgspec.json.Decoder(tuple[Reply, ...])


class Items(Table):
    """Table ``item``."""

    async def get_many(self, mailbox: str, item_ids: Iterable[str]) -> dict[str, Item]:
        """Return those of these items that are known, by item id."""
        rows = await self._rows(
            f"{_SELECT} WHERE mailbox = :mailbox AND item_id {AMONG}",
            mailbox=mailbox, among=array(item_ids),
        )  # fmt: skip
        return {item.ref.item_id: item for item in map(_from_row, rows)}

    async def of_event(self, event: str) -> list[Item]:
        """Return every known copy of an event."""
        return [_from_row(row) for row in await self._rows(f"{_SELECT} WHERE event = :event", event=event)]

    async def of_events(self, events: Iterable[str]) -> dict[str, list[Item]]:
        """Return every known copy of these events; an event without copies has an empty list."""
        copies: dict[str, list[Item]] = {event: [] for event in events}
        if not copies:
            return copies
        rows = await self._rows(f"{_SELECT} WHERE event {AMONG}", among=array(copies))
        for item in map(_from_row, rows):
            copies[item.event].append(item)
        return copies

    async def of_mailbox(self, mailbox: str) -> list[Item]:
        """Return everything known to be in a mailbox."""
        return [_from_row(row) for row in await self._rows(f"{_SELECT} WHERE mailbox = :m", m=mailbox)]

    async def count_standing(self, mailbox: str) -> int:
        """Return how many copies of events that stand a mailbox is known to hold."""
        return int(
            await self._value(
                "SELECT count(*) FROM item JOIN event ON event.id = item.event"
                " WHERE mailbox = :mailbox AND NOT missing AND status = 'confirmed'",
                mailbox=mailbox,
            )
        )

    async def made_since_read(self, mailbox: str, now: datetime) -> list[str]:
        """Return the ids of the organizer's items that roomd has made in a mailbox since it was last read.

        All it ever made there, if the clock was set back since: nothing tells then which came after the reading.
        """
        rows = await self._rows(
            "SELECT item_id FROM operation CROSS JOIN item ON item.event = operation.event AND is_organizer"
            " AND item.mailbox = operation.mailbox CROSS JOIN mailbox ON address = operation.mailbox"
            " WHERE operation.mailbox = :mailbox AND operation.kind = 'create' AND state = 'done'"
            " AND (sent_at >= coalesce(read_at, 0) OR read_at > :now)",
            mailbox=mailbox,
            now=seconds(now),
        )
        return [item_id for (item_id,) in rows]

    async def drifting(self) -> list[str]:
        """Return the ids of the events of which some room's copy differs from the organizer's."""
        rows = await self._rows("SELECT DISTINCT event FROM item WHERE drift <> ''")
        return [event for (event,) in rows]

    async def doubled(self) -> list[str]:
        """Return the ids of the events of which their organizer's calendar holds more than one item of roomd's."""
        rows = await self._rows(
            "SELECT item.event FROM event CROSS JOIN item ON item.event = event.id"  # few events are of roomd's
            " WHERE is_organizer AND original_start IS NULL AND NOT missing AND key IS NOT NULL"
            " AND status = 'confirmed' GROUP BY item.event, item.mailbox HAVING count(*) > 1"
        )
        return [event for (event,) in rows]

    async def put(self, items: Sequence[Item]) -> None:
        """Insert these items, or change those that exist."""
        await self._run_many(_PUT, [_to_row(item) for item in items])

    async def forget_change_keys(self, mailbox: str, item_ids: Iterable[str]) -> None:
        """Forget how new what is known of these items is: reading them again is then no echo."""
        await self._run(
            f"UPDATE item SET change_key = '' WHERE mailbox = :mailbox AND item_id {AMONG}",  # noqa: S608 - a constant
            mailbox=mailbox, among=array(item_ids),
        )  # fmt: skip

    async def remove(self, mailbox: str, item_ids: Iterable[str]) -> None:
        """Forget items that are no longer in the mailbox."""
        await self._run(
            f"DELETE FROM item WHERE mailbox = :mailbox AND item_id {AMONG}",  # noqa: S608 - a constant
            mailbox=mailbox, among=array(item_ids),
        )  # fmt: skip


def _to_row(item: Item) -> Row:
    return (
        item.mailbox,
        item.ref.item_id,
        item.ref.change_key,
        item.event,
        word(item.kind),
        int(item.is_organizer),
        word(item.answer),
        maybe(seconds, item.modified_at),
        maybe(seconds, item.original_start),
        encode(item.replies) if item.replies else None,
        maybe(seconds, item.start),
        maybe(seconds, item.end),
        encode(item.exceptions) if item.exceptions else None,
        word(item.drift),
        int(item.missing),
    )


def _from_row(row: Row) -> Item:
    (
        mailbox, item_id, change_key, event, kind, is_organizer, answer, modified_at, original_start, replies,
        start_at, end_at, exceptions, drift, missing,
    ) = row  # fmt: skip
    return Item(
        mailbox=mailbox,
        ref=ItemRef(item_id=item_id, change_key=change_key),
        event=event,
        kind=ItemKind(kind),
        is_organizer=bool(is_organizer),
        answer=Answer(answer),
        modified_at=maybe(instant, modified_at),
        original_start=maybe(instant, original_start),
        replies=_replies.decode(replies) if replies else (),
        start=maybe(instant, start_at),
        end=maybe(instant, end_at),
        exceptions=_exceptions.decode(exceptions) if exceptions else (),
        drift=Drift(drift),
        missing=bool(missing),
    )
