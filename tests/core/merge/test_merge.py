from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from roomd_core.merge import UNITS, diff, merge, normalize, take
from roomd_core.model import Attendee, Content, Role, Sensitivity, ShowAs

START = datetime(2026, 11, 24, 9, tzinfo=UTC)

# Few values each, so that the three sides often agree and often do not.
words = st.sampled_from(["", "Plan", "Plan ", "Review", "2楼广寒宫"])
moments = st.integers(0, 2).map(lambda hours: START + timedelta(hours=hours))
attendees = st.sampled_from(["a@x.example", "b@x.example"]).flatmap(
    lambda address: st.sampled_from(Role).map(lambda role: Attendee(address=address, role=role))
)
contents = st.builds(
    Content,
    title=words,
    start=moments,
    end=moments,
    zone=st.sampled_from(["UTC", "Asia/Shanghai"]),
    all_day=st.booleans(),
    location=words,
    body=st.sampled_from(["", "one\ntwo", "one \r\ntwo\r\n", "three"]),
    sensitivity=st.sampled_from([Sensitivity.NORMAL, Sensitivity.PRIVATE]),
    show_as=st.sampled_from([ShowAs.BUSY, ShowAs.FREE]),
    reminder=st.sampled_from([None, 15]),
    categories=st.sampled_from([(), ("a", "b"), ("b", "a")]),
    attendees=st.lists(attendees, max_size=2).map(tuple),
    rooms=st.sampled_from([(), ("m@x.example",), ("l@x.example", "m@x.example")]),
)


def test_every_field_belongs_to_exactly_one_unit() -> None:
    fields = [field for unit in UNITS.values() for field in unit]
    assert sorted(fields) == sorted(Content.__struct_fields__)


@given(contents, contents)
def test_what_both_sides_did_alike_is_agreed(base: Content, both: Content) -> None:
    merged = merge(base, both, both)
    assert (merged.content, merged.conflicts) == (both, ())


@given(contents, contents)
def test_what_only_exchange_changed_is_taken(base: Content, remote: Content) -> None:
    merged = merge(base, base, remote)
    assert (merged.content, merged.conflicts) == (remote, ())


@given(contents, contents)
def test_what_only_we_changed_is_kept(base: Content, local: Content) -> None:
    merged = merge(base, local, base)
    assert (normalize(merged.content), merged.conflicts) == (normalize(local), ())


@given(contents, contents, contents)
def test_both_sides_see_the_same_conflicts(base: Content, one: Content, other: Content) -> None:
    assert merge(base, one, other).conflicts == merge(base, other, one).conflicts


@given(contents, contents, contents)
def test_without_a_conflict_no_side_is_preferred(base: Content, one: Content, other: Content) -> None:
    there, back = merge(base, one, other), merge(base, other, one)
    if not there.conflicts:
        assert diff(there.content, back.content) == ()


@given(contents, contents, contents)
def test_merging_again_changes_nothing(base: Content, local: Content, remote: Content) -> None:
    merged = merge(base, local, remote)
    again = merge(remote, merged.content, remote)
    assert (diff(again.content, merged.content), again.conflicts) == ((), ())


@given(contents, contents, contents)
def test_no_unit_comes_from_nowhere(base: Content, local: Content, remote: Content) -> None:
    merged = merge(base, local, remote).content
    for unit in UNITS:
        assert any(unit not in diff(merged, side) for side in (base, local, remote)), unit


@given(contents, contents, contents)
def test_a_conflicting_unit_stays_as_exchange_has_it(base: Content, local: Content, remote: Content) -> None:
    merged = merge(base, local, remote)
    assert not set(merged.conflicts) & set(diff(merged.content, remote))
    assert set(merged.conflicts) <= set(diff(base, local)) & set(diff(base, remote)) & set(diff(local, remote))


@given(contents)
def test_what_a_server_does_to_white_space_and_order_is_no_change(content: Content) -> None:
    rewritten = replace(
        content,
        title=f" {content.title} ",
        body=content.body.replace("\r\n", "\n").replace("\n", " \r\n") + "\r\n\r\n",
        attendees=tuple(reversed(content.attendees)),
        categories=tuple(reversed(content.categories)),
    )
    assert diff(content, rewritten) == ()


def test_moving_and_renaming_at_once_merge() -> None:
    base = Content(title="Plan", start=START, end=START + timedelta(hours=1))
    local = replace(base, title="Review")
    remote = replace(base, start=START + timedelta(hours=2), end=START + timedelta(hours=3))
    merged = merge(base, local, remote)
    assert merged.content == take(remote, local, ["title"])
    assert merged.conflicts == ()


def test_a_longer_and_a_shorter_meeting_are_one_conflict_about_time() -> None:
    base = Content(title="Plan", start=START, end=START + timedelta(hours=1))
    longer, shorter = (replace(base, end=START + timedelta(minutes=minutes)) for minutes in (90, 30))
    merged = merge(base, longer, shorter)
    assert (merged.content, merged.conflicts) == (shorter, ("time",))


@pytest.mark.parametrize(
    ("field", "told", "same"),
    [
        ("title", "Plan", "  Plan\t"),
        ("location", "Roof", " Roof "),
        ("body", "one\n\ntwo", "one \u00a0\r\n\t\r\ntwo\r"),
        ("body", "one\ntwo", "\n one\rtwo \n".replace(" one", "one")),
        ("categories", ("a", "b"), ("b", "a", "b")),
        ("rooms", ("l@x", "m@x"), ("m@x", "l@x", "m@x")),
        (
            "attendees",
            (Attendee(address="a@x"), Attendee(address="b@x")),
            (Attendee(address="b@x"),) * 2 + (Attendee(address="a@x"),),
        ),
    ],
)
def test_what_is_compared_is_in_order_and_without_what_a_server_adds(field: str, told: object, same: object) -> None:
    content = Content(title="Plan", start=START, end=START)
    assert getattr(normalize(replace(content, **{field: same})), field) == told
    assert normalize(replace(content, **{field: told})) == replace(content, **{field: told})


def test_blanks_within_a_line_are_meant() -> None:
    content = Content(title="Plan", start=START, end=START, body="one  two\n  three")
    assert normalize(content) == content
