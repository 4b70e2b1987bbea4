"""Three-way merge of an event's content, unit by unit. Pure: base x local x remote -> content and conflicts.

A unit is what a person means as one thing: moving a meeting changes start, end and zone together. A unit changed
on one side wins; changed alike on both sides it is agreed; changed differently it is a conflict, and the remote
version stays, because that is what the attendees see.
"""

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.merge_series import TOGETHER, merge_series
from roomd_core.model import Content
from roomd_core.occurrences import without_the_usual

UNITS: dict[str, tuple[str, ...]] = {
    "time": ("start", "end", "zone", "all_day"),
    "recurrence": ("series",),
    "people": ("attendees",),
    "rooms": ("rooms",),
    "title": ("title",),
    "location": ("location",),
    "body": ("body",),
    "sensitivity": ("sensitivity",),
    "show_as": ("show_as",),
    "reminder": ("reminder",),
    "categories": ("categories",),
}
"""Each unit and the fields of ``Content`` it is made of. Every field belongs to exactly one unit."""

_BLANKS_AT_LINE_END = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)


class Merge(Struct, frozen=True, kw_only=True):
    """What became of a merge: ``content`` to go on with, and the units that only a person can decide."""

    content: Content
    conflicts: tuple[str, ...] = ()


def merge(base: Content, local: Content, remote: Content) -> Merge:
    """Merge unit by unit. For a unit in ``conflicts`` the content holds the remote version."""
    changed_here, changed_there = set(diff(base, local)), set(diff(base, remote))
    clashing = changed_here & changed_there & set(diff(local, remote))
    content = take(remote, local, changed_here - changed_there)
    if changed_here.intersection(TOGETHER) and changed_there.intersection(TOGETHER):
        content, clashing = _with_series(content, clashing, *map(normalize, (base, local, remote)))
    return Merge(content=content, conflicts=tuple(unit for unit in UNITS if unit in clashing))


def _with_series(
    content: Content, clashing: set[str], base: Content, local: Content, remote: Content
) -> tuple[Content, set[str]]:
    """Settle what belongs to a series as the one thing it is, where all three are one."""
    found = merge_series(base, local, remote)
    if found is None:
        return content, clashing
    clashing = clashing - {"recurrence"} | set(found.units)
    if found.series is not None:
        return replace(content, series=found.series), clashing
    return take(content, remote, found.units), clashing


def diff(before: Content, after: Content) -> tuple[str, ...]:
    """Name the units that differ in meaning."""
    if before == after:
        return ()
    one, other = normalize(before), normalize(after)
    return tuple(unit for unit, fields in UNITS.items() if _differ(fields, one, other))


def take(content: Content, source: Content, units: Iterable[str]) -> Content:
    """Return ``content`` with the given units taken from ``source``."""
    fields = {field: getattr(source, field) for unit in units for field in UNITS[unit]}
    return replace(content, **fields) if fields else content


def normalize(content: Content) -> Content:
    """Return the content as it is compared: in order, without the white space a server or an editor adds.

    Exchange trims titles, reorders attendees, and ends body lines with CR LF after rewriting the HTML.
    """
    return replace(
        without_the_usual(content),
        title=content.title.strip(),
        location=content.location.strip(),
        body=_normalize_body(content.body),
        categories=tuple(sorted(set(content.categories))),
        attendees=tuple(sorted(set(content.attendees))),
        rooms=tuple(sorted(set(content.rooms))),
    )


def _normalize_body(body: str) -> str:
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    return _BLANKS_AT_LINE_END.sub("", lines).strip()


def _differ(fields: tuple[str, ...], one: Content, other: Content) -> bool:
    return any(getattr(one, field) != getattr(other, field) for field in fields)
