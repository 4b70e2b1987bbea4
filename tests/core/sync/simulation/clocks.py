"""Two clocks that may jump apart: the wall clock people read, and the steady one that only ever goes on."""

from datetime import timedelta

from core.sync.house import NOW
from core.sync.virtual_clock import VirtualClock


class TwoClocks(VirtualClock):
    """The time of a simulated world. ``advance`` moves both clocks, ``jump`` the wall clock alone."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.jumps = 0

    def jump(self, seconds: float) -> None:
        self._start += timedelta(seconds=seconds)
        self.jumps += 1
