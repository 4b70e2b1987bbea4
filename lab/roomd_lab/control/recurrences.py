"""Recurrences as JSON: `{"pattern": "weekly", "days": ["Monday"], "interval": 2, "count": 10}`.

A pattern is `daily`, `weekly`, `absolute-monthly`, `relative-monthly`, `absolute-yearly` or `relative-yearly`, with
the fields of its class; it ends by `count`, by `until` or never, and begins on `first`, by default the meeting's day.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from roomd_lab.model.recurrence import patterns

_PATTERNS = {
    "daily": patterns.Daily,
    "weekly": patterns.Weekly,
    "absolute-monthly": patterns.AbsoluteMonthly,
    "relative-monthly": patterns.RelativeMonthly,
    "absolute-yearly": patterns.AbsoluteYearly,
    "relative-yearly": patterns.RelativeYearly,
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def recurrence_of(given: dict[str, Any], meeting_day: date) -> patterns.Recurrence:
    """The recurrence in a JSON object.

    Raises KeyError, TypeError and ValueError naming what is wrong with it.
    """
    rest = dict(given)
    kind = _PATTERNS[rest.pop("pattern")]
    first = date.fromisoformat(rest.pop("first", meeting_day.isoformat()))
    until, count = rest.pop("until", None), rest.pop("count", None)
    if "days" in rest:
        rest["days"] = frozenset(_DAYS.index(name) for name in rest["days"])
    if "first_day" in rest:
        rest["first_day"] = _DAYS.index(rest["first_day"])
    return patterns.Recurrence(
        pattern=kind(**rest), first=first, until=date.fromisoformat(until) if until else None, count=count
    )


def recurrence_view(recurrence: patterns.Recurrence) -> dict[str, Any]:
    """A recurrence as it was given."""
    pattern = recurrence.pattern
    fields = asdict(pattern)
    if "days" in fields:
        fields["days"] = [_DAYS[number] for number in sorted(fields["days"])]
    if "first_day" in fields:
        fields["first_day"] = _DAYS[fields["first_day"]]
    name = next(name for name, kind in _PATTERNS.items() if isinstance(pattern, kind))
    until = recurrence.until.isoformat() if recurrence.until else None
    return {
        "pattern": name,
        **fields,
        "first": recurrence.first.isoformat(),
        "until": until,
        "count": recurrence.count,
    }
