"""Where the cursor is: in a room, at an instant. It survives that the day is read again, and that it changes."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.api.wire import TimelineRow
from roomd_tui.chart.day import Day, Stop


class Cursor(Struct, frozen=True, kw_only=True):
    """``room`` is an address; ``event`` tells which of several bookings at one instant is meant."""

    room: str
    at: datetime
    event: str | None = None


class Selection(Struct, frozen=True, kw_only=True):
    """What the cursor is on: the day's room number ``index``, and step number ``at`` of its ``stops``."""

    index: int
    room: TimelineRow
    stops: tuple[Stop, ...]
    at: int

    @property
    def stop(self) -> Stop:
        """The step itself."""
        return self.stops[self.at]


def selected(day: Day, cursor: Cursor) -> Selection | None:
    """Tell what the cursor is on; where its room is gone the first one, None when there are no rooms."""
    if not day.rooms:
        return None
    index = next((index for index, room in enumerate(day.rooms) if room.address == cursor.room), 0)
    stops = day.stops(day.rooms[index])
    return Selection(index=index, room=day.rooms[index], stops=stops, at=_find(stops, cursor))


def _find(stops: Sequence[Stop], cursor: Cursor) -> int:
    holding = [index for index, stop in enumerate(stops) if stop.start <= cursor.at < stop.end]
    meant = [index for index in holding if cursor.event and _event(stops[index]) == cursor.event]
    otherwise = 0 if cursor.at < stops[0].start else len(stops) - 1
    return next(iter(meant or holding), otherwise)


def _event(stop: Stop) -> str | None:
    return stop.span.event if stop.span else None


def stepped(day: Day, cursor: Cursor, by: int) -> Cursor:
    """Move ``by`` steps through the day, staying in it."""
    selection = selected(day, cursor)
    if not selection:
        return cursor
    there = selection.stops[min(max(selection.at + by, 0), len(selection.stops) - 1)]
    return Cursor(room=selection.room.address, at=there.start, event=_event(there))


def climbed(day: Day, cursor: Cursor, by: int) -> Cursor:
    """Move ``by`` rooms down, at the same instant, staying on the list."""
    selection = selected(day, cursor)
    if not selection:
        return cursor
    room = day.rooms[min(max(selection.index + by, 0), len(day.rooms) - 1)]
    return replace(cursor, room=room.address, event=None)


def carried(day: Day, cursor: Cursor) -> Cursor:
    """Carry the cursor to another day, at the same time on the clock."""
    wall = cursor.at.astimezone(day.zone).timetz()
    at = datetime.combine(day.day, wall).astimezone(cursor.at.tzinfo)
    return Cursor(room=cursor.room, at=day.clamped(at))


def beside(day: Day, room: str, moment: datetime) -> Cursor:
    """Put the cursor in a room at an instant, or at the nearest one the day has."""
    return Cursor(room=room, at=day.clamped(moment))
