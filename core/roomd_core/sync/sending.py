"""Deciding what an operation means now: what to send, if anything. Pure."""

from datetime import datetime

from msgspec import Struct

from roomd_core.model import Content, Item, ItemRef, Operation, OperationKind
from roomd_core.occurrences import bare, occurrence_content
from roomd_core.spans import rooms_ever
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.remote import Mail, OneOccurrence
from roomd_core.sync.steps import Step, next_step


class Creating(Struct, frozen=True, kw_only=True):
    """Create the item."""

    mail: Mail


class Updating(Struct, frozen=True, kw_only=True):
    """Write what differs from ``before``, if the copy is still as it is known."""

    ref: ItemRef
    before: Content
    mail: Mail


class UpdatingOccurrence(Struct, frozen=True, kw_only=True):
    """Write what differs in one occurrence, if the series is still as it is known."""

    ref: ItemRef
    one: OneOccurrence
    mail: Mail


class CancellingOccurrence(Struct, frozen=True, kw_only=True):
    """Call one occurrence off, if the series is still as it is known."""

    ref: ItemRef
    original_start: datetime
    mail: Mail


class Cancelling(Struct, frozen=True, kw_only=True):
    """Cancel the meeting."""

    ref: ItemRef
    mail: Mail


class Nothing(Struct, frozen=True, kw_only=True):
    """There is nothing to write any more; ``because`` is None if it has been written already."""

    because: str | None = None


class Vanished(Struct, frozen=True, kw_only=True):
    """The item to write to is not known here: it has to be looked for, then made anew unless it was to go."""


class Returned(Struct, frozen=True, kw_only=True):
    """The item to make anew is in the calendar again: it has to be read, and gone on with."""


Write = Creating | Updating | UpdatingOccurrence | CancellingOccurrence | Cancelling | Nothing | Vanished | Returned


def what_to_send(case: Case, operation: Operation) -> Write:
    """Decide what an operation means now: the content is the newest, whatever it was when it was asked for."""
    if operation.kind is OperationKind.CANCEL:
        return _cancelling(case, operation)
    if case.cancelled:
        return Nothing(because="the event was cancelled meanwhile")
    if operation.kind is OperationKind.CREATE:
        return _creating(case, operation)
    return _updating(case, operation)


def leftovers(case: Case, setting: Setting) -> list[Item]:
    """Return what rooms still have of a meeting of which its organizer has no item any more."""
    if case.cancelled or case.organizer_copy:
        return []
    return [item for item in case.items if setting.is_room(item.mailbox) and item.original_start is None]


def _creating(case: Case, operation: Operation) -> Write:
    if case.copy_in(operation.mailbox):
        return Returned()
    return Creating(mail=_mail(Mail.EVERYBODY, bare(case.event.content)))


def _cancelling(case: Case, operation: Operation) -> Write:
    if not case.cancelled:
        return Nothing(because="the event stands again")
    copy = case.copy_in(operation.mailbox)
    if copy is None:
        return Nothing() if operation.attempts else Vanished()
    if case.is_doubled:  # everybody is told with the last of them
        return Cancelling(ref=copy.ref, mail=Mail.NOBODY)
    invited = case.event.base or case.event.content
    return Cancelling(ref=copy.ref, mail=_mail(Mail.EVERYBODY, invited))


def _updating(case: Case, operation: Operation) -> Write:
    copy, base = case.copy_in(operation.mailbox), case.event.base
    if copy is None or base is None:
        return Vanished()
    if not case.edited:
        return Nothing(because=None if operation.attempts else "Exchange has the same already")
    step = next_step(base, case.event.content)
    if step.occurrence is not None:
        return _about_one(copy.ref, base, step, step.occurrence)
    return Updating(ref=copy.ref, before=base, mail=_mail(Mail.CHANGED, base, step.content))


def _about_one(ref: ItemRef, base: Content, step: Step, original_start: datetime) -> Write:
    before, after = (occurrence_content(content, original_start) for content in (base, step.content))
    whom = _mail(Mail.CHANGED, *(content for content in (before, after) if content))
    if after is None:
        told = Mail.NOBODY if whom is Mail.NOBODY else Mail.EVERYBODY
        return CancellingOccurrence(ref=ref, original_start=original_start, mail=told)
    one = OneOccurrence(original_start=original_start, before=before or after, after=after)
    return UpdatingOccurrence(ref=ref, one=one, mail=whom)


def _mail(whom: Mail, *contents: Content) -> Mail:
    """A series without guests may have a room at one occurrence, which hears of what happens to the series."""
    return whom if any(content.attendees or rooms_ever(content) for content in contents) else Mail.NOBODY
