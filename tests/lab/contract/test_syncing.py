"""SyncFolderItems and SyncFolderHierarchy."""

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Answer, Endpoint, unique
from lab.contract.requests import (
    CALENDAR,
    DEFAULT,
    FOLDER_IDS,
    ID_ONLY,
    KEY,
    delete,
    get,
    get_folder,
    next_tuesday,
    occurrence,
    recurrence,
    set_field,
    sync,
    update,
)


def drained(endpoint: Endpoint, state: str = "", shape: str = ID_ONLY) -> tuple[str, list[Answer]]:
    """Read to the end; the state there and the answers on the way."""
    answers = []
    while True:
        answer = endpoint.ask(sync(state, shape=shape))
        answers.append(answer)
        state = answer.text("//m:SyncState")
        if answer.text("//m:IncludesLastItemInRange") == "true":
            return state, answers


def kinds(answers: list[Answer], item_id: str) -> list[str]:
    changes = [change for answer in answers for change in answer.all("//m:Changes/*")]
    about = [change for change in changes if item_id in {each.get("Id") for each in change.iter("{*}ItemId")}]
    return [change.tag.rpartition("}")[2] for change in about]


@pytest.mark.page("syncfolderitems-operation")
def test_a_first_sync_reports_what_is_there_as_created(endpoint: Endpoint, book: Book) -> None:
    item = book()
    _, answers = drained(endpoint)
    assert kinds(answers, item.id) == ["Create"]


@pytest.mark.page("mailbox-synchronization-and-ews-in-exchange")
def test_later_syncs_report_what_came_changed_and_went(endpoint: Endpoint, book: Book) -> None:
    state, _ = drained(endpoint)
    item = book()
    state, answers = drained(endpoint, state)
    assert kinds(answers, item.id) == ["Create"]
    changed = endpoint.ask(update(item.element(), set_field("item:Subject", "<t:Subject>x</t:Subject>"))).item_id()
    state, answers = drained(endpoint, state)
    assert kinds(answers, item.id) == ["Update"]
    endpoint.ask(delete(changed.element()))
    state, answers = drained(endpoint, state)
    assert kinds(answers, item.id) == ["Delete"]
    _, answers = drained(endpoint, state)
    assert kinds(answers, item.id) == []


@pytest.mark.page("maxchangesreturned")
def test_changes_come_by_the_page(endpoint: Endpoint, book: Book) -> None:
    book(), book()
    answer = endpoint.ask(sync(limit=1))
    assert len(answer.all("//m:Changes/*")) == 1
    assert answer.text("//m:IncludesLastItemInRange") == "false"


@pytest.mark.page("maxchangesreturned")
@pytest.mark.parametrize("limit", [0, 513])
def test_a_page_holds_from_1_to_512_changes(endpoint: Endpoint, limit: int) -> None:
    answer = endpoint.ask(sync(limit=limit))
    assert (answer.status, answer.code) == (500, "ErrorSchemaValidation")


@pytest.mark.page("responsecode")
def test_a_state_that_is_none_is_refused(endpoint: Endpoint) -> None:
    assert endpoint.ask(sync("bm9uc2Vuc2U=")).code == "ErrorInvalidSyncStateData"


@pytest.mark.page("syncfolderitems-operation")
def test_there_is_no_body_in_a_sync(endpoint: Endpoint, book: Book) -> None:
    book(before_start='<t:Body BodyType="Text">secret</t:Body>')
    answer = endpoint.ask(sync(shape=DEFAULT.replace("Default", "AllProperties")))
    assert answer.all("//t:Body") == []
    assert answer.all("//t:Subject") != []


@pytest.mark.page("syncfolderhierarchy-operation")
def test_the_calendar_is_in_the_hierarchy(endpoint: Endpoint) -> None:
    request = (
        "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
        "</m:SyncFolderHierarchy>"
    )
    answer = endpoint.ask(request)
    assert answer.all("//m:Changes/t:Create/t:CalendarFolder") != []
    state = f"<m:SyncState>{answer.text('//m:SyncState')}</m:SyncState>"
    again = endpoint.ask(request.replace("</m:FolderShape>", f"</m:FolderShape>{state}"))
    assert again.all("//m:Changes/*") == []


@pytest.mark.page("additionalproperties")
def test_a_sync_carries_the_properties_that_are_asked_for(endpoint: Endpoint, book: Book) -> None:
    item = book(before_start=f"<t:ExtendedProperty>{KEY}<t:Value>mine</t:Value></t:ExtendedProperty>")
    more = f'<t:AdditionalProperties><t:FieldURI FieldURI="calendar:Start"/>{KEY}</t:AdditionalProperties>'
    shape = ID_ONLY.replace("</m:ItemShape>", f"{more}</m:ItemShape>")
    _, answers = drained(endpoint, shape=shape)
    (mine,) = [found for answer in answers for found in answer.all(f"//t:CalendarItem[t:ItemId/@Id='{item.id}']")]
    assert [child.tag.rpartition("}")[2] for child in mine] == ["ItemId", "ExtendedProperty", "Start"]


@pytest.mark.page("mailbox-synchronization-and-ews-in-exchange")
def test_an_older_state_tells_the_same_again(endpoint: Endpoint, book: Book) -> None:
    state, _ = drained(endpoint)
    item = book()
    for _ in range(2):
        assert kinds(drained(endpoint, state)[1], item.id) == ["Create"]


@pytest.mark.page("how-to-access-a-recurring-series-by-using-ews-in-exchange")
def test_a_series_is_synced_as_its_master(endpoint: Endpoint, book: Book) -> None:
    start = next_tuesday()
    daily = "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
    state, _ = drained(endpoint)
    item = book(start, after_people=recurrence(daily, start.date(), 3))
    state, answers = drained(endpoint, state)
    assert [len(answer.all("//t:Create")) for answer in answers] == [1]
    second = endpoint.ask(get(occurrence(item.id, 2))).item_id()
    endpoint.ask(delete(second.element()))
    assert kinds(drained(endpoint, state)[1], item.id) == ["Update"]


@pytest.mark.page("syncfolderhierarchy-operation")
def test_the_hierarchy_tells_what_came_and_went(endpoint: Endpoint) -> None:
    def changes(state: str) -> Answer:
        given = f"<m:SyncState>{state}</m:SyncState>" if state else ""
        return endpoint.ask(f"<m:SyncFolderHierarchy>{FOLDER_IDS}{given}</m:SyncFolderHierarchy>")

    before = changes("").text("//m:SyncState")
    name = unique("Contract")
    folder = f"<t:CalendarFolder><t:DisplayName>{name}</t:DisplayName></t:CalendarFolder>"
    made = endpoint.ask(
        f"<m:CreateFolder><m:ParentFolderId>{CALENDAR}</m:ParentFolderId><m:Folders>{folder}</m:Folders>"
        "</m:CreateFolder>"
    ).folder_id()
    came = changes(before)
    assert [each.get("Id") for each in came.all("//t:Create//t:FolderId")] == [made]
    reference = f'<t:FolderId Id="{made}"/>'
    endpoint.ask(f'<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>{reference}</m:FolderIds></m:DeleteFolder>')
    went = changes(came.text("//m:SyncState"))
    assert [each.get("Id") for each in went.all("//t:Delete/t:FolderId")] == [made]
    assert changes("bm9uc2Vuc2U=").code == "ErrorInvalidSyncStateData"


@pytest.mark.page("handling-notification-related-errors-in-ews-in-exchange")
def test_a_change_shows_in_the_folders_own_properties(endpoint: Endpoint, book: Book) -> None:
    shape = FOLDER_IDS.replace(
        "</t:BaseShape>",
        "</t:BaseShape><t:AdditionalProperties>"
        '<t:ExtendedFieldURI PropertyTag="0x3602" PropertyType="Integer"/>'
        '<t:ExtendedFieldURI PropertyTag="0x670b" PropertyType="Integer"/></t:AdditionalProperties>',
    )

    def counts() -> list[int]:
        return [int(text) for text in endpoint.ask(get_folder(shape=shape)).texts("//t:Value")]

    items, deleted = counts()
    item = book()
    assert counts() == [items + 1, deleted]
    endpoint.ask(delete(item.element()))
    after = counts()
    assert after[0] == items
    assert after[1] > deleted
