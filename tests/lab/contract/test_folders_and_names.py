"""Folders, the directory, zones and who may be impersonated."""

import pytest

from lab.contract.endpoint import Endpoint, unique
from lab.contract.requests import (
    CALENDAR,
    FOLDER_IDS,
    HOUR,
    calendar_item,
    create,
    equals,
    find,
    get_folder,
    next_tuesday,
    view,
)

IDS = FOLDER_IDS


def create_folder(name: str) -> str:
    return (
        f"<m:CreateFolder><m:ParentFolderId>{CALENDAR}</m:ParentFolderId><m:Folders><t:CalendarFolder>"
        f"<t:DisplayName>{name}</t:DisplayName></t:CalendarFolder></m:Folders></m:CreateFolder>"
    )


def delete_folder(reference: str) -> str:
    return f'<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>{reference}</m:FolderIds></m:DeleteFolder>'


@pytest.mark.page("responsecode")
def test_a_folders_name_is_taken_once(endpoint: Endpoint) -> None:
    name = unique("Contract")
    made = endpoint.ask(create_folder(name))
    reference = f'<t:FolderId Id="{made.all("//t:FolderId")[0].get("Id")}"/>'
    assert endpoint.ask(create_folder(name)).code == "ErrorFolderExists"
    assert endpoint.ask(delete_folder(reference)).code == "NoError"
    get = f"<m:GetFolder>{IDS}<m:FolderIds>{reference}</m:FolderIds></m:GetFolder>"
    assert endpoint.ask(get).code == "ErrorFolderNotFound"


@pytest.mark.page("responsecode")
def test_a_distinguished_folder_is_not_deleted(endpoint: Endpoint) -> None:
    assert endpoint.ask(delete_folder(CALENDAR)).code == "ErrorDeleteDistinguishedFolder"


@pytest.mark.page("handling-notification-related-errors-in-ews-in-exchange")
def test_a_folder_tells_when_it_last_changed(endpoint: Endpoint) -> None:
    shape = (
        "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
        '<t:ExtendedFieldURI PropertyTag="0x670a" PropertyType="SystemTime"/>'
        '<t:ExtendedFieldURI PropertyTag="0x670b" PropertyType="Integer"/></t:AdditionalProperties></m:FolderShape>'
    )
    answer = endpoint.ask(f"<m:GetFolder>{shape}<m:FolderIds>{CALENDAR}</m:FolderIds></m:GetFolder>")
    changed_at, deleted = answer.texts("//t:ExtendedProperty/t:Value")
    assert changed_at.endswith("Z")
    assert int(deleted) >= 0


@pytest.mark.page("responsecode")
def test_nobody_is_impersonated_who_has_no_mailbox(endpoint: Endpoint) -> None:
    request = f"<m:GetFolder>{IDS}<m:FolderIds>{CALENDAR}</m:FolderIds></m:GetFolder>"
    answer = endpoint.ask(request, acts_as=f"{unique('nobody').replace(' ', '-')}@invalid.example")
    assert (answer.status, answer.code) == (500, "ErrorNonExistentMailbox")


@pytest.mark.page("resolvenames-operation")
def test_a_name_is_resolved_or_not_known(endpoint: Endpoint) -> None:
    ask = '<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>{}</m:UnresolvedEntry></m:ResolveNames>'
    answer = endpoint.ask(ask.format(f"smtp:{endpoint.site.organizer}"))
    assert endpoint.site.organizer in [text.lower() for text in answer.texts("//t:Mailbox/t:EmailAddress")]
    assert endpoint.ask(ask.format(unique("nobody"))).code == "ErrorNameResolutionNoResults"


@pytest.mark.page("getservertimezones-operation")
def test_a_zone_is_told_with_its_rules(endpoint: Endpoint) -> None:
    request = (
        '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>W. Europe Standard Time</t:Id></m:Ids>'
        "</m:GetServerTimeZones>"
    )
    answer = endpoint.ask(request)
    assert [zone.get("Id") for zone in answer.all("//t:TimeZoneDefinition")] == ["W. Europe Standard Time"]
    assert {period.get("Bias") for period in answer.all("//t:Period")} >= {"-PT1H", "-PT2H"}


@pytest.mark.page("responsecode")
def test_a_document_that_breaks_the_schema_is_a_fault(endpoint: Endpoint) -> None:
    answer = endpoint.ask("<m:GetItem/>")
    assert (answer.status, answer.code) == (500, "ErrorSchemaValidation")


@pytest.mark.page("getuserconfiguration-operation")
def test_the_calendars_options_are_read(endpoint: Endpoint) -> None:
    request = (
        f'<m:GetUserConfiguration><m:UserConfigurationName Name="Calendar">{CALENDAR}</m:UserConfigurationName>'
        "<m:UserConfigurationProperties>Dictionary</m:UserConfigurationProperties></m:GetUserConfiguration>"
    )
    answer = endpoint.ask(request, acts_as=endpoint.site.room)
    keys = answer.texts("//t:DictionaryKey/t:Value")
    assert "AutomateProcessing" in keys


def find_folder(parent: str = CALENDAR, traversal: str = "Shallow", restriction: str = "") -> str:
    shape = "<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
    return (
        f'<m:FindFolder Traversal="{traversal}">{shape}{restriction}<m:ParentFolderIds>{parent}</m:ParentFolderIds>'
        "</m:FindFolder>"
    )


@pytest.mark.page("getfolder-operation")
def test_a_distinguished_folder_is_had_in_each_shape(endpoint: Endpoint) -> None:
    for base, least in (("IdOnly", set()), ("Default", {"DisplayName"}), ("AllProperties", {"FolderClass"})):
        shape = f"<m:FolderShape><t:BaseShape>{base}</t:BaseShape></m:FolderShape>"
        fields = {
            each.tag.rpartition("}")[2] for each in endpoint.ask(get_folder(shape=shape)).all("//m:Folders/*/*")
        }
        assert least | {"FolderId"} <= fields


@pytest.mark.page("distinguishedfolderid")
@pytest.mark.parametrize("name", ["inbox", "contacts", "tasks", "notes", "journal", "junkemail", "msgfolderroot"])
def test_every_mailbox_has_its_folders(endpoint: Endpoint, name: str) -> None:
    assert endpoint.ask(get_folder(f'<t:DistinguishedFolderId Id="{name}"/>')).code == "NoError"


@pytest.mark.page("findfolder-operation")
def test_folders_are_found_below_others_by_their_properties(endpoint: Endpoint) -> None:
    name = unique("Contract")
    reference = f'<t:FolderId Id="{endpoint.ask(create_folder(name)).folder_id()}"/>'
    root = '<t:DistinguishedFolderId Id="msgfolderroot"/>'
    by_name = (
        '<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="folder:DisplayName"/><t:FieldURIOrConstant>'
        f'<t:Constant Value="{name}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>'
    )
    by_class = (
        '<m:Restriction><t:IsEqualTo><t:ExtendedFieldURI PropertyTag="0x3613" PropertyType="String"/>'
        '<t:FieldURIOrConstant><t:Constant Value="IPF.Appointment"/></t:FieldURIOrConstant></t:IsEqualTo>'
        "</m:Restriction>"
    )
    try:
        assert name in endpoint.ask(find_folder()).texts("//t:DisplayName")
        assert endpoint.ask(find_folder(root, "Deep", by_name)).texts("//t:DisplayName") == [name]
        assert endpoint.ask(find_folder(root, "Shallow", by_name)).texts("//t:DisplayName") == []
        assert name in endpoint.ask(find_folder(CALENDAR, "Shallow", by_class)).texts("//t:DisplayName")
    finally:
        endpoint.ask(delete_folder(reference))


@pytest.mark.page("responsecode")
def test_a_folder_needs_a_parent(endpoint: Endpoint) -> None:
    request = create_folder(unique("Contract")).replace(CALENDAR, '<t:FolderId Id="AAAA"/>')
    assert endpoint.ask(request).code in {"ErrorInvalidIdMalformed", "ErrorParentFolderNotFound"}


@pytest.mark.page("createitem")
def test_an_item_is_made_in_a_calendar_of_ones_own(endpoint: Endpoint) -> None:
    reference = f'<t:FolderId Id="{endpoint.ask(create_folder(unique("Contract"))).folder_id()}"/>'
    start, subject = next_tuesday(), unique("Own")
    request = create(calendar_item(subject, start)).replace(
        "<m:Items>", f"<m:SavedItemFolderId>{reference}</m:SavedItemFolderId><m:Items>"
    )
    try:
        assert endpoint.ask(request).code == "NoError"
        there = endpoint.ask(find(view=view(start, start + HOUR), folder=reference))
        assert there.texts("//t:Subject") == [subject]
        assert endpoint.ask(find(equals("item:Subject", subject))).all("//t:ItemId") == []
    finally:
        endpoint.ask(delete_folder(reference))


@pytest.mark.page("getroomlists-operation")
def test_rooms_are_listed(endpoint: Endpoint) -> None:
    (room_list,) = endpoint.site.require("room_list")
    assert room_list.lower() in [text.lower() for text in endpoint.ask("<m:GetRoomLists/>").texts("//t:EmailAddress")]
    request = f"<m:GetRooms><m:RoomList><t:EmailAddress>{room_list}</t:EmailAddress></m:RoomList></m:GetRooms>"
    rooms = [text.lower() for text in endpoint.ask(request).texts("//t:Room//t:EmailAddress")]
    assert endpoint.site.room in rooms


@pytest.mark.page("getrooms-operation")
def test_a_room_list_that_is_none_is_refused(endpoint: Endpoint) -> None:
    request = (
        f"<m:GetRooms><m:RoomList><t:EmailAddress>{endpoint.site.attendee}</t:EmailAddress></m:RoomList></m:GetRooms>"
    )
    assert endpoint.ask(request).code != "NoError"
