"""Zones whose clocks do the same."""

import pytest

from roomd_core.zones import same_clocks


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UTC", "Etc/UTC"),
        ("Europe/Vienna", "Europe/Berlin"),
        ("Asia/Chongqing", "Asia/Shanghai"),
        ("Europe/Berlin", "<+01>-1<+02>,M3.5.0/2,M10.5.0/3"),
    ],
)
def test_clocks_that_show_the_same_all_year_are_the_same(one: str, other: str) -> None:
    assert same_clocks(one, other, 2026)
    assert same_clocks(other, one, 2026)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Europe/London", "UTC"),
        ("Europe/Berlin", "Africa/Algiers"),
        ("Asia/Shanghai", "Asia/Tokyo"),
        # Both are set in the same nights, an hour apart.
        ("Europe/Lisbon", "Atlantic/Azores"),
        ("America/New_York", "America/Havana"),
    ],
)
def test_clocks_that_differ_at_any_hour_are_others(one: str, other: str) -> None:
    assert not same_clocks(one, other, 2026)
