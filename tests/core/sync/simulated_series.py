"""What a simulated Exchange makes of changes to series: who gets what of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from core.sync.simulated_copy import Copy, exception_id, standing
from roomd_core.model import Content, ItemKind, ItemRef
from roomd_core.occurrences import usual
from roomd_core.sync.remote import OneOccurrence, RemoteItem
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
    """Let a series whose start alone was changed begin on that day, as Exchange does."""
    if content.series is None or content.series.recurrence is None:
        return content
    rule = replace(content.series.recurrence, first=content.start.astimezone(zone_of(content.zone)).date())
    return replace(content, series=replace(content.series, recurrence=rule))


def moved(before: Content, after: Content) -> set[datetime]:
    """Return which exceptions of a series have another time than they had."""
    was = {each.original_start: (each.start, each.end) for each in (before.series.modified if before.series else ())}
    now = {each.original_start: (each.start, each.end) for each in (after.series.modified if after.series else ())}
    plain = {each: (usual(after, each).start, usual(after, each).end) for each in now}
    return {each for each, times in now.items() if times != was.get(each, plain[each])}


def differing(one: OneOccurrence) -> dict[str, Any]:
    names = ("start", "end", "title", "location", "body", "rooms")
    return {name: getattr(one.after, name) for name in names if getattr(one.after, name) != getattr(one.before, name)}


def exceptions_told(copy: Copy, master: RemoteItem) -> Iterator[RemoteItem]:
    """Tell each exception in full, as an item of its own."""
    for each in standing(copy):
        assert master.detail is not None
        rooms = copy.content.rooms if each.rooms is None else each.rooms
        yield replace(
            master,
            ref=ItemRef(item_id=exception_id(copy, each.original_start), change_key=copy.ref.change_key),
            kind=ItemKind.EXCEPTION,
            title=master.title if each.title is None else each.title,
            location=each.location if each.location is not None else master.location,
            start=each.start,
            end=each.end,
            answer=copy.said.get(each.original_start, master.answer),
            original_start=each.original_start,
            detail=replace(
                master.detail,
                rooms=rooms,
                series=None,
                body=master.detail.body if each.body is None else each.body,
            ),
        )
