"""Merging what belongs to a series: exceptions survive, or a person is asked."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.recurrence.series_contents import HOUR, changed, plain_series, series_contents, shown
from core.sync.cases import PLAN, SECOND, SERIES, WEEKLY
from roomd_core.merge import Policy, diff, merge
from roomd_core.merge_series import TOGETHER, SeriesMerge, merge_series, mine_over
from roomd_core.model import Content
from roomd_core.occurrences import bare, exceptions_of, with_exceptions
from roomd_core.recurrence import Daily, ModifiedOccurrence, Numbered, Series

QUICK = settings(deadline=None, max_examples=60)
pairs = series_contents.flatmap(lambda base: st.tuples(st.just(base), changed(base)))
sides = series_contents.flatmap(lambda base: st.tuples(st.just(base), changed(base), changed(base)))


@QUICK
@given(sides)
def test_each_occurrence_is_merged_by_itself(sides: tuple[Content, Content, Content]) -> None:
    base, local, remote = sides
    merged = merge(base, local, remote)
    before, here, there, found = map(exceptions_of, (base, local, remote, merged.content))
    torn = False
    for each in {*before, *here, *there}:
        was, mine, theirs = (side.get(each, "usual") for side in (before, here, there))
        if mine in (was, theirs):
            assert found.get(each, "usual") == theirs
        elif theirs == was:
            assert found.get(each, "usual") == mine
        else:
            torn = True
            assert found.get(each, "usual") == theirs
    assert merged.conflicts == (("recurrence",) if torn else ())


@QUICK
@given(sides)
def test_both_sides_see_the_same_conflicts_and_nothing_comes_of_merging_again(
    sides: tuple[Content, Content, Content],
) -> None:
    base, one, other = sides
    merged, back = merge(base, one, other), merge(base, other, one)
    assert merged.conflicts == back.conflicts
    if not merged.conflicts:
        assert diff(merged.content, back.content) == ()
    again = merge(other, merged.content, other)
    assert (diff(again.content, merged.content), again.conflicts) == ((), ())


@QUICK
@given(
    series_contents.flatmap(lambda base: st.tuples(st.just(base), changed(base))), st.sampled_from(["here", "there"])
)
def test_another_time_on_one_side_and_other_exceptions_on_the_other_are_for_a_person(
    sides: tuple[Content, Content], where: str
) -> None:
    base, exceptional = sides
    moved = bare(replace(base, start=base.start + HOUR, end=base.end + HOUR))
    local, remote = (moved, exceptional) if where == "here" else (exceptional, moved)
    merged = merge(base, local, remote)
    if diff(base, exceptional):
        assert set(merged.conflicts) >= {"time", "recurrence"}
        assert diff(merged.content, remote) == ()
    else:
        assert merged.conflicts == ()
        assert diff(merged.content, moved) == ()


@QUICK
@given(series_contents)
def test_a_renamed_series_keeps_its_exceptions(base: Content) -> None:
    renamed = replace(base, title="Renamed")
    other = with_exceptions(base, {**exceptions_of(base), shown(base)[-1].original_start: None})
    merged = merge(base, renamed, other)
    assert (merged.content.title, merged.conflicts) == ("Renamed", ())
    assert exceptions_of(merged.content) == exceptions_of(other)


@QUICK
@given(plain_series())
def test_an_exception_that_says_nothing_is_none(base: Content) -> None:
    first = shown(base)[0]
    told = ModifiedOccurrence(
        original_start=first.original_start, start=first.start, end=first.end, title=base.title, rooms=base.rooms
    )
    assert diff(base, with_exceptions(base, {first.original_start: told})) == ()
    assert diff(base, with_exceptions(base, {first.original_start: replace(told, title="Own")})) == ("recurrence",)
    later = replace(told, end=first.end + timedelta(minutes=5))
    assert diff(base, with_exceptions(base, {first.original_start: later})) == ("recurrence",)


# -- what may come of three versions of one series ------------------------------------------------------------------

THIRD = SECOND + timedelta(days=7)
PLAIN = ModifiedOccurrence(original_start=SECOND, start=SECOND, end=SECOND + HOUR)
OURS, THEIRS = replace(PLAIN, title="Ours"), replace(PLAIN, title="Theirs")
LATER = bare(replace(SERIES, start=SERIES.start + HOUR, end=SERIES.end + HOUR))
EVEN_LATER = bare(replace(SERIES, start=SERIES.start + 2 * HOUR, end=SERIES.end + 2 * HOUR))


def having(exceptions: dict[datetime, ModifiedOccurrence | None], *, of: Content = SERIES) -> Content:
    return with_exceptions(of, exceptions)


def ruled(**fields: object) -> Content:
    assert WEEKLY.recurrence is not None
    return replace(SERIES, series=Series(recurrence=replace(WEEKLY.recurrence, **fields)))


def count(times: int) -> Content:
    return ruled(range=Numbered(count=times))


@pytest.mark.parametrize(
    ("base", "local", "remote", "found"),
    [
        (PLAN, SERIES, SERIES, None),
        (SERIES, PLAN, SERIES, None),
        (SERIES, SERIES, PLAN, None),
        # both happen otherwise now
        (SERIES, LATER, LATER, SeriesMerge(series=LATER.series)),
        (SERIES, LATER, EVEN_LATER, SeriesMerge(units=("time", "recurrence"))),
        (SERIES, ruled(pattern=Daily()), ruled(pattern=Daily(interval=3)), SeriesMerge(units=("recurrence",))),
        # one happens otherwise now
        (SERIES, LATER, SERIES, SeriesMerge()),
        (SERIES, LATER, having({SECOND: None}), SeriesMerge(units=TOGETHER)),
        (SERIES, having({SECOND: None}), LATER, SeriesMerge(units=TOGETHER)),
        (SERIES, LATER, count(3), SeriesMerge(units=TOGETHER)),
        # both happen as before
        (SERIES, having({SECOND: OURS}), having({THIRD: None}), having({SECOND: OURS, THIRD: None})),
        (SERIES, having({SECOND: OURS}), having({SECOND: OURS}), having({SECOND: OURS})),
        (having({SECOND: OURS}), SERIES, having({SECOND: OURS}), SERIES),
        (having({SECOND: OURS}), having({SECOND: OURS}), SERIES, SERIES),
        (SERIES, count(3), SERIES, count(3)),
        (SERIES, SERIES, count(3), count(3)),
        (SERIES, count(3), count(3), count(3)),
        (SERIES, count(3), count(2), SeriesMerge(units=("recurrence",))),
        (SERIES, count(2), having({THIRD: None}), SeriesMerge(units=("recurrence",))),
    ],
)
def test_three_versions_of_a_series_make_one_or_are_for_a_person(
    base: Content, local: Content, remote: Content, found: Content | SeriesMerge | None
) -> None:
    expected = SeriesMerge(series=found.series) if isinstance(found, Content) else found
    merged = merge_series(base, local, remote)
    if expected == SeriesMerge():
        assert merged is None, "the other side did nothing: the usual rules of a merge do"
    else:
        assert merged == expected


@pytest.mark.parametrize("before", [None, OURS, "usual"])
def test_an_exception_torn_in_two_is_as_in_exchange_and_for_a_person(before: ModifiedOccurrence | str | None) -> None:
    base = SERIES if isinstance(before, str) else having({SECOND: before})
    local = SERIES if before == OURS else having({SECOND: OURS})
    merged = merge_series(base, local, having({SECOND: THEIRS}))
    assert merged == SeriesMerge(series=having({SECOND: THEIRS}).series, units=("recurrence",))


def test_what_belongs_together_is_decided_by_one() -> None:
    policies = {"time": Policy.LOCAL, "recurrence": Policy.EXCHANGE}
    merged = merge(SERIES, LATER, having({SECOND: None}), policies)
    assert (merged.conflicts, merged.kept_local, merged.kept_remote) == (("time", "recurrence"), (), ())
    assert merged.content == having({SECOND: None})
    merged = merge(SERIES, LATER, having({SECOND: None}), dict.fromkeys(TOGETHER, Policy.LOCAL))
    assert (merged.content, merged.conflicts, merged.kept_local) == (LATER, (), ("time", "recurrence"))
    merged = merge(SERIES, LATER, having({SECOND: None}), {"time": Policy.LOCAL})
    assert merged.conflicts == ("time", "recurrence"), "a unit nobody decides is asked about, and the other with it"


def test_what_was_changed_here_is_put_over_what_is_there_now() -> None:
    base, local = having({THIRD: None}), having({SECOND: OURS})
    first = replace(THEIRS, original_start=PLAN.start)
    there = having({PLAN.start: first, THIRD: None})
    assert mine_over(there, base, local) == having({PLAN.start: first, SECOND: OURS})
    assert mine_over(having({SECOND: THEIRS}), SERIES, having({SECOND: OURS})) == having({SECOND: OURS})
    assert mine_over(having({SECOND: THEIRS}), SERIES, SERIES) == having({SECOND: THEIRS})


@pytest.mark.parametrize(
    ("content", "base", "local"),
    [
        (PLAN, SERIES, SERIES),
        (having({SECOND: THEIRS}), PLAN, having({THIRD: OURS})),
        (having({SECOND: THEIRS}), SERIES, PLAN),
        (having({SECOND: THEIRS}), SERIES, LATER),
        (LATER, SERIES, having({THIRD: None})),
        (having({SECOND: THEIRS}), SERIES, having({THIRD: None}, of=count(3))),
    ],
)
def test_where_a_series_happens_otherwise_the_local_version_is_taken_whole(
    content: Content, base: Content, local: Content
) -> None:
    assert mine_over(content, base, local) == local
