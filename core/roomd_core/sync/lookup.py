"""Looking up what became of a write, or of the item it was for: reading, never sending."""

from collections.abc import Awaitable, Sequence
from datetime import timedelta

from roomd_core.model import Mailbox, Operation, OperationKind
from roomd_core.sync import push
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.loading import load_for
from roomd_core.sync.notes import OperationNotes, current, mailbox_of
from roomd_core.sync.observe import observe
from roomd_core.sync.pull import Puller
from roomd_core.sync.reading import with_their_exceptions
from roomd_core.sync.remote import ChangePage, ExchangeUnavailable, Remote, RemoteError, RemoteItem


class Lookup:
    """Finds items again. ``settle`` is how long a lost request may still come true."""

    def __init__(self, notes: OperationNotes, remote: Remote, puller: Puller, *, settle: timedelta) -> None:
        self._notes = notes
        self._ledger = notes.ledger
        self._remote = remote
        self._puller = puller
        self._settle = settle
        self._absent_since: dict[int, float] = {}

    async def look_up(self, case: Case, operation: Operation) -> None:
        """Find out what became of a write whose answer was lost. Raise ExchangeUnavailable."""
        try:
            if operation.kind is OperationKind.CREATE:
                await self._look_for_created(case, operation)
            else:
                await self._read_again(case, operation)
        except ExchangeUnavailable:
            raise
        except RemoteError as error:
            await self._notes.note_error(operation, error, push.doubt)

    def forget(self, operation: Operation) -> None:
        """Forget since when an operation's item is missed: it is sent anew."""
        self._absent_since.pop(operation.id, None)

    async def after_stale(self, case: Case, operation: Operation) -> None:
        """Read an item that is not as it was known. Raise ExchangeUnavailable."""
        await self._postponing(operation, self._read_again(case, operation))

    async def after_gone(self, case: Case, operation: Operation) -> None:
        """Look for an item that is not where it was. Raise ExchangeUnavailable."""
        await self._postponing(operation, self._vanished(case, operation))

    async def read_on(self, operation: Operation) -> None:
        """Read what has come to the calendar since, before an item is made anew there: it may be back.

        Raise RemoteError.
        """
        await self._puller.pull(mailbox_of(operation, await self._ledger.setting()))

    async def read(self, operation: Operation, item_id: str) -> RemoteItem | None:
        """Read an item as it is after a write; None if that cannot be told now."""
        try:
            return next(iter(await self._fetch(operation, [item_id])), None)
        except RemoteError:
            return None

    async def _fetch(self, operation: Operation, item_ids: Sequence[str]) -> list[RemoteItem]:
        return await self._complete(operation, await self._remote.fetch(operation.mailbox, item_ids))

    async def _complete(self, operation: Operation, found: Sequence[RemoteItem]) -> list[RemoteItem]:
        return await with_their_exceptions(self._ledger, self._remote, operation.mailbox, found)

    async def _read_again(self, case: Case, operation: Operation) -> None:
        """The copy is not as it was known: read it, merge, and go on from there."""
        copy = case.copy_in(operation.mailbox)
        found = await self._fetch(operation, [copy.ref.item_id]) if copy else []
        if found:
            await self._found(operation, found, searched=False)
        else:
            await self._vanished(case, operation)

    async def _vanished(self, case: Case, operation: Operation) -> None:
        """The item is not where it was: look for it by key and global id, make a new one only if it is not there."""
        found = await self._find(case, operation)
        if found:
            await self._found(operation, found, searched=True)
        elif operation.kind is OperationKind.CANCEL:
            await self._notes.note(operation, lambda c, o, _: push.succeed(c, o, None))
        else:
            await self._notes.note(operation, push.recreate)

    async def _find(self, case: Case, operation: Operation) -> list[RemoteItem]:
        event, mailbox = case.event, operation.mailbox
        found = await self._remote.find_by_key(mailbox, event.key) if event.key else []
        if not found and event.global_id:
            found = await self._remote.find_by_global_id(mailbox, event.global_id)
        return await self._complete(operation, [seen for seen in found if not seen.is_cancelled])

    async def _found(self, operation: Operation, found: Sequence[RemoteItem], *, searched: bool) -> None:
        """Take in the item as it is, under whatever id it has now, and let the operation go on.

        ``searched`` says that the calendar was searched for it, so that what was not found is not there.
        Where it turns out to be another event's, both are one meeting: reading it as a change makes them one.
        """
        mailbox = mailbox_of(operation, await self._ledger.setting())
        if await self._is_of_another(operation, mailbox, found):
            await self._puller.read_again(mailbox, found)
        else:
            await self._take_in(operation, found, searched=searched)

    async def _is_of_another(self, operation: Operation, mailbox: Mailbox, found: Sequence[RemoteItem]) -> bool:
        async with self._ledger.store.read() as tables:
            cases = await load_for(tables, mailbox, ChangePage(state="", changed=tuple(found), deleted=(), last=True))
        known = (cases.matching(mailbox.address, seen) for seen in found)
        return any(case and case.event.id != operation.event for case in known)

    async def _take_in(self, operation: Operation, found: Sequence[RemoteItem], *, searched: bool) -> None:
        ids = {seen.ref.item_id for seen in found}

        def taken_in(case: Case, now: Operation, setting: Setting) -> Case:
            for item in case.items:
                if searched and item.mailbox == operation.mailbox and item.ref.item_id not in ids:
                    case = case.without_item(item.mailbox, item.ref.item_id)
            for seen in found:
                case = observe(case, mailbox_of(now, setting), seen, setting)
            left = current(case, now.id)
            return push.send_again(case, left) if left else case

        await self._notes.note(operation, taken_in)
        for item_id in ids:
            self._puller.expect(operation.mailbox, item_id)

    async def _look_for_created(self, case: Case, operation: Operation) -> None:
        """Read the feed first: it shows the item without a search, and adopts it. Then search for the key.

        All the attempt can have caused comes after what was read of the feed before it was sent; what was read since
        is stored with all that it adopted, so reading on from there is enough.
        """
        mailbox = mailbox_of(operation, await self._ledger.setting())
        await self._puller.pull(mailbox)
        if current(await self._ledger.case(case.event.id), operation.id) is None:
            return
        found = await self._complete(operation, await self._remote.find_by_key(operation.mailbox, operation.key))
        if found:
            await self._found(operation, found, searched=True)
        else:
            left = self._still_possible(operation)
            await self._notes.note(operation, lambda c, o, s: push.absent(c, o, s, left))

    def _still_possible(self, operation: Operation) -> timedelta:
        """Return how long a create that is absent now may still come true, by what this process saw itself."""
        now = self._ledger.clock.steady()
        waited = timedelta(seconds=now - self._absent_since.setdefault(operation.id, now))
        return self._settle - waited

    async def _postponing(self, operation: Operation, reading: Awaitable[None]) -> None:
        """Read on after a write that was surely not applied; if that fails, the operation waits its turn."""
        try:
            await reading
        except RemoteError as error:
            await self._notes.note_error(operation, error, push.postpone)
            if isinstance(error, ExchangeUnavailable):
                raise
