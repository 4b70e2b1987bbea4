"""Items that cannot be read: passed over, remembered, and tried again, so that they hold up nothing else."""

import logging
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.model import ItemKind, UnreadableItem
from roomd_core.store import Tables
from roomd_core.sync.case import Setting
from roomd_core.sync.copies import told_series
from roomd_core.sync.remote import ChangePage, ItemsUnreadable, Remote, RemoteItem, Unreadable

logger = logging.getLogger(__name__)


class Fetched(Struct, frozen=True, kw_only=True):
    """What a reading in full gave, by item id. What is in neither is gone."""

    read: Mapping[str, RemoteItem]
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def there(self) -> set[str]:
        """The ids of what exists, readable or not."""
        return {*self.read, *(each.item_id for each in self.unreadable)}


async def fetch(remote: Remote, mailbox: str, item_ids: Sequence[str]) -> Fetched:
    """Read items in full, and say which cannot be read. Raise RemoteError."""
    try:
        read = await remote.fetch(mailbox, item_ids) if item_ids else []
        unreadable: Sequence[Unreadable] = ()
    except ItemsUnreadable as error:
        read, unreadable = list(error.read), error.unreadable
    return Fetched(read={item.ref.item_id: item for item in read}, unreadable=tuple(unreadable))


def with_unreadable(page: ChangePage, unreadable: Iterable[Unreadable]) -> ChangePage:
    """Add to a page what turned out to be unreadable. Of an exception it is said of the master that lists it."""
    masters = {
        exception.item_id: master.ref.item_id
        for master in page.changed
        for exception in getattr(told_series(master), "modified", ())
    }
    more = tuple(replace(each, item_id=masters.get(each.item_id, each.item_id)) for each in unreadable)
    return replace(page, unreadable=(*page.unreadable, *more))


async def remember(tables: Tables, mailbox: str, page: ChangePage, setting: Setting) -> None:
    """Keep what of a page could not be read, and forget what now was, or is gone. The log gets no title."""
    known = {each.item_id for each in await tables.unreadable.of_mailbox(mailbox)}
    bad = {each.item_id: each for each in page.unreadable}
    read = (seen.ref.item_id for seen in page.changed if _is_read(seen))
    settled = {*read, *page.deleted} & known - bad.keys()
    if settled:
        await tables.unreadable.forget(mailbox, settled)
    await tables.unreadable.put([_kept(mailbox, each, setting) for each in bad.values()])
    for each in bad.values():
        if each.item_id not in known:
            logger.warning("one item of %s cannot be read: %s", mailbox, each.reason)


def _is_read(seen: RemoteItem) -> bool:
    """Say whether all of an item was read: a series known as it is comes without its exceptions."""
    return seen.detail is not None or seen.kind is not ItemKind.MASTER


def _kept(mailbox: str, each: Unreadable, setting: Setting) -> UnreadableItem:
    return UnreadableItem(
        mailbox=mailbox, item_id=each.item_id, title=each.title, reason=each.reason, since=setting.now
    )
