"""A conflict unit by unit: what both sides last agreed on, what Exchange has, what was made of it here."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct

from roomd_core.api.wire import ConflictView
from roomd_core.model import Content
from roomd_core.recurrence import in_words
from roomd_tui.moments import span_text

GONE = "(deleted)"
ALWAYS = frozenset({"title", "time", "rooms"})


class Unit(Struct, frozen=True, kw_only=True):
    """One thing that can differ, in words. ``differs`` tells that both sides changed it, each its own way."""

    name: str
    base: str
    remote: str
    local: str
    differs: bool


class Terms(Struct, frozen=True, kw_only=True):
    """What contents are written in: the caller's zone, and the names of rooms by their addresses."""

    zone: ZoneInfo
    rooms: Mapping[str, str]


def compared(conflict: ConflictView, zone: ZoneInfo) -> tuple[Unit, ...]:
    """Put three versions beside each other: of every unit that differs, and of those that tell what it is about.

    A conflict that is not about contents, such as a double booking, has nothing to compare.
    """
    if conflict.local is None and conflict.remote is None:
        return ()
    terms = Terms(
        zone=zone, rooms={room.address: room.name for room in conflict.event.rooms} if conflict.event else {}
    )
    units = (_unit(conflict, name, write, terms) for name, write in _WRITERS.items())
    return tuple(unit for unit in units if unit.differs or unit.name in ALWAYS)


Writer = Callable[[Content, Terms], str]


def _unit(conflict: ConflictView, name: str, write: Writer, terms: Terms) -> Unit:
    gone = GONE if name == "title" else ""
    base, remote, local = (
        write(content, terms) if content else missing
        for content, missing in ((conflict.base, ""), (conflict.remote, gone), (conflict.local, gone))
    )
    both = conflict.remote is not None and conflict.local is not None
    differs = name in conflict.units or (both and remote != local)
    return Unit(name=name, base=base, remote=remote, local=local, differs=differs)


def _reminder(content: Content, _terms: Terms) -> str:
    return "none" if content.reminder is None else f"{content.reminder} min before"


def _recurrence(content: Content, _terms: Terms) -> str:
    rule = content.series.recurrence if content.series else None
    return in_words(rule) if rule else "once"


_WRITERS: dict[str, Writer] = {
    "title": lambda content, _: content.title,
    "time": lambda content, terms: span_text(content.start, content.end, terms.zone),
    "recurrence": _recurrence,
    "rooms": lambda content, terms: ", ".join(terms.rooms.get(room, room) for room in content.rooms),
    "people": lambda content, _: ", ".join(one.address for one in content.attendees),
    "location": lambda content, _: content.location,
    "body": lambda content, _: content.body,
    "sensitivity": lambda content, _: content.sensitivity,
    "show_as": lambda content, _: content.show_as,
    "reminder": _reminder,
    "categories": lambda content, _: ", ".join(content.categories),
}
"""How each unit of the merge is written, in the order to read them."""
