"""Spans: who needs, or has, which mailbox from when to when; of a series at every occurrence. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from roomd_core.model import Content, Occupancy
from roomd_core.occurrences import times_of
from roomd_core.recurrence import Occurrence, occurrences_between


class Span(Struct, frozen=True, kw_only=True):
    """A mailbox from ``start`` up to but without ``end``."""

    mailbox: str
    start: datetime
    end: datetime


def spans_of(content: Content | None, since: datetime, until: datetime) -> list[Span]:
    """Return what an event with this content takes of its rooms; of a series only between two instants."""
    if content is None:
        return []
    if content.series is None:
        return [Span(mailbox=room, start=content.start, end=content.end) for room in content.rooms]
    shown = occurrences_between(content.series, times_of(content), since, until)
    return [Span(mailbox=room, start=each.start, end=each.end) for each in shown for room in rooms_of(content, each)]


def rooms_of(content: Content, occurrence: Occurrence) -> tuple[str, ...]:
    """Return the rooms of one occurrence: its own, if it was given some."""
    own = occurrence.modified.rooms if occurrence.modified else None
    return content.rooms if own is None else own


def clashes(held: Iterable[Occupancy], wanted: Sequence[Span]) -> list[Occupancy]:
    """Return those occupancies that overlap something wanted, in order of start."""
    asked = by_mailbox(wanted)
    found = (each for each in held if overlapping(asked.get(each.mailbox, []), each.start, each.end))
    return sorted(found, key=lambda each: each.start)


def by_mailbox(spans: Iterable[Span]) -> Mapping[str, list[Span]]:
    """Return spans by mailbox, in order of start."""
    lanes: dict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: span.start):
        lanes[span.mailbox].append(span)
    return lanes


def overlapping(lane: Sequence[Span], start: datetime, end: datetime) -> list[Span]:
    """Return the spans of a lane, which is sorted by start, that overlap an interval."""
    until = bisect_left(lane, end, key=lambda span: span.start)
    return [span for span in lane[:until] if span.end > start and span.start < end]


def rooms_ever(content: Content) -> list[str]:
    """Return every room an event has, were it for one occurrence, sorted."""
    modified = content.series.modified if content.series else ()
    return sorted({*content.rooms, *(room for each in modified for room in each.rooms or ())})
