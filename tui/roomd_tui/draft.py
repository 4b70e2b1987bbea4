"""A booking as it stands in a form: what was typed, and pure functions between it and the wire's values."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType

from roomd_core.api.wire import Booking, EventPatch, EventView, Invitee, Repeat
from roomd_core.model import Mailbox, Role
from roomd_core.recurrence import NotARule, Recurrence, in_words, read_rule
from roomd_tui.chart import Selection
from roomd_tui.moments import Misread, clock_text, parse_day, parse_end, parse_moment
from roomd_tui.names import begun_address

USUAL_LENGTH = timedelta(hours=1)

Value = TypeVar("Value")

Faults = dict[str, str]
"""What is wrong, by the draft's field."""


class Draft(Struct, frozen=True, kw_only=True):
    """The texts of a form. ``rooms`` and ``attendees`` are names or addresses with commas between them."""

    title: str = ""
    rooms: str = ""
    date: str = ""
    start: str = ""
    end: str = ""
    organizer: str = ""
    attendees: str = ""
    location: str = ""
    repeat: str = ""
    private: bool = False


class Known(Struct, frozen=True, kw_only=True):
    """What a draft is read by: the listed mailboxes, the caller's zone, the present instant."""

    rooms: Sequence[Mailbox]
    people: Sequence[Mailbox]
    zone: ZoneInfo
    now: datetime


FIELD_OF: Mapping[str, str] = {"rooms": "rooms", "zone": "start", "recurrence": "repeat"} | {
    name: name for name in ("title", "start", "end", "organizer", "attendees", "location")
}
"""Which of the draft's fields a field of the wire's problem is about."""


def drafted_at(selection: Selection, organizer: str, zone: ZoneInfo) -> Draft:
    """Begin a booking at the cursor: an hour, or less where the next booking comes sooner."""
    start = selection.stop.start
    return Draft(
        rooms=selection.room.name,
        date=start.astimezone(zone).date().isoformat(),
        start=clock_text(start, zone),
        end=_end_text(start, _free_until(selection), zone),
        organizer=organizer,
    )


def _free_until(selection: Selection) -> datetime:
    usual = selection.stop.start + USUAL_LENGTH
    taken = (stop.start for stop in selection.stops[selection.at + 1 :] if not stop.is_free)
    return min(usual, next(taken, usual))


def drafted_of(event: EventView, zone: ZoneInfo) -> Draft:
    """Write an event into a form."""
    start = event.start.astimezone(zone)
    return Draft(
        title=event.title,
        rooms=", ".join(room.name for room in event.rooms),
        date=start.date().isoformat(),
        start=clock_text(start, zone),
        end=_end_text(start, event.end, zone),
        organizer=event.organizer,
        attendees=", ".join(one.address for one in event.attendees),
        location=event.location,
        repeat=event.recurs,
        private=event.private,
    )


def _end_text(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Write an end so that it is read as the same: with its day, if the time alone would mean another."""
    clock = clock_text(end, zone)
    return clock if parse_end(clock, start=start, zone=zone) == end else f"{end.astimezone(zone).date()} {clock}"


def booked_from(draft: Draft, known: Known) -> Booking | Faults:
    """Read a draft: the booking it means, or everything that is wrong with it at once."""
    faults: Faults = {}

    def read(field: str, reading: Callable[[], Value], otherwise: Value) -> Value:
        try:
            return reading()
        except Misread as error:
            faults[field] = str(error)
            return otherwise

    today = known.now.astimezone(known.zone).date()
    day = read("date", lambda: parse_day(draft.date, today=today), today)
    start = read("start", lambda: parse_moment(draft.start, now=known.now, zone=known.zone, day=day), known.now)
    booking = Booking(
        rooms=read("rooms", lambda: _rooms(draft.rooms, known.rooms), ()),
        start=start,
        end=read("end", lambda: parse_end(draft.end, start=start, zone=known.zone), start),
        zone=known.zone.key,
        title=read("title", lambda: _title(draft.title), ""),
        organizer=read("organizer", lambda: _organizer(draft.organizer, known.people), None),
        attendees=read("attendees", lambda: _invitees(draft.attendees, known.people), ()),
        location=draft.location.strip(),
        private=draft.private,
        recurrence=read("repeat", lambda: _repeat(draft.repeat), None),
    )
    if not faults and booking.end <= booking.start:
        faults["end"] = "the end must come after the start"
    return faults or booking


def patch_of(event: EventView, booking: Booking) -> EventPatch:
    """Tell only what a booking changes about an event. People that stay invited keep their role."""
    roles = {one.address: one.role for one in event.attendees}
    attendees = tuple(
        Invitee(address=one.address, role=roles.get(one.address, Role.REQUIRED)) for one in booking.attendees
    )
    was_invited = tuple(Invitee(address=one.address, role=one.role) for one in event.attendees)
    moved = (booking.start, booking.end) != (event.start, event.end)
    return EventPatch(
        rooms=_changed(booking.rooms, tuple(room.address for room in event.rooms)),
        start=booking.start if moved else UNSET,
        end=booking.end if moved else UNSET,
        zone=booking.zone if moved else UNSET,
        title=_changed(booking.title, event.title),
        attendees=_changed(attendees, was_invited),
        location=_changed(booking.location, event.location),
        private=_changed(booking.private, event.private),
        recurrence=_other_rule(booking.recurrence, event.recurs),
    )


def _other_rule(wanted: Repeat | None, recurs: str) -> Repeat | UnsetType:
    """Return the rule if it says something else than before; what words do not say is left as it is."""
    if wanted is None or in_words(Recurrence(pattern=wanted.pattern, first=date.min, range=wanted.range)) == recurs:
        return UNSET
    return wanted


def _changed(wanted: Value, current: Value) -> Value:
    return UNSET if wanted == current else wanted  # type: ignore[return-value]


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]


def _title(text: str) -> str:
    if not text.strip():
        raise Misread("what is the meeting called?")
    return text.strip()


def _rooms(text: str, known: Sequence[Mailbox]) -> tuple[str, ...]:
    """Addresses of rooms; a name that is not known here is left to the daemon, which answers with similar ones."""
    if not _split(text):
        raise Misread("which room?")
    return tuple(begun_address(part, known) or part for part in _split(text))


def _organizer(text: str, people: Sequence[Mailbox]) -> str | None:
    return _person(text, people) if text.strip() else None


def _invitees(text: str, people: Sequence[Mailbox]) -> tuple[Invitee, ...]:
    return tuple(Invitee(address=_person(part, people)) for part in _split(text))


def _repeat(text: str) -> Repeat | None:
    if not text.strip():
        return None
    try:
        pattern, extent = read_rule(text)
    except NotARule:
        raise Misread(
            'write it like "every Tuesday until 2027-06-30" or "every 2 weeks on Monday, 10 times"'
        ) from None
    return Repeat(pattern=pattern, range=extent)


def _person(text: str, people: Sequence[Mailbox]) -> str:
    address = begun_address(text, people)
    if address is None:
        raise Misread(f"{text.strip()}: nobody listed is called so, and it is no address")
    return address
