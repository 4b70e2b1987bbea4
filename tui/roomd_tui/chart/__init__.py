"""A day of rooms as a picture: pure functions from the wire's values to cells, for the command and the interface.

A ``Day`` is divided into ``Stop`` s, the steps of a cursor; an ``Axis`` lays a part of it over cells; ``Block`` s are
bookings on an axis; ``Run`` s are the pieces a line is drawn from.
"""

from roomd_tui.chart.axis import SLOT, Axis
from roomd_tui.chart.blocks import Block, RoomLine, Run, blocks, runs
from roomd_tui.chart.cursor import Cursor, Selection, beside, carried, climbed, selected, stepped
from roomd_tui.chart.day import Day, Stop, day_of, emptied

__all__ = [
    "SLOT",
    "Axis",
    "Block",
    "Cursor",
    "Day",
    "RoomLine",
    "Run",
    "Selection",
    "Stop",
    "beside",
    "blocks",
    "carried",
    "climbed",
    "day_of",
    "emptied",
    "runs",
    "selected",
    "stepped",
]
