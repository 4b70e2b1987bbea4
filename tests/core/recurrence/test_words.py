from datetime import date

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from core.recurrence.rules import recurrences
from roomd_core.recurrence import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    NotARule,
    Numbered,
    Pattern,
    Range,
    Recurrence,
    RelativeMonthly,
    RelativeYearly,
    Week,
    Weekly,
    in_words,
    read_rule,
)

TUESDAY, FRIDAY, MONDAY = DayOfWeek.TUESDAY, DayOfWeek.FRIDAY, DayOfWeek.MONDAY


@pytest.mark.parametrize(
    ("pattern", "extent", "words"),
    [
        (Weekly(days=(TUESDAY,)), EndDate(last=date(2027, 6, 30)), "every Tuesday until 30 Jun 2027"),
        (Weekly(days=(FRIDAY, MONDAY)), NoEnd(), "every Monday and Friday"),
        (Weekly(days=(FRIDAY, TUESDAY, MONDAY), interval=2), NoEnd(), "every 2 weeks on Monday, Tuesday and Friday"),
        (Weekly(days=(DayOfWeek.WEEKDAY,)), NoEnd(), "every weekday"),
        (Daily(), Numbered(count=10), "every day, 10 times"),
        (Daily(interval=3), Numbered(count=1), "every 3 days, once"),
        (AbsoluteMonthly(day=31), NoEnd(), "on day 31 of every month"),
        (RelativeMonthly(day=FRIDAY, week=Week.LAST, interval=2), NoEnd(), "on the last Friday of every 2 months"),
        (RelativeMonthly(day=DayOfWeek.DAY, week=Week.FIRST), NoEnd(), "on the first day of every month"),
        (AbsoluteYearly(month=2, day=29), NoEnd(), "every year on 29 February"),
        (
            RelativeYearly(month=3, day=DayOfWeek.WEEKEND_DAY, week=Week.SECOND),
            NoEnd(),
            "every year on the second weekend day of March",
        ),
    ],
)
def test_a_rule_is_said_as_people_say_it(pattern: Pattern, extent: Range, words: str) -> None:
    assert in_words(Recurrence(pattern=pattern, first=date(2026, 11, 24), range=extent)) == words


@given(recurrences)
def test_every_rule_can_be_said_in_one_line(recurrence: Recurrence) -> None:
    words = in_words(recurrence)

    assert words == words.strip()
    assert "\n" not in words
    assert "every" in words


@settings(deadline=None)
@given(recurrences)
def test_what_is_said_of_a_rule_is_read_back_as_the_same_rule(rule: Recurrence) -> None:
    pattern, extent = read_rule(in_words(rule))
    assert extent == rule.range
    assert in_words(replace(rule, pattern=pattern)) == in_words(rule)
    if not isinstance(rule.pattern, Weekly):
        assert pattern == rule.pattern
    elif isinstance(pattern, Weekly):
        assert (pattern.interval, set(pattern.days)) == (rule.pattern.interval, set(rule.pattern.days))
    else:
        assert (pattern, rule.pattern.interval, rule.pattern.days) == (Daily(), 1, (DayOfWeek.DAY,))


@pytest.mark.parametrize(
    ("text", "pattern", "extent"),
    [
        ("every Tuesday until 2027-01-31", Weekly(days=(TUESDAY,)), EndDate(last=date(2027, 1, 31))),
        ("Every tue and FRI, 10 times", Weekly(days=(TUESDAY, FRIDAY)), Numbered(count=10)),
        ("every tuesdays", Weekly(days=(TUESDAY,)), NoEnd()),
        ("every week on Monday", Weekly(days=(MONDAY,)), NoEnd()),
        ("on the last fri of every 2 months", RelativeMonthly(interval=2, day=FRIDAY, week=Week.LAST), NoEnd()),
        ("every year on 24 Dec", AbsoluteYearly(month=12, day=24), NoEnd()),
    ],
)
def test_a_person_may_write_it_shorter(text: str, pattern: Pattern, extent: Range) -> None:
    assert read_rule(text) == (pattern, extent)


@pytest.mark.parametrize(
    "text", ["", "never", "every Tuesdoy", "every day until tomorrow", "every year on 24 Foo", "tuesday", "every 3"]
)
def test_what_is_no_rule_is_refused_with_what_is_wrong(text: str) -> None:
    with pytest.raises(NotARule, match="is no"):
        read_rule(text)
