"""Delegates of a person: who they are, what they may open and answer, and which rights an answer shows."""

import exchangelib
import pytest
from exchangelib.errors import ErrorAccessDenied
from lxml import etree

from lab.wire import EMMA, HOUR, LISI, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import FolderName, Lab, MeetingMessage, Outlook, Permission

MESSAGES = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"
EMMA_EDITS = (
    f"<t:DelegateUser><t:UserId><t:PrimarySmtpAddress>{EMMA}</t:PrimarySmtpAddress></t:UserId>"
    "<t:DelegatePermissions><t:CalendarFolderPermissionLevel>Editor</t:CalendarFolderPermissionLevel>"
    "<t:InboxFolderPermissionLevel>Reviewer</t:InboxFolderPermissionLevel></t:DelegatePermissions>"
    "<t:ReceiveCopiesOfMeetingMessages>true</t:ReceiveCopiesOfMeetingMessages></t:DelegateUser>"
)


def ask(client: Client, operation: str, content: str = "", *, owner: str = ZHANGSAN) -> etree._Element:
    wanted = ' IncludePermissions="true"' if operation == "GetDelegate" else ""
    request = (
        f"<m:{operation}{wanted}><m:Mailbox><t:EmailAddress>{owner}</t:EmailAddress></m:Mailbox>{content}"
        f"</m:{operation}>"
    )
    _, answer = client.post(envelope(request, acts_as=ZHANGSAN))
    return etree.fromstring(answer)


def codes(answer: etree._Element) -> list[str]:
    return [str(each.text) for each in answer.iter(f"{MESSAGES}ResponseCode")]


def add(client: Client, user: str = EMMA_EDITS, deliver: str = "") -> list[str]:
    more = f"<m:DeliverMeetingRequests>{deliver}</m:DeliverMeetingRequests>" if deliver else ""
    return codes(ask(client, "AddDelegate", f"<m:DelegateUsers>{user}</m:DelegateUsers>{more}"))


def user_ids(address: str) -> str:
    user = f"<t:UserId><t:PrimarySmtpAddress>{address}</t:PrimarySmtpAddress></t:UserId>"
    return f"<m:UserIds>{user}</m:UserIds>"


def test_a_delegate_is_added_read_by_another_client_changed_and_removed(client: Client) -> None:
    assert codes(ask(client, "GetDelegate")) == ["NoError"]
    assert add(client, deliver="DelegatesAndMe") == ["NoError", "NoError"]
    assert add(client) == ["NoError", "ErrorDelegateAlreadyExists"]
    (found,) = client.mailbox(ZHANGSAN).delegates
    assert (found.user_id.primary_smtp_address, found.user_id.sid) == (EMMA, client.lab.account("emma.lindqvist").sid)
    assert found.delegate_permissions.calendar_folder_permission_level == "Editor"
    assert found.delegate_permissions.tasks_folder_permission_level == "None"
    assert (found.receive_copies_of_meeting_messages, found.view_private_items) == (True, False)

    reviewer = EMMA_EDITS.replace("Editor", "Reviewer").replace("<t:ReceiveCopiesOfMeetingMessages>true", "{}")
    reviewer = reviewer.format("<t:ReceiveCopiesOfMeetingMessages>false")
    assert codes(ask(client, "UpdateDelegate", f"<m:DelegateUsers>{reviewer}</m:DelegateUsers>"))[1:] == ["NoError"]
    (found,) = client.mailbox(ZHANGSAN).delegates
    assert found.delegate_permissions.calendar_folder_permission_level == "Reviewer"
    assert ask(client, "GetDelegate").findtext(f".//{MESSAGES}DeliverMeetingRequests") == "DelegatesAndMe"

    assert codes(ask(client, "RemoveDelegate", user_ids(EMMA))) == ["NoError", "NoError"]
    assert codes(ask(client, "RemoveDelegate", user_ids(EMMA))) == ["NoError", "ErrorNotDelegate"]
    assert codes(ask(client, "GetDelegate", user_ids(EMMA))) == ["NoError", "ErrorNotDelegate"]


@pytest.mark.parametrize(
    ("user", "code"),
    [
        (EMMA_EDITS.replace(EMMA, ZHANGSAN), "ErrorDelegateCannotAddOwner"),
        (EMMA_EDITS.replace(EMMA, "stranger@example.com"), "ErrorDelegateNoUser"),
        (EMMA_EDITS.replace("Editor", "Author"), "ErrorInvalidDelegatePermission"),
        ("<t:DelegateUser><t:UserId/></t:DelegateUser>", "ErrorInvalidDelegateUserId"),
    ],
)
def test_who_cannot_be_a_delegate_is_refused(client: Client, user: str, code: str) -> None:
    assert add(client, user) == ["NoError", code]
    assert list(client.lab.organization.mailbox(ZHANGSAN).delegation) == []


def test_only_the_owner_names_delegates(client: Client) -> None:
    answer = ask(client, "GetDelegate", owner=LISI)
    assert answer.findtext(".//{http://schemas.microsoft.com/exchange/services/2006/errors}ResponseCode") == (
        "ErrorAccessDenied"
    )


def test_a_delegate_opens_what_they_were_given_and_nothing_else(client: Client) -> None:
    add(client)
    emma = client.mailbox(ZHANGSAN, account="emma.lindqvist", delegate=True)
    assert (emma.calendar.effective_rights.create_contents, emma.inbox.effective_rights.create_contents) == (
        True,
        False,
    )
    with pytest.raises(ErrorAccessDenied):
        _ = emma.tasks
    ask(client, "RemoveDelegate", user_ids(EMMA))
    with pytest.raises(ErrorAccessDenied):
        emma.calendar.refresh()


@pytest.mark.parametrize(
    ("deliver", "owners", "delegates"),
    [
        ("DelegatesAndMe", ["NewMeetingRequest"], ["NewMeetingRequest"]),
        ("DelegatesAndSendInformationToMe", ["PrincipalWantsCopy"], ["NewMeetingRequest"]),
        ("DelegatesOnly", [], ["NewMeetingRequest"]),
        ("NoForward", ["NewMeetingRequest"], []),
    ],
)
def test_requests_go_where_the_owner_wants_them(
    client: Client, outlook: Outlook, deliver: str, owners: list[str], delegates: list[str]
) -> None:
    def requests(address: str) -> list[str]:
        found = outlook.folder(address, FolderName.INBOX)
        return [str(each.request_kind) for each in found if isinstance(each, MeetingMessage)]

    add(client, deliver=deliver)
    booked = outlook.book(LISI, subject="Plans", start=TOMORROW, end=TOMORROW + HOUR, attendees=[ZHANGSAN])
    assert (requests(ZHANGSAN), requests(EMMA)) == (owners, delegates)
    assert outlook.meeting(ZHANGSAN, booked.uid).my_response == "NoResponseReceived"


def test_a_delegate_answers_in_the_owners_name(client: Client, outlook: Outlook) -> None:
    add(client)
    booked = outlook.book(LISI, subject="Plans", start=TOMORROW, end=TOMORROW + HOUR, attendees=[ZHANGSAN])
    (request,) = client.mailbox(EMMA).inbox.all()
    assert request.received_representing.email_address == ZHANGSAN
    request.accept()
    assert outlook.meeting(ZHANGSAN, booked.uid).my_response == "Accept"
    assert outlook.meeting(LISI, booked.uid).attendees[0].response == "Accept"


RIGHTS = {
    "owner": (True, True, True, True),
    Permission.EDITOR: (True, False, True, True),
    Permission.REVIEWER: (False, False, False, False),
}


@pytest.mark.parametrize("level", RIGHTS)
def test_effective_rights_are_those_of_whoever_asks(client: Client, lab: Lab, outlook: Outlook, level: str) -> None:
    outlook.book(ZHANGSAN, subject="Plans", start=TOMORROW, end=TOMORROW + HOUR)
    if level == "owner":
        account = client.mailbox(ZHANGSAN)
    else:
        lab.permit(EMMA, ZHANGSAN, Permission(level))
        account = client.mailbox(ZHANGSAN, account="emma.lindqvist", delegate=True)
    folder = account.calendar.effective_rights
    views = (
        account.calendar.all().get().effective_rights,
        account.calendar.view(start=_start(), end=_start() + 2 * HOUR).get().effective_rights,
        next(iter(account.calendar.sync_items()))[1].effective_rights,
    )
    contents, hierarchy, delete, modify = RIGHTS[level]
    assert (folder.read, folder.create_contents, folder.create_hierarchy) == (True, contents, hierarchy)
    for item in views:
        assert (item.read, item.delete, item.modify) == (True, delete, modify)
        assert item.view_private_items is (level == "owner")


def _start() -> exchangelib.EWSDateTime:
    return exchangelib.EWSDateTime.from_datetime(TOMORROW - HOUR)
