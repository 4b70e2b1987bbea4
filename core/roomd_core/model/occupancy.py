"""Occupancy: who has which mailbox from when to when. What a timeline shows and a conflict check asks."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class OccupancyState(StrEnum):
    """How firmly the time is held."""

    PENDING = "pending"
    """Taken here, on its way to Exchange."""
    TENTATIVE = "tentative"
    """Exchange has it; the mailbox has not said yes."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    """The mailbox said no: shown, and holds nothing."""


class Occupancy(Struct, frozen=True, gc=False, kw_only=True):
    """One occurrence in one mailbox, half open: from ``start`` up to but without ``end``, both in UTC."""

    mailbox: str
    start: datetime
    end: datetime
    event: str
    original_start: datetime
    state: OccupancyState
