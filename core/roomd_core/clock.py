"""Time as a port: the wall clock to stamp with, the steady clock to wait by."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the engine and the booking service ask for the time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def steady(self) -> float:
        """Return seconds on a clock that never jumps; only differences mean anything."""
        ...


class SystemClock:
    """The host's clocks."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Return the host's monotonic clock in seconds."""
        return time.monotonic()


def whole_second(moment: datetime) -> datetime:
    """Return an instant without its fraction of a second, as the store keeps it."""
    return moment.replace(microsecond=0) if moment.microsecond else moment
