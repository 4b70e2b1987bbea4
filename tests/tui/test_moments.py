from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from roomd_tui.moments import (
    Misread,
    age_text,
    day_bounds,
    parse_day,
    parse_end,
    parse_length,
    parse_moment,
    span_text,
)
from roomd_tui.zones import local_zone

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 12, 1, 8, 40, 30, tzinfo=UTC)


def read(text: str) -> str:
    return parse_moment(text, now=NOW, zone=BERLIN).isoformat()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("14:00", "2026-12-01T14:00:00+01:00"),
        ("930", "2026-12-01T09:30:00+01:00"),
        ("9:30", "2026-12-01T09:30:00+01:00"),
        ("tomorrow 9:30", "2026-12-02T09:30:00+01:00"),
        ("2026-07-01T14:00", "2026-07-01T14:00:00+02:00"),
        ("2026-07-01 1400", "2026-07-01T14:00:00+02:00"),
        ("2026-07-01T14:00:00Z", "2026-07-01T14:00:00+00:00"),
        ("2026-07-01T14:00+08:00", "2026-07-01T14:00:00+08:00"),
        ("+3 8:00", "2026-12-04T08:00:00+01:00"),
        ("now", "2026-12-01T09:40:00+01:00"),
    ],
)
def test_a_time_without_an_offset_is_in_the_callers_zone(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize("text", ["", "soon", "24:00", "9", "12:60", "2026-12-01", "2026-13-01T10:00", "1:2:3", "-1"])
def test_a_time_that_is_not_understood_shows_the_forms_that_are(text: str) -> None:
    with pytest.raises(Misread, match=r"14:00|2026-12-01"):
        read(text)


def test_a_wall_time_that_the_clocks_skip_is_refused_and_one_they_repeat_is_the_first() -> None:
    with pytest.raises(Misread, match="02:30 does not exist on 2026-03-29 in Europe/Berlin"):
        read("2026-03-29T02:30")
    assert read("2026-10-25T02:30") == "2026-10-25T02:30:00+02:00"


@pytest.mark.parametrize(
    ("text", "minutes"), [("45m", 45), ("1h", 60), ("1h30m", 90), ("1h30", 90), ("90", 90), ("0m", 0)]
)
def test_a_length_is_hours_and_minutes(text: str, minutes: int) -> None:
    assert parse_length(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "h", "m", "1d", "-45m", "1.5h"])
def test_a_length_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(Misread, match="45m, 1h or 1h30m"):
        parse_length(text)


@pytest.mark.parametrize("text", ["00:00", "0:00", "0000", "24:00"])
def test_midnight_as_an_end_is_the_one_that_ends_the_day(text: str) -> None:
    start = parse_moment("2026-12-05T23:00", now=NOW, zone=BERLIN)
    assert parse_end(text, start=start, zone=BERLIN).isoformat() == "2026-12-06T00:00:00+01:00"


def test_an_end_is_a_time_on_the_day_of_the_start_or_a_length_after_it() -> None:
    start = parse_moment("2026-12-05T14:00", now=NOW, zone=BERLIN)
    ends = [
        parse_end(text, start=start, zone=BERLIN).isoformat() for text in ("15:00", "+45m", "1h", "2026-12-06 9:00")
    ]
    assert ends == [
        "2026-12-05T15:00:00+01:00",
        "2026-12-05T14:45:00+01:00",
        "2026-12-05T15:00:00+01:00",
        "2026-12-06T09:00:00+01:00",
    ]


def test_a_day_is_named_counted_or_written() -> None:
    today = date(2026, 12, 1)
    days = [parse_day(text, today=today).day for text in ("today", "tomorrow", "+7", "2026-12-24")]
    assert days == [1, 2, 8, 24]
    with pytest.raises(Misread, match="tomorrow"):
        parse_day("someday", today=today)


def test_a_day_has_23_or_25_hours_when_the_clocks_change() -> None:
    lengths = [
        end - start
        for start, end in (day_bounds(date(2026, month, day), BERLIN) for month, day in ((3, 29), (10, 25)))
    ]
    assert [length / timedelta(hours=1) for length in lengths] == [23, 25]


def test_a_span_over_midnight_names_both_days() -> None:
    start = datetime(2026, 12, 1, 22, tzinfo=UTC)
    assert span_text(start, start + timedelta(minutes=30), BERLIN) == "Tue 1 Dec 2026 23:00-23:30"
    assert span_text(start, start + timedelta(hours=2), BERLIN) == "Tue 1 Dec 2026 23:00 - Wed 2 Dec 2026 01:00"


def test_an_age_is_in_the_largest_unit_that_fits() -> None:
    ages = [age_text(timedelta(seconds=seconds)) for seconds in (-1, 12, 59, 60, 7_200, 200_000)]
    assert ages == ["0 s", "12 s", "59 s", "1 min", "2 h", "2 d"]


def test_the_zone_is_found_as_the_c_library_finds_it(tmp_path: Path) -> None:
    target = tmp_path / "zoneinfo" / "Europe" / "Berlin"
    target.parent.mkdir(parents=True)
    target.touch()
    (tmp_path / "localtime").symlink_to(target)
    localtime = tmp_path / "localtime"
    assert local_zone({"TZ": "Asia/Shanghai"}, localtime).key == "Asia/Shanghai"
    assert local_zone({"TZ": ":Asia/Tokyo"}, localtime).key == "Asia/Tokyo"
    assert local_zone({}, localtime).key == "Europe/Berlin"
    assert local_zone({"TZ": "Nowhere/Land"}, localtime).key == "Europe/Berlin"
    assert local_zone({}, tmp_path / "nothing").key == "UTC"
