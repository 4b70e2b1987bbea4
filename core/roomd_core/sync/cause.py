"""Why a room is probably booked twice, from what is known of both bookings. Pure."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from roomd_core.model import Answer, Event, Item, Origin
from roomd_core.sync.case import Setting


class Booking(Struct, frozen=True, kw_only=True):
    """One of two events in a room, and the room's own copy of it, if that was read."""

    event: Event
    copy: Item | None


class Parties(Struct, frozen=True, kw_only=True):
    """The events that overlaps are about, and every copy of each, by event."""

    events: Mapping[str, Event]
    copies: Mapping[str, Sequence[Item]]

    def booking(self, event: Event, room: str) -> Booking:
        """Return an event as a room has it."""
        copies = self.copies.get(event.id, ())
        return Booking(event=event, copy=next((copy for copy in copies if copy.mailbox == room), None))


def likely_cause(one: Booking, other: Booking, room: str, setting: Setting) -> str:
    """Say in a sentence how both can have come to hold the room; the first explanation that fits is the likeliest."""
    both = (one, other)
    for each in both:
        if each.copy is not None and each.copy.is_organizer:
            return f"“{each.event.content.title}” was written straight into the room's calendar, past its attendant."
    for each in both:
        if each.copy is None:
            return f"The room has not received “{each.event.content.title}” yet: it is on its way."
    for each in both:
        if each.copy is not None and each.copy.answer in (Answer.NONE, Answer.TENTATIVE):
            return f"The room has not accepted “{each.event.content.title}” yet."
    for each in both:
        if each.event.content.series is not None:
            return (
                f"“{each.event.content.title}” is a series: attendants accept one although some of its occurrences "
                "are taken, and when a room is added to it later."
            )
    if all(each.event.origin is Origin.LOCAL for each in both):
        return "Both were booked here: one of them was moved or accepted in Exchange since."
    return f"{setting.name(room)} accepted both: its attendant allows conflicts, or a delegate accepted one by hand."
