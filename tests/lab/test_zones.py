"""Windows zones, by their ids, by their rules and by how the clocks there show a series."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from lxml import etree

from lab.series import DAYS, NOW, lab_in_september
from lab.wire import ZHANGSAN, Client, envelope
from roomd_lab import ExchangeError, Lab, Outlook
from roomd_lab.model.zones import (
    display_name,
    known_zone_ids,
    windows_id,
    windows_zone,
    zone_id_of,
    zone_info,
)

TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"


@pytest.fixture
def lab() -> Lab:
    return lab_in_september()


def test_every_windows_zone_is_known_and_has_rules() -> None:
    assert len(known_zone_ids()) >= 139
    for zone_id in known_zone_ids():
        rules = windows_zone(zone_id, 2026)
        assert (rules.to_daylight is None) == (rules.to_standard is None)
        assert zone_info(zone_id).key in available_timezones()


@pytest.mark.parametrize(
    ("name", "zone_id", "shown"),
    [
        ("Asia/Kathmandu", "Nepal Standard Time", "(UTC+05:45) Nepal"),
        ("Australia/Lord_Howe", "Lord Howe Standard Time", "(UTC+10:30) Lord Howe"),
        ("Europe/Vienna", "W. Europe Standard Time", "(UTC+01:00) W. Europe"),
        ("America/New_York", "Eastern Standard Time", "(UTC-05:00) Eastern"),
        ("Asia/Kolkata", "India Standard Time", "(UTC+05:30) India"),
        ("UTC", "UTC", "(UTC) UTC"),
    ],
)
def test_a_zone_of_the_database_has_its_windows_id(name: str, zone_id: str, shown: str) -> None:
    assert (zone_id_of(name), windows_id(ZoneInfo(name)), display_name(zone_id)) == (zone_id, zone_id, shown)


def test_nobody_knows_middle_earth_time() -> None:
    with pytest.raises(ExchangeError, match="ErrorTimeZone"):
        zone_id_of("Middle/Earth")
    assert display_name("Middle Earth Standard Time") == "Middle Earth Standard Time"


def test_a_change_of_half_an_hour_is_found_at_its_minute() -> None:
    rules = windows_zone("Lord Howe Standard Time", 2026)
    assert rules.daylight_offset - rules.standard_offset == timedelta(minutes=30)
    assert rules.to_daylight is not None
    assert (rules.to_daylight.month, rules.to_daylight.at) == (10, timedelta(hours=2))


@pytest.mark.parametrize("zone_id", ["W. Europe Standard Time", "India Standard Time", "Eastern Standard Time"])
def test_a_zone_that_is_spelt_out_is_recognized_by_its_rules(client: Client, outlook: Outlook, zone_id: str) -> None:
    asked = f"<m:GetServerTimeZones><m:Ids><t:Id>{zone_id}</t:Id></m:Ids></m:GetServerTimeZones>"
    definition = etree.fromstring(client.post(envelope(asked))[1]).find(f".//{TYPES}TimeZoneDefinition")
    assert definition is not None
    definition.tag = f"{TYPES}StartTimeZone"
    definition.set("Id", "Customized Time Zone")
    written = etree.tostring(definition).decode()
    client.post(
        envelope(
            '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
            f"<t:Start>{DAYS[0]}T10:00:00</t:Start><t:End>{DAYS[0]}T11:00:00</t:End>"
            "<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek>"
            f"</t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>{DAYS[0]}</t:StartDate>"
            "<t:NumberOfOccurrences>10</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
            f"{written}</t:CalendarItem></m:Items></m:CreateItem>",
            acts_as=ZHANGSAN,
        )
    )
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert len(shown) == 10
    assert {item.start.astimezone(zone_info(zone_id)).hour for item in shown} == {10}


CHANGE = (
    "<t:{0}><t:Offset>{1}</t:Offset><t:RelativeYearlyRecurrence><t:DaysOfWeek>Sunday</t:DaysOfWeek>"
    "<t:DayOfWeekIndex>{2}</t:DayOfWeekIndex><t:Month>{3}</t:Month></t:RelativeYearlyRecurrence><t:Time>{4}</t:Time>"
    "</t:{0}>"
)
BERLIN = CHANGE.format("Standard", "PT0S", "Last", "October", "03:00:00") + CHANGE.format(
    "Daylight", "-PT1H", "Last", "March", "02:00:00"
)
NEW_YORK = CHANGE.format("Standard", "PT0S", "First", "November", "02:00:00.0000000") + CHANGE.format(
    "Daylight", "-PT1H", "Second", "March", "02:00:00.0000000"
)


def meeting_zone(client: Client, offset: str, changes: str) -> bytes:
    """The answer to a series in a zone spelt out as evolution-ews does it."""
    request = (
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
        f"<t:Start>{DAYS[0]}T10:00:00</t:Start><t:End>{DAYS[0]}T11:00:00</t:End>"
        "<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek>"
        f"</t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>{DAYS[0]}</t:StartDate>"
        "<t:NumberOfOccurrences>10</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
        f'<t:MeetingTimeZone TimeZoneName="Europe/Berlin"><t:BaseOffset>{offset}</t:BaseOffset>{changes}'
        "</t:MeetingTimeZone></t:CalendarItem></m:Items></m:CreateItem>"
    )
    return client.post(envelope(request, acts_as=ZHANGSAN, version="Exchange2007_SP1"))[1]


@pytest.mark.parametrize(
    ("offset", "changes", "zone_id"),
    [
        ("-PT1H", BERLIN, "W. Europe Standard Time"),
        ("PT300M", NEW_YORK, "Eastern Standard Time"),
        ("-PT5H30M", "", "India Standard Time"),
    ],
)
def test_a_meeting_zone_of_2007_is_recognized_by_its_rules(
    client: Client, outlook: Outlook, offset: str, changes: str, zone_id: str
) -> None:
    assert b"NoError" in meeting_zone(client, offset, changes)
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert len(shown) == 10
    assert {item.start.astimezone(zone_info(zone_id)).hour for item in shown} == {10}


def test_an_occurrence_is_moved_in_a_meeting_zone_of_2007(client: Client, outlook: Outlook) -> None:
    meeting_zone(client, "-PT1H", BERLIN)
    (master,) = outlook.calendar(ZHANGSAN)
    second = outlook.meeting(ZHANGSAN, master.uid, on=DAYS[1])
    zone = f"<t:MeetingTimeZone><t:BaseOffset>-PT1H</t:BaseOffset>{BERLIN}</t:MeetingTimeZone>"
    fields = {"Start": f"{DAYS[1]}T13:00:00", "End": f"{DAYS[1]}T14:00:00"}
    written = {name: f"<t:{name}>{value}</t:{name}>" for name, value in fields.items()} | {"MeetingTimeZone": zone}
    changes = "".join(
        f'<t:SetItemField><t:FieldURI FieldURI="calendar:{name}"/><t:CalendarItem>{each}</t:CalendarItem>'
        "</t:SetItemField>"
        for name, each in written.items()
    )
    request = (
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone">'
        f'<m:ItemChanges><t:ItemChange><t:ItemId Id="{second.item_id}" ChangeKey="{second.change_key}"/><t:Updates>'
        f"{changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )
    assert b"NoError" in client.post(envelope(request, acts_as=ZHANGSAN, version="Exchange2007_SP1"))[1]
    moved = outlook.meeting(ZHANGSAN, master.uid, on=DAYS[1])
    assert moved.start == datetime(DAYS[1].year, DAYS[1].month, DAYS[1].day, 13, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("offset", "changes", "code"),
    [
        ("-PT1H17M", "", b"ErrorTimeZone"),
        ("soon", "", b"ErrorSchemaValidation"),
        ("-PT1H", BERLIN.replace("October", "Octember"), b"ErrorSchemaValidation"),
        ("-PT1H", BERLIN.replace("Last", "Fifth"), b"ErrorSchemaValidation"),
        ("-PT1H", BERLIN.replace("03:00:00", "late"), b"ErrorSchemaValidation"),
    ],
)
def test_a_meeting_zone_like_no_other_is_refused(client: Client, offset: str, changes: str, code: bytes) -> None:
    assert code in meeting_zone(client, offset, changes)


@pytest.mark.parametrize(
    "periods",
    [
        (
            '<t:Periods><t:Period Bias="-PT13H37M" Name="Standard" Id="s"/></t:Periods><t:TransitionsGroups>'
            '<t:TransitionsGroup Id="0"><t:Transition><t:To Kind="Period">s</t:To></t:Transition>'
            '</t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To>'
            "</t:Transition></t:Transitions>"
        ),
        '<t:Periods><t:Period Bias="soon" Name="Standard" Id="s"/></t:Periods><t:TransitionsGroups/><t:Transitions/>',
        '<t:Periods><t:Period Bias="PT1H" Name="Standard" Id="s"/></t:Periods><t:TransitionsGroups/><t:Transitions/>',
        "",
    ],
    ids=["a clock like no other", "no duration", "no transition", "no definition"],
)
def test_a_zone_like_no_other_is_refused(client: Client, periods: str) -> None:
    _, answer = client.post(
        envelope(
            '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
            f'<t:StartTimeZone Id="Mine">{periods}</t:StartTimeZone></t:CalendarItem></m:Items></m:CreateItem>',
            acts_as=ZHANGSAN,
        )
    )
    assert b"ErrorTimeZone" in answer or b"ErrorSchemaValidation" in answer
    assert b"ErrorInternalServerError" not in answer


def test_no_zone_changes_its_clock_between_the_ends_of_its_rules() -> None:
    zone = windows_zone("W. Europe Standard Time", 2026)
    assert zone.to_daylight is not None
    assert (zone.to_daylight.month, zone.to_daylight.weekday, zone.to_daylight.occurrence) == (3, "Sunday", -1)
    noon = datetime(2026, 3, 29, 1, tzinfo=UTC).astimezone(zone_info("W. Europe Standard Time"))
    assert noon.utcoffset() == zone.daylight_offset
