"""What states are called and how they are marked, so that every picture of a timeline reads the same.

The marks are ASCII: arrows, bars and dots have no fixed width in terminals set up for Chinese or Japanese.
"""

from roomd_core.api.wire import EventState, Health
from roomd_core.model import Answer, OccupancyState, Origin, WatchMeans

MARK: dict[OccupancyState, str] = {
    OccupancyState.ACCEPTED: "|",
    OccupancyState.PENDING: "~",
    OccupancyState.TENTATIVE: "?",
    OccupancyState.DECLINED: "x",
}
"""The first cell of a booking."""

OUTSIDE = "@"
"""Stands before the title of what was made in Outlook."""

CLASH = "!"
"""Replaces the mark where two bookings hold one room at one time."""

OCCUPANCY: dict[OccupancyState, str] = {
    OccupancyState.ACCEPTED: "room accepted",
    OccupancyState.PENDING: "on its way to Exchange",
    OccupancyState.TENTATIVE: "room has not answered",
    OccupancyState.DECLINED: "room declined",
}

STILL_HELD = "cancelled, the room still holds it"
"""What is said instead of a state where a room has not given the time back."""

EVENT: dict[EventState, str] = {
    EventState.PENDING: "saved, on its way to Exchange",
    EventState.UNKNOWN: "sent, being looked up in Exchange",
    EventState.SYNCED: "in Exchange",
    EventState.REFUSED: "refused by Exchange",
    EventState.CANCELLED: "cancelled",
}

ORIGIN: dict[Origin, str] = {Origin.LOCAL: "made here", Origin.EXCHANGE: "made in Outlook"}

ANSWER: dict[Answer, str] = {
    Answer.NONE: "no answer yet",
    Answer.ACCEPTED: "accepted",
    Answer.TENTATIVE: "tentative",
    Answer.DECLINED: "declined",
}

HEALTH: dict[Health, str] = {Health.OK: "ok", Health.UNTRIED: "not tried yet", Health.FAILING: "failing"}

WATCH: dict[WatchMeans, str] = {
    WatchMeans.STREAMING: "changes arrive at once",
    WatchMeans.PULL: "changes arrive within seconds",
    WatchMeans.POLLING: "changes arrive with the next run",
}
"""What each way of watching a mailbox means for whoever looks at it."""


def count(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun: ``1 seat``, ``8 seats``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
