"""EWSFindCountLimit: who asks for no page gets a thousand items, or a refusal."""

from datetime import timedelta

import pytest
from lxml import etree

from lab.wire import GUANGHAN, TOMORROW, Client, envelope
from roomd_lab import Lab

SHAPE = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
VIEW = f'<m:CalendarView {{}} StartDate="{TOMORROW:%Y-%m-%dT%H:%M:%SZ}" EndDate="{{:%Y-%m-%dT%H:%M:%SZ}}"/>'
PAGE = '<m:IndexedPageItemView {} Offset="0" BasePoint="Beginning"/>'
LIMIT = 1000


@pytest.fixture
def crowded(client: Client, lab: Lab) -> Client:
    """A room with one meeting too many, each of a minute."""
    for minute in range(LIMIT + 1):
        start = TOMORROW + timedelta(minutes=minute)
        lab.outlook.write_into(GUANGHAN, subject="x", start=start, end=start + timedelta(minutes=1))
    return client


def found(client: Client, view: str = "") -> tuple[str, int, str | None]:
    """The code, how many items came, and whether they were all."""
    request = (
        f'<m:FindItem Traversal="Shallow">{SHAPE}{view}<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/>'
        "</m:ParentFolderIds></m:FindItem>"
    )
    answer = etree.fromstring(client.post(envelope(request))[1])
    (code,) = (each.text or "" for each in answer.iter("{*}ResponseCode"))
    told = {each.get("Name"): each.text for each in answer.iter("{*}Value")}
    assert told == ({"PolicyLimit": str(LIMIT)} if code != "NoError" else {})
    root = next(answer.iter("{*}RootFolder"), None)
    whole = None if root is None else root.get("IncludesLastItemInRange")
    return code, len(list(answer.iter("{*}CalendarItem"))), whole


def test_more_than_a_thousand_items_come_by_pages_only(crowded: Client) -> None:
    all_of_it = TOMORROW + timedelta(minutes=LIMIT + 1)
    less = all_of_it - timedelta(minutes=1)
    assert found(crowded) == found(crowded, VIEW.format("", all_of_it)) == ("ErrorExceededFindCountLimit", 0, None)
    assert found(crowded, VIEW.format("", less)) == ("NoError", LIMIT, "true")
    for most in (LIMIT, 2 * LIMIT):
        given = f'MaxEntriesReturned="{most}"'
        assert found(crowded, VIEW.format(given, all_of_it)) == ("NoError", LIMIT, "false")
        assert found(crowded, PAGE.format(given)) == ("NoError", LIMIT, "false")
    assert found(crowded, PAGE.format("")) == ("NoError", LIMIT, "false")
