"""Saying beforehand what an operation would write, and whom that mails. Pure: it decides as sending does."""

from collections.abc import Iterator
from typing import assert_never

from roomd_core.merge import diff
from roomd_core.model import Operation, OperationState, PlannedWrite, WriteKind
from roomd_core.sync.case import Case
from roomd_core.sync.recipients import recipients
from roomd_core.sync.remote import Mail
from roomd_core.sync.sending import Cancelling, Creating, Nothing, Updating, Vanished, what_to_send

IN_DOUBT = "it was applied already: the answer was lost, and it is looked up first"
_MAY_BE_THERE = "its item is found in another place"


def forecast(case: Case) -> tuple[PlannedWrite, ...]:
    """Return what the operations of a case would write now, in order. What was given up is not tried again."""
    waiting = (operation for operation in case.operations if operation.state is not OperationState.PARKED)
    return tuple(planned for operation in waiting for planned in _writes(case, operation))


def invites_anew(case: Case) -> frozenset[str]:
    """Return the rooms that will be asked, or asked again, by what waits to be sent."""
    base, content = case.event.base, case.event.content
    if case.cancelled or not forecast(case):
        return frozenset()
    if base is None or "time" in diff(base, content):
        return frozenset(content.rooms)
    return frozenset(content.rooms) - frozenset(base.rooms)


def _writes(case: Case, operation: Operation) -> Iterator[PlannedWrite]:
    write, content, base = what_to_send(case, operation), case.event.content, case.event.base
    match write:
        case Nothing():
            return
        case Creating(mail=mail):
            yield _planned(operation, WriteKind.CREATE, mails=recipients(mail, None, content))
        case Updating(before=before, mail=mail):
            mails = recipients(mail, before, content)
            yield _planned(operation, WriteKind.UPDATE, units=case.edited, mails=mails)
        case Cancelling(mail=mail):
            yield _planned(operation, WriteKind.CANCEL, mails=recipients(mail, base or content, None))
        case Vanished():
            mails = recipients(Mail.EVERYBODY, None, content)
            yield _planned(operation, WriteKind.CREATE, mails=mails, unless=_MAY_BE_THERE)
        case _:
            assert_never(write)


def _planned(
    operation: Operation,
    kind: WriteKind,
    *,
    mails: tuple[str, ...],
    units: tuple[str, ...] = (),
    unless: str = "",
) -> PlannedWrite:
    in_doubt = operation.state in (OperationState.UNKNOWN, OperationState.SENDING)
    return PlannedWrite(
        event=operation.event,
        kind=kind,
        mailbox=operation.mailbox,
        units=units,
        mails=mails,
        unless=IN_DOUBT if in_doubt else unless,
        not_before=operation.not_before,
        waiting=operation.error or "",
    )
