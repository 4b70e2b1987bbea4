"""Rules to test with, and the plain meaning of each: a day either is one of the pattern's or is not."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from hypothesis import strategies as st

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
    RelativeYearly,
    Week,
    Weekly,
)

THE_SEVEN = list(DayOfWeek)[:7]
KINDS = {
    **{day: {day.value} for day in THE_SEVEN},
    DayOfWeek.DAY: {day.value for day in THE_SEVEN},
    DayOfWeek.WEEKDAY: {"monday", "tuesday", "wednesday", "thursday", "friday"},
    DayOfWeek.WEEKEND_DAY: {"saturday", "sunday"},
}

days_of_week = st.sampled_from(list(DayOfWeek))
weeks = st.sampled_from(list(Week))
months = st.integers(1, 12)
month_days = st.integers(1, 31)
patterns: st.SearchStrategy[Pattern] = st.one_of(
    st.builds(Daily, interval=st.integers(1, 40)),
    st.builds(
        Weekly,
        interval=st.integers(1, 5),
        days=st.lists(days_of_week, min_size=1, max_size=4, unique=True).map(tuple),
        first_day=st.sampled_from(THE_SEVEN),
    ),
    st.builds(AbsoluteMonthly, interval=st.integers(1, 14), day=month_days),
    st.builds(RelativeMonthly, interval=st.integers(1, 14), day=days_of_week, week=weeks),
    st.builds(AbsoluteYearly, month=months, day=month_days),
    st.builds(RelativeYearly, month=months, day=days_of_week, week=weeks),
)
first_days = st.dates(date(2015, 1, 1), date(2026, 12, 31))
ranges = st.one_of(
    st.just(NoEnd()),
    st.builds(EndDate, last=st.dates(date(2015, 1, 1), date(2030, 1, 1))),
    st.builds(Numbered, count=st.integers(1, 60)),
)
recurrences = st.builds(Recurrence, pattern=patterns, first=first_days, range=ranges)


def name(day: date) -> str:
    return day.strftime("%A").lower()


def has(pattern: Pattern, day: date, first: date) -> bool:
    """Say whether a day is one of a pattern's, as the documentation of EWS puts it."""
    match pattern:
        case Daily():
            return (day - first).days % pattern.interval == 0
        case Weekly():
            named = {each for kind in pattern.days for each in KINDS[kind]}
            weeks_later = (week_begin(day, pattern.first_day) - week_begin(first, pattern.first_day)).days // 7
            return name(day) in named and weeks_later % pattern.interval == 0
        case AbsoluteMonthly():
            return months_later(day, first) % pattern.interval == 0 and is_day(day, pattern.day)
        case RelativeMonthly():
            return months_later(day, first) % pattern.interval == 0 and is_nth(day, pattern.day, pattern.week)
        case AbsoluteYearly():
            return day.month == pattern.month and is_day(day, pattern.day)
        case RelativeYearly():
            return day.month == pattern.month and is_nth(day, pattern.day, pattern.week)


def every_day(recurrence: Recurrence, until: date) -> Iterator[date]:
    """Go through the calendar day by day, counting."""
    day, found = recurrence.first, 0
    while day <= until:
        if isinstance(recurrence.range, EndDate) and day > recurrence.range.last:
            return
        if isinstance(recurrence.range, Numbered) and found == recurrence.range.count:
            return
        if has(recurrence.pattern, day, recurrence.first):
            found += 1
            yield day
        day += timedelta(days=1)


def week_begin(day: date, first_day: DayOfWeek) -> date:
    while name(day) != first_day:
        day -= timedelta(days=1)
    return day


def months_later(day: date, first: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


def is_day(day: date, wanted: int) -> bool:
    is_last = day.day == monthrange(day.year, day.month)[1]
    return day.day == wanted or (is_last and wanted > day.day)


def is_nth(day: date, kind: DayOfWeek, week: Week) -> bool:
    of_the_month = [day.replace(day=number) for number in range(1, monthrange(day.year, day.month)[1] + 1)]
    matching = [each for each in of_the_month if name(each) in KINDS[kind]]
    place = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}[week]
    return matching[place] == day
