import http.client

import pytest
from exchangelib import Account
from exchangelib.errors import ErrorInvalidSyncStateData, ErrorServerBusy, ErrorTimeoutExpired, TransportError
from lxml import etree

from lab.wire import GUANGHAN, ZHANGSAN, Client, envelope, meeting
from roomd_lab import Lab, Outlook

TO_ALL = "SendToAllAndSaveCopy"
ROOM_LISTS = envelope("<m:GetRoomLists/>")


def test_a_busy_server_says_for_how_long(zhangsan: Account, lab: Lab) -> None:
    _ = zhangsan.calendar
    lab.faults.add("server-busy", "CreateItem", back_off_ms=7000)
    with pytest.raises(ErrorServerBusy) as refused:
        meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    assert refused.value.back_off == 7
    assert lab.faults.pending() == ()


def test_a_connection_closed_before_the_write_leaves_nothing(zhangsan: Account, lab: Lab, outlook: Outlook) -> None:
    _ = zhangsan.calendar
    lab.faults.add("close-before", "CreateItem")
    with pytest.raises((ErrorTimeoutExpired, TransportError)):
        meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    assert outlook.calendar(ZHANGSAN) == []


def test_a_connection_closed_after_the_write_leaves_the_meeting(
    zhangsan: Account, lab: Lab, outlook: Outlook
) -> None:
    _ = zhangsan.calendar
    lab.faults.add("close-after", "CreateItem")
    with pytest.raises((ErrorTimeoutExpired, TransportError)):
        meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    assert len(outlook.calendar(ZHANGSAN)) == len(outlook.calendar(GUANGHAN)) == 1


def test_a_truncated_answer_is_well_framed_and_not_well_formed(client: Client, lab: Lab) -> None:
    lab.faults.add("truncate", "GetRoomLists", keep=0.5)
    connection = client.http()
    connection.request("POST", "/EWS/Exchange.asmx", ROOM_LISTS, client.basic())
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert int(response.headers["Content-Length"]) == len(body) > 0
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


@pytest.mark.parametrize(("kind", "status"), [("http-503", 503), ("http-401", 401)])
def test_a_status_on_demand_comes_as_often_as_asked(client: Client, lab: Lab, kind: str, status: int) -> None:
    lab.faults.add(kind, times=2)
    assert [client.post(ROOM_LISTS)[0] for _ in range(3)] == [status, status, 200]


def test_a_fault_waits_for_its_operation(client: Client, lab: Lab) -> None:
    lab.faults.add("close-before", "CreateItem")
    assert client.post(ROOM_LISTS)[0] == 200
    assert len(lab.faults.pending()) == 1


def test_a_lost_sync_state_is_refused_and_an_empty_one_is_not(guanghan: Account, lab: Lab) -> None:
    list(guanghan.calendar.sync_items())
    lab.faults.add("invalid-sync-state", "SyncFolderItems")
    with pytest.raises(ErrorInvalidSyncStateData):
        list(guanghan.calendar.sync_items(sync_state=guanghan.calendar.item_sync_state))
    assert list(guanghan.calendar.sync_items(sync_state=None)) == []


def test_hanging_up_is_seen_by_the_client_at_once(client: Client, lab: Lab) -> None:
    lab.faults.add("close-before")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError, OSError)):
        client.post(ROOM_LISTS)
