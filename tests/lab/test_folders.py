import re

import pytest
from exchangelib import Account
from exchangelib.errors import (
    ErrorDeleteDistinguishedFolder,
    ErrorFolderExists,
    ErrorInvalidSyncStateData,
    ErrorItemNotFound,
)
from exchangelib.folders import Calendar, Messages
from exchangelib.services import SyncFolderHierarchy
from exchangelib.services.get_user_configuration import ALL

from lab.wire import EMMA, GUANGHAN, HOUR, TOMORROW, WORKSHOP, ZHANGSAN, Client, envelope, meeting
from roomd_lab import Outlook

FOLDER = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    '<m:FolderIds><t:FolderId Id="{}"/></m:FolderIds></m:GetFolder>'
)
PROBE = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
    '<t:ExtendedFieldURI PropertyTag="0x670a" PropertyType="SystemTime"/>'
    '<t:ExtendedFieldURI PropertyTag="0x670b" PropertyType="Integer"/></t:AdditionalProperties></m:FolderShape>'
    '<m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>'
)


def test_a_calendar_is_made_used_and_deleted(client: Client, zhangsan: Account) -> None:
    team = Calendar(parent=zhangsan.calendar, name="Team").save()
    assert [folder.name for folder in zhangsan.calendar.children] == ["Team"]
    item = meeting(zhangsan, rooms=())
    item.save()
    item.move(to_folder=team)
    assert [found.id for found in team.all()] == [item.id]
    folder_id = team.id
    team.delete()
    with pytest.raises(ErrorItemNotFound):
        item.refresh()
    _, answer = client.post(envelope(FOLDER.format(folder_id), acts_as=ZHANGSAN))
    assert b"ErrorFolderNotFound" in answer


def test_a_name_is_taken_once_in_a_folder(zhangsan: Account) -> None:
    Messages(parent=zhangsan.inbox, name="Rooms").save()
    with pytest.raises(ErrorFolderExists):
        Messages(parent=zhangsan.inbox, name="rooms").save()


def test_a_folder_every_mailbox_has_stays(zhangsan: Account) -> None:
    with pytest.raises(ErrorDeleteDistinguishedFolder):
        zhangsan.calendar.delete()


def test_the_hierarchy_reports_what_came_and_went(zhangsan: Account) -> None:
    def sync(state: str | None) -> tuple[list[tuple[str, str]], str]:
        service = SyncFolderHierarchy(account=zhangsan)
        found = list(
            service.call(folder=zhangsan.root, shape="AllProperties", additional_fields=None, sync_state=state)
        )
        return [(kind, getattr(folder, "name", "") or folder.id) for kind, folder in found], service.sync_state

    first, state = sync(None)
    assert ("create", "Calendar") in first
    made = Messages(parent=zhangsan.inbox, name="Rooms").save()
    second, state = sync(state)
    assert second == [("create", "Rooms")]
    made_id = made.id
    made.delete()
    assert sync(state)[0] == [("delete", made_id)]
    with pytest.raises(ErrorInvalidSyncStateData):
        sync("nonsense")


def test_a_copy_is_another_item_of_the_same_meeting(zhangsan: Account, outlook: Outlook) -> None:
    item = meeting(zhangsan)
    item.save(send_meeting_invitations="SendToAllAndSaveCopy")
    item.refresh()
    mails = len(outlook.folder(ZHANGSAN, "inbox"))
    copied_id, _ = item.copy(to_folder=zhangsan.trash)
    (copied,) = zhangsan.fetch([(copied_id, None)])
    assert copied.id != item.id
    assert copied.uid == item.uid
    assert len(outlook.folder(ZHANGSAN, "inbox")) == mails


def test_a_folders_probe_changes_when_something_happens_in_it(client: Client, outlook: Outlook) -> None:
    def probe() -> list[bytes]:
        _, answer = client.post(envelope(PROBE, acts_as=ZHANGSAN))
        return re.findall(rb"<t:Value>(.+?)<", answer)

    assert probe()[1] == b"0"
    uid = outlook.book(ZHANGSAN, subject="Planning", start=TOMORROW, end=TOMORROW + HOUR).uid
    assert probe()[1] == b"0"
    outlook.delete(ZHANGSAN, uid)
    assert probe()[1] == b"1"
    assert probe()[0].endswith(b"Z")


@pytest.mark.parametrize(("address", "processing"), [(GUANGHAN, 2), (WORKSHOP, 1), (EMMA, 1)])
def test_a_calendars_options_tell_who_answers_requests(client: Client, address: str, processing: int) -> None:
    found = client.mailbox(address).calendar.get_user_configuration(name="Calendar", properties=ALL)
    assert found.dictionary["AutomateProcessing"] == processing


def test_there_is_no_other_configuration(client: Client) -> None:
    with pytest.raises(ErrorItemNotFound):
        client.mailbox(GUANGHAN).calendar.get_user_configuration(name="WorkHours")


def test_folders_are_found_by_restriction_and_page(client: Client) -> None:
    request = (
        '<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>'
        '<m:IndexedPageFolderView MaxEntriesReturned="1" Offset="0" BasePoint="Beginning"/><m:Restriction>'
        '<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">'
        '<t:FieldURI FieldURI="folder:DisplayName"/><t:Constant Value="items"/></t:Contains></m:Restriction>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>'
    )
    _, answer = client.post(envelope(request))
    assert re.findall(rb"<t:DisplayName>(.+?)<", answer) == [b"Sent Items"]
    assert b'TotalItemsInView="2" IncludesLastItemInRange="false"' in answer


def test_every_mailbox_has_the_folders_of_a_new_one(zhangsan: Account) -> None:
    for folder, name, kind in (
        (zhangsan.contacts, "Contacts", "IPF.Contact"),
        (zhangsan.tasks, "Tasks", "IPF.Task"),
        (zhangsan.notes, "Notes", "IPF.StickyNote"),
        (zhangsan.journal, "Journal", "IPF.Journal"),
        (zhangsan.junk, "Junk Email", "IPF.Note"),
    ):
        assert (folder.name, folder.folder_class) == (name, kind)
        assert list(folder.all()) == []


def find_folders(tag: str, kind: str, value: str) -> str:
    return (
        '<m:FindFolder Traversal="Shallow"><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>'
        f'<m:Restriction><t:IsEqualTo><t:ExtendedFieldURI PropertyTag="{tag}" PropertyType="{kind}"/>'
        f'<t:FieldURIOrConstant><t:Constant Value="{value}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>'
    )


@pytest.mark.parametrize(
    ("tag", "kind", "value", "found"),
    [
        ("0x3613", "String", "IPF.Appointment", [b"Calendar"]),
        ("0x3001", "String", "inbox", [b"Inbox"]),
        ("0x360a", "Boolean", "true", []),
        ("0x10f3", "String", "Calendar", []),
    ],
)
def test_folders_are_searched_by_extended_properties(
    client: Client, tag: str, kind: str, value: str, found: list[bytes]
) -> None:
    _, answer = client.post(envelope(find_folders(tag, kind, value), acts_as=ZHANGSAN))
    assert b"NoError" in answer
    assert re.findall(rb"<t:DisplayName>(.*?)</t:DisplayName>", answer) == found
