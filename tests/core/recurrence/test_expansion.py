from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.recurrence.rules import every_day, recurrences
from roomd_core.recurrence import (
    Daily,
    DayOfWeek,
    EndDate,
    ModifiedOccurrence,
    Numbered,
    Occurrence,
    Recurrence,
    Series,
    WallTimes,
    Weekly,
    ends_before,
    occurrences_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
EVERY_DAY = Series(recurrence=Recurrence(pattern=Daily(), first=date(2026, 3, 1)))


def berlin(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def daily(hours: tuple[int, int], minutes: tuple[int, int] = (0, 0)) -> WallTimes:
    day = date(2026, 3, 1)
    ends = day if hours[1] > hours[0] else day + timedelta(days=1)
    return WallTimes.of(berlin(day, hours[0], minutes[0]), berlin(ends, hours[1], minutes[1]), "Europe/Berlin")


def on(day: date, times: WallTimes, series: Series = EVERY_DAY) -> Occurrence:
    """Return the occurrence that begins on a day."""
    found = occurrences_between(series, times, berlin(day, 0), berlin(day + timedelta(days=1), 0))
    return next(each for each in found if each.day == day)


def utc(occurrence: Occurrence) -> tuple[str, str]:
    return f"{occurrence.start:%d %H:%M}", f"{occurrence.end:%d %H:%M}"


def test_a_series_keeps_its_wall_time_when_clocks_change() -> None:
    times = daily((10, 11))

    assert utc(on(date(2026, 3, 28), times)) == ("28 09:00", "28 10:00")
    assert utc(on(date(2026, 3, 29), times)) == ("29 08:00", "29 09:00")
    assert utc(on(date(2026, 10, 25), times)) == ("25 09:00", "25 10:00")


def test_a_night_shift_ends_at_its_hour_however_long_the_night_is() -> None:
    times = daily((22, 6))

    nights = {day: on(day, times) for day in (date(2026, 3, 28), date(2026, 6, 1), date(2026, 10, 24))}

    assert [(each.end - each.start) / timedelta(hours=1) for each in nights.values()] == [7, 8, 9]


def test_a_whole_day_is_from_midnight_to_midnight_even_if_it_has_23_hours() -> None:
    times = daily((0, 0))

    assert utc(on(date(2026, 3, 29), times)) == ("28 23:00", "29 22:00")


def test_a_time_that_clocks_skip_is_as_far_behind_the_change() -> None:
    assert utc(on(date(2026, 3, 29), daily((2, 4), (30, 0)))) == ("29 01:30", "29 02:00")


def test_an_occurrence_that_clocks_would_leave_nothing_of_keeps_its_length() -> None:
    assert utc(on(date(2026, 3, 29), daily((2, 3), (30, 30)))) == ("29 01:30", "29 02:30")


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    assert utc(on(date(2026, 10, 25), daily((1, 2), (30, 30)))) == ("24 23:30", "25 00:30")


def test_in_a_zone_nobody_knows_the_series_stays_where_its_first_occurrence_is() -> None:
    """Half past midnight on Tuesdays in a zone ten hours ahead is Monday in UTC, which has to stand in for it."""
    rule = Recurrence(pattern=Weekly(days=(DayOfWeek.TUESDAY,)), first=date(2026, 3, 3))
    start = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
    times = WallTimes.of(start, start + timedelta(hours=1), "Nowhere/Nothing", rule)

    found = occurrences_between(Series(recurrence=rule), times, start, start + timedelta(days=15))

    assert [each.start for each in found] == [start + timedelta(weeks=week) for week in range(3)]


@given(recurrences, st.sampled_from(ZONES), st.times(), st.integers(0, 3000), st.integers(0, 400))
def test_every_occurrence_is_at_its_wall_time_and_none_is_missing(
    recurrence: Recurrence, zone: str, at: object, minutes: int, ahead: int
) -> None:
    clocks = ZoneInfo(zone)
    start = datetime.combine(recurrence.first, at).replace(microsecond=0, tzinfo=clocks)  # type: ignore[arg-type]
    times = WallTimes.of(start, (start + timedelta(minutes=minutes)).astimezone(UTC), zone)
    since = start.astimezone(UTC) + timedelta(days=ahead)
    until = since + timedelta(days=60)

    found = occurrences_between(Series(recurrence=recurrence), times, since, until)

    for each in found:
        assert each.start < until
        assert each.end > since
        assert each.start <= each.end
        shown = each.start.astimezone(clocks)
        exists = datetime.combine(each.day, times.at, clocks).astimezone(UTC).astimezone(clocks)
        assert shown == exists
    everything = every_day(recurrence, until.date() + timedelta(days=2))
    spans = {day: times.on(day) for day in everything}
    assert [each.day for each in found] == [day for day, (s, e) in spans.items() if s < until and e > since]


def moved(day: date, start: datetime, end: datetime) -> ModifiedOccurrence:
    return ModifiedOccurrence(original_start=berlin(day, 10), start=start, end=end)


def test_an_exception_takes_the_place_of_its_occurrence_and_a_deleted_one_is_gone() -> None:
    first = date(2026, 3, 10)
    series = replace(
        EVERY_DAY,
        modified=(moved(first, berlin(first, 15), berlin(first, 16)),),
        deleted=(berlin(date(2026, 3, 11), 10),),
    )

    found = occurrences_between(series, daily((10, 11)), berlin(first, 0), berlin(date(2026, 3, 13), 0))

    assert [(each.day.day, each.start.hour) for each in found] == [(10, 14), (12, 9)]
    assert found[0].original_start == berlin(first, 10)


def test_an_exception_is_shown_where_it_was_moved_to_not_where_it_was() -> None:
    day, later = date(2026, 3, 10), date(2026, 9, 1)
    series = replace(EVERY_DAY, modified=(moved(day, berlin(later, 15), berlin(later, 16)),))

    assert [each.day for each in occurrences_between(series, daily((10, 11)), berlin(day, 0), berlin(day, 23))] == []
    autumn = occurrences_between(series, daily((10, 11)), berlin(later, 0), berlin(later, 23))
    assert [each.day for each in autumn] == [day, later]


def test_an_exception_the_pattern_knows_nothing_of_is_shown_all_the_same() -> None:
    tuesdays = Recurrence(pattern=Weekly(days=(DayOfWeek.TUESDAY,)), first=date(2026, 3, 3))
    sunday = date(2026, 3, 8)
    series = Series(recurrence=tuesdays, modified=(moved(sunday, berlin(sunday, 10), berlin(sunday, 11)),))

    found = occurrences_between(series, daily((10, 11)), berlin(date(2026, 3, 2), 0), berlin(date(2026, 3, 11), 0))

    assert [each.day.day for each in found] == [3, 8, 10]


def test_of_a_series_whose_rule_is_unknown_only_what_was_seen_is_shown() -> None:
    day = date(2026, 3, 10)
    series = Series(recurrence=None, modified=(moved(day, berlin(day, 10), berlin(day, 11)),))

    found = occurrences_between(series, daily((10, 11)), berlin(date(2026, 1, 1), 0), berlin(date(2027, 1, 1), 0))

    assert [each.day for each in found] == [day]


def test_one_exception_is_kept_for_each_original_start_in_order() -> None:
    days = [date(2026, 3, 12), date(2026, 3, 10), date(2026, 3, 12)]
    series = EVERY_DAY
    for hour, day in enumerate(days, 12):
        series = series.with_modified(moved(day, berlin(day, hour), berlin(day, hour + 1)))

    assert [(each.original_start, each.start) for each in series.modified] == [
        (berlin(days[1], 10), berlin(days[1], 13)),
        (berlin(days[0], 10), berlin(days[0], 14)),
    ]


def test_a_series_lies_before_a_moment_when_its_last_occurrence_and_every_exception_do() -> None:
    day = date(2026, 3, 10)
    ended = Series(recurrence=Recurrence(pattern=Daily(), first=date(2026, 3, 1), range=EndDate(last=day)))
    counted = Series(recurrence=Recurrence(pattern=Daily(), first=date(2026, 3, 1), range=Numbered(count=10)))
    later = berlin(date(2026, 3, 11), 0)
    moved_on = replace(ended, modified=(moved(day, berlin(date(2026, 4, 1), 10), berlin(date(2026, 4, 1), 11)),))

    before = [ends_before(each, daily((10, 11)), later) for each in (ended, counted, EVERY_DAY, moved_on)]

    assert before == [True, True, False, False]
    assert not ends_before(ended, daily((10, 11)), berlin(day, 10))
    assert ends_before(Series(recurrence=None), daily((10, 11)), later)
