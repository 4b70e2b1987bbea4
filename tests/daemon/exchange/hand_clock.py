"""A clock that moves when it is told to."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class HandClock:
    """Both clocks of the Clock port, set by hand."""

    def __init__(self) -> None:
        self._passed = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._passed)

    def steady(self) -> float:
        return 100.0 + self._passed

    def pass_seconds(self, seconds: float) -> None:
        self._passed += seconds
