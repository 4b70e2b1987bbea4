from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.sync.virtual_clock import VirtualClock
from roomd_core.sync.debounce import Debounce

MOON, LAKE = "guanghan@example.com", "lake@example.com"


def test_a_calendar_is_read_once_it_has_been_quiet_for_a_moment() -> None:
    debounce = Debounce(quiet=0.3, longest=2.0)
    debounce.stir([MOON], 10.0)
    assert debounce.take(10.2) == []
    assert debounce.next_at() == 10.3
    assert debounce.take(10.3) == [MOON]
    assert debounce.take(20.0) == []


def test_one_that_never_rests_is_read_after_two_seconds_all_the_same() -> None:
    debounce = Debounce(quiet=0.3, longest=2.0)
    for tenth in range(20):
        debounce.stir([MOON], 10 + tenth / 10)
        assert debounce.take(10 + tenth / 10) == []
    assert debounce.next_at() == 12.0
    assert debounce.take(12.0) == [MOON]


def test_what_stirs_while_it_is_being_read_is_read_again_afterwards() -> None:
    debounce = Debounce(quiet=0.3, longest=2.0)
    debounce.stir([MOON], 0.0)
    debounce.take(1.0)
    debounce.stir([MOON, LAKE], 1.1)
    assert debounce.take(9.0) == [LAKE]
    assert debounce.next_at() is None
    debounce.done([MOON])
    assert debounce.take(9.0) == [MOON]


def test_what_was_put_off_waits_for_its_time_or_for_the_next_stir() -> None:
    debounce = Debounce(quiet=0.3, longest=2.0)
    debounce.put_off([MOON, LAKE], 30.0)
    assert debounce.next_at() == 30.0
    debounce.stir([LAKE], 5.0)
    assert debounce.take(5.3) == [LAKE]
    assert debounce.take(30.0) == [MOON]


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.sampled_from([MOON, LAKE]), st.booleans()), max_size=60))
def test_nothing_that_stirred_is_forgotten_or_waits_for_more_than_two_seconds_unless_it_is_being_read(
    steps: list[tuple[float, str, bool]],
) -> None:
    clock = VirtualClock(datetime(2026, 11, 23, tzinfo=UTC))
    debounce = Debounce()
    unread: dict[str, float] = {}
    being_read: set[str] = set()
    for seconds, mailbox, ends in steps:
        clock.advance(seconds)
        debounce.stir([mailbox], clock.steady())
        unread.setdefault(mailbox, clock.steady())
        taken = debounce.take(clock.steady())
        assert being_read.isdisjoint(taken)
        being_read.update(taken)
        for each in taken:
            del unread[each]
        assert all(clock.steady() - since < 2.0 for each, since in unread.items() if each not in being_read)
        if ends:
            debounce.done([MOON, LAKE])
            being_read.clear()
    debounce.done([MOON, LAKE])
    assert set(debounce.take(clock.steady() + 2.0)) == set(unread)
