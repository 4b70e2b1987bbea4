"""A rule from its words: what ``in_words`` says is read back, and a person may write it as freely as that."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from roomd_core.recurrence.rule import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    Numbered,
    Pattern,
    Range,
    RelativeMonthly,
    RelativeYearly,
    Week,
    Weekly,
)
from roomd_core.recurrence.words import MONTHS

RULE_FORMS: Final = (
    '"every day", "every 2 weeks on Monday and Friday", "every weekday", "on day 15 of every month", '
    '"on the last Friday of every 3 months", "every year on 24 December", "every year on the first Monday of May"; '
    'then " until 2027-06-30", ", 10 times", or nothing for no end'
)
"""What can be written, for messages and help."""

_SHORTEST: Final = 3
"""Letters that name a day of the week or a month."""
_ENDING = re.compile(r"(?P<rule>.+?)(?:,?\s+until\s+(?P<last>.+)|,\s*(?P<count>once|\d+\s+times))?", re.IGNORECASE)
_DATES: Final = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y")


class NotARule(ValueError):  # noqa: N818 - what it is
    """The words say no rule that can be understood."""


def read_rule(text: str) -> tuple[Pattern, Range]:
    """Read a pattern and where it ends: "every Tuesday until 2027-01-31". Raise NotARule."""
    parts = _ENDING.fullmatch(" ".join(text.split()))
    if parts is None:
        raise NotARule(f"{text!r} is no rule; write {RULE_FORMS}")
    return _pattern(parts["rule"], text), _range(parts["last"], parts["count"])


def _pattern(rule: str, text: str) -> Pattern:
    for expression, read in _PATTERNS:
        if found := re.fullmatch(expression, rule, re.IGNORECASE):
            return read(found)
    raise NotARule(f"{text!r} is no rule; write {RULE_FORMS}")


def _range(last: str | None, count: str | None) -> Range:
    if count:
        return Numbered(count=1 if count.lower() == "once" else int(count.split()[0]))
    return EndDate(last=_date(last)) if last else NoEnd()


def _date(text: str) -> date:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    raise NotARule(f"{text!r} is no day; write it like 2027-06-30 or 30 Jun 2027")


def _interval(found: re.Match[str]) -> int:
    return int(found["interval"] or 1)


def _days(found: re.Match[str]) -> tuple[DayOfWeek, ...]:
    names = re.split(r"\s*,\s*|\s+and\s+", found["days"])
    return tuple(dict.fromkeys(_day(name) for name in names))


def _day(name: str) -> DayOfWeek:
    wanted = name.strip().lower().replace(" ", "-").removesuffix("s")
    for day in DayOfWeek:
        if wanted == day or (len(wanted) >= _SHORTEST and day.startswith(wanted) and day not in _KINDS):
            return day
    raise NotARule(f"{name!r} is no day of the week, nor day, weekday or weekend day")


def _month(name: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        if len(name) >= _SHORTEST and month.lower().startswith(name.lower()):
            return number
    raise NotARule(f"{name!r} is no month")


def _weekly(found: re.Match[str]) -> Weekly:
    return Weekly(interval=_interval(found), days=_days(found))


_KINDS = (DayOfWeek.DAY, DayOfWeek.WEEKDAY, DayOfWeek.WEEKEND_DAY)
_EVERY = r"every (?:(?P<interval>\d+) )?"
_WHICH = r"on the (?P<week>first|second|third|fourth|last) (?P<day>[a-z ]+?) of "
_PATTERNS: tuple[tuple[str, Callable[[re.Match[str]], Pattern]], ...] = (
    (_EVERY + "days?", lambda found: Daily(interval=_interval(found))),
    (_EVERY + r"weeks? on (?P<days>.+)", _weekly),
    (
        r"on day (?P<number>\d+) of " + _EVERY + "months?",
        lambda found: AbsoluteMonthly(interval=_interval(found), day=int(found["number"])),
    ),
    (
        _WHICH + _EVERY + "months?",
        lambda found: RelativeMonthly(
            interval=_interval(found), day=_day(found["day"]), week=Week(found["week"].lower())
        ),
    ),
    (
        r"every year on (?P<number>\d+) (?P<month>[a-z]+)",
        lambda found: AbsoluteYearly(month=_month(found["month"]), day=int(found["number"])),
    ),
    (
        "every year " + _WHICH + "(?P<month>[a-z]+)",
        lambda found: RelativeYearly(
            month=_month(found["month"]), day=_day(found["day"]), week=Week(found["week"].lower())
        ),
    ),
    (r"every(?P<interval>) (?P<days>[a-z ,]+)", _weekly),
)
