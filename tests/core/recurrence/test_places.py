from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.recurrence.rules import every_day, recurrences
from roomd_core.recurrence import (
    Daily,
    Recurrence,
    begun_on,
    day_after,
    day_before,
    days_between,
    ended_before,
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
