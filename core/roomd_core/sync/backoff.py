"""How long to wait before trying again, when the server did not say. Pure but for the randomness passed in."""

from collections.abc import Callable
from datetime import timedelta

FIRST = timedelta(seconds=10)
LONGEST = timedelta(minutes=15)


def full_jitter(attempts: int, random: Callable[[], float]) -> timedelta:
    """Return a wait between one second and a bound that doubles with each attempt, from 10 s up to 15 min.

    ``random`` returns numbers from 0 up to 1. Spreading over the whole range keeps clients that failed together
    from coming back together.
    """
    doublings = min(max(attempts - 1, 0), 10)
    bound = min(LONGEST, FIRST * (1 << doublings))
    return max(timedelta(seconds=1), bound * random())
