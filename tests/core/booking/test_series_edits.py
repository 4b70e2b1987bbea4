"""What a change of this one, of this and the following, or of all makes of a series; pure, across clock changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.recurrence.series_contents import HOUR, SHOWN, series_contents, shown
from core.store.samples import event as an_event
from roomd_core.api.wire import EventPatch, Repeat, Scope
from roomd_core.booking.repeating import repeated
from roomd_core.booking.series_edits import Change, called_off, edited
from roomd_core.errors import ExceptionsLost, Invalid
from roomd_core.model import Content
from roomd_core.occurrences import bare, exceptions_of, times_of
from roomd_core.recurrence import (
    AbsoluteMonthly,
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    Numbered,
    Pattern,
    Range,
    Weekly,
)
from roomd_core.zones import zone_of

QUICK = settings(deadline=None, max_examples=60)
LONG_AGO = SHOWN[0]
places = st.integers(0, 30)


def times(content: Content | None) -> list[tuple[datetime, datetime]]:
    return [(each.start, each.end) for each in shown(content)] if content else []


@QUICK
@given(series_contents, places)
def test_this_and_following_has_every_occurrence_once_and_as_it_was(content: Content, place: int) -> None:
    occurrences = shown(content)
    named = occurrences[place % len(occurrences)].original_start
    change = Change(patch=EventPatch(title="Renamed"), scope=Scope.FOLLOWING, occurrence=named)
    edit = edited(an_event(content=content), change, [], LONG_AGO)

    assert edit.content is not None
    halves = [*shown(edit.content), *(shown(edit.follows) if edit.follows else [])]
    assert sorted(each.original_start for each in halves) == sorted(each.original_start for each in occurrences)
    assert sorted(times(edit.content) + times(edit.follows)) == sorted(times(content))
    if edit.follows:
        assert {each.original_start < named for each in shown(edit.content)} <= {True}
        assert edit.follows.title == "Renamed"
        assert set(exceptions_of(edit.content)) | set(exceptions_of(edit.follows)) == set(exceptions_of(content))


@QUICK
@given(series_contents, places, st.sampled_from(Scope))
def test_calling_off_leaves_exactly_the_others(content: Content, place: int, scope: Scope) -> None:
    occurrences = shown(content)
    named = occurrences[place % len(occurrences)]
    left = called_off(an_event(content=content), scope, named.original_start).content
    expected = {
        Scope.THIS: [each for each in occurrences if each != named],
        Scope.FOLLOWING: [each for each in occurrences if each.original_start < named.original_start],
        Scope.ALL: [],
    }[scope]
    assert (shown(left) if left else []) == expected


@QUICK
@given(series_contents, places)
def test_all_at_another_time_keeps_the_days_and_the_new_wall_time_across_clock_changes(
    content: Content, place: int
) -> None:
    occurrences, clocks = shown(content), zone_of(content.zone)
    named = occurrences[place % len(occurrences)]
    day = times_of(content).day(named.original_start)
    start = datetime(day.year, day.month, day.day, 12, 15, tzinfo=clocks)
    patch = EventPatch(start=start, end=start + 2 * HOUR)
    change = Change(patch=patch, scope=Scope.ALL, occurrence=named.original_start)
    event = an_event(content=content)
    if exceptions_of(content):
        with pytest.raises(ExceptionsLost):
            edited(event, change, [], LONG_AGO)
    moved = edited(event, replace(change, drop_exceptions=True), [], LONG_AGO).content

    assert moved is not None
    assert exceptions_of(moved) == {}
    assert {each.start.astimezone(clocks).time() for each in shown(moved)} == {start.time()}
    last = SHOWN[1].date() - timedelta(days=3)
    days, before = ([each.day for each in shown(one) if each.day < last] for one in (moved, bare(content)))
    assert days == before
    assert {each.end - each.start for each in shown(moved)} == {2 * HOUR}


@pytest.mark.parametrize(
    ("pattern", "extent", "field"),
    [
        (Daily(interval=0), NoEnd(), "recurrence.pattern.interval"),
        (Daily(interval=1000), NoEnd(), "recurrence.pattern.interval"),
        (Weekly(interval=100, days=(DayOfWeek.MONDAY,)), NoEnd(), "recurrence.pattern.interval"),
        (Weekly(days=()), NoEnd(), "recurrence.pattern.days"),
        (AbsoluteMonthly(day=32), NoEnd(), "recurrence.pattern.day"),
        (Daily(), Numbered(count=0), "recurrence.range.count"),
        (Daily(), Numbered(count=1000), "recurrence.range.count"),
        (Daily(), EndDate(last=datetime(4500, 9, 2, tzinfo=UTC).date()), "recurrence.range.last"),
        (Daily(), EndDate(last=datetime(2026, 11, 1, tzinfo=UTC).date()), "recurrence.range"),
    ],
)
def test_what_exchange_does_not_hold_is_refused(pattern: Pattern, extent: Range, field: str) -> None:
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    single = Content(title="Plans", start=start, end=start + HOUR)
    with pytest.raises(Invalid) as refused:
        repeated(single, Repeat(pattern=pattern, range=extent))
    assert refused.value.field == field


def test_an_occurrence_that_reaches_into_the_next_is_refused() -> None:
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    long = Content(title="Plans", start=start, end=start + timedelta(hours=25))
    with pytest.raises(Invalid, match="reach into the next"):
        repeated(long, Repeat(pattern=Daily()))


def test_days_of_the_week_are_kept_in_order_and_each_by_its_own_name() -> None:
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    single = Content(title="Plans", start=start, end=start + HOUR)
    series = repeated(single, Repeat(pattern=Weekly(days=(DayOfWeek.SUNDAY, DayOfWeek.WEEKDAY)))).series
    assert series is not None
    assert series.recurrence is not None
    assert series.recurrence.pattern == Weekly(days=(*list(DayOfWeek)[:5], DayOfWeek.SUNDAY))
