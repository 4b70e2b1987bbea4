"""Writing a series one step at a time: its master first, then each occurrence that differs. Pure.

Exchange has no call that writes a series with its exceptions. Each step is one write with an outcome of its own, and
what both sides agree on moves forward by exactly that step: however often roomd dies between two of them, none is
lost and none is repeated.
"""

from datetime import datetime

from msgspec import Struct

from roomd_core.merge import diff, normalize, take
from roomd_core.model import Content
from roomd_core.occurrences import bare, exceptions_of, fitting, shape_of, standing_series, with_exceptions
from roomd_core.recurrence import ModifiedOccurrence


class Step(Struct, frozen=True, kw_only=True):
    """The next write: ``content`` is what Exchange has after it; ``occurrence`` the original start it is about.

    Without an ``occurrence`` it is about the whole event.
    """

    content: Content
    occurrence: datetime | None = None


def next_step(base: Content | None, content: Content) -> Step:
    """Return the next write that brings Exchange from ``base`` (None: it has no item) to ``content``."""
    if base is None:
        return Step(content=bare(content))
    wanted = take(base, content, diff(base, content))
    if wanted.series is None or wanted.series.recurrence is None:
        return Step(content=wanted)
    whole = with_exceptions(wanted, _outliving(base, wanted))
    if diff(bare(base), bare(whole)):
        return Step(content=whole)
    return _about_one(base, wanted)


def after_write(base: Content | None, written: Content, remote: Content) -> Content:
    """Return what both sides agree on after a write was applied.

    A new time or pattern may cost exceptions that were meant to stay. Those Exchange no longer shows are not agreed
    on: what is here then differs, and is written again.
    """
    if base is None or standing_series(written) is None or _master(base) == _master(written):
        return written
    shown = exceptions_of(remote)
    return with_exceptions(written, {each: told for each, told in exceptions_of(written).items() if each in shown})


def rule_is_unsent(base: Content, content: Content) -> bool:
    """Say whether Exchange has another time, pattern or end of a series, or of a single event."""
    return _master(base) != _master(content)


def unsent_occurrences(base: Content, content: Content) -> set[datetime]:
    """Return the original starts of the occurrences that Exchange has otherwise."""
    if base == content:
        return set()
    before, after = exceptions_of(normalize(base)), exceptions_of(normalize(content))
    return {each for each in {*before, *after} if before.get(each, ...) != after.get(each, ...)}


def _about_one(base: Content, wanted: Content) -> Step:
    first = min(unsent_occurrences(base, wanted), default=None)
    if first is None:
        return Step(content=wanted)
    exceptions, target = exceptions_of(base), exceptions_of(normalize(wanted))
    kept = {each: told for each, told in exceptions.items() if each != first}
    if first in target:
        kept[first] = exceptions_of(wanted)[first]
    return Step(content=with_exceptions(base, kept), occurrence=first)


def _outliving(base: Content, wanted: Content) -> dict[datetime, ModifiedOccurrence | None]:
    """Return the exceptions Exchange keeps when the master is written: those of a series that happens as before."""
    if shape_of(base) != shape_of(wanted):
        return {}
    exceptions = exceptions_of(base)
    kept = fitting(wanted, exceptions)
    return {each: told for each, told in exceptions.items() if each in kept}


def _master(content: Content) -> tuple[object, ...]:
    rule = content.series.recurrence if content.series else None
    return rule, *shape_of(content)
