"""A series as one thing: one occurrence of it as a content of its own, and what makes an occurrence an exception."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.recurrence.series_contents import HOUR, series_contents, shown
from core.sync.cases import PLAN, SECOND, SERIES, WEEKLY
from core.sync.house import LAKE, MOON
from roomd_core.model import Content
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
    without_the_usual,
)
from roomd_core.recurrence import (
    Daily,
    EndDate,
    ModifiedOccurrence,
    Numbered,
    Series,
    ends_before,
    occurrences_between,
)

QUICK = settings(deadline=None, max_examples=40)
PLAIN = ModifiedOccurrence(original_start=SECOND, start=SECOND, end=SECOND + HOUR)
OWN = replace(
    PLAIN, start=SECOND + HOUR, end=SECOND + 3 * HOUR, title="Own", location="Roof", body="Own words.", rooms=(LAKE,)
)
ALONE = replace(PLAN, series=Series(recurrence=None, modified=(OWN,)))


def having(exception: ModifiedOccurrence | None) -> Content:
    return with_exceptions(SERIES, {SECOND: exception})


def test_an_occurrence_without_an_exception_is_as_the_rule_has_it() -> None:
    assert usual(SERIES, SECOND) == PLAIN
    assert occurrence_content(SERIES, SECOND) == replace(PLAN, start=SECOND, end=SECOND + HOUR)
    assert occurrence_content(having(PLAIN), SECOND) == occurrence_content(SERIES, SECOND)


def test_an_exception_is_what_it_says_and_otherwise_as_the_series() -> None:
    assert occurrence_content(having(None), SECOND) is None
    assert occurrence_content(having(OWN), SECOND) == replace(
        PLAN,
        start=SECOND + HOUR,
        end=SECOND + 3 * HOUR,
        title="Own",
        location="Roof",
        body="Own words.",
        rooms=(LAKE,),
    )
    assert occurrence_content(having(replace(OWN, title="", location="", body="", rooms=())), SECOND) == replace(
        PLAN, start=SECOND + HOUR, end=SECOND + 3 * HOUR, title="", location="", body="", rooms=()
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"start": SECOND + HOUR, "end": SECOND + 2 * HOUR},
        {"end": SECOND + 2 * HOUR},
        {"title": "Own"},
        {"title": ""},
        {"location": "Roof"},
        {"body": "Other words."},
        {"rooms": (LAKE,)},
        {"rooms": ()},
    ],
)
def test_only_what_is_different_makes_an_exception(fields: dict[str, object]) -> None:
    plain = occurrence_content(SERIES, SECOND)
    assert plain is not None
    assert exception_from(SERIES, SECOND, plain) is None
    wanted = replace(plain, **fields)
    found = exception_from(SERIES, SECOND, wanted)
    assert found == replace(PLAIN, **fields)
    assert occurrence_content(having(found), SECOND) == wanted


@QUICK
@given(series_contents, st.data())
def test_an_exception_made_of_an_occurrence_is_that_occurrence(content: Content, data: st.DataObject) -> None:
    moment = data.draw(st.sampled_from(shown(content))).original_start
    wanted = occurrence_content(content, moment)
    assert wanted is not None
    again = with_exceptions(content, {**exceptions_of(content), moment: exception_from(content, moment, wanted)})
    if again.series and exceptions_of(again)[moment] is not None:
        assert occurrence_content(again, moment) == wanted
    else:
        assert (wanted.start, wanted.end) == (usual(content, moment).start, usual(content, moment).end)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        (PLAIN, ()),
        (replace(PLAIN, title=PLAN.title, location=PLAN.location, body=PLAN.body, rooms=PLAN.rooms), ()),
        (replace(PLAIN, body=" Bring  figures.\r\n\r\nAnd tea. "), ()),
        (replace(PLAIN, start=SECOND + timedelta(microseconds=5), end=PLAIN.end + timedelta(microseconds=5)), ()),
        (replace(PLAIN, rooms=(MOON, LAKE)), (replace(PLAIN, rooms=(MOON, LAKE)),)),
        (replace(OWN, title=PLAN.title), (replace(OWN, title=None),)),
        (replace(OWN, location=PLAN.location), (replace(OWN, location=None),)),
        (replace(OWN, body=PLAN.body), (replace(OWN, body=None),)),
        (replace(OWN, rooms=PLAN.rooms), (replace(OWN, rooms=None),)),
        (OWN, (OWN,)),
    ],
)
def test_an_exception_says_only_what_is_different(
    told: ModifiedOccurrence, left: tuple[ModifiedOccurrence, ...]
) -> None:
    found = without_the_usual(having(told))
    assert found.series is not None
    assert [replace(each, rooms=each.rooms and tuple(sorted(each.rooms))) for each in left] == list(
        found.series.modified
    )


def test_the_order_of_rooms_makes_no_exception() -> None:
    both = replace(SERIES, rooms=(LAKE, MOON))
    told = with_exceptions(both, {SECOND: replace(PLAIN, rooms=(MOON, LAKE))})
    assert without_the_usual(told) == both
    assert without_the_usual(replace(told, rooms=(MOON, LAKE))) == replace(both, rooms=(MOON, LAKE))


def test_what_is_no_series_is_left_as_it_is() -> None:
    for content in (PLAN, SERIES, ALONE):
        assert without_the_usual(content) == content
    assert bare(PLAN) == with_exceptions(PLAN, {SECOND: OWN}) == PLAN
    assert (bare(having(OWN)), bare(having(None))) == (SERIES, SERIES)
    assert exceptions_of(PLAN) == {}
    assert exceptions_of(having(OWN)) == {SECOND: OWN}
    assert exceptions_of(having(None)) == {SECOND: None}


def test_a_series_stands_if_its_rule_is_known() -> None:
    assert standing_series(SERIES) == WEEKLY
    assert standing_series(PLAN) is None
    assert standing_series(ALONE) is None


def test_the_shape_of_a_series_is_when_it_happens_whatever_its_end() -> None:
    rule = WEEKLY.recurrence
    assert rule is not None
    for same in (
        replace(SERIES, title="Renamed", rooms=()),
        having(OWN),
        replace(SERIES, series=Series(recurrence=replace(rule, range=EndDate(last=date(2027, 1, 1))))),
    ):
        assert shape_of(same) == shape_of(SERIES)
    for other in (
        PLAN,
        replace(SERIES, series=Series(recurrence=replace(rule, pattern=Daily(interval=14)))),
        replace(SERIES, series=Series(recurrence=replace(rule, first=date(2026, 11, 25)))),
        replace(SERIES, start=PLAN.start - HOUR),
        replace(SERIES, end=PLAN.end + HOUR),
        replace(SERIES, zone="UTC"),
        replace(SERIES, all_day=True),
    ):
        assert shape_of(other) != shape_of(SERIES)
    assert shape_of(ALONE) == shape_of(PLAN), "without a rule it is when the event is"


def test_an_exception_fits_a_series_on_one_of_its_days() -> None:
    third, fifth = (PLAN.start + timedelta(days=7 * weeks) for weeks in (2, 4))
    between = SECOND + timedelta(days=1)
    told = dict.fromkeys((SECOND, third, fifth, between))
    assert fitting(SERIES, told) == {SECOND, third}, "it has four, a week apart"
    assert fitting(SERIES, {SECOND + HOUR: None}) == {SECOND + HOUR}, "the day counts"
    assert fitting(ALONE, told) == fitting(PLAN, told) == set(told), "there is no rule to fit"


def test_a_series_meant_in_another_zone_falls_on_the_days_of_that_zone() -> None:
    rule = WEEKLY.recurrence
    assert rule is not None
    early = replace(rule, first=rule.first - timedelta(days=1), range=Numbered(count=2))
    content = replace(SERIES, series=Series(recurrence=early))
    assert times_of(content).shift == timedelta(days=1)
    assert times_of(replace(content, series=None)).shift == timedelta()
    third = PLAN.start + timedelta(days=14)
    assert fitting(content, dict.fromkeys((PLAN.start, SECOND, third))) == {PLAN.start, SECOND}


def test_exceptions_are_kept_in_order_and_by_original_start() -> None:
    third = replace(PLAIN, original_start=SECOND + timedelta(days=7), title="Third")
    both = WEEKLY.with_modified(third).with_modified(OWN)
    assert both.modified == (OWN, third)
    assert both.with_modified(PLAIN).modified == (PLAIN, third)
    assert both.without_modified(SECOND) == WEEKLY.with_modified(third)
    assert both.without_modified(PLAN.start) == both


def test_an_occurrence_that_differs_says_in_what() -> None:
    content = having(OWN)
    assert content.series is not None
    shown_in = occurrences_between(content.series, times_of(content), PLAN.start, SECOND + 4 * HOUR)
    assert [(each.original_start, each.modified) for each in shown_in] == [(PLAN.start, None), (SECOND, OWN)]


def test_a_series_that_begins_days_before_or_after_its_rule_is_not_shifted() -> None:
    rule = WEEKLY.recurrence
    assert rule is not None
    for days, shift in ((2, 0), (1, -1), (0, 0), (-1, 1), (-2, 0)):
        other = replace(rule, first=rule.first + timedelta(days=days))
        assert times_of(replace(SERIES, series=Series(recurrence=other))).shift == timedelta(days=shift)


def test_a_series_is_over_when_its_last_occurrence_and_every_exception_are() -> None:
    times, last = times_of(SERIES), PLAN.end + timedelta(days=21)
    assert not ends_before(WEEKLY, times, last)
    assert ends_before(WEEKLY, times, last + timedelta(seconds=1))
    moved_on = replace(PLAIN, end=last + HOUR)
    assert not ends_before(WEEKLY.with_modified(moved_on), times, last + HOUR)
    assert ends_before(WEEKLY.with_modified(moved_on), times, last + HOUR + timedelta(seconds=1))
