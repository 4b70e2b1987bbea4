"""A conflict unit by unit: what both sides last agreed on, what Exchange has, what was made of it here."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

from roomd_core.api.wire import ConflictView
from roomd_core.model import Content
from roomd_core.recurrence import ModifiedOccurrence, in_words
from roomd_core.zones import zone_of
from roomd_tui.moments import span_text

GONE = "(deleted)"
_NEVER = datetime.min.replace(tzinfo=UTC)
USUAL = ModifiedOccurrence(original_start=_NEVER, start=_NEVER, end=_NEVER)
"""Stands for an occurrence that is as the rule has it."""
Exceptions: TypeAlias = Mapping[datetime, ModifiedOccurrence | None]
ALWAYS = frozenset({"title", "time", "rooms"})


class Unit(Struct, frozen=True, kw_only=True):
    """One thing that can differ, in words. ``differs`` tells that both sides changed it, each its own way."""

    name: str
    base: str
    remote: str
    local: str
    differs: bool


class Terms(Struct, frozen=True, kw_only=True):
    """What contents are written in: the caller's zone, and the names of rooms by their addresses.

    ``torn`` are the occurrences of a series, by original start, that are not alike in all versions.
    """

    zone: ZoneInfo
    rooms: Mapping[str, str]
    torn: tuple[datetime, ...] = ()


def compared(conflict: ConflictView, zone: ZoneInfo) -> tuple[Unit, ...]:
    """Put three versions beside each other: of every unit that differs, and of those that tell what it is about.

    A conflict that is not about contents, such as a double booking, has nothing to compare.
    """
    if conflict.local is None and conflict.remote is None:
        return ()
    names = {room.address: room.name for room in conflict.event.rooms} if conflict.event else {}
    terms = Terms(zone=zone, rooms=names, torn=_torn(conflict))
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


def _torn(conflict: ConflictView) -> tuple[datetime, ...]:
    versions = [
        content.series.exceptions if content.series else {}
        for content in (conflict.base, conflict.remote, conflict.local)
        if content
    ]
    named = sorted({each for version in versions for each in version})
    return tuple(each for each in named if len({version.get(each, USUAL) for version in versions}) > 1)


def _recurrence(content: Content, terms: Terms) -> str:
    series = content.series
    if series is None:
        return "once"
    rule = in_words(series.recurrence) if series.recurrence else "single occurrences of a series"
    return "; ".join([rule, *(_occurrence(content, series.exceptions, each, terms) for each in terms.torn)])


def _occurrence(content: Content, exceptions: Exceptions, original_start: datetime, terms: Terms) -> str:
    """Write what is different in one occurrence, named by its day."""
    day = f"{original_start.astimezone(zone_of(content.zone)).date()}"
    found = exceptions.get(original_start, USUAL)
    if found is None:
        return f"{day}: cancelled"
    if found is USUAL:
        return f"{day}: as usual"
    told = [span_text(found.start, found.end, terms.zone), found.title, found.location, found.body]
    rooms = [terms.rooms.get(room, room) for room in found.rooms or ()]
    return f"{day}: {', '.join(text for text in (*told, *rooms) if text)}"


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
