"""Findings: where Exchange's own calendar view shows something else than roomd does."""

from datetime import datetime

from msgspec import Struct

from roomd_core.model.conflict import Side


class Finding(Struct, frozen=True, kw_only=True, order=True):
    """Something that only one side shows in a mailbox from ``start`` to ``end``: ``shown_by`` says which.

    ``event`` is None of what roomd does not know at all.
    """

    mailbox: str
    start: datetime
    end: datetime
    title: str
    shown_by: Side
    event: str | None = None


class PassedOver(Struct, frozen=True, kw_only=True, order=True):
    """An entry of Exchange's own view that cannot be read, and so was compared with nothing.

    ``event`` is None of what roomd does not know; ``reason`` is for people.
    """

    mailbox: str
    title: str
    reason: str
    event: str | None = None


class AuditedMailbox(Struct, frozen=True, kw_only=True):
    """A mailbox, when it was last compared with Exchange's own view, and what differed; None: not yet."""

    address: str
    audited_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
