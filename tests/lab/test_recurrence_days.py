"""The days of a recurrence, against a calendar that is walked through day by day."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomd_lab import ExchangeError
from roomd_lab.model.recurrence.expansion import days, falls_on, last_day
from roomd_lab.model.recurrence.patterns import (
    LAST,
    LAST_DAY,
    NAMED_DAYS,
    WORKDAYS,
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    Pattern,
    Recurrence,
    RelativeMonthly,
    RelativeYearly,
    Weekly,
    check,
)

HORIZON = timedelta(days=6 * 366)
WEEK_DAYS = st.frozensets(st.integers(0, 6), min_size=1)
INDEXES = st.sampled_from([1, 2, 3, 4, LAST])
PATTERNS = st.one_of(
    st.builds(Daily, interval=st.integers(1, 40)),
    st.builds(Weekly, days=WEEK_DAYS, interval=st.integers(1, 9), first_day=st.integers(0, 6)),
    st.builds(AbsoluteMonthly, day=st.integers(1, 31), interval=st.integers(1, 15)),
    st.builds(RelativeMonthly, days=st.sampled_from(NAMED_DAYS), index=INDEXES, interval=st.integers(1, 15)),
    st.builds(AbsoluteYearly, month=st.integers(1, 12), day=st.integers(1, 31)),
    st.builds(RelativeYearly, month=st.integers(1, 12), days=st.sampled_from(NAMED_DAYS), index=INDEXES),
)
FIRSTS = st.dates(date(2019, 1, 1), date(2032, 12, 31))


def matches(pattern: Pattern, first: date, day: date) -> bool:
    months = (day.year - first.year) * 12 + day.month - first.month
    match pattern:
        case Daily():
            return (day - first).days % pattern.interval == 0
        case Weekly():
            weeks = (week_of(day, pattern.first_day) - week_of(first, pattern.first_day)).days // 7
            return day.weekday() in pattern.days and weeks % pattern.interval == 0
        case AbsoluteMonthly():
            return months % pattern.interval == 0 and is_day_of_month(day, pattern.day)
        case RelativeMonthly():
            return months % pattern.interval == 0 and is_nth(day, pattern.days, pattern.index)
        case AbsoluteYearly():
            return day.month == pattern.month and is_day_of_month(day, pattern.day)
        case RelativeYearly():
            return day.month == pattern.month and is_nth(day, pattern.days, pattern.index)


def week_of(day: date, first_day: int) -> date:
    while day.weekday() != first_day:
        day -= timedelta(days=1)
    return day


def is_day_of_month(day: date, wanted: int) -> bool:
    return day.day == min(wanted, monthrange(day.year, day.month)[1])


def is_nth(day: date, weekdays: frozenset[int], index: int) -> bool:
    if day.weekday() not in weekdays:
        return False
    month = [date(day.year, day.month, n) for n in range(1, monthrange(day.year, day.month)[1] + 1)]
    return [each for each in month if each.weekday() in weekdays][LAST if index == LAST else index - 1] == day


def walked(pattern: Pattern, first: date) -> Iterator[date]:
    for offset in range(HORIZON.days):
        day = first + timedelta(days=offset)
        if matches(pattern, first, day):
            yield day


@given(pattern=PATTERNS, first=FIRSTS)
def test_a_recurrence_falls_on_the_days_of_its_pattern_and_no_others(pattern: Pattern, first: date) -> None:
    expected = list(walked(pattern, first))
    assert list(islice(days(Recurrence(pattern=pattern, first=first)), len(expected))) == expected


@given(pattern=PATTERNS, first=FIRSTS, count=st.integers(1, 30), span=st.integers(0, 1500))
def test_a_range_ends_after_its_number_or_on_its_day(pattern: Pattern, first: date, count: int, span: int) -> None:
    endless = list(walked(pattern, first))
    numbered = list(days(Recurrence(pattern=pattern, first=first, count=count)))
    assert len(numbered) == count
    assert numbered[: len(endless)] == endless[:count]
    until = first + timedelta(days=span)
    dated = Recurrence(pattern=pattern, first=first, until=until)
    assert list(days(dated)) == [day for day in endless if day <= until]
    assert last_day(dated) == max((day for day in endless if day <= until), default=None)


@given(pattern=PATTERNS, first=FIRSTS, offset=st.integers(0, 800))
def test_a_day_is_recognized_without_counting_all(pattern: Pattern, first: date, offset: int) -> None:
    day = first + timedelta(days=offset)
    assert falls_on(Recurrence(pattern=pattern, first=first), day) == matches(pattern, first, day)


@pytest.mark.parametrize(
    ("pattern", "first", "expected"),
    [
        (AbsoluteMonthly(day=31), date(2026, 1, 31), ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (AbsoluteYearly(month=2, day=29), date(2027, 1, 1), ["2027-02-28", "2028-02-29", "2029-02-28", "2030-02-28"]),
        (
            RelativeMonthly(days=WORKDAYS, index=LAST),
            date(2026, 1, 1),
            ["2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30"],
        ),
        (
            Weekly(days=frozenset((6, 0)), interval=2, first_day=6),
            date(2026, 11, 22),
            ["2026-11-22", "2026-11-23", "2026-12-06", "2026-12-07"],
        ),
        (
            Weekly(days=frozenset((6, 0)), interval=2, first_day=0),
            date(2026, 11, 22),
            ["2026-11-22", "2026-11-30", "2026-12-06", "2026-12-14"],
        ),
    ],
    ids=["the 31st", "leap day", "last workday", "weeks from Sunday", "weeks from Monday"],
)
def test_known_series(pattern: Pattern, first: date, expected: list[str]) -> None:
    found = islice(days(Recurrence(pattern=pattern, first=first)), 4)
    assert [day.isoformat() for day in found] == expected


def test_nothing_recurs_after_the_last_day_exchange_keeps() -> None:
    late = Recurrence(pattern=Daily(interval=1), first=LAST_DAY - timedelta(days=2))
    assert list(days(late))[-1] == LAST_DAY
    assert last_day(late) is None


@pytest.mark.parametrize(
    ("recurrence", "code"),
    [
        (Recurrence(pattern=Daily(interval=0), first=date(2026, 1, 1)), "ErrorCalendarOutOfRange"),
        (Recurrence(pattern=Daily(interval=1000), first=date(2026, 1, 1)), "ErrorCalendarOutOfRange"),
        (Recurrence(pattern=Daily(), first=date(2026, 1, 1), count=0), "ErrorCalendarOutOfRange"),
        (Recurrence(pattern=AbsoluteMonthly(day=32), first=date(2026, 1, 1)), "ErrorCalendarOutOfRange"),
        (Recurrence(pattern=Weekly(days=frozenset()), first=date(2026, 1, 1)), "ErrorCalendarInvalidRecurrence"),
        (
            Recurrence(pattern=RelativeMonthly(days=frozenset((1, 3)), index=1), first=date(2026, 1, 1)),
            "ErrorCalendarInvalidRecurrence",
        ),
        (Recurrence(pattern=AbsoluteYearly(month=13, day=1), first=date(2026, 1, 1)), "ErrorCalendarOutOfRange"),
        (
            Recurrence(pattern=Daily(), first=date(2026, 1, 1), until=date(4500, 9, 2)),
            "ErrorRecurrenceEndDateTooBig",
        ),
    ],
)
def test_what_exchange_does_not_keep_is_refused(recurrence: Recurrence, code: str) -> None:
    with pytest.raises(ExchangeError, match=code):
        check(recurrence)
