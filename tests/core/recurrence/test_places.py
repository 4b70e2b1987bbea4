from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.recurrence.rules import every_day, recurrences
from roomd_core.recurrence import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    EndDate,
    NoEnd,
    Numbered,
    Recurrence,
    begun_on,
    day_after,
    day_before,
    days_between,
    ended_before,
    first_day,
    has_day,
    index_of,
)

UNTIL = date(2028, 1, 1)


@settings(deadline=None)
@given(recurrences, st.integers(0, 30))
def test_an_occurrence_has_a_number_and_neighbours(rule: Recurrence, place: int) -> None:
    days = [day for _, day in zip(range(place + 2), every_day(rule, UNTIL), strict=False)]
    if len(days) <= place:
        return
    day = days[place]
    assert has_day(rule, day)
    assert index_of(rule, day) == place + 1
    assert day_before(rule, day) == (days[place - 1] if place else None)
    if len(days) > place + 1:
        assert day_after(rule, day) == days[place + 1]


@settings(deadline=None)
@given(recurrences, st.integers(0, 30))
def test_a_rule_in_two_has_every_day_once(rule: Recurrence, place: int) -> None:
    days = list(days_between(rule, rule.first, UNTIL))[: place + 40]
    if len(days) <= place:
        return
    cut = days[place]
    head, tail = ended_before(rule, cut), begun_on(rule, cut)
    found = [] if head is None else list(days_between(head, rule.first, UNTIL))
    found += list(days_between(tail, rule.first, UNTIL))
    assert found[: len(days)] == days
    assert (head is None) == (place == 0)


def test_a_day_the_rule_does_not_have_is_none_of_its_days() -> None:
    every_third = Recurrence(pattern=Daily(interval=3), first=date(2026, 12, 1))
    assert not has_day(every_third, date(2026, 12, 2))
    assert not has_day(every_third, date(2026, 12, 1) - timedelta(days=3))


def test_the_end_of_what_dates_can_say_is_no_error() -> None:
    yearly = Recurrence(pattern=AbsoluteYearly(month=12, day=31), first=date(9998, 12, 31))
    assert first_day(yearly) == date(9998, 12, 31)
    assert day_after(yearly, date(9998, 12, 31)) == date.max
    assert day_after(yearly, date.max - timedelta(days=1)) == date.max


def test_the_longest_gap_a_pattern_leaves_is_bridged() -> None:
    rare = Recurrence(pattern=AbsoluteMonthly(interval=99, day=5), first=date(2026, 1, 6))
    assert first_day(rare) == date(2034, 4, 5)
    assert day_after(rare, date(2034, 4, 5)) == date(2042, 7, 5)


def test_what_is_cut_off_ends_on_the_day_before_and_what_is_left_counts_on() -> None:
    daily = Recurrence(pattern=Daily(), first=date(2026, 12, 1), range=Numbered(count=10))
    assert ended_before(daily, date(2026, 12, 4)) == replace(daily, range=EndDate(last=date(2026, 12, 3)))
    rest = begun_on(daily, date(2026, 12, 4))
    assert rest == replace(daily, first=date(2026, 12, 4), range=Numbered(count=7))
    assert begun_on(replace(daily, range=NoEnd()), date(2026, 12, 4)).range == NoEnd()
