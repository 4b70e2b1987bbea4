"""CreateItem, UpdateItem and DeleteItem."""

from datetime import timedelta

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Endpoint, ItemId, unique
from lab.contract.requests import (
    CALENDAR,
    KEY,
    calendar_item,
    create,
    delete,
    equals,
    find,
    get,
    next_tuesday,
    respond,
    set_field,
    update,
    written,
)

SUBJECT = set_field("item:Subject", "<t:Subject>Changed</t:Subject>")


@pytest.mark.page("responsecode")
def test_a_change_needs_a_change_key(endpoint: Endpoint, book: Book) -> None:
    item = book()
    for resolution in ("NeverOverwrite", "AlwaysOverwrite"):
        answer = endpoint.ask(update(f'<t:ItemId Id="{item.id}"/>', SUBJECT, resolution=resolution))
        assert answer.code == "ErrorChangeKeyRequiredForWriteOperations"


@pytest.mark.page("updateitem")
def test_a_stale_change_key_is_refused_by_never_overwrite_and_taken_by_always(endpoint: Endpoint, book: Book) -> None:
    item = book()
    newer = endpoint.ask(update(item.element(), SUBJECT)).item_id()
    assert newer.change_key != item.change_key
    assert endpoint.ask(update(item.element(), SUBJECT)).code == "ErrorIrresolvableConflict"
    overwriting = update(item.element(), SUBJECT, resolution="AlwaysOverwrite")
    assert endpoint.ask(overwriting).code == "NoError"


@pytest.mark.page("responsecode")
def test_a_change_description_names_one_property(endpoint: Endpoint, book: Book) -> None:
    two = set_field("item:Subject", "<t:Subject>x</t:Subject><t:Location>y</t:Location>")
    assert endpoint.ask(update(book().element(), two)).code == "ErrorIncorrectUpdatePropertyCount"


@pytest.mark.page("updateitem-operation")
def test_setting_the_start_leaves_the_end(endpoint: Endpoint, book: Book) -> None:
    start = next_tuesday()
    item = book(start)
    earlier = written(start - timedelta(hours=1))
    moved = endpoint.ask(
        update(item.element(), set_field("calendar:Start", f"<t:Start>{earlier}</t:Start>"))
    ).item_id()
    seen = endpoint.ask(get(moved.element()))
    assert (seen.text("//t:Start"), seen.text("//t:End")) == (earlier, written(start + timedelta(hours=1)))


@pytest.mark.page("responsecode")
@pytest.mark.parametrize(
    ("mode", "code"),
    [("create", "ErrorSendMeetingInvitationsRequired"),
     ("update", "ErrorSendMeetingInvitationsOrCancellationsRequired"),
     ("delete", "ErrorSendMeetingCancellationsRequired")],
)  # fmt: skip
def test_who_is_told_must_be_said(endpoint: Endpoint, book: Book, mode: str, code: str) -> None:
    item = book()
    requests = {
        "create": create(calendar_item("x", next_tuesday()), None),
        "update": update(item.element(), SUBJECT, mode=None),
        "delete": delete(item.element(), mode=None),
    }
    assert endpoint.ask(requests[mode]).code == code


@pytest.mark.page("responsecode")
@pytest.mark.parametrize(
    ("length", "code"),
    [(timedelta(hours=-1), "ErrorCalendarEndDateIsEarlierThanStartDate"),
     (timedelta(days=6 * 366), "ErrorCalendarDurationIsTooLong")],
)  # fmt: skip
def test_an_impossible_time_is_refused(endpoint: Endpoint, length: timedelta, code: str) -> None:
    start = next_tuesday()
    assert endpoint.ask(create(calendar_item("x", start, end=start + length))).code == code


def _deleted(endpoint: Endpoint, subject: str) -> ItemId:
    folder = '<t:DistinguishedFolderId Id="deleteditems"/>'
    return endpoint.ask(find(equals("item:Subject", subject), folder=folder)).item_id()


@pytest.mark.page("deleting-items-by-using-ews-in-exchange")
def test_an_item_moved_to_deleted_items_has_another_id_there(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Deleted")
    item = book(subject=subject)
    assert endpoint.ask(delete(item.element(), "MoveToDeletedItems")).code == "NoError"
    assert endpoint.ask(get(item.element())).code == "ErrorItemNotFound"
    there = _deleted(endpoint, subject)
    assert there.id != item.id
    assert endpoint.ask(delete(there.element())).code == "NoError"


@pytest.mark.page("responsecode")
def test_a_deleted_item_is_not_changed(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Deleted")
    endpoint.ask(delete(book(subject=subject).element(), "MoveToDeletedItems"))
    there = _deleted(endpoint, subject)
    assert endpoint.ask(update(there.element(), SUBJECT)).code == "ErrorCalendarCannotUpdateDeletedItem"
    endpoint.ask(delete(there.element()))


@pytest.mark.page("deletetype")
def test_a_hard_deleted_item_is_nowhere(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Gone")
    endpoint.ask(delete(book(subject=subject).element()))
    for folder in (CALENDAR, '<t:DistinguishedFolderId Id="deleteditems"/>'):
        assert endpoint.ask(find(equals("item:Subject", subject), folder=folder)).all("//t:ItemId") == []


@pytest.mark.page("properties-and-extended-properties-in-ews-in-exchange")
def test_a_named_property_is_kept_and_found(endpoint: Endpoint, book: Book) -> None:
    value = unique("key")
    item = book(before_start=f"<t:ExtendedProperty>{KEY}<t:Value>{value}</t:Value></t:ExtendedProperty>")
    assert endpoint.ask(get(item.element(), KEY)).text("//t:ExtendedProperty/t:Value") == value
    assert endpoint.ask(find(equals(KEY, value))).item_id().id == item.id


@pytest.mark.page("responsecode")
@pytest.mark.parametrize(("wrong", "code"), [("", "ErrorInvalidIdEmpty"), ("nonsense", "ErrorInvalidIdMalformed")])
def test_an_id_that_is_none_is_named(endpoint: Endpoint, wrong: str, code: str) -> None:
    assert endpoint.ask(get(f'<t:ItemId Id="{wrong}"/>')).code == code


@pytest.mark.page("ews-identifiers-in-exchange")
def test_an_id_minds_its_case(endpoint: Endpoint, book: Book) -> None:
    item = book()
    swapped = item.id[:-12] + item.id[-12:].swapcase()
    assert endpoint.ask(get(f'<t:ItemId Id="{swapped}"/>')).code in {"ErrorItemNotFound", "ErrorInvalidIdMalformed"}


@pytest.mark.page("responsecode")
def test_each_item_of_a_request_is_answered_for_itself(endpoint: Endpoint, book: Book) -> None:
    item = book()
    answer = endpoint.ask(get(f'{item.element()}<t:ItemId Id="nonsense"/>'))
    assert answer.codes == ["NoError", "ErrorInvalidIdMalformed"]


@pytest.mark.page("createitem")
def test_a_response_must_say_whether_it_is_sent(endpoint: Endpoint, book: Book) -> None:
    request = respond("AcceptItem", book().element("t:ReferenceItemId")).replace(
        ' MessageDisposition="SendAndSaveCopy"', ""
    )
    assert endpoint.ask(request).code == "ErrorMessageDispositionRequired"
