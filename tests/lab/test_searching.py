import re

import pytest

from lab.wire import EMMA, GUANGHAN, HOUR, TOMORROW, WORKSHOP, ZHANGSAN, Client, envelope
from roomd_lab import Lab, Outlook

EXTENDED = (
    '<t:ExtendedFieldURI PropertySetId="7f6bd4c3-52a1-4a5e-9d0e-3f1d9b7c2a10" PropertyName="K" PropertyType="{}"/>'
)


@pytest.fixture
def three_meetings(lab: Lab, outlook: Outlook) -> Outlook:  # noqa: ARG001 - the fixture's lab is the client's
    for number, subject in enumerate(("Weekly planning", "design review", "Planning of weeks")):
        start = TOMORROW + number * HOUR
        outlook.book(ZHANGSAN, subject=subject, start=start, end=start + HOUR)
    return outlook


def find(client: Client, restriction: str, order: str = "", acts_as: str = ZHANGSAN) -> list[str]:
    request = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>'
        f"<m:Restriction>{restriction}</m:Restriction>{order}"
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>'
    )
    _, answer = client.post(envelope(request, acts_as=acts_as))
    codes = re.findall(r"<m:ResponseCode>(\w+)<", answer.decode())
    return re.findall(r"<t:Subject>(.*?)<", answer.decode()) if codes == ["NoError"] else codes


def field(uri: str) -> str:
    return f'<t:FieldURI FieldURI="{uri}"/>'


def compare(operation: str, uri: str, value: str) -> str:
    constant = f'<t:FieldURIOrConstant><t:Constant Value="{value}"/></t:FieldURIOrConstant>'
    return f"<t:{operation}>{field(uri)}{constant}</t:{operation}>"


def contains(mode: str, comparison: str, value: str) -> str:
    return (
        f'<t:Contains ContainmentMode="{mode}" ContainmentComparison="{comparison}">{field("item:Subject")}'
        f'<t:Constant Value="{value}"/></t:Contains>'
    )


SECOND = (TOMORROW + HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("restriction", "found"),
    [
        (compare("IsEqualTo", "item:Subject", "DESIGN REVIEW"), {1}),
        (compare("IsNotEqualTo", "item:Subject", "design review"), {0, 2}),
        (compare("IsGreaterThan", "calendar:Start", SECOND), {2}),
        (compare("IsGreaterThanOrEqualTo", "calendar:Start", SECOND), {1, 2}),
        (compare("IsLessThan", "calendar:Start", SECOND), {0}),
        (compare("IsLessThanOrEqualTo", "calendar:Start", SECOND), {0, 1}),
        (contains("FullString", "IgnoreCase", "design REVIEW"), {1}),
        (contains("Prefixed", "Exact", "Planning"), {2}),
        (contains("Substring", "IgnoreCase", "planning"), {0, 2}),
        (contains("Substring", "Exact", "planning"), {0}),
        (contains("PrefixOnWords", "IgnoreCase", "plan"), {0, 2}),
        (contains("ExactPhrase", "IgnoreCase", "planning of"), {2}),
        (contains("ExactPhrase", "IgnoreCase", "week"), set()),
        (f"<t:Exists>{field('calendar:AppointmentReplyTime')}</t:Exists>", set()),
        (f"<t:Not>{contains('Substring', 'IgnoreCase', 'planning')}</t:Not>", {1}),
        (f'<t:Excludes>{field("calendar:AppointmentState")}<t:Bitmask Value="0x4"/></t:Excludes>', {0, 1, 2}),
        (
            (
                f"<t:And>{contains('Substring', 'IgnoreCase', 'planning')}"
                f"{compare('IsGreaterThan', 'calendar:Start', SECOND)}</t:And>"
            ),
            {2},
        ),
        (
            (
                f"<t:Or>{compare('IsEqualTo', 'calendar:IsMeeting', 'true')}"
                f"{compare('IsEqualTo', 'calendar:LegacyFreeBusyStatus', 'Busy')}</t:Or>"
            ),
            {0, 1, 2},
        ),
        (
            (
                f"<t:IsLessThan>{field('calendar:Start')}<t:FieldURIOrConstant>{field('calendar:End')}"
                "</t:FieldURIOrConstant></t:IsLessThan>"
            ),
            {0, 1, 2},
        ),
    ],
)
def test_a_restriction_finds_what_it_describes(
    client: Client, three_meetings: Outlook, restriction: str, found: set[int]
) -> None:
    subjects = [item.subject for item in three_meetings.calendar(ZHANGSAN)]
    assert find(client, restriction) == [subjects[number] for number in sorted(found)]


@pytest.mark.parametrize(
    ("restriction", "code"),
    [
        (f"<t:Excludes>{field('calendar:AppointmentState')}<t:Bitmask Value=\"many\"/></t:Excludes>",
         "ErrorInvalidExcludesRestriction"),
        (f"<t:Near>{field('item:Subject')}</t:Near>", "ErrorUnsupportedQueryFilter"),
        (compare("IsEqualTo", "calendar:Duration", "PT1H"), "ErrorUnsupportedPathForQuery"),
    ],
)  # fmt: skip
def test_a_restriction_exchange_cannot_search_by_is_refused(client: Client, restriction: str, code: str) -> None:
    assert find(client, restriction) == [code]


def test_items_are_sorted_by_several_fields(client: Client, three_meetings: Outlook) -> None:
    order = (
        f'<m:SortOrder><t:FieldOrder Order="Ascending">{field("item:Importance")}</t:FieldOrder>'
        f'<t:FieldOrder Order="Descending">{field("item:Subject")}</t:FieldOrder></m:SortOrder>'
    )
    everything = compare("IsEqualTo", "calendar:IsCancelled", "false")
    assert find(client, everything, order) == ["Weekly planning", "Planning of weeks", "design review"]
    unsortable = (
        f'<m:SortOrder><t:FieldOrder Order="Ascending">{field("calendar:Duration")}</t:FieldOrder></m:SortOrder>'
    )
    assert find(client, everything, unsortable) == ["ErrorUnsupportedPathForSortGroup"]
    assert len(three_meetings.calendar(ZHANGSAN)) == 3


@pytest.mark.parametrize(
    ("uri", "code"),
    [("contacts:GivenName", "ErrorInvalidPropertyRequest"), ("task:Owner", "ErrorInvalidPropertyRequest"),
     ("calendar:Colour", "ErrorSchemaValidation"), ("Subject", "ErrorSchemaValidation")],
)  # fmt: skip
def test_a_property_an_item_cannot_have_is_not_changed(client: Client, outlook: Outlook, uri: str, code: str) -> None:
    item = outlook.book(ZHANGSAN, subject="Planning", start=TOMORROW, end=TOMORROW + HOUR)
    request = (
        '<m:UpdateItem ConflictResolution="NeverOverwrite" SendMeetingInvitationsOrCancellations="SendToNone">'
        f'<m:ItemChanges><t:ItemChange><t:ItemId Id="{item.item_id}" ChangeKey="{item.change_key}"/><t:Updates>'
        f"<t:SetItemField>{field(uri)}<t:CalendarItem><t:Subject>x</t:Subject></t:CalendarItem></t:SetItemField>"
        "</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )
    assert code.encode() in client.post(envelope(request, acts_as=ZHANGSAN))[1]
    assert outlook.meeting(ZHANGSAN, item.uid).subject == "Planning"


def test_a_property_exchange_never_had_is_a_schema_violation(client: Client, outlook: Outlook) -> None:
    item = outlook.book(ZHANGSAN, subject="Planning", start=TOMORROW, end=TOMORROW + HOUR)
    request = (
        "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
        f'{field("calendar:Colour")}</t:AdditionalProperties></m:ItemShape><m:ItemIds><t:ItemId Id="{item.item_id}"/>'
        "</m:ItemIds></m:GetItem>"
    )
    assert b"ErrorSchemaValidation" in client.post(envelope(request, acts_as=ZHANGSAN))[1]


ZONE = (
    "<t:TimeZone><t:Bias>-480</t:Bias><t:StandardTime><t:Bias>0</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>1"
    "</t:DayOrder><t:Month>1</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime><t:DaylightTime><t:Bias>0"
    "</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>1</t:DayOrder><t:Month>1</t:Month><t:DayOfWeek>Sunday"
    "</t:DayOfWeek></t:DaylightTime></t:TimeZone>"
)


def suggestions(client: Client, options: str, addresses: tuple[str, ...]) -> list[tuple[str, str]]:
    people = "".join(
        f"<t:MailboxData><t:Email><t:Address>{address}</t:Address></t:Email><t:AttendeeType>Required</t:AttendeeType>"
        "</t:MailboxData>"
        for address in addresses
    )
    request = (
        f"<m:GetUserAvailabilityRequest>{ZONE}<m:MailboxDataArray>{people}</m:MailboxDataArray>"
        f"<t:SuggestionsViewOptions>{options}</t:SuggestionsViewOptions></m:GetUserAvailabilityRequest>"
    )
    _, answer = client.post(envelope(request, acts_as=ZHANGSAN))
    found = re.findall(r"<t:MeetingTime>\S+?T(\S+?)<.+?<t:SuggestionQuality>(\w+)<", answer.decode())
    return [(str(time), str(quality)) for time, quality in found]


def test_free_times_are_suggested_in_the_wall_time_of_the_request(client: Client, outlook: Outlook) -> None:
    monday = TOMORROW.replace(hour=1)
    while monday.weekday() != 0:
        monday += 24 * HOUR
    outlook.book(EMMA, subject="Busy", start=monday, end=monday + 2 * HOUR)  # 9:00 to 11:00 in Shanghai
    day = f"{monday:%Y-%m-%d}"
    window = (
        "<t:MaximumResultsByDay>4</t:MaximumResultsByDay><t:MeetingDurationInMinutes>60</t:MeetingDurationInMinutes>"
        f"<t:MinimumSuggestionQuality>{{}}</t:MinimumSuggestionQuality><t:DetailedSuggestionsWindow><t:StartTime>{day}"
        f"T08:00:00</t:StartTime><t:EndTime>{day}T11:30:00</t:EndTime></t:DetailedSuggestionsWindow>"
    )
    assert suggestions(client, window.format("Excellent"), (EMMA, GUANGHAN)) == [
        ("08:00:00", "Excellent"),
        ("11:00:00", "Excellent"),
    ]
    fair = suggestions(client, window.format("Fair"), (EMMA, WORKSHOP))
    assert [time for time, quality in fair if quality == "Fair"] == ["08:30:00", "09:00:00"]
