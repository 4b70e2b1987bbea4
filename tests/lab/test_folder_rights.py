"""Rights on folders that people made: each has a permission set of its own, which began as its parent's."""

import re

import pytest
from exchangelib import Account
from exchangelib.errors import ErrorAccessDenied, ErrorItemNotFound
from exchangelib.folders import Calendar

from lab.test_control import control
from lab.wire import EMMA, LISI, ZHANGSAN, Client, envelope, meeting

NAMES = "<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"


def permit(client: Client, level: str | None, **where: str) -> tuple[int, object]:
    given = {"delegate": EMMA, "owner": ZHANGSAN, "level": level} | where
    return control(client, "permit", given)


def get(client: Client, folder: Calendar, account: str = "emma.lindqvist") -> str:
    ids = f'<m:FolderIds><t:FolderId Id="{folder.id}"/></m:FolderIds>'
    body = envelope(f"<m:GetFolder>{NAMES}{ids}</m:GetFolder>", acts_as=None)
    return client.post(body, headers=client.basic(account))[1].decode()


def delete(client: Client, folder: Calendar, account: str = "emma.lindqvist") -> str:
    ids = f'<m:FolderIds><t:FolderId Id="{folder.id}"/></m:FolderIds>'
    body = envelope(f'<m:DeleteFolder DeleteType="HardDelete">{ids}</m:DeleteFolder>', acts_as=None)
    return client.post(body, headers=client.basic(account))[1].decode()


def seen(client: Client) -> list[str]:
    """The folders below Zhang San's calendar and top that Emma is shown."""
    found = []
    for parent in ("calendar", "msgfolderroot"):
        whose = f"<t:Mailbox><t:EmailAddress>{ZHANGSAN}</t:EmailAddress></t:Mailbox>"
        ids = f'<m:ParentFolderIds><t:DistinguishedFolderId Id="{parent}">{whose}</t:DistinguishedFolderId>'
        body = f'<m:FindFolder Traversal="Shallow">{NAMES}{ids}</m:ParentFolderIds></m:FindFolder>'
        answer = client.post(envelope(body, acts_as=None), headers=client.basic("emma.lindqvist"))[1].decode()
        found += re.findall("<t:DisplayName>(.+?)<", answer)
    return found


@pytest.fixture
def team(zhangsan: Account, client: Client) -> Calendar:
    """A calendar below another that Emma may read."""
    permit(client, "Reviewer")
    return Calendar(parent=zhangsan.calendar, name="Team").save()


def test_a_folder_begins_with_the_rights_of_its_parent(client: Client, team: Calendar) -> None:
    assert "NoError" in get(client, team)
    assert "NoError" in get(client, team, account="svc-delegate")
    assert "ErrorFolderNotFound" in get(client, team, account="lisi")


def test_later_changes_of_the_parent_do_not_reach_it(client: Client, team: Calendar) -> None:
    permit(client, None)
    control(client, "permit", {"delegate": LISI, "owner": ZHANGSAN, "level": "Editor"})
    assert "NoError" in get(client, team)
    assert "ErrorFolderNotFound" in get(client, team, account="lisi")


def test_its_own_rights_can_be_less_or_more_than_the_calendars(
    client: Client, team: Calendar, zhangsan: Account
) -> None:
    item = meeting(zhangsan, rooms=())
    item.save()
    item.move(to_folder=team)
    emma = client.mailbox(ZHANGSAN, account="emma.lindqvist", delegate=True)

    def rename() -> None:
        (mine,) = emma.fetch([(item.id, None)])
        if isinstance(mine, Exception):
            raise mine
        mine.location = "Upstairs"
        mine.save(update_fields=["location"], send_meeting_invitations="SendToNone")

    with pytest.raises(ErrorAccessDenied):
        rename()
    assert permit(client, "Editor", folder="team")[0] == 200
    rename()
    permit(client, None, folder="Team")
    with pytest.raises(ErrorItemNotFound):
        rename()
    assert seen(client) == ["Calendar"]


@pytest.mark.usefixtures("team")
def test_a_delegate_is_shown_only_what_they_may_open(client: Client, zhangsan: Account) -> None:
    Calendar(parent=zhangsan.root / "Top of Information Store", name="Private").save()
    assert seen(client) == ["Team", "Calendar"]


@pytest.mark.usefixtures("team")
def test_impersonation_sees_and_does_all(client: Client) -> None:
    permit(client, None, folder="Team")
    everything = client.mailbox(ZHANGSAN).root.glob("**/*")
    assert "Team" in [folder.name for folder in everything]


def test_only_its_owner_deletes_it(client: Client, team: Calendar) -> None:
    permit(client, "Editor", folder="Team")
    assert "ErrorAccessDenied" in delete(client, team)
    assert "NoError" in delete(client, team, account="zhangsan")


def test_who_may_only_read_takes_nothing_away(client: Client, team: Calendar, zhangsan: Account) -> None:
    item = meeting(zhangsan, rooms=())
    item.save()
    permit(client, "Editor", folder="Team")
    body = (
        f'<m:MoveItem><m:ToFolderId><t:FolderId Id="{team.id}"/></m:ToFolderId>'
        f'<m:ItemIds><t:ItemId Id="{item.id}"/></m:ItemIds></m:MoveItem>'
    )
    for operation, expected in (("MoveItem", "ErrorAccessDenied"), ("CopyItem", "NoError")):
        request = envelope(body.replace("MoveItem", operation), acts_as=None)
        assert expected in client.post(request, headers=client.basic("emma.lindqvist"))[1].decode()


def test_a_folder_nobody_made_is_named_in_the_refusal(client: Client) -> None:
    status, body = permit(client, "Editor", folder="Nowhere")
    assert (status, body) == (400, {"error": "zhangsan@example.com has made no folder 'Nowhere'"})
