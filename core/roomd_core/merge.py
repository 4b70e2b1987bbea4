"""Three-way merge of an event's content, unit by unit. Pure: base x local x remote -> content and conflicts.

A unit is what a person means as one thing: moving a meeting changes start, end and zone together. A unit changed
on one side wins; changed alike on both sides it is agreed; changed differently it is a conflict, and the remote
version stays, because that is what the attendees see.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

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

ASK_ALWAYS: Mapping[str, "Policy"] = MappingProxyType({})
_BLANKS_AT_LINE_END = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)


class Policy(StrEnum):
    """What to do with a unit that was changed differently on both sides."""

    ASK = "ask"
    EXCHANGE = "exchange"
    LOCAL = "local"


class Merge(Struct, frozen=True, kw_only=True):
    """What became of a merge: ``content`` to go on with, and the units that only a person can decide.

    ``kept_remote`` and ``kept_local`` are the units that a policy decided.
    """

    content: Content
    conflicts: tuple[str, ...] = ()
    kept_remote: tuple[str, ...] = ()
    kept_local: tuple[str, ...] = ()


def merge(base: Content, local: Content, remote: Content, policy: Mapping[str, Policy] = ASK_ALWAYS) -> Merge:
    """Merge unit by unit. For a unit in ``conflicts`` the content holds the remote version.

    ``policy`` says of units, by name, who decides; a unit it does not name is asked about.
    """
    changed_here, changed_there = set(diff(base, local)), set(diff(base, remote))
    clashing = changed_here & changed_there & set(diff(local, remote))
    content = take(remote, local, changed_here - changed_there)
    if changed_here.intersection(TOGETHER) and changed_there.intersection(TOGETHER):
        content, clashing = _with_series(content, clashing, *map(normalize, (base, local, remote)))
    return _decide(content, local, [unit for unit in UNITS if unit in clashing], policy)


def compare(local: Content, remote: Content, policy: Mapping[str, Policy] = ASK_ALWAYS) -> Merge:
    """Merge what was never agreed on: whatever differs is disputed, since nobody can tell who changed it."""
    return _decide(remote, local, diff(local, remote), policy)


def _decide(content: Content, local: Content, disputed: Sequence[str], policy: Mapping[str, Policy]) -> Merge:
    rule = _agreed(disputed, policy)
    decided = {kind: tuple(unit for unit in disputed if rule[unit] is kind) for kind in Policy}
    return Merge(
        content=take(content, local, decided[Policy.LOCAL]),
        conflicts=decided[Policy.ASK],
        kept_remote=decided[Policy.EXCHANGE],
        kept_local=decided[Policy.LOCAL],
    )


def _agreed(disputed: Sequence[str], policy: Mapping[str, Policy]) -> dict[str, Policy]:
    """Return who decides each unit. What belongs to a series as one thing is decided together, or asked about."""
    rule = {unit: policy.get(unit, Policy.ASK) for unit in disputed}
    together = {unit for unit in rule if unit in TOGETHER}
    if len({rule[unit] for unit in together}) > 1:
        rule |= dict.fromkeys(together, Policy.ASK)
    return rule


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
