"""Series: the rule by which an event recurs, what differs in single occurrences, and when they are. Pure."""

from roomd_core.recurrence.days import days_between, last_day
from roomd_core.recurrence.expansion import Occurrence, WallTimes, ends_before, occurrences_between
from roomd_core.recurrence.places import begun_on, day_after, day_before, ended_before, first_day, has_day, index_of
from roomd_core.recurrence.reading_words import RULE_FORMS, NotARule, read_rule
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
    Recurrence,
    RelativeMonthly,
    RelativeYearly,
    Week,
    Weekly,
)
from roomd_core.recurrence.series import ModifiedOccurrence, Series
from roomd_core.recurrence.words import in_words

__all__ = [
    "RULE_FORMS",
    "AbsoluteMonthly",
    "AbsoluteYearly",
    "Daily",
    "DayOfWeek",
    "EndDate",
    "ModifiedOccurrence",
    "NoEnd",
    "NotARule",
    "Numbered",
    "Occurrence",
    "Pattern",
    "Range",
    "Recurrence",
    "RelativeMonthly",
    "RelativeYearly",
    "Series",
    "WallTimes",
    "Week",
    "Weekly",
    "begun_on",
    "day_after",
    "day_before",
    "days_between",
    "ended_before",
    "ends_before",
    "first_day",
    "has_day",
    "in_words",
    "index_of",
    "last_day",
    "occurrences_between",
    "read_rule",
]
