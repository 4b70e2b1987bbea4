"""The suggestions of GetUserAvailability on the wire."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.suggesting import Quality, Suggestion, Taken, Wanted, suggest_day
from roomd_lab.soap.answers import success
from roomd_lab.soap.xml import Element, child, read_int, schema_violation, t, text_of, write_bool

_LONGEST_WINDOW = timedelta(days=62)


def read_wanted(options: Element) -> Wanted:
    """Decode SuggestionsViewOptions.

    Raises ErrorInvalidTimeInterval and ErrorSchemaValidation.
    """
    window = child(options, t("DetailedSuggestionsWindow"))
    first, last = (_wall(text_of(child(window, t(name)))) for name in ("StartTime", "EndTime"))
    if not first < last <= first + _LONGEST_WINDOW:
        raise ExchangeError("ErrorInvalidTimeInterval", "The window for suggestions is empty or too long.")
    return Wanted(
        first=first,
        last=last,
        duration=timedelta(minutes=_number(options, "MeetingDurationInMinutes", 60, 30, 1440)),
        good_threshold=_number(options, "GoodThreshold", 25, 1, 49),
        most_a_day=_number(options, "MaximumResultsByDay", 10, 0, 48),
        most_off_hours=_number(options, "MaximumNonWorkHourResultsByDay", 0, 0, 48),
        least=_quality(text_of(options.find(t("MinimumSuggestionQuality"))) or "Fair"),
    )


def _wall(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise schema_violation(f"'{text}' is not a date and time.") from None


def _number(options: Element, name: str, default: int, least: int, most: int) -> int:
    number = read_int(text_of(options.find(t(name))) or str(default))
    if not least <= number <= most:
        raise ExchangeError("ErrorInvalidParameter", f"{name} must be from {least} to {most}.")
    return number


def _quality(name: str) -> Quality:
    try:
        return Quality[name.upper()]
    except KeyError:
        raise schema_violation(f"'{name}' is no quality.") from None


def write_suggestions(wanted: Wanted, calendars: Sequence[Sequence[Taken]]) -> str:
    """The SuggestionsResponse: the starts of every day in the window."""
    midnight = wanted.first.replace(hour=0, minute=0, second=0)
    days = (wanted.last - midnight) / timedelta(days=1)
    written = "".join(
        _day(day, suggest_day(day, calendars, wanted))
        for day in (midnight + timedelta(days=number) for number in range(-int(-days // 1)))
    )
    return (
        f"<m:SuggestionsResponse>{success('ResponseMessage')}"
        f"<m:SuggestionDayResultArray>{written}</m:SuggestionDayResultArray></m:SuggestionsResponse>"
    )


def _day(day: datetime, found: list[Suggestion]) -> str:
    best = min((each.quality for each in found), default=Quality.POOR)
    return (
        f"<t:SuggestionDayResult><t:Date>{day.isoformat()}</t:Date><t:DayQuality>{best.name.title()}</t:DayQuality>"
        f"<t:SuggestionArray>{''.join(map(_suggestion, found))}</t:SuggestionArray></t:SuggestionDayResult>"
    )


def _suggestion(each: Suggestion) -> str:
    conflicts = "".join(
        f"<t:IndividualAttendeeConflictData><t:BusyType>{status}</t:BusyType></t:IndividualAttendeeConflictData>"
        for status in each.conflicts
    )
    return (
        f"<t:Suggestion><t:MeetingTime>{each.start.isoformat()}</t:MeetingTime>"
        f"<t:IsWorkTime>{write_bool(each.is_work_time)}</t:IsWorkTime>"
        f"<t:SuggestionQuality>{each.quality.name.title()}</t:SuggestionQuality>"
        f"<t:AttendeeConflictDataArray>{conflicts}</t:AttendeeConflictDataArray></t:Suggestion>"
    )
