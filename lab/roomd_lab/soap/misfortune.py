"""Faults that befall Exchange itself, before it can do what a request asks."""

from roomd_lab.faults import Fault, FaultKind
from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.call import Call


def suffer(call: Call) -> None:
    """Let what was planned happen to subscriptions or to the mailbox.

    Raises ErrorMailboxMoveInProgress.
    """
    if call.fault is None:
        return
    if call.fault.kind is FaultKind.SUBSCRIPTION_LOST:
        call.organization.subscriptions.lose(call.fault.code or "ErrorSubscriptionNotFound")
    if call.fault.kind is FaultKind.MAILBOX_MOVED:
        _move_mailbox(call, call.fault)


def _move_mailbox(call: Call, fault: Fault) -> None:
    """The mailbox is on its way; with the last of these answers it has arrived elsewhere, under other ids."""
    if fault.times == 1 and call.caller.acts_as:
        call.organization.mailbox(call.caller.acts_as).relocate()
    raise ExchangeError("ErrorMailboxMoveInProgress", "The mailbox is being moved to another server.")
