"""What sending means for an operation and its case: that it begins, and each way it can end. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from roomd_core.model import (
    Answer,
    ConflictKind,
    Content,
    Item,
    ItemKind,
    ItemRef,
    Operation,
    OperationKind,
    OperationState,
)
from roomd_core.sync import conflicts
from roomd_core.sync.answers import ask_again
from roomd_core.sync.backoff import full_jitter, is_over
from roomd_core.sync.case import ROOMD, Case, Setting
from roomd_core.sync.observe import done
from roomd_core.sync.remote import (
    ExchangeUnavailable,
    MailboxUnavailable,
    OutcomeUnknown,
    Rejected,
    RetryLater,
)
from roomd_core.sync.steps import after_write, next_step, rule_is_unsent

LOOK_AGAIN = timedelta(seconds=15)
"""How soon a create whose answer was lost is looked for again, until it is proven absent."""


ErrorDecision = Callable[[Case, Operation, Exception, Setting, Callable[[], float]], Case]
"""What an error means for an operation; the last argument is a source of randomness for waits."""


def begin(case: Case, operation: Operation, setting: Setting) -> Case:
    """Record that the operation is about to be sent, and with what: from here on, silence means unknown."""
    sending = replace(
        operation,
        state=OperationState.SENDING,
        payload=next_step(case.event.base, case.event.content).content,
        attempts=operation.attempts + 1,
        sent_at=setting.now,
        not_before=None,
        absent_once_at=None,
        error=None,
    )
    base = case.event.base
    if operation.kind is OperationKind.UPDATE and base and rule_is_unsent(base, sending.payload):
        case = ask_again(case, setting)
    return case.with_operation(sending)


def succeed(case: Case, operation: Operation, ref: ItemRef | None) -> Case:
    """Take in that the write was applied: both sides agree on what was sent."""
    case = _settle_refusals(case.with_operation(done(operation)), operation)
    if ref is None:
        return _called_off(case, operation)
    kind = ItemKind.MASTER if operation.payload.series else ItemKind.SINGLE
    item = Item(
        mailbox=operation.mailbox, ref=ref, event=case.event.id, kind=kind, is_organizer=True, answer=Answer.ACCEPTED
    )
    return case.with_item(item).with_event(replace(case.event, base=operation.payload))


def agreed(case: Case, before: Content | None, remote: Content) -> Case:
    """Take in, after a write, which exceptions of a series Exchange still has."""
    base = case.event.base
    if base is None:
        return case
    return case.with_event(replace(case.event, base=after_write(before, base, remote)))


def fail(case: Case, operation: Operation, error: Exception, setting: Setting, random: Callable[[], float]) -> Case:
    """Take in that the write was not applied, or that nobody knows: each error says which."""
    match error:
        case Rejected():
            return _park(case, operation, str(error), setting)
        case OutcomeUnknown():
            return case.with_operation(replace(operation, state=OperationState.UNKNOWN, error=str(error)))
        case RetryLater(after=timedelta() as after):
            return case.with_operation(_later(operation, error, setting.now + after))
        case RetryLater() | MailboxUnavailable():
            wait = full_jitter(operation.attempts, random)
            return case.with_operation(_later(operation, error, setting.now + wait))
        case ExchangeUnavailable():
            return case.with_operation(_later(operation, error, None))
        case _:
            return doubt(case, operation, error, setting, random)


def doubt(case: Case, operation: Operation, error: Exception, setting: Setting, random: Callable[[], float]) -> Case:
    """Take in that something unforeseen happened, while sending or while looking: it is looked into later."""
    again = setting.now + full_jitter(operation.attempts + 1, random)
    unknown = replace(
        operation, state=OperationState.UNKNOWN, attempts=operation.attempts + 1, not_before=again, error=str(error)
    )
    return case.with_operation(unknown)


def postpone(
    case: Case, operation: Operation, error: Exception, setting: Setting, random: Callable[[], float]
) -> Case:
    """Take in that the write is surely not applied, but cannot be tried again at once."""
    return case.with_operation(_later(operation, error, setting.now + full_jitter(operation.attempts, random)))


def send_again(case: Case, operation: Operation) -> Case:
    """Take in that the write is surely not applied and may be sent at once."""
    queued = replace(operation, state=OperationState.QUEUED, not_before=None, absent_once_at=None, error=None)
    return case.with_operation(queued)


def absent(case: Case, operation: Operation, setting: Setting, left: timedelta) -> Case:
    """Take in that a create whose answer was lost cannot be found.

    A request given up by us may still be carried out by the server. Only when the item is absent twice, far enough
    apart, is it sent again, with the same key. ``left`` is how long it can still come true, by the steady clock:
    the wall clock may have been set meanwhile.
    """
    if left <= timedelta():
        return send_again(case, operation)
    again = setting.now + min(LOOK_AGAIN, left)
    first = operation.absent_once_at or setting.now
    return case.with_operation(replace(operation, absent_once_at=first, not_before=again))


def recreate(case: Case, operation: Operation, setting: Setting) -> Case:
    """The item is gone and the event was saved since: make a new one, with a new key, for the same event."""
    key = setting.new_key()
    for item in case.items:
        if item.is_organizer:
            case = case.without_item(item.mailbox, item.ref.item_id)
    case = case.with_event(replace(case.event, key=key, base=None))
    create = replace(operation, kind=OperationKind.CREATE, key=key, payload=case.event.content, attempts=0)
    return send_again(case, create)


def is_due(operation: Operation, now: datetime) -> bool:
    """Say whether an operation may be worked on."""
    waiting = operation.state in (OperationState.QUEUED, OperationState.UNKNOWN)
    return waiting and is_over(operation.not_before, now)


def _called_off(case: Case, operation: Operation) -> Case:
    """Forget the item that was cancelled. If the calendar has the event twice, the other one is next."""
    copy = case.copy_in(operation.mailbox)
    if copy is None:
        return case
    case = case.without_item(copy.mailbox, copy.ref.item_id)
    return send_again(case, operation) if case.organizer_items else case


def _later(operation: Operation, error: Exception, not_before: datetime | None) -> Operation:
    return replace(operation, state=OperationState.QUEUED, not_before=not_before, error=str(error))


def _park(case: Case, operation: Operation, reason: str, setting: Setting) -> Case:
    case = case.with_operation(replace(operation, state=OperationState.PARKED, error=reason))
    return case.with_conflict(conflicts.refused(case, operation, reason, setting))


def _settle_refusals(case: Case, operation: Operation) -> Case:
    """What Exchange refused before was superseded by what it took now."""
    for parked in case.parked:
        case = case.with_operation(done(parked, because="a later change was accepted"))
    conflict = case.conflict(ConflictKind.REJECTED)
    if conflict is None or operation.sent_at is None:
        return case
    return case.with_conflict(replace(conflict, resolved_at=operation.sent_at, resolved_by=ROOMD))
