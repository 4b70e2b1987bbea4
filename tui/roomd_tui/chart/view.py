"""Which part of a day is on the screen; it follows the cursor by half pages, so that a step stays cheap."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from roomd_tui.chart.axis import SLOT, Axis
from roomd_tui.chart.cursor import Selection
from roomd_tui.chart.day import Day

LABEL_WIDTH = 18
WIDE_LABEL_WIDTH = 26
WIDE = 100
SLOTS_WANTED = 24
"""Twelve hours: a working day should fit without scrolling."""
MOST_LINES = 3
"""Lines of a room where there is room for them: its title, who booked it, and a gap."""


class View(Struct, frozen=True, kw_only=True):
    """``top`` is the first room shown, ``first`` the first half hour; the rest are sizes in cells and lines."""

    top: int = 0
    first: int = 14
    label_width: int = LABEL_WIDTH
    slot_width: int = 2
    slots: int = SLOTS_WANTED
    rooms: int = 1
    room_height: int = 1

    def axis(self, day: Day) -> Axis:
        """The time axis of the part of ``day`` that is shown."""
        return Axis(origin=day.start, first=self.first, slots=self.slots, slot_width=self.slot_width)


def sized(view: View, day: Day, width: int, height: int) -> View:
    """Fit the view to ``width`` cells and ``height`` lines, the hours above not counted."""
    label_width = WIDE_LABEL_WIDTH if width >= WIDE else LABEL_WIDTH
    cells = max(width - label_width, 2)
    slot_width = max(cells // SLOTS_WANTED, 2)
    room_height = min(max(height // max(len(day.rooms), 1), 1), MOST_LINES)
    return replace(
        view,
        label_width=label_width,
        slot_width=slot_width,
        slots=min(cells // slot_width, slots_of(day)),
        rooms=max(height // room_height, 1),
        room_height=room_height,
    )


def following(view: View, day: Day, selection: Selection) -> View:
    """Move the view by half pages until the selection is inside it."""
    first = (selection.stop.start - day.start) // SLOT
    top = _paged(view.top, selection.index, view.rooms, len(day.rooms))
    return replace(view, top=top, first=_paged(view.first, first, view.slots, slots_of(day)))


def showing(view: View, day: Day, moment: datetime) -> View:
    """Put ``moment`` a few hours from the left edge: what is to come matters more than what was."""
    slot = (day.clamped(moment) - day.start) // SLOT
    wanted = min(slot - 4, 14) if slot >= 4 else 0  # noqa: PLR2004 - two hours; 07:00
    if slot >= wanted + view.slots:
        wanted = slot - view.slots // 2
    return replace(view, first=max(min(wanted, slots_of(day) - view.slots), 0))


def slots_of(day: Day) -> int:
    """How many half hours the day has: 48, or 46 and 50 when the clocks change."""
    return -(-(day.end - day.start) // SLOT)


def _paged(first: int, wanted: int, shown: int, total: int) -> int:
    """Bring ``wanted`` into the ``shown`` lines from ``first``, by half pages, without leaving ``total``."""
    half = max(shown // 2, 1)
    if wanted < first:
        first -= -(-(first - wanted) // half) * half
    elif wanted >= first + shown:
        first += -(-(wanted - first - shown + 1) // half) * half
    return max(min(first, total - shown), 0)
