"""What rooms still have of a meeting that is gone is taken out of their calendars before the meeting is made anew.

Whoever deletes a meeting without telling anybody leaves it in its rooms, where it would keep them from accepting the
same meeting made anew. Nobody is mailed, and what is taken out is in Deleted Items.
"""

import logging

from roomd_core.model import Item, Operation
from roomd_core.sync.backoff import LONGEST
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.notes import current
from roomd_core.sync.remote import ExchangeUnavailable, Rejected, Remote, RemoteError
from roomd_core.sync.sending import leftovers

logger = logging.getLogger(__name__)


class Clearer:
    """Takes leftovers out of rooms."""

    def __init__(self, ledger: Ledger, remote: Remote, locks: MailboxLocks) -> None:
        self._ledger = ledger
        self._remote = remote
        self._locks = locks

    async def clear(self, operation: Operation) -> None:
        """Take out what the creation of an item would run into, if it is still to be created.

        Raise RemoteError and StoreError. A room that cannot be cleared is waited for, but no longer than any write
        waits at most; then the meeting is made all the same, and the room answers.
        """
        case, setting = await self._ledger.case(operation.event), await self._ledger.setting()
        for item in leftovers(case, setting) if current(case, operation.id) else ():
            try:
                await self._take_out(item)
            except ExchangeUnavailable:
                raise
            except RemoteError as error:
                if setting.now < operation.created_at + LONGEST and not isinstance(error, Rejected):
                    raise
                logger.warning("%s keeps what it has of “%s”: %s", item.mailbox, case.event.content.title, error)

    async def _take_out(self, item: Item) -> None:
        async with self._locks.of(item.mailbox):
            for seen in await self._remote.fetch(item.mailbox, [item.ref.item_id]):
                if not seen.is_cancelled:
                    await self._remote.discard(item.mailbox, seen.ref)
            await self._ledger.revise(item.event, lambda c, _: c.without_item(item.mailbox, item.ref.item_id))
