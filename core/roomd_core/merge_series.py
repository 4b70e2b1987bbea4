"""Three-way merge of what belongs to a series: when it happens, where it ends, and its exceptions one by one. Pure.

Changing when a series happens costs Exchange every exception. So what one side did to single occurrences cannot be
merged with a new time or pattern of the other: only a person can tell what becomes of it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from msgspec import Struct

from roomd_core.model import Content
from roomd_core.occurrences import exceptions_of, fitting, shape_of, standing_series, with_exceptions
from roomd_core.recurrence import ModifiedOccurrence, Range, Series

Exceptions: TypeAlias = Mapping[datetime, ModifiedOccurrence | None]
TOGETHER = ("time", "recurrence")
_NEVER = datetime.min.replace(tzinfo=UTC)
_ABSENT = ModifiedOccurrence(original_start=_NEVER, start=_NEVER, end=_NEVER)
"""Stands for an occurrence that is as the rule has it."""


class SeriesMerge(Struct, frozen=True, kw_only=True):
    """What became of a series; ``units`` are for a person to decide. Without a ``series`` they are as in Exchange."""

    series: Series | None = None
    units: tuple[str, ...] = ()


def merge_series(base: Content, local: Content, remote: Content) -> SeriesMerge | None:
    """Merge a series that both sides changed. Contents are normalized; None where not all three are a series."""
    if not (standing_series(base) and standing_series(local) and standing_series(remote)):
        return None
    here, there = shape_of(base) != shape_of(local), shape_of(base) != shape_of(remote)
    if here and there:
        alike = shape_of(local) == shape_of(remote)
        return _merge({}, base, local, remote) if alike else SeriesMerge(units=_different(local, remote))
    if here or there:
        idle = remote if here else local
        return SeriesMerge(units=TOGETHER) if idle.series != base.series else None
    return _merge(exceptions_of(base), base, local, remote)


def _different(local: Content, remote: Content) -> tuple[str, ...]:
    return ("recurrence",) if shape_of(local)[1:] == shape_of(remote)[1:] else TOGETHER


def _merge(before: Exceptions, base: Content, local: Content, remote: Content) -> SeriesMerge:
    """Merge range and exceptions of series that happen alike. An exception both changed stays as Exchange has it."""
    here, there = exceptions_of(local), exceptions_of(remote)
    torn = [each for each in {*before, *here, *there} if _is_torn(each, before, here, there)]
    chosen = {each: _chosen(each, before, here, there) for each in {*before, *here, *there}}
    merged = {each: value for each, value in chosen.items() if value is not _ABSENT}
    ends = [_range(content) for content in (base, local, remote)]
    whole = with_exceptions(local if ends[2] == ends[0] else remote, merged)
    clear = len(set(ends)) < len(ends) or ends[1] == ends[2]
    if not clear or merged.keys() - fitting(whole, merged):
        return SeriesMerge(units=("recurrence",))
    return SeriesMerge(series=whole.series, units=("recurrence",) if torn else ())


def _is_torn(each: datetime, before: Exceptions, here: Exceptions, there: Exceptions) -> bool:
    was, mine, theirs = (side.get(each, _ABSENT) for side in (before, here, there))
    return was not in (mine, theirs) and mine != theirs


def _chosen(each: datetime, before: Exceptions, here: Exceptions, there: Exceptions) -> ModifiedOccurrence | None:
    was, mine, theirs = (side.get(each, _ABSENT) for side in (before, here, there))
    return mine if was == theirs else theirs


def _range(content: Content) -> Range:
    assert content.series is not None
    assert content.series.recurrence is not None
    return content.series.recurrence.range


def mine_over(content: Content, base: Content, local: Content) -> Content:
    """Return a series with what was changed here put over it: what deciding for the local side writes.

    Where it happens as it did when ``base`` was agreed on, only the occurrences changed here are replaced.
    """
    if not (standing_series(content) and standing_series(base) and standing_series(local)):
        return local
    if shape_of(base) != shape_of(local) or shape_of(content) != shape_of(base) or _range(local) != _range(content):
        return local
    before, here, merged = exceptions_of(base), exceptions_of(local), exceptions_of(content)
    changed = {each for each in {*before, *here} if before.get(each, _ABSENT) != here.get(each, _ABSENT)}
    kept = {each: value for each, value in merged.items() if each not in changed}
    return with_exceptions(content, {**kept, **{each: here[each] for each in changed if each in here}})
