"""How long to wait before trying again, when the server did not say. Pure but for the randomness passed in."""

from collections.abc import Callable
from datetime import datetime, timedelta

FIRST = timedelta(seconds=10)
LONGEST = timedelta(minutes=15)
PATIENCE = timedelta(hours=1)
"""The longest a stored wait is believed: a server that wishes for more is asked again after that."""


def full_jitter(attempts: int, random: Callable[[], float]) -> timedelta:
    """Return a wait between one second and a bound that doubles with each attempt, from 10 s up to 15 min.

    ``random`` returns numbers from 0 up to 1. Spreading over the whole range keeps clients that failed together
    from coming back together.
    """
    doublings = min(max(attempts - 1, 0), 10)
    bound = min(LONGEST, FIRST * (1 << doublings))
    return max(timedelta(seconds=1), bound * random())


def is_over(wait_until: datetime | None, now: datetime) -> bool:
    """Say whether a stored wait is over.

    One that would last longer than any does was stored before the wall clock was set back, and is not obeyed.
    """
    return wait_until is None or wait_until <= now or wait_until - now > PATIENCE
