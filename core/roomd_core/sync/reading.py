"""Reading items in full outside of a pull: masters of series together with their exceptions."""

from collections.abc import Sequence

from roomd_core.sync.case import Setting
from roomd_core.sync.plan import exceptions_to_read, with_exceptions
from roomd_core.sync.remote import ChangePage, Remote, RemoteItem


async def with_their_exceptions(
    remote: Remote, mailbox: str, items: Sequence[RemoteItem], setting: Setting
) -> list[RemoteItem]:
    """Complete full readings by the exceptions that the window still shows. Raise RemoteError."""
    page = ChangePage(state="", changed=tuple(items), deleted=(), last=True)
    wanted = exceptions_to_read(page, setting)
    if not wanted:
        return list(items)
    read = {each.ref.item_id: each for each in await remote.fetch(mailbox, wanted)}
    return list(with_exceptions(page, read).changed)
