"""After a busy server: who has to wait, and how long.

EWS charges its budgets to the principal that is acted as; while one is throttled, sending only prolongs it
(EWS throttling in Exchange).
"""

from datetime import timedelta

from roomd_core.clock import Clock


class Backoff:
    """The waits Exchange asked for, by principal, on the steady clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def obey(self, principal: str, wait: timedelta) -> None:
        """Remember that nothing may be sent for ``principal`` before ``wait`` has passed."""
        until = self._clock.steady() + wait.total_seconds()
        self._until[principal] = max(until, self._until.get(principal, until))

    def remaining(self, principal: str) -> timedelta | None:
        """Return how long ``principal`` still has to wait; None when it need not."""
        left = self._until.get(principal, 0.0) - self._clock.steady()
        if left > 0:
            return timedelta(seconds=left)
        self._until.pop(principal, None)
        return None
