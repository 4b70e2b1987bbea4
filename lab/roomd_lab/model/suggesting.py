"""Meeting suggestions: half-hour starts, judged by how many attendees are free (Suggestion element)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from roomd_lab.model.items import FreeBusy

_STEP = timedelta(minutes=30)
_FRIDAY = 4
_ALL = 100
_HALF = 50
_OPENS, _CLOSES = 8, 18
# How much a time is taken, from free to away.
_WEIGHT = (FreeBusy.FREE, FreeBusy.ELSEWHERE, FreeBusy.TENTATIVE, FreeBusy.BUSY, FreeBusy.OUT_OF_OFFICE)


class Quality(IntEnum):
    """SuggestionQuality, the best first."""

    EXCELLENT = 0
    GOOD = 1
    FAIR = 2
    POOR = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """A time that somebody's calendar shows as something, in the request's wall time."""

    start: datetime
    end: datetime
    status: FreeBusy


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """SuggestionsViewOptions, with their documented defaults. Times are wall times of the request's zone."""

    first: datetime
    last: datetime
    duration: timedelta = timedelta(minutes=60)
    good_threshold: int = 25
    most_a_day: int = 10
    most_off_hours: int = 0
    least: Quality = Quality.FAIR


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A start, how good it is, and what each attendee would be."""

    start: datetime
    is_work_time: bool
    quality: Quality
    conflicts: tuple[FreeBusy, ...]


def suggest_day(day: datetime, calendars: Sequence[Sequence[Taken]], wanted: Wanted) -> list[Suggestion]:
    """The best starts of a day, good ones and early ones first."""
    found: list[Suggestion] = []
    starts = (day + _STEP * number for number in range(48))
    judged = [_judge(at, calendars, wanted) for at in starts if wanted.first <= at < wanted.last]
    off_hours = 0
    for each in sorted(judged, key=lambda s: (s.quality, s.start)):
        off_hours += not each.is_work_time
        too_many_off_hours = not each.is_work_time and off_hours > wanted.most_off_hours
        if each.quality <= wanted.least and not too_many_off_hours and len(found) < wanted.most_a_day:
            found.append(each)
    return found


def _judge(start: datetime, calendars: Sequence[Sequence[Taken]], wanted: Wanted) -> Suggestion:
    end = start + wanted.duration
    conflicts = tuple(_status(calendar, start, end) for calendar in calendars)
    clashing = sum(_WEIGHT.index(status) > 1 for status in conflicts) * _ALL // max(1, len(conflicts))
    return Suggestion(start, _is_work_time(start, end), _quality(clashing, wanted.good_threshold), conflicts)


def _status(calendar: Sequence[Taken], start: datetime, end: datetime) -> FreeBusy:
    met = (taken.status for taken in calendar if taken.start < end and start < taken.end)
    return max((status for status in met if status in _WEIGHT), key=_WEIGHT.index, default=FreeBusy.FREE)


def _quality(clashing: int, threshold: int) -> Quality:
    """What share of the attendees, in percent, is not free."""
    if clashing == 0:
        return Quality.EXCELLENT
    if clashing <= threshold:
        return Quality.GOOD
    return Quality.FAIR if clashing <= _HALF else Quality.POOR


def _is_work_time(start: datetime, end: datetime) -> bool:
    closing = start.replace(hour=_CLOSES, minute=0)
    return start.weekday() <= _FRIDAY and start.hour >= _OPENS and end <= closing
