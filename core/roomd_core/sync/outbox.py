"""The outbox at work: sending one operation at a time for an event, and never believing silence."""

import logging
from collections.abc import Callable
from datetime import timedelta

from roomd_core.errors import StoreError
from roomd_core.model import ItemRef, Operation, OperationKind, OperationState
from roomd_core.sync import push, sending
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.clearing import Clearer
from roomd_core.sync.content import content_of
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.lookup import Lookup
from roomd_core.sync.notes import OperationNotes, current, mailbox_of
from roomd_core.sync.observe import done, observe
from roomd_core.sync.pull import Puller
from roomd_core.sync.remote import ExchangeUnavailable, Gone, Remote, RemoteError, Stale

logger = logging.getLogger(__name__)

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
        clearer: Clearer,
        *,
        settle: timedelta,
        random: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._remote = remote
        self._locks = locks
        self._clearer = clearer
        self._puller = puller
        self._notes = OperationNotes(ledger, random)
        self._lookup = Lookup(self._notes, remote, puller, settle=settle)

    async def work(self, operation: Operation) -> bool:
        """Do what can be done about an operation now; say whether it is done. Raise ExchangeUnavailable, StoreError.

        Whatever else goes wrong is recorded with the operation and concerns nothing else.
        """
        try:
            if operation.kind is OperationKind.CREATE and not await self._prepare(operation):
                return False
            async with self._locks.of(operation.mailbox):
                done = await self._work(operation)
        except (ExchangeUnavailable, StoreError):
            raise
        except Exception as error:
            logger.exception("operation %d (%s) failed unexpectedly", operation.id, operation.kind)
            await self._notes.note_error(operation, error, push.doubt)
            return False
        return done if isinstance(done, bool) else await self.work(done)

    async def _prepare(self, operation: Operation) -> bool:
        """See whether what is to be made anew is back, and clear rooms of what is left of it. False: it must wait."""
        case = await self._ledger.case(operation.event)
        now = current(case, operation.id)
        is_new = case.event.global_id is None and not case.items
        if is_new or now is None or now.state is not OperationState.QUEUED:
            return True
        try:
            async with self._locks.of(operation.mailbox):
                await self._lookup.read_on(operation)
            await self._clearer.clear(operation)
        except ExchangeUnavailable:
            raise
        except RemoteError as error:
            await self._notes.note_error(operation, error, push.postpone)
            return False
        return True

    async def _work(self, operation: Operation) -> bool | Operation:
        """Say whether it is done, or give it back as one that has to begin anew: its item has to be made."""
        looked_up = False
        for _ in range(_STEPS):
            case = await self._ledger.case(operation.event)
            now = current(case, operation.id)
            setting = await self._ledger.setting()
            if now is None:
                return await self._was_written(operation)
            if now.kind is not operation.kind or (looked_up and _is_to_be_made(now)):
                return now
            if not push.is_due(now, setting.now):
                return False
            if now.state is OperationState.UNKNOWN:
                await self._lookup.look_up(case, now)
                looked_up = True
            elif now.kind is OperationKind.UPDATE and case.is_doubled and not looked_up:
                await self._lookup.after_stale(case, now)  # what is known may be what the other item says
                looked_up = True
            else:
                await self._send(case, now)
        return False

    async def _send(self, case: Case, operation: Operation) -> None:
        write = sending.what_to_send(case, operation)
        match write:
            case sending.Nothing(because=because):
                await self._notes.note(operation, lambda c, o, _: c.with_operation(done(o, because=because)))
            case sending.Vanished():
                await self._lookup.after_gone(case, operation)
            case sending.Returned():
                await self._lookup.after_stale(case, operation)
            case _:
                await self._attempt(operation)

    async def _attempt(self, operation: Operation) -> None:
        """Send once. The intent is stored before, the outcome after; what falls between is looked up.

        What is sent is decided anew on what was stored: the event may have been changed since it was read.
        """
        begun = await self._notes.note(operation, push.begin)
        sent = current(begun.after, operation.id)
        if sent is None:
            return
        self._lookup.forget(sent)
        write = sending.what_to_send(begun.after, sent)
        if isinstance(write, sending.Vanished | sending.Returned):
            await self._notes.note(sent, lambda c, o, _: push.send_again(c, o))
            return
        try:
            ref = await self._call(begun.after, sent, write)
        except Stale:
            await self._lookup.after_stale(begun.after, sent)
        except Gone:
            await self._lookup.after_gone(begun.after, sent)
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
            case sending.UpdatingOccurrence(ref=ref, one=one, mail=mail):
                await self._remote.update_occurrence(operation.mailbox, ref, one, mail=mail)
                return ref
            case sending.CancellingOccurrence(ref=ref, original_start=original_start, mail=mail):
                await self._remote.cancel_occurrence(operation.mailbox, ref, original_start, mail=mail)
                return ref
            case sending.Cancelling(ref=ref, mail=mail):
                await self._remote.cancel(operation.mailbox, ref, mail=mail)
        return None

    async def _succeeded(self, operation: Operation, ref: ItemRef | None) -> None:
        """Store that it was done, with the item as Exchange has it now; the feed would tell the same later."""
        seen = await self._lookup.read(operation, ref.item_id) if ref else None

        def taken_in(case: Case, now: Operation, setting: Setting) -> Case:
            before = case.event.base
            case = push.succeed(case, now, ref)
            if seen is None:
                return case
            mailbox = mailbox_of(now, setting)
            case = push.agreed(case, before, content_of(seen, mailbox, case.event.content))
            return observe(case, mailbox, seen, setting)

        await self._notes.note(operation, taken_in)
        if ref is not None and operation.kind is OperationKind.CREATE:
            self._puller.expect(operation.mailbox, ref.item_id)

    async def _failed(self, operation: Operation, error: RemoteError) -> None:
        await self._notes.note_error(operation, error, push.fail)
        if isinstance(error, ExchangeUnavailable):
            raise error

    async def _was_written(self, operation: Operation) -> bool:
        async with self._ledger.store.read() as tables:
            ended = await tables.operations.get(operation.id)
        return ended is not None and ended.state is OperationState.DONE and ended.error is None


def _is_to_be_made(operation: Operation) -> bool:
    return operation.kind is OperationKind.CREATE and operation.state is OperationState.QUEUED
