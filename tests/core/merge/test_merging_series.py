"""Merging what belongs to a series: exceptions survive, or a person is asked."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.recurrence.series_contents import HOUR, changed, plain_series, series_contents, shown
from roomd_core.merge import diff, merge
from roomd_core.model import Content
from roomd_core.occurrences import bare, exceptions_of, with_exceptions
from roomd_core.recurrence import ModifiedOccurrence

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
