"""Every fault on demand, as a client sees it."""

import contextlib
import http.client
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from lxml import etree

from lab.test_control import control
from lab.wire import EMMA, GUANGHAN, HOUR, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import Lab, Outlook
from roomd_lab.fault_plan import SeededPlan, read_plan
from roomd_lab.faults import FaultKind

ROOM_LISTS = envelope("<m:GetRoomLists/>")
ID_ONLY = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
NEW = (
    '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items>'
    "<t:CalendarItem><t:Subject>one</t:Subject></t:CalendarItem>"
    "<t:CalendarItem><t:Subject>two</t:Subject></t:CalendarItem></m:Items></m:CreateItem>"
)


def ask(client: Client, body: bytes = ROOM_LISTS) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer as it is; nothing is validated."""
    connection = client.http()
    try:
        connection.request("POST", "/EWS/Exchange.asmx", body, client.basic())
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def subjects(outlook: Outlook) -> list[str]:
    return [item.subject for item in outlook.calendar(ZHANGSAN)]


@pytest.mark.parametrize("status", [401, 403, 404, 407, 429, 500, 502, 503, 504])
def test_a_status_is_answered_instead(client: Client, lab: Lab, status: int) -> None:
    lab.faults.add(f"http-{status}", retry_after=7)
    response, body = ask(client)
    assert response.status == status
    assert response.headers.get("Retry-After") == (None if status in {401, 500} else "7")
    assert (b"Server Error in '/EWS' Application" in body) is (status == 500)


def test_any_other_status_can_be_named(client: Client, lab: Lab) -> None:
    lab.faults.add("http-status", status=418)
    assert ask(client)[0].status == 418


def test_an_outage_redirects_to_an_error_page_that_is_there(client: Client, lab: Lab) -> None:
    lab.faults.add("redirect-to-error-page")
    response, _ = ask(client)
    assert response.status == 302
    connection = client.http()
    connection.request("GET", response.headers["Location"])
    assert connection.getresponse().read().startswith(b"<html>")
    connection.close()


def test_another_host_is_pointed_to(client: Client, lab: Lab) -> None:
    lab.faults.add("redirect-to-other-host", location="https://elsewhere.example.net/ews")
    assert ask(client)[0].headers["Location"] == "https://elsewhere.example.net/ews"


def test_a_login_page_is_a_success_without_an_answer(client: Client, lab: Lab) -> None:
    lab.faults.add("login-page")
    response, body = ask(client)
    assert (response.status, response.headers.get_content_type()) == (200, "text/html")
    assert b"<form" in body
    lab.faults.add("empty")
    assert ask(client)[1] == b""


def test_a_locked_account_is_told_so(client: Client, lab: Lab) -> None:
    lab.faults.add("locked-out")
    response, body = ask(client)
    assert (response.status, b"currently locked out" in body) == (401, True)


def test_an_answer_is_cut_in_its_middle(client: Client, lab: Lab) -> None:
    lab.faults.add("cut", keep=0.5)
    with pytest.raises(http.client.IncompleteRead) as cut:
        ask(client)
    assert cut.value.expected > 0


def test_a_close_delimited_answer_looks_whole(client: Client, lab: Lab) -> None:
    lab.faults.add("close-delimited", keep=0.5)
    response, body = ask(client)
    assert "Content-Length" not in response.headers
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


def test_a_content_length_can_be_wrong(client: Client, lab: Lab) -> None:
    lab.faults.add("wrong-length")
    with pytest.raises(http.client.IncompleteRead) as cut:
        ask(client)
    etree.fromstring(cut.value.partial)


@pytest.mark.parametrize("kind", ["trickle", "stall"])
def test_an_answer_takes_its_time(client: Client, lab: Lab, kind: str) -> None:
    lab.faults.add(kind, seconds=0.3)
    began = time.monotonic()
    _, body = ask(client)
    assert time.monotonic() - began >= 0.29
    etree.fromstring(body)


def test_an_answer_is_huge_and_well_formed(client: Client, lab: Lab) -> None:
    lab.faults.add("huge", size=3_000_000)
    _, body = ask(client)
    assert len(body) > 2_900_000
    etree.fromstring(body, etree.XMLParser(huge_tree=True))


def test_an_answer_has_a_document_type_with_entities(client: Client, lab: Lab) -> None:
    lab.faults.add("entities")
    root = etree.fromstring(ask(client)[1], etree.XMLParser(resolve_entities=False))
    assert root.getroottree().docinfo.internalDTD is not None


def test_a_servers_clock_can_be_wrong(client: Client, lab: Lab) -> None:
    lab.faults.add("wrong-date", seconds=86400)
    response, _ = ask(client)
    right, _ = ask(client)
    apart = parsedate_to_datetime(response.headers["Date"]) - parsedate_to_datetime(right.headers["Date"])
    assert 86000 < apart.total_seconds() < 87000


def test_a_named_code_is_a_fault_before_or_after_the_write(client: Client, lab: Lab, outlook: Outlook) -> None:
    lab.faults.add("soap-fault", "CreateItem", code="ErrorTimeoutExpired")
    lab.faults.add("soap-fault", "CreateItem", code="ErrorTimeoutExpired", applied=True)
    request = envelope(NEW, acts_as=ZHANGSAN)
    for written in (0, 2):
        status, answer = client.post(request)
        assert (status, b"ErrorTimeoutExpired" in answer) == (500, True)
        assert len(subjects(outlook)) == written


def test_a_named_code_comes_for_one_item_of_several(client: Client, lab: Lab, outlook: Outlook) -> None:
    lab.faults.add("item-error", "CreateItem", code="ErrorQuotaExceeded", item=1)
    status, answer = client.post(envelope(NEW, acts_as=ZHANGSAN))
    assert (status, answer.count(b"NoError"), answer.count(b"ErrorQuotaExceeded<")) == (200, 1, 1)
    assert subjects(outlook) == ["one"]
    lab.faults.add("item-error", "CreateItem", code="ErrorInternalServerTransientError", applied=True)
    client.post(envelope(NEW, acts_as=ZHANGSAN))
    assert len(subjects(outlook)) == 3


def test_a_refusal_tells_the_code_behind_it(client: Client, lab: Lab, outlook: Outlook) -> None:
    behind = b'<t:Value Name="InnerErrorResponseCode">ErrorQuotaExceeded</t:Value>'
    for kind, expected in (("soap-fault", 500), ("item-error", 200)):
        lab.faults.add(kind, "CreateItem", inner_code="ErrorQuotaExceeded")
        status, answer = client.post(envelope(NEW, acts_as=ZHANGSAN))
        assert (status, b"ResponseCode>ErrorInternalServerError<" in _plain(answer)) == (expected, True)
        assert behind in answer
    assert subjects(outlook) == []


def _plain(answer: bytes) -> bytes:
    return answer.replace(b' xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors"', b"")


SINGLE_ANSWERS = {
    "GetUserConfiguration": (
        '<m:GetUserConfiguration><m:UserConfigurationName Name="Calendar"><t:DistinguishedFolderId Id="calendar"/>'
        "</m:UserConfigurationName><m:UserConfigurationProperties>All</m:UserConfigurationProperties>"
        "</m:GetUserConfiguration>"
    ),
    "SyncFolderHierarchy": (
        "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
        "</m:SyncFolderHierarchy>"
    ),
    "Subscribe": (
        '<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="calendar"/>'
        "</t:FolderIds><t:EventTypes><t:EventType>CreatedEvent</t:EventType></t:EventTypes>"
        "</m:StreamingSubscriptionRequest></m:Subscribe>"
    ),
}


@pytest.mark.parametrize("operation", SINGLE_ANSWERS)
def test_a_named_code_comes_where_there_is_one_answer_only(client: Client, lab: Lab, operation: str) -> None:
    lab.faults.add("item-error", operation, code="ErrorMailboxStoreUnavailable")
    request = envelope(SINGLE_ANSWERS[operation], acts_as=ZHANGSAN)
    status, answer = client.post(request)
    assert (status, b"<m:ResponseCode>ErrorMailboxStoreUnavailable<" in answer) == (200, True)
    assert b"<m:ResponseCode>NoError<" in client.post(request)[1]


def test_a_batch_stops_after_its_first_item(client: Client, lab: Lab, outlook: Outlook) -> None:
    lab.faults.add("batch-stopped", "CreateItem")
    _, answer = client.post(envelope(NEW, acts_as=ZHANGSAN))
    assert b'ResponseClass="Warning"' in answer
    assert b"ErrorBatchProcessingStopped" in answer
    assert subjects(outlook) == ["one"]


def sync(client: Client, state: str = "") -> bytes:
    request = (
        f'<m:SyncFolderItems>{ID_ONLY}<m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId>'
        f"<m:SyncState>{state}</m:SyncState><m:MaxChangesReturned>10</m:MaxChangesReturned></m:SyncFolderItems>"
    )
    return client.post(envelope(request, acts_as=ZHANGSAN))[1]


def state_in(answer: bytes) -> str:
    return answer.partition(b"<m:SyncState>")[2].partition(b"<")[0].decode()


def test_a_sync_state_gets_stuck(client: Client, lab: Lab) -> None:
    state = state_in(sync(client))
    lab.faults.add("stuck-sync-state", "SyncFolderItems")
    stuck = sync(client, state)
    assert state_in(stuck) == state
    assert b"<m:IncludesLastItemInRange>false<" in stuck


def test_a_moved_mailbox_has_other_ids_and_knows_no_state(client: Client, lab: Lab, outlook: Outlook) -> None:
    booked = outlook.book(ZHANGSAN, subject="Planning", start=TOMORROW, end=TOMORROW + HOUR, rooms=[GUANGHAN])
    state = state_in(sync(client))
    lab.faults.add("mailbox-moved", times=2)
    assert b"ErrorMailboxMoveInProgress" in sync(client, state)
    assert outlook.meeting(ZHANGSAN, booked.uid).item_id == booked.item_id
    assert b"ErrorMailboxMoveInProgress" in sync(client, state)
    moved = outlook.meeting(ZHANGSAN, booked.uid)
    assert moved.item_id != booked.item_id
    assert b"ErrorInvalidSyncStateData" in sync(client, state)
    assert moved.item_id.encode() in sync(client)
    outlook.move(ZHANGSAN, booked.uid, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    assert outlook.meeting(GUANGHAN, booked.uid).start == TOMORROW + HOUR


def test_a_seeded_plan_repeats_itself() -> None:
    def kinds(seed: int) -> list[FaultKind | None]:
        plan = SeededPlan(seed, 0.2)
        return [fault.kind if (fault := plan.next("GetItem")) else None for _ in range(500)]

    assert kinds(7) == kinds(7) != kinds(8)
    assert 60 < sum(kind is not None for kind in kinds(7)) < 140
    assert len(set(kinds(7))) > 15
    assert FaultKind.STREAM_CUT not in kinds(7)


def test_a_seeded_plan_cuts_streams_and_nothing_else() -> None:
    plan, other = SeededPlan(3, 1.0), SeededPlan(3, 1.0)
    of_streams = {fault.kind for _ in range(300) if (fault := plan.next("GetStreamingEvents"))}
    of_others = {fault.kind for _ in range(300) if (fault := other.next("GetItem"))}
    assert of_streams - of_others == {FaultKind.STREAM_CUT}


def test_a_written_plan_names_the_requests_that_fail(client: Client, lab: Lab, tmp_path: Path) -> None:
    written = tmp_path / "plan.jsonl"
    written.write_text('{"kind": "http-503", "operation": "GetRoomLists", "at": 2, "times": 2}\n', encoding="utf-8")
    lab.faults.follow(read_plan(str(written)))
    assert [ask(client)[0].status for _ in range(4)] == [200, 503, 503, 200]


@pytest.mark.parametrize("text", ["7:2", "7:x"])
def test_a_plan_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_plan(text)


def test_requests_are_logged_by_account_and_operation(client: Client, lab: Lab) -> None:
    lab.faults.add("http-503", "GetRoomLists")
    headers = client.basic() | {"X-AnchorMailbox": EMMA}
    client.post(ROOM_LISTS, headers=headers)
    client.post(ROOM_LISTS, headers=client.basic("zhangsan"))
    first, second = lab.requests.of("GetRoomLists")
    assert (first.account, first.acts_as, first.anchor) == ("EXAMPLE\\svc-roomd", GUANGHAN, EMMA)
    assert (first.status, first.fault) == (503, "http-503")
    assert lab.requests.of(account="EXAMPLE\\zhangsan") == [second]
    assert second.status == 500


@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_is_asked_for_by_a_control_call(client: Client, lab: Lab, kind: FaultKind) -> None:
    """As docs/lab.md has it: the table names it."""
    assert control(client, "fault", {"kind": kind, "operation": "GetItem", "times": 2}) == (200, {})
    assert [(fault.kind, fault.operation, fault.times) for fault in lab.faults.pending()] == [(kind, "GetItem", 2)]


@pytest.mark.parametrize("kind", FaultKind)
def test_after_any_fault_the_next_request_goes_well(client: Client, lab: Lab, kind: FaultKind) -> None:
    lab.faults.add(kind, seconds=0.05, size=100_000)
    with contextlib.suppress(OSError, http.client.HTTPException):
        ask(client)
    lab.faults.clear()
    lab.certificate.show("valid")
    assert b"NoError" in client.post(ROOM_LISTS)[1]
