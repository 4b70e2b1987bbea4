"""What cancelling an event means, said before it is done."""

from zoneinfo import ZoneInfo

from roomd_core.api.wire import EventView, Scope
from roomd_tui.moments import span_text
from roomd_tui.words import count

WHICH = {Scope.THIS: "", Scope.FOLLOWING: " and all that follow", Scope.ALL: " and all others of its series"}


def question(event: EventView, zone: ZoneInfo, scope: Scope | None = None) -> str:
    """Name the event as its organizer knows it, and which of a series are meant."""
    rooms = ", ".join(room.name for room in event.rooms)
    which = WHICH[scope] if scope else ""
    where = f" in {rooms}" if rooms else ""
    return f"Cancel '{event.title}'\n{span_text(event.start, event.end, zone)}{where}{which}?"


def consequence(event: EventView) -> str:
    """Say who is told, and what stays."""
    told = [
        count(len(event.attendees), "invited person", "invited people") if event.attendees else "",
        count(len(event.rooms), "room") if event.rooms else "",
    ]
    receivers = " and ".join(part for part in told if part) or "Nobody"
    return f"{receivers} will get a cancellation from {event.organizer}. It stays recoverable in Outlook."
