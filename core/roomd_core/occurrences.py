"""A series as one aggregate: its shape, its exceptions by original start, and one occurrence as a content. Pure."""

from datetime import datetime

from msgspec.structs import replace

from roomd_core.clock import whole_second
from roomd_core.model import Content
from roomd_core.recurrence import ModifiedOccurrence, Series, WallTimes, has_day


def times_of(content: Content) -> WallTimes:
    """Return the wall times of a series."""
    rule = content.series.recurrence if content.series else None
    return WallTimes.of(content.start, content.end, content.zone, rule)


def shape_of(content: Content) -> tuple[object, ...]:
    """Return when a series happens, but for where it ends: what else changes in it costs Exchange every exception."""
    rule = content.series.recurrence if content.series else None
    kept = (rule.pattern, rule.first) if rule else None
    return kept, content.start, content.end, content.zone, content.all_day


def exceptions_of(content: Content) -> dict[datetime, ModifiedOccurrence | None]:
    """Return what differs in single occurrences, by original start; None is a deleted one."""
    return content.series.exceptions if content.series else {}


def bare(content: Content) -> Content:
    """Return a series without what differs in single occurrences."""
    return with_exceptions(content, {})


def with_exceptions(content: Content, exceptions: dict[datetime, ModifiedOccurrence | None]) -> Content:
    """Return a series with these exceptions and no others."""
    if content.series is None:
        return content
    return replace(content, series=content.series.with_exceptions(exceptions))


def fitting(content: Content, exceptions: dict[datetime, ModifiedOccurrence | None]) -> set[datetime]:
    """Return which of these exceptions are on a day of the series."""
    rule = content.series.recurrence if content.series else None
    if rule is None:
        return set(exceptions)
    times = times_of(content)
    return {each for each in exceptions if has_day(rule, times.day(each) - times.shift)}


def usual(content: Content, original_start: datetime) -> ModifiedOccurrence:
    """Return an occurrence as the rule has it, with nothing different."""
    start, end = times_of(content).on(times_of(content).day(original_start))
    return ModifiedOccurrence(original_start=original_start, start=start, end=end)


def occurrence_content(content: Content, original_start: datetime) -> Content | None:
    """Return one occurrence of a series as a content of its own, None if it was deleted."""
    exceptions = exceptions_of(content)
    found = exceptions.get(original_start, usual(content, original_start))
    if found is None:
        return None
    return replace(
        content,
        series=None,
        start=found.start,
        end=found.end,
        title=content.title if found.title is None else found.title,
        location=content.location if found.location is None else found.location,
        body=content.body if found.body is None else found.body,
        rooms=content.rooms if found.rooms is None else found.rooms,
    )


def exception_from(content: Content, original_start: datetime, wanted: Content) -> ModifiedOccurrence | None:
    """Return what makes an occurrence what is wanted of it; None if that is what the rule makes of it anyway."""
    found = ModifiedOccurrence(
        original_start=original_start,
        start=wanted.start,
        end=wanted.end,
        title=wanted.title,
        location=wanted.location,
        body=wanted.body,
        rooms=wanted.rooms,
    )
    return _without_the_usual(content, found)


def without_the_usual(content: Content) -> Content:
    """Return a series whose exceptions say only what is different in them; those that say nothing are left out."""
    if content.series is None or content.series.recurrence is None or not content.series.modified:
        return content
    kept = (_without_the_usual(content, each) for each in content.series.modified)
    return replace(content, series=replace(content.series, modified=tuple(each for each in kept if each)))


def _without_the_usual(content: Content, found: ModifiedOccurrence) -> ModifiedOccurrence | None:
    plain = usual(content, found.original_start)
    rooms = None if found.rooms is None else tuple(sorted(found.rooms))
    told = replace(
        found,
        start=whole_second(found.start),
        end=whole_second(found.end),
        title=None if found.title in (None, content.title) else found.title,
        location=None if found.location in (None, content.location) else found.location,
        body=None if found.body is None or _same_text(found.body, content.body) else found.body,
        rooms=None if rooms == tuple(sorted(content.rooms)) else rooms,
    )
    return None if told == plain else told


def _same_text(one: str, other: str) -> bool:
    return one.split() == other.split()


def is_known_in_part(content: Content) -> bool:
    """Say whether only single occurrences of a series are known, and not its rule."""
    return content.series is not None and content.series.recurrence is None


def standing_series(content: Content) -> Series | None:
    """Return the series of an event if roomd knows its rule."""
    return content.series if content.series and content.series.recurrence else None
