"""What changing or calling off one occurrence, this and the following, or all of a series makes of it. Pure.

Start and end in a change are those of the occurrence named. What it does to the rest follows Outlook: "this and
following" ends the series before the occurrence and begins another one with it.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from msgspec import UNSET, Struct
from msgspec.structs import replace

from roomd_core.api.wire import EventPatch, Repeat, Scope
from roomd_core.booking.repeating import repeated
from roomd_core.booking.rules import amend
from roomd_core.booking.spans import in_utc, require_ahead, require_order, zone_named
from roomd_core.errors import ExceptionsLost, Invalid, NotFound
from roomd_core.model import Content, Event, Mailbox
from roomd_core.occurrences import (
    bare,
    exception_from,
    exceptions_of,
    fitting,
    occurrence_content,
    shape_of,
    standing_series,
    times_of,
    usual,
    with_exceptions,
)
from roomd_core.recurrence import (
    Daily,
    Recurrence,
    begun_on,
    day_after,
    day_before,
    days_between,
    ended_before,
    has_day,
    last_day,
)

_OF_THE_WHOLE = ("attendees", "private", "recurrence")


class Change(Struct, frozen=True, kw_only=True):
    """What is asked of a series: which occurrences, how, and whether its exceptions may be lost."""

    patch: EventPatch
    scope: Scope | None = None
    occurrence: datetime | None = None
    drop_exceptions: bool = False


class Edit(Struct, frozen=True, kw_only=True):
    """What becomes of a series: its content, None if it is called off; ``follows`` is a new series after it."""

    content: Content | None
    follows: Content | None = None


def edited(event: Event, change: Change, mailboxes: Sequence[Mailbox], now: datetime) -> Edit:
    """Return what a change makes of a series. Raises Invalid, NotFound, ExceptionsLost."""
    original_start = _named(event.content, change.scope, change.occurrence)
    match change.scope:
        case Scope.THIS:
            assert original_start is not None
            return Edit(content=_this(event, change.patch, original_start, mailboxes, now))
        case Scope.FOLLOWING:
            assert original_start is not None
            return _following(event, change, original_start, mailboxes, now)
    return Edit(content=_all(event, change, original_start, mailboxes, now))


def called_off(event: Event, scope: Scope | None, occurrence: datetime | None) -> Edit:
    """Return what is left of a series when a part of it is called off. Raises Invalid, NotFound."""
    content = event.content
    original_start = _named(content, scope, occurrence)
    if scope is Scope.ALL or original_start is None:
        return Edit(content=None)
    if scope is Scope.FOLLOWING:
        return Edit(content=_standing(_before(content, original_start)))
    left = with_exceptions(content, {**exceptions_of(content), original_start: None})
    return Edit(content=_standing(left))


def rule_of(content: Content) -> Recurrence:
    """Return the rule of a series. Raises Invalid where only single occurrences of it are known."""
    series = standing_series(content)
    if series is None or series.recurrence is None:
        raise Invalid("scope", "cannot be told: only single occurrences of this series are known; use Outlook")
    return series.recurrence


def _named(content: Content, scope: Scope | None, occurrence: datetime | None) -> datetime | None:
    """Return the original start of the occurrence meant, as the series has it. Raises Invalid, NotFound."""
    rule = rule_of(content)
    if scope is None:
        raise Invalid("scope", f"is missing: this event is a series; say {', '.join(Scope)}")
    if occurrence is None:
        if scope is Scope.ALL:
            return None
        raise Invalid("occurrence", "is missing: name the occurrence by its original start")
    times = times_of(content)
    day = times.day(in_utc("occurrence", occurrence))
    known = {times.day(each): each for each in exceptions_of(content)}
    original_start = known.get(day, times.on(day)[0])
    gone = exceptions_of(content).get(original_start, ...) is None
    if gone or not has_day(rule, day - times.shift):
        raise NotFound(f"The series has no occurrence on {day}. Use an original start that the timeline shows.")
    return original_start


def _this(
    event: Event, patch: EventPatch, original_start: datetime, mailboxes: Sequence[Mailbox], now: datetime
) -> Content:
    content = event.content
    for field in _OF_THE_WHOLE:
        if getattr(patch, field) is not UNSET:
            raise Invalid(field, "belongs to the series; change it for all occurrences")
    one = occurrence_content(content, original_start)
    assert one is not None
    wanted = amend(replace(event, content=one), replace(patch, zone=UNSET), mailboxes, now)
    if wanted.all_day != content.all_day:
        raise Invalid("start", "whole days stay whole days in a series; change this one in Outlook")
    _require_between_neighbours(content, original_start, wanted)
    exceptions = {each: told for each, told in exceptions_of(content).items() if each != original_start}
    told = exception_from(content, original_start, wanted)
    if told is not None:
        exceptions[original_start] = told
    return with_exceptions(content, exceptions)


def _require_between_neighbours(content: Content, original_start: datetime, wanted: Content) -> None:
    """Raise Invalid where an occurrence would overlap its neighbours (ErrorOccurrenceCrossingBoundary)."""
    before, after = (_neighbour(content, original_start, step) for step in (day_before, day_after))
    if (before and wanted.start < before.end) or (after and wanted.end > after.start):
        raise Invalid("start", "would reach the occurrence before or after; Exchange keeps them in their order")


def _neighbour(
    content: Content, original_start: datetime, step: Callable[[Recurrence, date], date | None]
) -> Content | None:
    """Return the nearest occurrence to one side that stands."""
    rule, times = rule_of(content), times_of(content)
    known = {times.day(each): each for each in exceptions_of(content)}
    day = step(rule, times.day(original_start) - times.shift)
    while day is not None:
        shown = day + times.shift
        found = occurrence_content(content, known.get(shown, times.on(shown)[0]))
        if found is not None:
            return found
        day = step(rule, day)
    return None


def _all(
    event: Event, change: Change, original_start: datetime | None, mailboxes: Sequence[Mailbox], now: datetime
) -> Content:
    patch = change.patch
    moved = _moved(event.content, patch, original_start)
    rest = replace(patch, start=UNSET, end=UNSET, zone=UNSET, recurrence=UNSET)
    content = amend(replace(event, content=moved), rest, mailboxes, now)
    exceptions = exceptions_of(event.content)
    if shape_of(content) == shape_of(event.content):
        fit = fitting(content, exceptions)
        return with_exceptions(content, {each: told for each, told in exceptions.items() if each in fit})
    if exceptions and not change.drop_exceptions:
        raise ExceptionsLost(
            f"{len(exceptions)} occurrences of this series were changed or called off. Exchange forgets that when "
            "the series gets another time or pattern; agree with drop_exceptions, or change occurrences one by one."
        )
    return bare(content)


def _moved(content: Content, patch: EventPatch, original_start: datetime | None) -> Content:
    """Return a series at other times, in another zone, or recurring otherwise. Raises Invalid."""
    zone = content.zone if patch.zone is UNSET else zone_named(patch.zone).key
    named = usual(content, original_start) if original_start else None
    was = (named.start, named.end) if named else (content.start, content.end)
    start = was[0] if patch.start is UNSET else in_utc("start", patch.start)
    end = start + (was[1] - was[0]) if patch.end is UNSET else in_utc("end", patch.end)
    require_order(start, end)
    if (start, end, zone) == (*was, content.zone) and patch.recurrence is UNSET:
        return content
    rule = rule_of(content)
    before, after = times_of(content), times_of(replace(content, start=start, end=end, zone=zone, series=None))
    shift = after.day(start) - before.day(was[0])
    if patch.recurrence is UNSET and shift and not isinstance(rule.pattern, Daily):
        raise Invalid("start", "is another day; say with recurrence on which days the series is then")
    first = before.day(content.start) + shift
    begins, ends = after.on(first)
    repeat = Repeat(pattern=rule.pattern, range=rule.range) if patch.recurrence is UNSET else patch.recurrence
    all_day = content.all_day and (start, end) == was
    return repeated(replace(content, start=begins, end=ends, zone=zone, all_day=all_day, series=None), repeat)


def _following(
    event: Event, change: Change, original_start: datetime, mailboxes: Sequence[Mailbox], now: datetime
) -> Edit:
    content = event.content
    head = _before(content, original_start)
    if head is None:
        return Edit(content=_all(event, change, original_start, mailboxes, now))
    require_ahead(original_start if change.patch.start is UNSET else in_utc("start", change.patch.start), now)
    tail = replace(event, content=_from(content, original_start))
    return Edit(content=head, follows=_all(tail, change, original_start, mailboxes, now))


def _before(content: Content, original_start: datetime) -> Content | None:
    """Return a series without an occurrence and all after it; None if nothing comes before."""
    times = times_of(content)
    rule = ended_before(rule_of(content), times.day(original_start) - times.shift)
    if rule is None or content.series is None:
        return None
    kept = {each: told for each, told in exceptions_of(content).items() if each < original_start}
    return with_exceptions(replace(content, series=replace(content.series, recurrence=rule)), kept)


def _from(content: Content, original_start: datetime) -> Content:
    """Return a series from an occurrence on, with what is different in the occurrences it has."""
    times = times_of(content)
    day = times.day(original_start)
    assert content.series is not None
    rule = begun_on(rule_of(content), day - times.shift)
    start, end = times.on(day)
    kept = {each: told for each, told in exceptions_of(content).items() if each >= original_start}
    series = replace(content.series, recurrence=replace(rule, first=day))
    return with_exceptions(replace(content, start=start, end=end, series=series), kept)


def _standing(content: Content | None) -> Content | None:
    """Return the series if any occurrence of it is left."""
    if content is None:
        return None
    rule, times = rule_of(content), times_of(content)
    last = last_day(rule)
    if last is None:
        return content
    gone = {times.day(each) - times.shift for each, told in exceptions_of(content).items() if told is None}
    return content if any(day not in gone for day in days_between(rule, rule.first, last)) else None
