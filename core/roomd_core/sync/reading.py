"""Reading items in full outside of a pull: masters of series together with their exceptions."""

from collections.abc import Sequence

from roomd_core.sync.ledger import Ledger
from roomd_core.sync.plan import exceptions_to_read, with_exceptions
from roomd_core.sync.remote import ChangePage, Remote, RemoteItem
from roomd_core.sync.unread import fetch, remember, with_unreadable


async def with_their_exceptions(
    ledger: Ledger, remote: Remote, mailbox: str, items: Sequence[RemoteItem]
) -> list[RemoteItem]:
    """Complete full readings by the exceptions that the window still shows. Raise RemoteError, StoreError.

    One that cannot be read stays as it is listed. It is remembered: the next reading of the calendar tries it again.
    """
    setting = await ledger.setting()
    page = ChangePage(state="", changed=tuple(items), deleted=(), last=True)
    wanted = exceptions_to_read(page, setting)
    if not wanted:
        return list(items)
    fetched = await fetch(remote, mailbox, wanted)
    page = with_unreadable(with_exceptions(page, fetched.read), fetched.unreadable)
    if page.unreadable:
        async with ledger.store.write() as tables:
            await remember(tables, mailbox, page, setting)
    return list(page.changed)
