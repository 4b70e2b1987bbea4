import pytest
from exchangelib.errors import (
    ErrorAccessDenied,
    ErrorImpersonateUserDenied,
    ErrorItemNotFound,
    ErrorNonExistentMailbox,
)

from lab.wire import EMMA, GUANGHAN, HOUR, TOMORROW, ZHANGSAN, Client, envelope, meeting
from roomd_lab import Outlook


def calendar_of(address: str) -> str:
    return (
        "<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>"
        f'<t:DistinguishedFolderId Id="calendar">{address}</t:DistinguishedFolderId></m:FolderIds></m:GetFolder>'
    )


def test_impersonation_needs_the_role(client: Client) -> None:
    for account in ("svc-delegate", "svc-nobody", "zhangsan"):
        with pytest.raises(ErrorImpersonateUserDenied):
            _ = client.mailbox(GUANGHAN, account=account).calendar


def test_nobody_can_impersonate_a_stranger(client: Client) -> None:
    with pytest.raises(ErrorNonExistentMailbox):
        _ = client.mailbox("stranger@example.com").calendar


@pytest.mark.parametrize("form", ["PrimarySmtpAddress", "PrincipalName", "SID", "SmtpAddress"])
def test_a_user_is_impersonated_by_address_principal_name_or_sid(client: Client, form: str) -> None:
    names = {"SID": client.lab.account("zhangsan").sid, "PrincipalName": client.lab.account("zhangsan").upn}
    request = envelope(calendar_of("")).decode()
    request = request.replace(
        f"<t:PrimarySmtpAddress>{GUANGHAN}</t:PrimarySmtpAddress>",
        f"<t:{form}>{names.get(form, ZHANGSAN)}</t:{form}>",
    )
    status, answer = client.post(request.encode())
    assert status == 200
    assert b"NoError" in answer


def test_a_delegate_reads_and_writes_calendars_and_nothing_else(client: Client, outlook: Outlook) -> None:
    outlook.book(EMMA, subject="Review", start=TOMORROW, end=TOMORROW + HOUR, rooms=[GUANGHAN])
    room = client.mailbox(GUANGHAN, account="svc-delegate", delegate=True)
    (copy,) = room.calendar.all()
    assert copy.organizer.email_address == EMMA
    copy.location = "Upstairs"
    copy.save(update_fields=["location"], conflict_resolution="NeverOverwrite", send_meeting_invitations="SendToNone")
    with pytest.raises(ErrorAccessDenied):
        _ = room.inbox


def test_a_delegate_books_in_the_owners_name(client: Client, outlook: Outlook) -> None:
    owner = client.mailbox(ZHANGSAN, account="svc-delegate", delegate=True)
    meeting(owner).save(send_meeting_invitations="SendToAllAndSaveCopy")
    (item,) = outlook.calendar(ZHANGSAN)
    assert item.organizer.smtp == ZHANGSAN
    assert item.attendees[0].response == "Accept"


def test_an_account_without_rights_is_denied(client: Client) -> None:
    for account in ("svc-nobody", "zhangsan"):
        with pytest.raises(ErrorAccessDenied):
            client.mailbox(GUANGHAN, account=account, delegate=True).calendar.refresh()


def test_an_item_of_somebody_else_looks_as_if_it_were_not_there(client: Client, outlook: Outlook) -> None:
    item = outlook.book(EMMA, subject="Review", start=TOMORROW, end=TOMORROW + HOUR)
    (found,) = client.mailbox(ZHANGSAN).fetch([(item.item_id, item.change_key)])
    assert isinstance(found, ErrorItemNotFound)


def test_a_service_account_must_say_whose_folder_it_means(client: Client) -> None:
    status, answer = client.post(envelope(calendar_of(""), acts_as=None))
    assert status == 200
    assert b"ErrorMissingEmailAddress" in answer
