"""A series is written step by step, and every step brings Exchange nearer to what is wanted."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.recurrence.series_contents import HOUR, changed, series_contents
from roomd_core.merge import diff
from roomd_core.model import Content
from roomd_core.occurrences import bare, exceptions_of
from roomd_core.sync.steps import after_write, next_step

QUICK = settings(deadline=None, max_examples=60)
pairs = series_contents.flatmap(lambda base: st.tuples(st.just(base), changed(base)))
edits = st.sampled_from([{}, {"title": "Renamed"}, {"start": HOUR, "end": HOUR}])


@QUICK
@given(pairs, edits, st.sampled_from(["known", "new"]))
def test_steps_lead_to_what_is_wanted_one_write_each(
    pair: tuple[Content, Content], edit: dict[str, object], exchange: str
) -> None:
    base, wanted = pair
    if "start" in edit:
        wanted = bare(replace(wanted, start=wanted.start + HOUR, end=wanted.end + HOUR))
    elif edit:
        wanted = replace(wanted, title="Renamed")
    there: Content | None = base if exchange == "known" else None
    for _ in range(20):
        if there is not None and not diff(there, wanted):
            break
        step = next_step(there, wanted)
        if step.occurrence is None:
            assert there is None or diff(bare(there), bare(step.content)), (
                "a write of the master that changes nothing"
            )
        else:
            assert there is not None
            differing = {
                each
                for each in {*exceptions_of(there), *exceptions_of(step.content)}
                if exceptions_of(there).get(each, ...) != exceptions_of(step.content).get(each, ...)
            }
            assert differing == {step.occurrence}, "one occurrence a write"
        there = step.content
    assert there is not None
    assert diff(there, wanted) == ()


@QUICK
@given(pairs)
def test_exceptions_that_exchange_forgets_are_not_agreed_on(pair: tuple[Content, Content]) -> None:
    base, _ = pair
    assert base.series is not None
    assert base.series.recurrence is not None
    moved = replace(base, start=base.start + HOUR, end=base.end + HOUR)
    agreed = after_write(base, moved, bare(moved))
    assert exceptions_of(agreed) == {}
    assert after_write(base, replace(base, title="Renamed"), base) == replace(base, title="Renamed")
