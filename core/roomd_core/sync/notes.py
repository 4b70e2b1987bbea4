"""Storing what became of an operation, decided on the operation as it is at that moment."""

from collections.abc import Callable

from roomd_core.model import Mailbox, MailboxKind, Operation, OperationState
from roomd_core.sync import push
from roomd_core.sync.case import Case, Revision, Setting
from roomd_core.sync.ledger import Ledger

OperationDecision = Callable[[Case, Operation, Setting], Case]


class OperationNotes:
    """Notes about operations. ``random`` spreads the waits after errors."""

    def __init__(self, ledger: Ledger, random: Callable[[], float]) -> None:
        self.ledger = ledger
        self._random = random

    async def note(self, operation: Operation, decide: OperationDecision) -> Revision:
        """Store what a decision makes of the operation as it is now; nothing if it has ended meanwhile."""

        def decided(case: Case, setting: Setting) -> Case:
            now = current(case, operation.id)
            return decide(case, now, setting) if now else case

        return await self.ledger.revise(operation.event, decided)

    async def note_error(self, operation: Operation, error: Exception, decide: push.ErrorDecision) -> None:
        """Store what an error means for the operation."""
        await self.note(operation, lambda case, now, setting: decide(case, now, error, setting, self._random))


def current(case: Case, number: int) -> Operation | None:
    """Return an operation that roomd still works on."""
    ended = (OperationState.DONE, OperationState.PARKED)
    return next((op for op in case.operations if op.id == number and op.state not in ended), None)


def mailbox_of(operation: Operation, setting: Setting) -> Mailbox:
    """Return the organizer's mailbox, also when it was taken off the list while something waited for it."""
    address = operation.mailbox
    return setting.mailboxes.get(address) or Mailbox(address=address, kind=MailboxKind.PERSON, name=address)
