"""The items that could not be read: passed over, told, and tried again."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from roomd_core.model import UnreadableItem
from roomd_core.store.encoding import array, instant, seconds
from roomd_core.store.table import AMONG, Row, Table, insert, select

_COLUMNS = ("mailbox", "item_id", "title", "reason", "since")
_PUT = f"{insert('unreadable', _COLUMNS)} ON CONFLICT DO UPDATE SET title = excluded.title, reason = excluded.reason"
_SELECT = select("unreadable", _COLUMNS)


class UnreadableItems(Table):
    """Table ``unreadable``."""

    async def put(self, items: Sequence[UnreadableItem]) -> None:
        """Remember these items; since when is what it was for those that are known."""
        await self._run_many(_PUT, [_to_row(item) for item in items])

    async def forget(self, mailbox: str, item_ids: Iterable[str]) -> None:
        """Forget items that were read, or are gone."""
        await self._run(
            f"DELETE FROM unreadable WHERE mailbox = :mailbox AND item_id {AMONG}",  # noqa: S608 - a constant
            mailbox=mailbox, among=array(item_ids),
        )  # fmt: skip

    async def of_mailbox(self, mailbox: str) -> list[UnreadableItem]:
        """Return what could not be read of a mailbox."""
        return [_from_row(row) for row in await self._rows(f"{_SELECT} WHERE mailbox = :m ORDER BY since", m=mailbox)]

    async def all(self) -> dict[str, tuple[UnreadableItem, ...]]:
        """Return what could not be read, by mailbox."""
        found: defaultdict[str, tuple[UnreadableItem, ...]] = defaultdict(tuple)
        for item in map(_from_row, await self._rows(f"{_SELECT} ORDER BY since")):
            found[item.mailbox] += (item,)
        return dict(found)


def _to_row(item: UnreadableItem) -> Row:
    return item.mailbox, item.item_id, item.title, item.reason, seconds(item.since)


def _from_row(row: Row) -> UnreadableItem:
    mailbox, item_id, title, reason, since = row
    return UnreadableItem(mailbox=mailbox, item_id=item_id, title=title, reason=reason, since=instant(since))
