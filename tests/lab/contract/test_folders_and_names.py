"""Folders, the directory, zones and who may be impersonated."""

import pytest

from lab.contract.endpoint import Endpoint, unique
from lab.contract.requests import CALENDAR, FOLDER_IDS

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
