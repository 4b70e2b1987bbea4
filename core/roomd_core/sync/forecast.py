"""Saying beforehand what an operation would write, and whom that mails. Pure: it decides as sending does."""

from collections.abc import Iterator
from datetime import datetime

from roomd_core.merge import diff
from roomd_core.model import Content, Operation, OperationKind, OperationState, PlannedWrite, WriteKind
from roomd_core.occurrences import occurrence_content
from roomd_core.spans import Span
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.recipients import recipients
from roomd_core.sync.remote import Mail
from roomd_core.sync.sending import Cancelling, Creating, Nothing, Vanished, leftovers, what_to_send
from roomd_core.sync.steps import Step, next_step

IN_DOUBT = "it was applied already: the answer was lost, and it is looked up first"
_MAY_BE_THERE = "its item is found in another place"
_FIRST_HALF = "for Exchange to have ended the series before"


def forecast(case: Case) -> tuple[PlannedWrite, ...]:
    """Return what the operations of a case would write now, in order. What was given up is not tried again."""
    waiting = (operation for operation in case.operations if operation.state is not OperationState.PARKED)
    return tuple(planned for operation in waiting for planned in _writes(case, operation))


def mailed_by(base: Content | None, content: Content) -> tuple[str, ...]:
    """Return everybody mailed, in order, by the writes that bring Exchange from one content to another."""
    return tuple(sorted({who for before, step in _steps(base, content) for who in _mails(before, step)}))


def invites_anew(case: Case) -> frozenset[str]:
    """Return the rooms that will be asked, or asked again, by what waits to be sent, about the whole event."""
    base, content = case.event.base, case.event.content
    if case.cancelled or not forecast(case):
        return frozenset()
    if base is None or "time" in diff(base, content):
        return frozenset(content.rooms)
    return frozenset(content.rooms) - frozenset(base.rooms)


def invites_once(case: Case) -> tuple[Span, ...]:
    """Return when rooms will be asked, or asked again, about single occurrences by what waits to be sent."""
    if case.cancelled or not forecast(case):
        return ()
    return tuple(
        span for before, step in _steps(case.event.base, case.event.content) for span in _asked_once(before, step)
    )


def _writes(case: Case, operation: Operation) -> Iterator[PlannedWrite]:
    write, event = what_to_send(case, operation), case.event
    match write:
        case Nothing():
            return
        case Cancelling(mail=mail):
            yield _told(operation, WriteKind.CANCEL, recipients(mail, event.base or event.content, None))
        case Vanished():
            yield from (_step(operation, *each, unless=_MAY_BE_THERE) for each in _steps(None, event.content))
        case _:
            base = None if operation.kind is OperationKind.CREATE else event.base
            yield from (_step(operation, *each) for each in _steps(base, event.content))


def forecast_clearing(case: Case, setting: Setting) -> tuple[PlannedWrite, ...]:
    """Return what rooms are cleared of before an item is made anew. Nobody is mailed about that."""
    waiting = (
        op for op in case.operations if op.state is OperationState.QUEUED and op.kind is not OperationKind.CANCEL
    )
    making = next((op for op in waiting if isinstance(what_to_send(case, op), Creating | Vanished)), None)
    if making is None:
        return ()
    return tuple(
        PlannedWrite(event=case.event.id, kind=WriteKind.CLEAR, mailbox=item.mailbox, not_before=making.not_before)
        for item in leftovers(case, setting)
    )


def _steps(base: Content | None, content: Content) -> Iterator[tuple[Content | None, Step]]:
    """Go through the writes that bring Exchange from one content to another, each with what it starts from."""
    while base is None or diff(base, content):
        step = next_step(base, content)
        if step.content == base:
            return
        yield base, step
        base = step.content


def _step(operation: Operation, base: Content | None, step: Step, *, unless: str = "") -> PlannedWrite:
    mails = _mails(base, step)
    if base is None:
        return _told(operation, WriteKind.CREATE, mails, unless=unless)
    if step.occurrence is None:
        return _told(operation, WriteKind.UPDATE, mails, units=diff(base, step.content), unless=unless)
    before, after = _the_one(base, step, step.occurrence)
    if after is None:
        return _told(operation, WriteKind.CANCEL, mails, about=step, unless=unless)
    return _told(operation, WriteKind.UPDATE, mails, units=diff(before or after, after), about=step, unless=unless)


def _mails(base: Content | None, step: Step) -> tuple[str, ...]:
    if base is None:
        return recipients(Mail.EVERYBODY, None, step.content)
    if step.occurrence is None:
        return recipients(Mail.CHANGED, base, step.content)
    before, after = _the_one(base, step, step.occurrence)
    return recipients(Mail.CHANGED if after else Mail.EVERYBODY, before or after, after)


def _the_one(base: Content, step: Step, original_start: datetime) -> tuple[Content | None, Content | None]:
    """Return the occurrence a step is about, before and after it."""
    return occurrence_content(base, original_start), occurrence_content(step.content, original_start)


def _asked_once(base: Content | None, step: Step) -> Iterator[Span]:
    if base is None or step.occurrence is None:
        return
    before, after = _the_one(base, step, step.occurrence)
    if after is None:
        return
    moved = before is None or "time" in diff(before, after)
    known = () if before is None or moved else before.rooms
    yield from (Span(mailbox=room, start=after.start, end=after.end) for room in after.rooms if room not in known)


def _told(  # noqa: PLR0913 - a planned write's own facts
    operation: Operation,
    kind: WriteKind,
    mails: tuple[str, ...],
    *,
    units: tuple[str, ...] = (),
    about: Step | None = None,
    unless: str = "",
) -> PlannedWrite:
    in_doubt = operation.state in (OperationState.UNKNOWN, OperationState.SENDING)
    return PlannedWrite(
        event=operation.event,
        kind=kind,
        mailbox=operation.mailbox,
        occurrence=about.occurrence if about else None,
        units=units,
        mails=mails,
        unless=IN_DOUBT if in_doubt else unless,
        not_before=operation.not_before,
        waiting=operation.error or (_FIRST_HALF if operation.after is not None else ""),
    )
