"""SyncFolderItems and SyncFolderHierarchy."""

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Answer, Endpoint
from lab.contract.requests import DEFAULT, delete, set_field, sync, update


def drained(endpoint: Endpoint, state: str = "") -> tuple[str, list[Answer]]:
    """Read to the end; the state there and the answers on the way."""
    answers = []
    while True:
        answer = endpoint.ask(sync(state))
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
