"""Zones that an item spells out, as the lab spells its own: two readings of the same clocks that share no code."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomd_core.zones import zone_of
from roomd_daemon.exchange.item import read_item
from roomd_daemon.exchange.reads import NAMESPACES, element
from roomd_daemon.exchange.soap import TYPES, Element
from roomd_daemon.exchange.zone_definition import defined_zone
from roomd_lab.model.zones import known_zone_ids, windows_zone, zone_info
from roomd_lab.soap.operations.time_zones import _write

THIS_YEAR = datetime.now(UTC).year
CUSTOM = "tzone://Microsoft/Custom"


def spelled_out(zone_id: str) -> Element:
    """What the lab says of a zone, without any of its names."""
    xml = _write(windows_zone(zone_id, THIS_YEAR), full=True)
    [zone] = element(f"<t:Zones {NAMESPACES}>{xml}</t:Zones>")
    zone.set("Id", CUSTOM)
    zone.set("Name", "Somebody's own")
    return zone


def own_zone(changes: str, *, standard: str = "-PT1H", daylight: str = "-PT2H") -> Element:
    [zone] = element(
        f'<t:Zones {NAMESPACES}><t:StartTimeZone Id="{CUSTOM}" Name="x"><t:Periods>'
        f'<t:Period Bias="{standard}" Name="Standard" Id="s"/><t:Period Bias="{daylight}" Name="Daylight" Id="d"/>'
        f'</t:Periods><t:TransitionsGroups><t:TransitionsGroup Id="0">{changes}</t:TransitionsGroup>'
        "</t:TransitionsGroups></t:StartTimeZone></t:Zones>"
    )
    return zone


def on_weekday(to: str, month: int, occurrence: int, at: str, day: str = "Sunday") -> str:
    return (
        f'<t:RecurringDayTransition><t:To Kind="Period">{to}</t:To><t:TimeOffset>{at}</t:TimeOffset>'
        f"<t:Month>{month}</t:Month><t:DayOfWeek>{day}</t:DayOfWeek><t:Occurrence>{occurrence}</t:Occurrence>"
        "</t:RecurringDayTransition>"
    )


def on_date(to: str, month: int, day: int, at: str) -> str:
    return (
        f'<t:RecurringDateTransition><t:To Kind="Period">{to}</t:To><t:TimeOffset>{at}</t:TimeOffset>'
        f"<t:Month>{month}</t:Month><t:Day>{day}</t:Day></t:RecurringDateTransition>"
    )


def offset(zone: Any, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


@given(zone_id=st.sampled_from(known_zone_ids()), minutes=st.integers(0, 365 * 24 * 60 - 1))
def test_the_clocks_of_a_spelled_out_zone_are_right_at_every_minute_of_the_year(zone_id: str, minutes: int) -> None:
    rules = windows_zone(zone_id, THIS_YEAR)
    moment = datetime(THIS_YEAR, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    name = defined_zone(spelled_out(zone_id))
    assert name is not None
    expected = zone_info(zone_id) if rules.to_daylight else timezone(rules.standard_offset)
    assert offset(zone_of(name), moment) == offset(expected, moment)


@pytest.mark.parametrize(
    ("zone_id", "name"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("Lord Howe Standard Time", "Australia/Lord_Howe"),
        ("China Standard Time", "Etc/GMT-8"),
        ("UTC", "UTC"),
        ("Nepal Standard Time", "<+0545>-5:45"),
    ],
)
def test_a_zone_everybody_knows_gets_its_name(zone_id: str, name: str) -> None:
    assert defined_zone(spelled_out(zone_id)) == name


def test_a_zone_nobody_knows_keeps_its_rule() -> None:
    changes = on_weekday("d", 4, 2, "PT2H", "Friday") + on_date("s", 9, 21, "PT3H30M")
    name = defined_zone(own_zone(changes))
    assert name == "<+01>-1<+02>-2,M4.2.5/2,J264/3:30"
    clocks = zone_of(name)
    # The second Friday of April 2027 is the 9th; at 02:00 it becomes 03:00.
    assert offset(clocks, datetime(2027, 4, 9, 0, 59, tzinfo=UTC)) == timedelta(hours=1)
    assert offset(clocks, datetime(2027, 4, 9, 1, 0, tzinfo=UTC)) == timedelta(hours=2)
    # On 21 September, at 03:30, it becomes 02:30, in leap years too.
    for year in (2027, 2028):
        assert offset(clocks, datetime(year, 9, 21, 1, 29, tzinfo=UTC)) == timedelta(hours=2)
        assert offset(clocks, datetime(year, 9, 21, 1, 30, tzinfo=UTC)) == timedelta(hours=1)


def test_of_several_groups_the_newest_counts() -> None:
    zone = own_zone(on_weekday("d", 4, 1, "PT2H") + on_weekday("s", 10, -1, "PT2H"), standard="PT5H", daylight="PT4H")
    groups = zone.find(TYPES + "TransitionsGroups")
    assert groups is not None
    changes = on_weekday("d", 3, 2, "PT2H") + on_weekday("s", 11, 1, "PT2H")
    [newer] = element(f'<t:All {NAMESPACES}><t:TransitionsGroup Id="1">{changes}</t:TransitionsGroup></t:All>')
    groups.append(newer)
    [transitions] = element(
        f'<t:All {NAMESPACES}><t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition>'
        '<t:AbsoluteDateTransition><t:To Kind="Group">1</t:To><t:DateTime>2007-01-01T00:00:00</t:DateTime>'
        "</t:AbsoluteDateTransition></t:Transitions></t:All>"
    )
    zone.append(transitions)
    assert defined_zone(zone) == "America/New_York"


@pytest.mark.parametrize(
    "changes",
    [
        on_weekday("d", 4, 2, "PT2H", "Someday") + on_weekday("s", 10, -1, "PT2H"),
        on_weekday("nobody", 4, 2, "PT2H") + on_weekday("s", 10, -1, "PT2H"),
        on_weekday("d", 4, 2, "two o'clock") + on_weekday("s", 10, -1, "PT2H"),
        on_date("d", 14, 1, "PT2H") + on_weekday("s", 10, -1, "PT2H"),
        "",
    ],
)
def test_a_definition_that_makes_no_sense_is_none(changes: str) -> None:
    assert defined_zone(own_zone(changes)) is None


def test_a_name_without_a_definition_is_none() -> None:
    [zone] = element(f'<t:Zones {NAMESPACES}><t:StartTimeZone Id="{CUSTOM}" Name="x"/></t:Zones>')
    assert defined_zone(zone) is None


def test_an_item_in_a_zone_of_its_own_is_read_in_that_zone() -> None:
    zone = spelled_out("W. Europe Standard Time")
    zone.tag = TYPES + "StartTimeZone"
    item = element(
        f'<t:CalendarItem {NAMESPACES}><t:ItemId Id="i" ChangeKey="k"/><t:Start>2027-07-01T08:00:00Z</t:Start>'
        "<t:End>2027-07-01T09:00:00Z</t:End></t:CalendarItem>"
    )
    item.append(zone)
    assert read_item(item, frozenset(), in_full=False).zone == "Europe/Berlin"
