"""What an administrator limits: throttling policy, web.config and sign-in, with Exchange's defaults."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Figures of EWS throttling (EWS throttling in Exchange) and of notifications.

    `minute_seconds` is how long a minute of a connection or subscription timeout lasts, for tests that cannot wait.
    """

    subscriptions: int = 5000
    hanging_connections: int = 10
    queued_events: int = 1000
    events_per_answer: int = 50
    heartbeat_seconds: float = 45.0
    minute_seconds: float = 60.0
