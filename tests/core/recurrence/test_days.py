import time
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.recurrence.rules import every_day, patterns, recurrences
from roomd_core.recurrence import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    Numbered,
    Pattern,
    Recurrence,
    RelativeMonthly,
    Week,
    Weekly,
)
from roomd_core.recurrence.days import days_between, last_day

NEW_YEAR = date(2026, 1, 1)


def days(pattern: Pattern, first: date = NEW_YEAR, *, count: int = 4) -> list[date]:
    recurrence = Recurrence(pattern=pattern, first=first, range=Numbered(count=count))
    return list(days_between(recurrence, date.min, date.max))


@settings(deadline=None)
@given(recurrences, st.dates(date(2014, 1, 1), date(2031, 1, 1)), st.integers(0, 430))
def test_a_window_shows_exactly_the_days_that_going_through_the_calendar_finds(
    recurrence: Recurrence, since: date, length: int
) -> None:
    until = since + timedelta(days=length)

    found = list(days_between(recurrence, since, until))

    assert found == [day for day in every_day(recurrence, until) if day >= since]


@settings(deadline=None)
@given(recurrences)
def test_the_last_day_is_the_last_one_found(recurrence: Recurrence) -> None:
    last = last_day(recurrence)
    if last is None:
        assert isinstance(recurrence.range, NoEnd)
        return
    found = list(days_between(recurrence, date.min, date.max))
    if isinstance(recurrence.range, Numbered):
        assert (found[-1], len(found)) == (last, recurrence.range.count)
    else:
        assert not found or found[-1] <= last


@settings(deadline=None)
@given(patterns, st.dates(date(2000, 1, 1), date(2026, 1, 1)))
def test_days_come_in_order_and_never_twice(pattern: Pattern, first: date) -> None:
    found = days(pattern, first, count=30)

    assert found == sorted(set(found))


def test_the_31st_is_the_last_day_of_shorter_months() -> None:
    assert days(AbsoluteMonthly(day=31)) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


def test_29_february_is_the_28th_in_other_years() -> None:
    assert [day.day for day in days(AbsoluteYearly(month=2, day=29), count=3)] == [28, 28, 29]


def test_a_day_before_the_first_in_its_month_waits_for_the_next_turn() -> None:
    assert days(AbsoluteMonthly(interval=2, day=3), date(2026, 1, 10), count=2) == [
        date(2026, 3, 3),
        date(2026, 5, 3),
    ]


def test_the_first_day_of_the_week_decides_which_weeks_are_every_second_one() -> None:
    """The example of RFC 5545 section 3.3.10, WKST."""
    found = {
        first_day: [day.day for day in days(
            Weekly(interval=2, days=(DayOfWeek.TUESDAY, DayOfWeek.SUNDAY), first_day=first_day), date(1997, 8, 5)
        )]
        for first_day in (DayOfWeek.MONDAY, DayOfWeek.SUNDAY)
    }  # fmt: skip

    assert found == {DayOfWeek.MONDAY: [5, 10, 19, 24], DayOfWeek.SUNDAY: [5, 17, 19, 31]}


def test_the_last_weekday_of_a_month() -> None:
    found = days(RelativeMonthly(day=DayOfWeek.WEEKDAY, week=Week.LAST))

    assert found == [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31), date(2026, 4, 30)]


def test_a_rule_that_ends_before_it_begins_has_no_day() -> None:
    recurrence = Recurrence(pattern=Daily(), first=NEW_YEAR, range=EndDate(last=date(2025, 12, 31)))

    assert list(days_between(recurrence, date.min, date.max)) == []


def test_a_rule_that_goes_on_beyond_all_calendars_has_no_last_day_of_its_own() -> None:
    centuries = Recurrence(pattern=AbsoluteMonthly(interval=99, day=1), first=NEW_YEAR, range=Numbered(count=999))
    long_days = Recurrence(pattern=Daily(interval=9999), first=NEW_YEAR, range=Numbered(count=999))

    assert (last_day(centuries), last_day(long_days)) == (date.max, date.max)


def test_a_series_that_began_thirty_years_ago_costs_no_more_than_one_that_begins_today() -> None:
    def seconds(first: date) -> float:
        recurrence = Recurrence(pattern=Daily(), first=first)
        begun = time.process_time()
        for _ in range(200):
            assert len(list(days_between(recurrence, NEW_YEAR, NEW_YEAR + timedelta(days=6)))) == 7
        return time.process_time() - begun

    assert min(seconds(date(1996, 1, 1)) for _ in range(3)) < 5 * min(seconds(NEW_YEAR) for _ in range(3))
