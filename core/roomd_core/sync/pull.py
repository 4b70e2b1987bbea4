"""Pulling: bringing one mailbox's changes in, page by page, each with its sync state in one transaction."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.model import EXCHANGE, Change, ChangeKind, Mailbox
from roomd_core.sync.case import Setting
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.loading import load_for
from roomd_core.sync.loss_guard import LossGuard
from roomd_core.sync.losses import Loss, held_back, lost_in
from roomd_core.sync.plan import completed, exceptions_to_read, plan_pull, to_read, with_exceptions, worth_reading
from roomd_core.sync.remote import ChangePage, MailboxUnavailable, Remote, RemoteItem, StateInvalid, Unreadable
from roomd_core.sync.unread import Fetched, fetch, remember, with_unreadable
from roomd_core.sync.writing import write

PAGE = 512
"""The most changes Exchange gives at once (SyncFolderItems MaxChangesReturned)."""


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

    def __init__(self, ledger: Ledger, remote: Remote, losses: LossGuard) -> None:
        self._ledger = ledger
        self._remote = remote
        self._losses = losses
        self._unshown: dict[str, set[str]] = {}
        self._begun: set[str] = set()

    def expect(self, mailbox: str, item_id: str) -> None:
        """Say that roomd made an item itself, or found one without the feed, which is to show it next."""
        self._unshown.setdefault(mailbox, set()).add(item_id)

    def _expect_all(self, mailbox: Mailbox, seen: Iterable[RemoteItem]) -> None:
        for each in seen:
            self.expect(mailbox.address, each.ref.item_id)

    async def pull(self, mailbox: Mailbox) -> Pulled:
        """Bring in everything that changed since the stored sync state. Raise RemoteError.

        What could not be read before is tried again.
        """
        async with self._ledger.store.glance() as tables:
            state, has_unreadable = await tables.mailboxes.position(mailbox.address)
            if mailbox.address not in self._begun:
                self._unshown.setdefault(mailbox.address, set()).update(
                    await tables.items.made_since_read(mailbox.address, self._ledger.clock.now())
                )
                self._begun.add(mailbox.address)
        pulled = await self._pull(mailbox, state)
        if has_unreadable:
            await self._read_unreadable(mailbox)
        return pulled

    async def _pull(self, mailbox: Mailbox, state: str | None) -> Pulled:
        if state is None and not await self._is_first(mailbox):
            return await self._resync(mailbox)
        try:
            return await self._follow(mailbox, state)
        except StateInvalid:
            return await self._resync(mailbox)

    async def read_again(
        self, mailbox: Mailbox, seen: Sequence[RemoteItem], unreadable: Sequence[Unreadable] = ()
    ) -> None:
        """Bring in copies read in full though nothing told that they changed, as if they were not known yet."""
        async with self._ledger.store.write() as tables:
            await tables.items.forget_change_keys(mailbox.address, [item.ref.item_id for item in seen])
        page = ChangePage(state="", changed=tuple(seen), deleted=(), last=False, unreadable=tuple(unreadable))
        await self._take_in(mailbox, page, whole=False)
        self._expect_all(mailbox, seen)

    async def _read_unreadable(self, mailbox: Mailbox) -> None:
        """Try again what could not be read; what has gone meanwhile is told by the feed, and noted no longer."""
        async with self._ledger.store.glance() as tables:
            known = [each.item_id for each in await tables.unreadable.of_mailbox(mailbox.address)]
        fetched = await fetch(self._remote, mailbox.address, known)
        if fetched.read:
            await self.read_again(mailbox, list(fetched.read.values()))
        if gone := set(known) - fetched.there:
            async with self._ledger.store.write() as tables:
                await tables.unreadable.forget(mailbox.address, gone)

    async def _look_for_unshown(self, mailbox: Mailbox, page: ChangePage) -> None:
        """See what became of items made here that the feed does not show, before its state is stored.

        It does not tell of an item that came and went between two readings. Such a one is asked about: nobody saw it
        being deleted.
        """
        expected = self._unshown.get(mailbox.address)
        unshown = expected - _told_of(page) if expected else set()
        if not unshown:
            return
        fetched = await fetch(self._remote, mailbox.address, sorted(unshown))
        if gone := sorted(unshown - fetched.there):
            lost = ChangePage(state="", changed=(), deleted=tuple(gone), last=False)
            await self._take_in(mailbox, lost, whole=False, listed=True)
            self._unshown[mailbox.address].difference_update(gone)

    async def _is_first(self, mailbox: Mailbox) -> bool:
        async with self._ledger.store.glance() as tables:
            return not await tables.items.of_mailbox(mailbox.address)

    async def _follow(self, mailbox: Mailbox, state: str | None) -> Pulled:
        pulled = Pulled()
        while True:
            expected = set(self._unshown.get(mailbox.address, ()))
            page = await self._remote.changes(mailbox.address, state, limit=PAGE)
            await self._look_for_unshown(mailbox, page)
            if page.state != state or page.changed or page.deleted or page.unreadable:
                page = await self._whole_loss(mailbox, page)
                pulled += await self._take_in(mailbox, page)
            self._shown(mailbox, page, expected)
            if page.last:
                return pulled
            _check_progress(mailbox, state, page)
            state = page.state

    def _shown(self, mailbox: Mailbox, page: ChangePage, expected: AbstractSet[str]) -> None:
        """Note what a page told of, once its state is stored: before, it may have to tell again.

        The last page leaves nothing to be told of what was ``expected`` when it was asked for.
        """
        if unshown := self._unshown.get(mailbox.address):
            unshown.difference_update(_told_of(page), expected if page.last else ())

    async def _whole_loss(self, mailbox: Mailbox, page: ChangePage) -> ChangePage:
        """Read on to the end when a page says that too much is gone, so that one question is about all of it."""
        while not page.last and await self._losses.doubt(mailbox, page):
            more = await self._remote.changes(mailbox.address, page.state, limit=PAGE)
            _check_progress(mailbox, page.state, more)
            page = _joined(page, more)
        return page

    async def _take_in(
        self, mailbox: Mailbox, page: ChangePage, *, whole: bool = True, listed: bool = False, is_empty: bool = False
    ) -> Pulled:
        """Understand and store one page, with its state if it is ``whole``: if it covers all that is behind it.

        ``listed`` says that what is gone was not told by the feed, but found missing from a whole list.
        Of a page that says that too much is gone only what is there is stored, and a person is asked.
        """
        left = await self._what_is_left(mailbox, page)
        page = await self._complete(mailbox, replace(page, changed=(*page.changed, *left)))
        loss = await self._losses.doubt(mailbox, page, is_empty=is_empty)
        if loss:
            await self._hold(mailbox, page, loss)
        fates = await self._losses.fates(mailbox, page, observed=not listed)
        setting = await self._ledger.setting()
        async with self._ledger.store.write() as tables:
            if left:
                await tables.items.forget_change_keys(mailbox.address, [seen.ref.item_id for seen in left])
            cases = await load_for(tables, mailbox, replace(page, changed=(*page.changed, *fates.found)))
            believed = fates.apply(page, cases, mailbox, setting)
            lost = len(lost_in(believed, cases, mailbox.address, fates.decided))
            revisions = plan_pull(believed, cases, mailbox, setting)
            entries = await write(tables, revisions, setting)
            await remember(tables, mailbox.address, page, setting)
            if whole:
                await tables.mailboxes.set_sync_state(mailbox.address, page.state)
            if page.last:
                await self._losses.settle(tables, mailbox, setting)
                await tables.mailboxes.note_read(mailbox.address, setting.now)
        self._losses.note(mailbox, lost)
        self._expect_all(mailbox, fates.found)
        return _counted(page, entries)

    async def _hold(self, mailbox: Mailbox, page: ChangePage, loss: Loss) -> NoReturn:
        """Take in what is there, believe nothing that is gone, and ask a person. The sync state stays as it was."""
        asked = await self._losses.ask(mailbox, loss)
        await self._take_in(mailbox, replace(page, deleted=(), last=False), whole=False)
        raise held_back(mailbox, asked)

    async def _complete(self, mailbox: Mailbox, page: ChangePage) -> ChangePage:
        """Read in full what has to be, before the transaction that stores the page."""
        setting = await self._ledger.setting()
        asked = await self._to_read(mailbox, worth_reading(page, mailbox, setting), setting)
        if asked:
            fetched = await fetch(self._remote, mailbox.address, asked)
            page = with_unreadable(completed(page, asked, fetched.read), fetched.unreadable)
        if exceptions := exceptions_to_read(page, setting):
            fetched = await fetch(self._remote, mailbox.address, exceptions)
            page = with_unreadable(with_exceptions(page, fetched.read), fetched.unreadable)
        return page

    async def _what_is_left(self, mailbox: Mailbox, page: ChangePage) -> list[RemoteItem]:
        """Read the other items of events that were there twice: with one of the two gone, the other one decides."""
        if not page.deleted:
            return []
        async with self._ledger.store.read() as tables:
            cases = await load_for(tables, mailbox, replace(page, changed=()))
        held = (cases.holding(mailbox.address, item_id) for item_id in page.deleted)
        twice = (item for case in held if case for item in case.organizer_items if item.mailbox == mailbox.address)
        left = {item.ref.item_id for item in twice} - _told_of(page)
        fetched = await fetch(self._remote, mailbox.address, sorted(left))
        return list(fetched.read.values())

    async def _to_read(self, mailbox: Mailbox, page: ChangePage, setting: Setting) -> list[str]:
        if not page.changed:
            return []
        async with self._ledger.store.read() as tables:
            cases = await load_for(tables, mailbox, page)
        return to_read(page, cases, mailbox, setting)

    async def _resync(self, mailbox: Mailbox) -> Pulled:
        """List everything again and compare. What is not listed is believed gone only when a reading proves it.

        The state is stored with the last rows: until then, a restart begins again.
        """
        expected = set(self._unshown.get(mailbox.address, ()))
        pages = await self._list(mailbox)
        gone, late = await self._missing(mailbox, pages)
        found = tuple(late.read.values())
        pulled = Pulled()
        for page in pages:
            pulled += await self._take_in(mailbox, replace(page, last=False), whole=False)
        rest = ChangePage(state=pages[-1].state, changed=found, deleted=tuple(gone), last=True)
        rest = with_unreadable(rest, late.unreadable)
        is_empty = not late.there and not any(page.changed or page.unreadable for page in pages)
        pulled += await self._take_in(mailbox, rest, listed=True, is_empty=is_empty)
        self._shown(mailbox, rest, expected)
        return pulled

    async def _list(self, mailbox: Mailbox) -> list[ChangePage]:
        pages = [await self._remote.changes(mailbox.address, None, limit=PAGE)]
        while not pages[-1].last:
            state = pages[-1].state
            pages.append(await self._remote.changes(mailbox.address, state, limit=PAGE))
            _check_progress(mailbox, state, pages[-1])
        return pages

    async def _missing(self, mailbox: Mailbox, pages: Sequence[ChangePage]) -> tuple[list[str], Fetched]:
        """Verify what is known and not listed: return what is proven absent, and what is there after all."""
        async with self._ledger.store.read() as tables:
            copies = await tables.items.of_mailbox(mailbox.address)
        known = {item.ref.item_id for item in copies if not item.missing}
        listed = {seen.ref.item_id for page in pages for seen in page.changed}
        listed |= {each.item_id for page in pages for each in page.unreadable}
        unlisted = sorted(known - listed)
        found = await fetch(self._remote, mailbox.address, unlisted)
        return sorted(set(unlisted) - found.there), found


def _check_progress(mailbox: Mailbox, state: str | None, page: ChangePage) -> None:
    if page.state == state and not page.last:
        raise MailboxUnavailable(
            f"Exchange repeats the same page of changes of {mailbox.address}; it is tried again at the next run."
        )


def _told_of(page: ChangePage) -> set[str]:
    """Return the ids of the items a page tells of."""
    return {*(seen.ref.item_id for seen in page.changed), *page.deleted, *(each.item_id for each in page.unreadable)}


def _joined(page: ChangePage, more: ChangePage) -> ChangePage:
    """Return two pages as one. What the later one tells of an item is newer than what the earlier one does."""
    newer = {*(seen.ref.item_id for seen in more.changed), *more.deleted}
    return replace(
        more,
        changed=(*(seen for seen in page.changed if seen.ref.item_id not in newer), *more.changed),
        deleted=(*(item_id for item_id in page.deleted if item_id not in newer), *more.deleted),
        unreadable=(*(each for each in page.unreadable if each.item_id not in newer), *more.unreadable),
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
