"""Runs: one round of bringing both sides together, and what it did."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Trigger(StrEnum):
    """Why a run happened."""

    START = "start"
    SCHEDULE = "schedule"
    HAND = "hand"


class MailboxError(Struct, frozen=True, kw_only=True):
    """A mailbox that could not be read in a run, and why."""

    mailbox: str
    message: str


class Run(Struct, frozen=True, kw_only=True):
    """A sync run. Counts are events, but for ``mailboxes`` (read) and ``fetched`` (items seen in feeds)."""

    id: int
    trigger: Trigger
    started_at: datetime
    finished_at: datetime | None = None
    mailboxes: int = 0
    fetched: int = 0
    created: int = 0
    changed: int = 0
    deleted: int = 0
    pushed: int = 0
    conflicts: int = 0
    errors: tuple[MailboxError, ...] = ()
