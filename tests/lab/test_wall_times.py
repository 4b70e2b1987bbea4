from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomd_lab.model.recurrence.wall_time import Slot, slot_of, times_on, wall

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [ZoneInfo(key) for key in ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Shanghai", "UTC")]
)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "begins", "length", "start", "end"),
    [
        (date(2026, 3, 28), time(9), HOUR, "2026-03-28T08:00", "2026-03-28T09:00"),
        (date(2026, 3, 30), time(9), HOUR, "2026-03-30T07:00", "2026-03-30T08:00"),
        (date(2026, 3, 29), time(2, 30), HOUR, "2026-03-29T01:30", "2026-03-29T02:30"),
        (date(2026, 3, 29), time(1, 30), HOUR, "2026-03-29T00:30", "2026-03-29T01:30"),
        (date(2026, 3, 29), time(1), 4 * HOUR, "2026-03-29T00:00", "2026-03-29T03:00"),
        (date(2026, 10, 25), time(2, 30), HOUR, "2026-10-25T00:30", "2026-10-25T02:30"),
        (date(2026, 10, 24), time(22), 8 * HOUR, "2026-10-24T20:00", "2026-10-25T05:00"),
    ],
    ids=["winter", "summer", "in the gap", "into the gap", "across the gap", "in the overlap", "a long night"],
)
def test_wall_times_are_kept_over_clock_changes(
    day: date, begins: time, length: timedelta, start: str, end: str
) -> None:
    assert times_on(day, Slot(at=begins, length=length), BERLIN) == (at(start), at(end))


@given(
    day=st.dates(date(2020, 1, 1), date(2032, 1, 1)),
    begins=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    minutes=st.integers(0, 3000),
    zone=ZONES,
)
def test_an_occurrence_never_ends_before_it_starts_and_shows_its_wall_times_where_they_exist(
    day: date, begins: time, minutes: int, zone: ZoneInfo
) -> None:
    moment, slot = datetime.combine(day, begins), Slot(at=begins, length=timedelta(minutes=minutes))
    start, end = times_on(day, slot, zone)
    assert start <= end
    assert (minutes > 0) == (start < end)
    if wall(start, zone) == moment and wall(end, zone) == moment + slot.length:
        assert slot_of(start, end, zone) == slot
