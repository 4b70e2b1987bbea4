"""What DavMail and evolution-ews ask for, as they ask for it."""

import base64
import re

import pytest
from exchangelib import Account
from exchangelib.folders import Calendar

from lab.wire import EMMA, GUANGHAN, HOUR, TOMORROW, ZHANGSAN, Client, envelope, meeting
from roomd_lab import Outlook

CALENDAR = '<t:DistinguishedFolderId Id="calendar"/>'
ARTICLE = '<t:ExtendedFieldURI PropertyTag="0xe23" PropertyType="Integer"/>'
ICALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:from-a-client
DTSTAMP:20260101T000000Z
{}
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT1H30M
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def uploaded(lines: str, *, mode: str = "SendToNone", document: str = ICALENDAR) -> str:
    content = base64.b64encode(document.format(lines).encode()).decode()
    return (
        f'<m:CreateItem MessageDisposition="SendAndSaveCopy" SendMeetingInvitations="{mode}"><m:Items>'
        f'<t:CalendarItem><t:MimeContent CharacterSet="UTF-8">{content}</t:MimeContent>'
        "<t:Importance>High</t:Importance></t:CalendarItem></m:Items></m:CreateItem>"
    )


def texts(answer: bytes, name: str) -> list[str]:
    return re.findall(rf"<t:{name}[^>]*>([^<]*)</t:{name}>", answer.decode())


def item_id(answer: bytes) -> str:
    found = re.search(r"<t:ItemId [^>]*/>", answer.decode())
    assert found, answer
    return found[0]


def get(client: Client, reference: str, acts_as: str = EMMA, *, mime: bool = False) -> bytes:
    wanted = f"<t:IncludeMimeContent>{'true' if mime else 'false'}</t:IncludeMimeContent>"
    request = (
        f"<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>{wanted}</m:ItemShape>"
        f"<m:ItemIds>{reference}</m:ItemIds></m:GetItem>"
    )
    return client.post(envelope(request, acts_as=acts_as))[1]


def mime(answer: bytes) -> str:
    (content,) = texts(answer, "MimeContent")
    return base64.b64decode(content).decode()


def unfolded(content: str) -> list[str]:
    return content.replace("\r\n ", "").splitlines()


def test_a_meeting_is_read_as_icalendar(client: Client, outlook: Outlook) -> None:
    outlook.book(ZHANGSAN, subject="Plan; with, signs", start=TOMORROW, end=TOMORROW + HOUR, rooms=[GUANGHAN])
    (item,) = outlook.calendar(ZHANGSAN)
    reference = f'<t:ItemId Id="{item.item_id}"/>'
    assert texts(get(client, reference, ZHANGSAN), "MimeContent") == []
    lines = unfolded(mime(get(client, reference, ZHANGSAN, mime=True)))
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "METHOD:REQUEST", "END:VCALENDAR")
    assert f"UID:{item.uid}" in lines
    assert r"SUMMARY:Plan\; with\, signs" in lines
    assert next(line for line in lines if line.startswith("ATTENDEE")).endswith(GUANGHAN)
    assert not [line for line in lines if line.endswith(":")], "a property without a value is no property"


def test_a_message_is_read_as_mail(zhangsan: Account, outlook: Outlook) -> None:
    outlook.book(EMMA, subject="Plan", start=TOMORROW, end=TOMORROW + HOUR, attendees=[ZHANGSAN])
    (request,) = zhangsan.inbox.all().only("mime_content")
    (request,) = zhangsan.fetch([request], only_fields=["mime_content"])
    assert b"Subject: Plan" in request.mime_content


def test_an_uploaded_event_is_what_it_says(client: Client) -> None:
    lines = (
        "SUMMARY:Uploaded\\, really\nDTSTART;TZID=Europe/Berlin:20261215T100000\n"
        "DTEND;TZID=Europe/Berlin:20261215T113000\nLOCATION:Here\nDESCRIPTION:one\\ntwo\nCLASS:PRIVATE\n"
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF"
    )
    _, made = client.post(envelope(uploaded(lines), acts_as=EMMA))
    seen = get(client, item_id(made))
    fields = ("Subject", "Start", "End", "Location", "Sensitivity", "LegacyFreeBusyStatus", "Importance", "UID")
    assert [texts(seen, name)[0] for name in fields] == [
        "Uploaded, really", "2026-12-15T09:00:00Z", "2026-12-15T10:30:00Z", "Here", "Private", "OOF", "High",
        "from-a-client",
    ]  # fmt: skip
    assert texts(seen, "ReminderMinutesBeforeStart") == ["90"]
    assert texts(seen, "Body") == ["one\ntwo"]


def test_an_uploaded_invitation_invites(client: Client, outlook: Outlook) -> None:
    lines = (
        "SUMMARY:Uploaded\nDTSTART:20261216T090000Z\nDTEND:20261216T100000Z\n"
        f"ORGANIZER:mailto:{EMMA}\nATTENDEE;CUTYPE=ROOM;CN=R:MAILTO:{GUANGHAN}\n"
        f"ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:{ZHANGSAN}\nATTENDEE:mailto:{EMMA}"
    )
    client.post(envelope(uploaded(lines, mode="SendToAllAndSaveCopy"), acts_as=EMMA))
    (item,) = outlook.calendar(EMMA)
    assert [(a.address.smtp, a.role) for a in item.attendees] == [(ZHANGSAN, "optional"), (GUANGHAN, "resource")]
    assert len(outlook.calendar(GUANGHAN)) == 1


@pytest.mark.parametrize(
    ("rule", "starts"),
    [
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", ["01", "03", "05"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", ["01", "03", "08"]),
        ("FREQ=WEEKLY;UNTIL=20261215T235959Z", ["01", "08", "15"]),
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=1", ["01"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=1", ["01"]),
        ("FREQ=MONTHLY;COUNT=1", ["01"]),
        ("FREQ=YEARLY;BYMONTH=12;BYDAY=+1TU;COUNT=1", ["01"]),
        ("FREQ=YEARLY;COUNT=1", ["01"]),
    ],
)
def test_an_uploaded_series_is_read_back_as_it_was_written(client: Client, rule: str, starts: list[str]) -> None:
    lines = f"SUMMARY:S\nDTSTART;TZID=Europe/Berlin:20261201T090000\nDTEND:20261201T090000Z\nRRULE:{rule}"
    _, made = client.post(envelope(uploaded(lines), acts_as=EMMA))
    view = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>'
        '<m:CalendarView StartDate="2026-12-01T00:00:00Z" EndDate="2026-12-31T00:00:00Z"/>'
        f"<m:ParentFolderIds>{CALENDAR}</m:ParentFolderIds></m:FindItem>"
    )
    _, seen = client.post(envelope(view, acts_as=EMMA))
    assert [start[8:10] for start in texts(seen, "Start")] == starts
    event = mime(get(client, item_id(made), mime=True)).partition("BEGIN:VEVENT")[2]
    written = next(line for line in unfolded(event) if line.startswith("RRULE:"))
    assert written.removeprefix("RRULE:").partition(";")[0] == rule.partition(";")[0]


def test_an_uploaded_series_leaves_out_its_excluded_days(client: Client, outlook: Outlook) -> None:
    lines = (
        "SUMMARY:S\nDTSTART;TZID=Europe/Berlin:20261201T090000\nDTEND;TZID=Europe/Berlin:20261201T100000\n"
        "RRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Europe/Berlin:20261202T090000"
    )
    _, made = client.post(envelope(uploaded(lines), acts_as=EMMA))
    (master,) = outlook.calendar(EMMA)
    assert [str(day) for day in master.deletions] == ["2026-12-02"]
    assert 'EXDATE;TZID="W. Europe Standard Time":20261202T090000' in unfolded(
        mime(get(client, item_id(made), mime=True))
    )


def test_a_day_is_taken_out_of_a_series_alone(client: Client, outlook: Outlook) -> None:
    lines = "SUMMARY:S\nDTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nEXDATE:20261202T090000Z"
    _, made = client.post(envelope(uploaded(lines), acts_as=EMMA))
    assert [item.deletions for item in outlook.calendar(EMMA)] == [frozenset()]
    assert "EXDATE" not in mime(get(client, item_id(made), mime=True))


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("no calendar", b"ErrorMimeContentInvalid<"),
        ("END:VEVENT\nBEGIN:VEVENT\nDTSTART:20261201T090000Z", b"ErrorMimeContentInvalid<"),
        ("BEGIN:VEVENT\nDTSTART:tomorrow\nEND:VEVENT", b"ErrorMimeContentInvalid<"),
        ("BEGIN:VEVENT\nDTSTART:20261201T090000Z\nRRULE:FREQ=HOURLY\nEND:VEVENT", b"ErrorMimeContentInvalid<"),
        ("BEGIN:VEVENT\nDTSTART;TZID=Nowhere:20261201T090000\nEND:VEVENT", b"ErrorMimeContentInvalid<"),
        (
            "BEGIN:VEVENT\nDTSTART:20261201T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=13\nEND:VEVENT",
            b"ErrorMimeContentInvalid<",
        ),
        ("BEGIN:VEVENT\nX;A=" + "," * 3000 + "\nEND:VEVENT", b"ErrorMimeContentInvalid<"),
    ],
)
def test_what_is_no_calendar_is_refused(client: Client, document: str, code: bytes) -> None:
    _, answer = client.post(envelope(uploaded("", document=document), acts_as=EMMA))
    assert code in answer


def test_what_is_no_base64_is_refused(client: Client) -> None:
    request = re.sub(r">[^<>]*</t:MimeContent>", ">a</t:MimeContent>", uploaded(""))
    _, answer = client.post(envelope(request, acts_as=EMMA))
    assert b"ErrorMimeContentInvalidBase64String" in answer


def test_items_are_paged_by_their_article_number(client: Client, outlook: Outlook) -> None:
    for number in range(12):
        outlook.write_into(EMMA, subject=f"{number}", start=TOMORROW, end=TOMORROW + HOUR)
    request = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>'
        f"{ARTICLE}</t:AdditionalProperties></m:ItemShape><m:SortOrder><t:FieldOrder Order='Ascending'>{ARTICLE}"
        f"</t:FieldOrder></m:SortOrder><m:ParentFolderIds>{CALENDAR}</m:ParentFolderIds></m:FindItem>"
    )
    _, answer = client.post(envelope(request, acts_as=EMMA))
    assert texts(answer, "Value") == [str(number) for number in range(1, 13)]


def test_an_event_is_made_and_viewed_in_a_second_calendar(zhangsan: Account) -> None:
    team = Calendar(parent=zhangsan.calendar, name="Team").save()
    item = meeting(zhangsan, rooms=())
    item.folder = team
    item.save()
    assert [each.subject for each in team.view(start=item.start, end=item.end)] == ["Planning"]
    assert list(zhangsan.calendar.all()) == []


def change(updates: str, reference: str) -> str:
    return (
        '<m:UpdateItem ConflictResolution="AutoResolve" SendMeetingInvitationsOrCancellations="SendToNone">'
        f"<m:ItemChanges><t:ItemChange>{reference}<t:Updates>{updates}</t:Updates></t:ItemChange></m:ItemChanges>"
        "</m:UpdateItem>"
    )


def test_a_property_that_is_a_field_changes_the_field(client: Client, outlook: Outlook) -> None:
    item = outlook.write_into(EMMA, subject="Before", start=TOMORROW, end=TOMORROW + HOUR)
    subject = '<t:ExtendedFieldURI PropertyTag="0x37" PropertyType="String"/>'
    updates = (
        f"<t:SetItemField>{subject}<t:Item><t:ExtendedProperty>{subject}<t:Value>After</t:Value></t:ExtendedProperty>"
        "</t:Item></t:SetItemField><t:DeleteItemField>"
        '<t:ExtendedFieldURI PropertyTag="0x1000" PropertyType="String"/></t:DeleteItemField>'
    )
    reference = f'<t:ItemId Id="{item.item_id}" ChangeKey="{item.change_key}"/>'
    assert b"NoError" in client.post(envelope(change(updates, reference), acts_as=EMMA))[1]
    assert [each.subject for each in outlook.calendar(EMMA)] == ["After"]


def zone_change(zone: str, *, start: str = "") -> str:
    moved = (
        f'<t:SetItemField><t:FieldURI FieldURI="calendar:Start"/><t:CalendarItem><t:Start>{start}</t:Start>'
        "</t:CalendarItem></t:SetItemField>"
    )
    return (moved if start else "") + "".join(
        f'<t:SetItemField><t:FieldURI FieldURI="calendar:{name}"/><t:CalendarItem><t:{name} Id="{zone}"/>'
        "</t:CalendarItem></t:SetItemField>"
        for name in ("StartTimeZone", "EndTimeZone")
    )


@pytest.mark.parametrize(
    ("start", "seen"), [("", "2026-12-15T15:00:00Z"), ("2026-12-15T08:30:00", "2026-12-15T13:30:00Z")]
)
def test_times_stay_where_they_are_on_the_clock_of_a_new_zone(client: Client, start: str, seen: str) -> None:
    lines = "SUMMARY:S\nDTSTART;TZID=Europe/Berlin:20261215T100000\nDTEND;TZID=Europe/Berlin:20261215T110000"
    _, made = client.post(envelope(uploaded(lines), acts_as=EMMA))
    updates = zone_change("Eastern Standard Time", start=start)
    client.post(envelope(change(updates, item_id(made)), acts_as=EMMA))
    after = get(client, item_id(made))
    assert (texts(after, "Start"), texts(after, "End")) == ([seen], ["2026-12-15T16:00:00Z"])


def test_an_item_without_a_zone_is_in_utc(client: Client) -> None:
    request = (
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>x</t:Subject>'
        "<t:Start>2026-12-15T10:00:00</t:Start><t:End>2026-12-15T11:00:00</t:End></t:CalendarItem></m:Items>"
        "</m:CreateItem>"
    )
    _, made = client.post(envelope(request, acts_as=EMMA))
    assert b'<t:StartTimeZone Id="UTC"' in get(client, item_id(made))


def test_availability_is_told_in_a_zone_whose_clock_never_changes(client: Client, outlook: Outlook) -> None:
    outlook.write_into(GUANGHAN, subject="x", start=TOMORROW, end=TOMORROW + HOUR)
    never = (
        "<t:{0}><t:Bias>0</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>0</t:DayOrder><t:Month>0</t:Month>"
        "<t:DayOfWeek>Sunday</t:DayOfWeek></t:{0}>"
    )
    day = TOMORROW.date()
    request = (
        f"<m:GetUserAvailabilityRequest><t:TimeZone><t:Bias>0</t:Bias>{never.format('StandardTime')}"
        f"{never.format('DaylightTime')}</t:TimeZone><m:MailboxDataArray><t:MailboxData><t:Email><t:Address>{GUANGHAN}"
        "</t:Address></t:Email><t:AttendeeType>Required</t:AttendeeType></t:MailboxData></m:MailboxDataArray>"
        f"<t:FreeBusyViewOptions><t:TimeWindow><t:StartTime>{day}T00:00:00</t:StartTime><t:EndTime>{day}T12:00:00"
        "</t:EndTime></t:TimeWindow><t:MergedFreeBusyIntervalInMinutes>60</t:MergedFreeBusyIntervalInMinutes>"
        "<t:RequestedView>FreeBusyMerged</t:RequestedView></t:FreeBusyViewOptions></m:GetUserAvailabilityRequest>"
    )
    _, answer = client.post(envelope(request, acts_as=EMMA))
    assert texts(answer, "MergedFreeBusy") == ["000000000200"]


def test_contacts_can_be_searched_where_there_are_none(client: Client) -> None:
    request = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction>'
        '<t:Contains ContainmentMode="Prefixed" ContainmentComparison="IgnoreCase"><t:IndexedFieldURI '
        'FieldURI="contacts:EmailAddress" FieldIndex="EmailAddress1"/><t:Constant Value="li"/></t:Contains>'
        '</m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="contacts"/></m:ParentFolderIds></m:FindItem>'
    )
    _, answer = client.post(envelope(request, acts_as=EMMA))
    assert b'TotalItemsInView="0"' in answer


@pytest.mark.parametrize("minutes", ["-1", "2629801"])
def test_a_reminder_has_its_limits(client: Client, minutes: str) -> None:
    request = uploaded("SUMMARY:x\nDTSTART:20261216T090000Z").replace(
        "<t:Importance>", f"<t:ReminderMinutesBeforeStart>{minutes}</t:ReminderMinutesBeforeStart><t:Importance>"
    )
    assert b"ErrorSchemaValidation" in client.post(envelope(request, acts_as=EMMA))[1]


@pytest.mark.parametrize("bias", ["-PT" + "1" * 60 + "H", "PT99999H"])
def test_a_zone_is_at_most_so_far_away(client: Client, bias: str) -> None:
    zone = (
        f'<t:StartTimeZone Id="Own"><t:Periods><t:Period Bias="{bias}" Name="s" Id="s"/></t:Periods>'
        '<t:TransitionsGroups><t:TransitionsGroup Id="0"><t:Transition><t:To Kind="Period">s</t:To></t:Transition>'
        '</t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To>'
        "</t:Transition></t:Transitions></t:StartTimeZone>"
    )
    request = (
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>x</t:Subject>'
        f"{zone}</t:CalendarItem></m:Items></m:CreateItem>"
    )
    assert b"ErrorSchemaValidation" in client.post(envelope(request, acts_as=EMMA))[1]
