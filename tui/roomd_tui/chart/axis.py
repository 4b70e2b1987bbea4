"""The time axis: which cell an instant falls into."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from roomd_tui.cells import fill

SLOT = timedelta(minutes=30)
"""What a booking is offered in, and what the axis is divided in."""


class Axis(Struct, frozen=True, kw_only=True):
    """``slots`` half hours of a day that starts at ``origin``, from slot ``first`` on, each ``slot_width`` cells."""

    origin: datetime
    first: int
    slots: int
    slot_width: int

    @property
    def start(self) -> datetime:
        """The first instant on the axis."""
        return self.origin + self.first * SLOT

    @property
    def width(self) -> int:
        """The width in cells."""
        return self.slots * self.slot_width

    @property
    def end(self) -> datetime:
        """The first instant after the axis."""
        return self.start + self.slots * SLOT

    def position(self, moment: datetime) -> float:
        """Tell where ``moment`` is, in cells from the left; outside the axis it is negative or beyond the width."""
        return (moment - self.start) / SLOT * self.slot_width

    def after(self, moment: datetime) -> datetime:
        """Tell the first instant of the cell after the one ``moment`` falls into."""
        return self.origin + (math.floor((moment - self.origin) / self._cell) + 1) * self._cell

    @property
    def _cell(self) -> timedelta:
        return SLOT / self.slot_width

    def cells(self, start: datetime, end: datetime) -> range:
        """Tell which cells a span covers: clipped to the axis, and at least one cell where it is on it at all."""
        first, last = math.floor(self.position(start)), math.ceil(self.position(end))
        return range(max(first, 0), min(max(last, first + 1), self.width))

    def starts_hour(self, cell: int) -> bool:
        """Whether an hour of the day starts in ``cell``."""
        return (self.first * self.slot_width + cell) % (2 * self.slot_width) == 0

    def hours(self, zone: ZoneInfo) -> str:
        """Write the hours above their cells: ``07  08  09``."""
        moments = [self.start + index * SLOT for index in range(self.slots)]
        labels = ((moment.astimezone(zone), self.slot_width) for moment in moments)
        return "".join(fill(f"{local:%H}" if local.minute == 0 else "", width) for local, width in labels)
