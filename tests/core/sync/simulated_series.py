"""What a simulated Exchange makes of changes to series: who gets what of them."""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from core.sync.simulated_copy import Copy
from roomd_core.model import Content
from roomd_core.occurrences import exceptions_of, times_of, usual, with_exceptions
from roomd_core.recurrence import ModifiedOccurrence, first_day
from roomd_core.sync.remote import OneOccurrence
from roomd_core.sync.steps import rule_is_unsent
from roomd_core.zones import zone_of


def given_elsewhere(content: Content, room: str) -> Iterator[datetime]:
    """Give the occurrences of a series that have other rooms instead of this one."""
    for each in content.series.modified if content.series else ():
        if room in content.rooms and each.rooms is not None and room not in each.rooms:
            yield each.original_start


def rooms_alone(content: Content) -> Iterator[tuple[datetime, str]]:
    """Give the rooms that single occurrences have and the series has not."""
    for each in content.series.modified if content.series else ():
        for room in set(each.rooms or ()) - set(content.rooms):
            yield each.original_start, room


def begun_with_its_start(content: Content) -> Content:
    """Let a series whose start alone was changed begin on the first day its pattern has from then on."""
    if content.series is None or content.series.recurrence is None:
        return content
    rule = replace(content.series.recurrence, first=content.start.astimezone(zone_of(content.zone)).date())
    first = first_day(rule)
    assert first is not None
    start, end = times_of(replace(content, series=replace(content.series, recurrence=rule))).on(first)
    begun = replace(content.series, recurrence=replace(rule, first=first))
    return replace(content, start=start, end=end, series=begun)


def moved(before: Content, after: Content) -> set[datetime]:
    """Return which exceptions of a series have another time than they had."""
    was = {each.original_start: (each.start, each.end) for each in (before.series.modified if before.series else ())}
    now = {each.original_start: (each.start, each.end) for each in (after.series.modified if after.series else ())}
    plain = {each: (usual(after, each).start, usual(after, each).end) for each in now}
    return {each for each, times in now.items() if times != was.get(each, plain[each])}


def differing(one: OneOccurrence) -> dict[str, Any]:
    names = ("start", "end", "title", "location", "body", "rooms")
    return {name: getattr(one.after, name) for name in names if getattr(one.after, name) != getattr(one.before, name)}


def crosses_a_neighbour(copy: Copy, original_start: datetime, start: datetime, end: datetime) -> bool:
    """Say whether an occurrence at this time would reach into the one before or after it, or lie beyond."""
    others = [each for each in copy.occurrences() if each.original_start != original_start]
    by_rule = attrgetter("original_start")
    before = max((each for each in others if each.original_start < original_start), key=by_rule, default=None)
    after = min((each for each in others if each.original_start > original_start), key=by_rule, default=None)
    return bool((before and start < before.end) or (after and end > after.start))


def with_called_off(copy: Copy, sent: Content) -> Content:
    """Return what a guest gets of a change of single occurrences: one called off stays, as it was last known."""
    known, told = exceptions_of(copy.content), exceptions_of(sent)
    for each in [each for each, told_of in told.items() if told_of is None and known.get(each, ...) is not None]:
        told[each] = known.get(each) or usual(copy.content, each)
        copy.called_off.add(each)
    return with_exceptions(sent, told)


def with_exception(content: Content, original_start: datetime) -> Content:
    """Let a series have an exception on that day, were it one that differs in nothing."""
    if content.series is None or original_start in exceptions_of(content):
        return content
    return replace(content, series=content.series.with_modified(usual(content, original_start)))


def without_rooms(content: Content) -> dict[datetime, ModifiedOccurrence | None]:
    """Return what guests read of what differs in single occurrences."""
    told = {each: told and replace(told, rooms=None) for each, told in exceptions_of(content).items()}
    return {each: exception for each, exception in told.items() if exception != usual(content, each)}


def read_by_guests(content: Content) -> dict[str, Any]:
    """Return what every guest's copy has from the organizer, but for times and people."""
    return {name: getattr(content, name) for name in ("title", "body", "location", "sensitivity", "show_as")}


def happens_otherwise(before: Content, after: Content) -> bool:
    """Say whether guests have to be asked again. A single meeting in another zone is at the same time."""
    same_clocks = before if before.series or after.series else replace(before, zone=after.zone)
    return rule_is_unsent(same_clocks, after)
