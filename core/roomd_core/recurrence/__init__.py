"""Series: the rule by which an event recurs, what differs in single occurrences, and when they are. Pure."""

from roomd_core.recurrence.expansion import Occurrence, WallTimes, ends_before, occurrences_between
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
    "AbsoluteMonthly",
    "AbsoluteYearly",
    "Daily",
    "DayOfWeek",
    "EndDate",
    "ModifiedOccurrence",
    "NoEnd",
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
    "ends_before",
    "in_words",
    "occurrences_between",
]
