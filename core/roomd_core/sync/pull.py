"""Pulling: bringing one mailbox's changes in, page by page, each with its sync state in one transaction."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.model import EXCHANGE, Change, ChangeKind, Mailbox
from roomd_core.sync.case import Setting
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.loading import load_for
from roomd_core.sync.plan import completed, exceptions_to_read, plan_pull, to_read, with_exceptions, worth_reading
from roomd_core.sync.remote import ChangePage, MailboxUnavailable, Remote, RemoteItem, StateInvalid
from roomd_core.sync.writing import write

PAGE = 512
"""The most changes Exchange gives at once (SyncFolderItems MaxChangesReturned)."""
MOST_GONE = 20
MOST_GONE_SHARE = 0.1


class Pulled(Struct, frozen=True, kw_only=True):
    """What a pull brought in. ``noted`` says that the reading is already recorded with its last page."""

    fetched: int = 0
    created: int = 0
    changed: int = 0
    deleted: int = 0
    conflicts: int = 0
    noted: bool = False

    def __add__(self, other: "Pulled") -> "Pulled":
        return Pulled(
            fetched=self.fetched + other.fetched,
            created=self.created + other.created,
            changed=self.changed + other.changed,
            deleted=self.deleted + other.deleted,
            conflicts=self.conflicts + other.conflicts,
            noted=other.noted,
        )


class Puller:
    """Reads mailboxes. The caller holds the mailbox's lock, so that no write of ours falls between page and store."""

    def __init__(self, ledger: Ledger, remote: Remote) -> None:
        self._ledger = ledger
        self._remote = remote

    async def pull(self, mailbox: Mailbox) -> Pulled:
        """Bring in everything that changed since the stored sync state. Raise RemoteError."""
        state, is_first = await self._position(mailbox)
        if state is None and not is_first:
            return await self._resync(mailbox)
        try:
            return await self._follow(mailbox, state)
        except StateInvalid:
            return await self._resync(mailbox)

    async def _position(self, mailbox: Mailbox) -> tuple[str | None, bool]:
        async with self._ledger.store.glance() as tables:
            state = await tables.mailboxes.sync_state(mailbox.address)
        if state is not None:
            return state, False
        async with self._ledger.store.glance() as tables:
            return None, not await tables.items.of_mailbox(mailbox.address)

    async def _follow(self, mailbox: Mailbox, state: str | None) -> Pulled:
        pulled = Pulled()
        while True:
            page = await self._remote.changes(mailbox.address, state, limit=PAGE)
            if page.state != state or page.changed or page.deleted:
                pulled += await self._take_in(mailbox, page)
            if page.last:
                return pulled
            _check_progress(mailbox, state, page)
            state = page.state

    async def _take_in(self, mailbox: Mailbox, page: ChangePage, *, whole: bool = True) -> Pulled:
        """Understand and store one page, with its state if it is ``whole``: if it covers all that is behind it."""
        page = await self._complete(mailbox, page)
        setting = await self._ledger.setting()
        async with self._ledger.store.write() as tables:
            cases = await load_for(tables, mailbox, page)
            revisions = plan_pull(page, cases, mailbox, setting)
            entries = await write(tables, revisions, setting)
            if whole:
                await tables.mailboxes.set_sync_state(mailbox.address, page.state)
            if page.last:
                await tables.mailboxes.note_read(mailbox.address, setting.now)
        return _counted(page, entries)

    async def _complete(self, mailbox: Mailbox, page: ChangePage) -> ChangePage:
        """Read in full what has to be, before the transaction that stores the page."""
        setting = await self._ledger.setting()
        asked = await self._to_read(mailbox, worth_reading(page, mailbox, setting), setting)
        if asked:
            page = completed(page, asked, await self._fetch(mailbox, asked))
        exceptions = exceptions_to_read(page, setting)
        return with_exceptions(page, await self._fetch(mailbox, exceptions)) if exceptions else page

    async def _to_read(self, mailbox: Mailbox, page: ChangePage, setting: Setting) -> list[str]:
        if not page.changed:
            return []
        async with self._ledger.store.read() as tables:
            cases = await load_for(tables, mailbox, page)
        return to_read(page, cases, mailbox, setting)

    async def _fetch(self, mailbox: Mailbox, item_ids: Sequence[str]) -> dict[str, RemoteItem]:
        read = await self._remote.fetch(mailbox.address, item_ids) if item_ids else []
        return {item.ref.item_id: item for item in read}

    async def _resync(self, mailbox: Mailbox) -> Pulled:
        """List everything again and compare. What is not listed is believed gone only when a reading proves it.

        The state is stored with the last rows: until then, a restart begins again.
        """
        pages = await self._list(mailbox)
        gone, found = await self._missing(mailbox, pages)
        pulled = Pulled()
        for page in pages:
            pulled += await self._take_in(mailbox, replace(page, last=False), whole=False)
        rest = ChangePage(state=pages[-1].state, changed=tuple(found), deleted=tuple(gone), last=True)
        return pulled + await self._take_in(mailbox, rest)

    async def _list(self, mailbox: Mailbox) -> list[ChangePage]:
        pages = [await self._remote.changes(mailbox.address, None, limit=PAGE)]
        while not pages[-1].last:
            state = pages[-1].state
            pages.append(await self._remote.changes(mailbox.address, state, limit=PAGE))
            _check_progress(mailbox, state, pages[-1])
        return pages

    async def _missing(self, mailbox: Mailbox, pages: Sequence[ChangePage]) -> tuple[list[str], list[RemoteItem]]:
        """Verify what is known and not listed: return what is proven absent, and what is there after all."""
        async with self._ledger.store.read() as tables:
            known = {item.ref.item_id for item in await tables.items.of_mailbox(mailbox.address)}
        listed = {seen.ref.item_id for page in pages for seen in page.changed}
        unlisted = sorted(known - listed)
        found = await self._remote.fetch(mailbox.address, unlisted) if unlisted else []
        gone = sorted(set(unlisted) - {item.ref.item_id for item in found})
        _check_loss(mailbox, len(gone), len(known))
        return gone, found


def _check_progress(mailbox: Mailbox, state: str | None, page: ChangePage) -> None:
    if page.state == state and not page.last:
        raise MailboxUnavailable(
            f"Exchange repeats the same page of changes of {mailbox.address}; it is tried again at the next run."
        )


def _check_loss(mailbox: Mailbox, gone: int, known: int) -> None:
    """Refuse to believe that much of a mailbox vanished at once: it is more likely that it cannot be seen."""
    if gone > max(MOST_GONE, known * MOST_GONE_SHARE):
        raise MailboxUnavailable(
            f"{gone} of {known} items of {mailbox.address} are missing at once. Nothing was deleted here. Check that "
            "the service account still sees this calendar and that it was not emptied by mistake."
        )


def _counted(page: ChangePage, entries: Iterable[Change]) -> Pulled:
    theirs = [entry for entry in entries if entry.actor == EXCHANGE]
    return Pulled(
        fetched=len(page.changed) + len(page.deleted),
        created=_count(theirs, ChangeKind.CREATED),
        changed=_count(theirs, ChangeKind.CHANGED),
        deleted=_count(theirs, ChangeKind.CANCELLED),
        conflicts=_count(entries, ChangeKind.CONFLICT_OPENED),
        noted=page.last,
    )


def _count(entries: Iterable[Change], kind: ChangeKind) -> int:
    return sum(entry.kind is kind for entry in entries)
