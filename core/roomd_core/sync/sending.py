"""Deciding what an operation means now: what to send, if anything. Pure."""

from msgspec import Struct

from roomd_core.model import Content, ItemRef, Operation, OperationKind
from roomd_core.sync.case import Case
from roomd_core.sync.remote import Mail


class Creating(Struct, frozen=True, kw_only=True):
    """Create the item."""

    mail: Mail


class Updating(Struct, frozen=True, kw_only=True):
    """Write what differs from ``before``, if the copy is still as it is known."""

    ref: ItemRef
    before: Content
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


Write = Creating | Updating | Cancelling | Nothing | Vanished


def what_to_send(case: Case, operation: Operation) -> Write:
    """Decide what an operation means now: the content is the newest, whatever it was when it was asked for."""
    if operation.kind is OperationKind.CANCEL:
        return _cancelling(case, operation)
    if case.cancelled:
        return Nothing(because="the event was cancelled meanwhile")
    if operation.kind is OperationKind.CREATE:
        return Creating(mail=_mail(Mail.EVERYBODY, case.event.content))
    return _updating(case, operation)


def _cancelling(case: Case, operation: Operation) -> Write:
    if not case.cancelled:
        return Nothing(because="the event stands again")
    copy = case.copy_in(operation.mailbox)
    if copy is None:
        return Nothing() if operation.attempts else Vanished()
    invited = case.event.base or case.event.content
    return Cancelling(ref=copy.ref, mail=_mail(Mail.EVERYBODY, invited))


def _updating(case: Case, operation: Operation) -> Write:
    copy, base = case.organizer_copy, case.event.base
    if copy is None or base is None:
        return Vanished()
    if not case.edited:
        return Nothing(because=None if operation.attempts else "Exchange has the same already")
    return Updating(ref=copy.ref, before=base, mail=_mail(Mail.CHANGED, base, case.event.content))


def _mail(whom: Mail, *contents: Content) -> Mail:
    return whom if any(content.attendees or content.rooms for content in contents) else Mail.NOBODY
