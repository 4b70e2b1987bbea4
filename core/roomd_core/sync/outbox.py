"""The outbox at work: sending one operation at a time for an event, and never believing silence."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from roomd_core.errors import StoreError
from roomd_core.model import ItemRef, Mailbox, MailboxKind, Operation, OperationKind, OperationState
from roomd_core.sync import push, sending
from roomd_core.sync.case import Case, Revision, Setting
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.observe import done, observe
from roomd_core.sync.pull import Puller
from roomd_core.sync.remote import ExchangeUnavailable, Gone, Remote, RemoteError, RemoteItem, Stale

logger = logging.getLogger(__name__)
OperationDecision = Callable[[Case, Operation, Setting], Case]

_STEPS = 8
"""Enough for send, stale, merge, send again a few times; whoever changes an item faster is waited for."""


class Outbox:
    """Works on operations.

    ``random`` spreads the waits, ``settle`` is how long a lost request may still come true.
    """

    def __init__(  # noqa: PLR0913 - its ports, and the two settings of its patience
        self,
        ledger: Ledger,
        remote: Remote,
        puller: Puller,
        locks: MailboxLocks,
        *,
        settle: timedelta,
        random: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._remote = remote
        self._puller = puller
        self._locks = locks
        self._settle = settle
        self._random = random
        self._absent_since: dict[int, float] = {}

    async def work(self, operation: Operation) -> bool:
        """Do what can be done about an operation now; say whether it is done. Raise ExchangeUnavailable, StoreError.

        Whatever else goes wrong is recorded with the operation and concerns nothing else.
        """
        async with self._locks.of(operation.mailbox):
            try:
                return await self._work(operation)
            except (ExchangeUnavailable, StoreError):
                raise
            except Exception as error:
                logger.exception("operation %d (%s) failed unexpectedly", operation.id, operation.kind)
                await self._note_error(operation, error, push.doubt)
                return False

    async def _work(self, operation: Operation) -> bool:
        for _ in range(_STEPS):
            case = await self._ledger.case(operation.event)
            current = _current(case, operation.id)
            setting = await self._ledger.setting()
            if current is None:
                return await self._was_written(operation)
            if not push.is_due(current, setting.now):
                return False
            if current.state is OperationState.UNKNOWN:
                await self._look_up(case, current)
            else:
                await self._send(case, current)
        return False

    async def _send(self, case: Case, operation: Operation) -> None:
        write = sending.what_to_send(case, operation)
        match write:
            case sending.Nothing(because=because):
                await self._note(operation, lambda c, o, _: c.with_operation(done(o, because=because)))
            case sending.Vanished():
                await self._postponing(operation, self._vanished(case, operation))
            case _:
                await self._attempt(operation, write)

    async def _attempt(self, operation: Operation, write: sending.Write) -> None:
        """Send once. The intent is stored before, the outcome after; what falls between is looked up."""
        probe_from = await self._position(operation.mailbox)
        begun = await self._note(operation, lambda c, o, s: push.begin(c, o, probe_from, s))
        sent = _current(begun.after, operation.id)
        if sent is None:
            return
        self._absent_since.pop(operation.id, None)
        try:
            ref = await self._call(begun.after, sent, write)
        except Stale:
            await self._postponing(sent, self._read_again(begun.after, sent))
        except Gone:
            await self._postponing(sent, self._vanished(begun.after, sent))
        except RemoteError as error:
            await self._failed(sent, error)
        else:
            await self._succeeded(sent, ref)

    async def _call(self, case: Case, operation: Operation, write: sending.Write) -> ItemRef | None:
        match write:
            case sending.Creating(mail=mail):
                return await self._remote.create(
                    operation.mailbox, operation.payload, key=operation.key, uid=case.event.uid, mail=mail
                )
            case sending.Updating(ref=ref, before=before, mail=mail):
                return await self._remote.update(operation.mailbox, ref, before, operation.payload, mail=mail)
            case sending.Cancelling(ref=ref, mail=mail):
                await self._remote.cancel(operation.mailbox, ref, mail=mail)
        return None

    async def _succeeded(self, operation: Operation, ref: ItemRef | None) -> None:
        """Store that it was done, with the item as Exchange has it now; the feed would tell the same later."""
        seen = await self._read(operation.mailbox, ref.item_id) if ref else None

        def taken_in(case: Case, current: Operation, setting: Setting) -> Case:
            case = push.succeed(case, current, ref)
            return observe(case, _mailbox(current, setting), seen, setting) if seen else case

        await self._note(operation, taken_in)

    async def _failed(self, operation: Operation, error: RemoteError) -> None:
        await self._note_error(operation, error, push.fail)
        if isinstance(error, ExchangeUnavailable):
            raise error

    async def _read_again(self, case: Case, operation: Operation) -> None:
        """The copy is not as it was known: read it, merge, and go on from there."""
        copy = case.copy_in(operation.mailbox)
        found = await self._remote.fetch(operation.mailbox, [copy.ref.item_id]) if copy else []
        if found:
            await self._found(operation, found)
        else:
            await self._vanished(case, operation)

    async def _vanished(self, case: Case, operation: Operation) -> None:
        """The item is not where it was: look for it by key and global id, make a new one only if it is not there."""
        found = await self._find(case, operation)
        if found:
            await self._found(operation, found)
        elif operation.kind is OperationKind.CANCEL:
            await self._note(operation, lambda c, o, _: push.succeed(c, o, None))
        else:
            await self._note(operation, lambda c, o, _: push.recreate(c, o))

    async def _find(self, case: Case, operation: Operation) -> list[RemoteItem]:
        event, mailbox = case.event, operation.mailbox
        found = await self._remote.find_by_key(mailbox, event.key) if event.key else []
        if not found and event.global_id:
            found = await self._remote.find_by_global_id(mailbox, event.global_id)
        return [seen for seen in found if not seen.is_cancelled]

    async def _found(self, operation: Operation, found: Sequence[RemoteItem]) -> None:
        """Take in the item as it is, under whatever id it has now, and let the operation go on."""
        ids = {seen.ref.item_id for seen in found}

        def taken_in(case: Case, current: Operation, setting: Setting) -> Case:
            for item in case.items:
                if item.mailbox == operation.mailbox and item.ref.item_id not in ids:
                    case = case.without_item(item.mailbox, item.ref.item_id)
            for seen in found:
                case = observe(case, _mailbox(current, setting), seen, setting)
            left = _current(case, current.id)
            return push.send_again(case, left) if left else case

        await self._note(operation, taken_in)

    async def _look_up(self, case: Case, operation: Operation) -> None:
        """Find out what became of a write whose answer was lost."""
        try:
            if operation.kind is OperationKind.CREATE:
                await self._look_for_created(case, operation)
            else:
                await self._read_again(case, operation)
        except ExchangeUnavailable:
            raise
        except RemoteError as error:
            await self._note_error(operation, error, push.doubt)

    async def _look_for_created(self, case: Case, operation: Operation) -> None:
        """Read the feed first: it shows the item without a search, and adopts it. Then search for the key."""
        mailbox = _mailbox(operation, await self._ledger.setting())
        await self._puller.pull(mailbox)
        if _current(await self._ledger.case(case.event.id), operation.id) is None:
            return
        found = await self._remote.find_by_key(operation.mailbox, operation.key)
        if found:
            await self._found(operation, found)
        else:
            left = self._still_possible(operation)
            await self._note(operation, lambda c, o, s: push.absent(c, o, s, left))

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
            await self._note_error(operation, error, push.postpone)
            if isinstance(error, ExchangeUnavailable):
                raise

    async def _read(self, mailbox: str, item_id: str) -> RemoteItem | None:
        try:
            return next(iter(await self._remote.fetch(mailbox, [item_id])), None)
        except RemoteError:
            return None

    async def _was_written(self, operation: Operation) -> bool:
        async with self._ledger.store.read() as tables:
            ended = await tables.operations.get(operation.id)
        return ended is not None and ended.state is OperationState.DONE and ended.error is None

    async def _position(self, mailbox: str) -> str | None:
        async with self._ledger.store.read() as tables:
            return await tables.mailboxes.sync_state(mailbox)

    async def _note_error(self, operation: Operation, error: Exception, decide: push.ErrorDecision) -> None:
        await self._note(
            operation, lambda case, current, setting: decide(case, current, error, setting, self._random)
        )

    async def _note(self, operation: Operation, decide: OperationDecision) -> Revision:
        """Store what a decision makes of the operation as it is now; nothing if it has ended meanwhile."""

        def decided(case: Case, setting: Setting) -> Case:
            current = _current(case, operation.id)
            return decide(case, current, setting) if current else case

        return await self._ledger.revise(operation.event, decided)


def _current(case: Case, number: int) -> Operation | None:
    """Return an operation that roomd still works on."""
    ended = (OperationState.DONE, OperationState.PARKED)
    return next((op for op in case.operations if op.id == number and op.state not in ended), None)


def _mailbox(operation: Operation, setting: Setting) -> Mailbox:
    """Return the organizer's mailbox, also when it was taken off the list while something waited for it."""
    address = operation.mailbox
    return setting.mailboxes.get(address) or Mailbox(address=address, kind=MailboxKind.PERSON, name=address)
