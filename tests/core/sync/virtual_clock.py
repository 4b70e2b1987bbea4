"""A clock for histories that take days."""

from datetime import datetime, timedelta


class VirtualClock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self._start = now
        self._elapsed = timedelta()

    def now(self) -> datetime:
        return self._start + self._elapsed

    def steady(self) -> float:
        return self._elapsed.total_seconds()

    def advance(self, seconds: float) -> None:
        self._elapsed += timedelta(seconds=seconds)
