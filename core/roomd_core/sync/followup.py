"""When to look again after a push, so that the rooms' answers are known in seconds. Pure but for its own schedule."""

DELAYS = (0.0, 1.0, 3.0, 10.0, 30.0)
"""Seconds from one look to the next. The regular rounds look after that."""


class FollowUps:
    """The events being followed, each with the time of its next look, in seconds of the steady clock."""

    def __init__(self) -> None:
        self._next: dict[str, tuple[int, float]] = {}

    def begin(self, event: str, now: float) -> None:
        """Follow an event from now on; one already followed begins again."""
        self._next[event] = (0, now + DELAYS[0])

    def due(self, now: float) -> list[str]:
        """List the events to look at."""
        return [event for event, (_, at) in self._next.items() if at <= now]

    def looked(self, event: str, now: float, *, settled: bool) -> None:
        """Note a look: look again later, unless everything is settled or it was the last."""
        look, _ = self._next.pop(event, (len(DELAYS), 0.0))
        if not settled and look + 1 < len(DELAYS):
            self._next[event] = (look + 1, now + DELAYS[look + 1])

    def next_at(self) -> float | None:
        """Return when the next look is due."""
        return min((at for _, at in self._next.values()), default=None)
