"""What is under the cursor, in words: a text for the left end of a line and one for the right."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from roomd_tui import words
from roomd_tui.chart import Selection, Stop
from roomd_tui.moments import clock_text, span_text
from roomd_tui.words import count

DAY = timedelta(days=1)


def room_texts(selection: Selection, zone: ZoneInfo, rooms: int) -> tuple[str, str]:
    """Describe the room, how old the knowledge of it is, and which of how many ``rooms`` it is."""
    room = selection.room
    seats = [count(room.capacity, "seat")] if room.capacity else []
    read = f"read at {room.read_at.astimezone(zone):%H:%M:%S}" if room.read_at else "never read"
    facts = ", ".join([*seats, *room.features])
    return f"{room.name}  {facts}".rstrip(), f"{read}  {selection.index + 1}/{rooms}"


def stop_texts(stop: Stop, zone: ZoneInfo) -> tuple[str, str]:
    """Describe a free half hour, or the booking that is there."""
    if stop.span is None:
        return f"{clock_text(stop.start, zone)}-{clock_text(stop.end, zone)}  free", "enter books it"
    span = stop.span
    when = f"{clock_text(span.start, zone)}-{clock_text(span.end, zone)}"
    if span.end - span.start > DAY:
        when = span_text(span.start, span.end, zone)
    who = "yours" if span.mine else span.organizer
    series = ", series" if span.recurring else ""
    state = words.STILL_HELD if span.cancelled else words.OCCUPANCY[span.state]
    return f"{when}  {span.title}  {who}", f"{state}, {words.ORIGIN[span.origin]}{series}"
