"""Rooms whose delegates approve requests, as Set-CalendarProcessing sets them up."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import exchangelib
import pytest

from lab.series import still
from lab.test_control import BOOKING, control
from lab.wire import EMMA, GUANGHAN, HOUR, LISI, TOMORROW, WORKSHOP, ZHANGSAN, Client, envelope
from roomd_lab import (
    CalendarItem,
    Company,
    ExchangeError,
    FolderName,
    FreeBusy,
    Lab,
    MeetingMessage,
    Outlook,
    RoomPolicy,
)
from roomd_lab.pace import act

ASKED_FOR = RoomPolicy(resource_delegates=(EMMA,), all_book_in_policy=False, all_request_in_policy=True)


@pytest.fixture
def lab() -> Lab:
    lab = Lab(Company.seeded())
    lab.set_room_policy(GUANGHAN, ASKED_FOR)
    return lab


def book(outlook: Outlook, organizer: str = ZHANGSAN, *, room: str = GUANGHAN, **meeting: Any) -> CalendarItem:
    times = {"start": TOMORROW, "end": TOMORROW + HOUR}
    return outlook.book(organizer, subject="Planning", rooms=[room], **(times | meeting))


def answer(outlook: Outlook, item: CalendarItem) -> str:
    return str(outlook.meeting(item.organizer.smtp, item.uid).attendees[0].response)


def forwarded(outlook: Outlook, delegate: str = EMMA) -> list[MeetingMessage]:
    found = outlook.folder(delegate, FolderName.INBOX)
    return [each for each in found if isinstance(each, MeetingMessage) and each.received_for]


def test_a_request_waits_for_a_delegate_and_everybody_can_see_that(outlook: Outlook) -> None:
    booked = book(outlook)
    copy = outlook.meeting(GUANGHAN, booked.uid)
    assert (copy.my_response, copy.free_busy, copy.subject) == ("Tentative", FreeBusy.TENTATIVE, "张三")
    assert answer(outlook, booked) == "Tentative"
    notice = outlook.folder(ZHANGSAN, FolderName.INBOX)[-1]
    assert (notice.subject, "pending approval" in notice.body.text) == ("Tentative: Planning", True)


@pytest.mark.parametrize("response", ["Accept", "Decline"])
def test_a_delegate_decides(outlook: Outlook, response: str) -> None:
    booked = book(outlook)
    assert [each.subject for each in outlook.waiting_for(EMMA)] == ["Planning"]
    outlook.approve(EMMA, booked.uid, response)
    assert answer(outlook, booked) == response
    assert forwarded(outlook) == outlook.waiting_for(EMMA) == []
    in_room = [(item.my_response, item.free_busy) for item in outlook.calendar(GUANGHAN)]
    assert in_room == ([("Accept", FreeBusy.BUSY)] if response == "Accept" else [])
    assert outlook.calendar(EMMA) == []


def test_those_in_the_policy_are_accepted_at_once_and_others_are_not_allowed(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, replace(ASKED_FOR, book_in_policy=(ZHANGSAN.upper(),), all_request_in_policy=False))
    assert answer(outlook, book(outlook)) == "Accept"
    refused = book(outlook, LISI, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    assert answer(outlook, refused) == "Decline"
    assert "may not book" in outlook.folder(LISI, FolderName.INBOX)[-1].body.text
    lab.set_room_policy(GUANGHAN, replace(ASKED_FOR, all_request_in_policy=False, request_in_policy=(LISI,)))
    later = {"start": TOMORROW + 2 * HOUR, "end": TOMORROW + 3 * HOUR}
    assert answer(outlook, book(outlook, LISI, **later)) == "Tentative"


def test_against_the_policy_only_some_may_ask(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(resource_delegates=(EMMA,), request_out_of_policy=(LISI,)))
    book(outlook)
    clash = book(outlook, LISI)
    assert answer(outlook, clash) == "Tentative"
    assert answer(outlook, book(outlook, "david.okafor@example.com")) == "Decline"
    outlook.approve(EMMA, clash.uid, "Accept")
    assert [item.my_response for item in outlook.calendar(GUANGHAN)] == ["Accept", "Accept"]


def test_against_the_policy_everybody_may_ask_where_it_says_so(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(resource_delegates=(EMMA,), all_request_out_of_policy=True))
    assert [answer(outlook, book(outlook)), answer(outlook, book(outlook, LISI))] == ["Accept", "Tentative"]


def test_what_a_delegate_books_is_taken_though_the_room_is_not_free(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(resource_delegates=(EMMA,), maximum_duration_minutes=60))
    assert answer(outlook, book(outlook)) == "Accept"
    assert answer(outlook, book(outlook, EMMA, end=TOMORROW + 2 * HOUR)) == "Accept"
    assert answer(outlook, book(outlook, LISI)) == "Decline"
    assert forwarded(outlook) == []


def test_pending_requests_can_show_as_free_and_stay_in_the_room(outlook: Outlook, lab: Lab) -> None:
    quiet = replace(ASKED_FOR, tentative_pending_approval=False, forward_requests_to_delegates=False)
    lab.set_room_policy(GUANGHAN, quiet)
    booked = book(outlook)
    assert outlook.meeting(GUANGHAN, booked.uid).free_busy == FreeBusy.FREE
    assert forwarded(outlook) == []
    with pytest.raises(ExchangeError, match="not found"):
        outlook.approve(EMMA, booked.uid, "Accept")
    outlook.respond(GUANGHAN, booked.uid, "Accept")
    assert answer(outlook, booked) == "Accept"


def test_a_moved_request_waits_again_and_the_old_one_can_no_longer_be_answered(
    client: Client, outlook: Outlook
) -> None:
    booked = book(outlook)
    (old,) = forwarded(outlook)
    outlook.approve(EMMA, booked.uid, "Accept")
    outlook.move(ZHANGSAN, booked.uid, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    assert answer(outlook, booked) == "Tentative"
    outlook.move(ZHANGSAN, booked.uid, start=TOMORROW, end=TOMORROW + HOUR)
    stale, fresh = forwarded(outlook)
    assert outlook.waiting_for(EMMA) == [fresh]
    assert "ErrorCalendarMeetingRequestIsOutOfDate" in accept(client, stale)
    assert old.sequence < stale.sequence < fresh.sequence


def accept(client: Client, request: MeetingMessage, acts_as: str = EMMA) -> str:
    body = (
        '<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:AcceptItem>'
        f'<t:ReferenceItemId Id="{request.item_id}" ChangeKey="{request.change_key}"/>'
        "</t:AcceptItem></m:Items></m:CreateItem>"
    )
    return client.post(envelope(body, acts_as=acts_as))[1].decode()


def test_a_delegate_accepts_with_any_client(client: Client, outlook: Outlook) -> None:
    booked = book(outlook, attendees=[EMMA])
    request = next(each for each in client.mailbox(EMMA).inbox.all() if each.is_delegated)
    assert isinstance(request, exchangelib.items.MeetingRequest)
    assert request.received_representing.email_address == GUANGHAN
    request.accept()
    tracked = {each.address.smtp: each.response for each in outlook.meeting(ZHANGSAN, booked.uid).attendees}
    assert tracked == {EMMA: "Unknown", GUANGHAN: "Accept"}
    assert [each.received_for for each in outlook.folder(EMMA, FolderName.INBOX)] == [None]


def test_who_is_no_delegate_any_more_is_refused(client: Client, outlook: Outlook, lab: Lab) -> None:
    book(outlook)
    (request,) = forwarded(outlook)
    lab.set_room_policy(GUANGHAN, replace(ASKED_FOR, resource_delegates=(LISI,)))
    assert "ErrorAccessDenied" in accept(client, request)


def test_a_delegate_edits_the_rooms_calendar(client: Client) -> None:
    mine = client.mailbox(GUANGHAN, account="emma.lindqvist", delegate=True)
    assert mine.calendar.total_count == 0
    with pytest.raises(exchangelib.errors.ErrorAccessDenied):
        client.mailbox(GUANGHAN, account="lisi", delegate=True).calendar.refresh()


def test_a_cancelled_request_waits_for_nobody(outlook: Outlook) -> None:
    booked = book(outlook)
    outlook.cancel(ZHANGSAN, booked.uid)
    assert outlook.calendar(GUANGHAN) == outlook.waiting_for(EMMA) == []


def test_a_room_without_attendant_forwards_too(outlook: Outlook, lab: Lab) -> None:
    workshop = lab.company.directory.rooms[WORKSHOP].policy
    lab.set_room_policy(WORKSHOP, replace(workshop, resource_delegates=(EMMA, LISI)))
    booked = book(outlook, room=WORKSHOP)
    assert answer(outlook, booked) == "Unknown"
    outlook.approve(LISI, booked.uid, "Accept")
    assert (answer(outlook, booked), outlook.waiting_for(EMMA)) == ("Accept", [])


def test_it_is_set_up_and_decided_by_control(client: Client) -> None:
    policy = {"room": GUANGHAN, "resource_delegates": [LISI]}
    assert control(client, "room-policy", policy)[0] == 200
    assert control(client, "room-policy", {"room": GUANGHAN, "resource_delegates": ["nobody@example.com"]})[0] == 409
    _, booked = control(client, "book", BOOKING)
    held = control(client, "mailbox", {"address": LISI, "folder": "inbox"})[1]
    assert [each["received_for"] for each in held] == [GUANGHAN]
    given = {"delegate": LISI, "uid": booked["uid"], "response": "Accept"}
    assert control(client, "approve", given) == (200, {})
    (copy,) = control(client, "mailbox", {"address": GUANGHAN})[1]
    assert copy["my_response"] == "Accept"


def test_some_rooms_of_a_larger_company_have_delegates_who_decide_by_and_by() -> None:
    lab = Lab(Company.seeded(people=6, rooms=20), id_seed="1", now=still)
    asked_for = [room for room in lab.company.directory.rooms.values() if room.policy.resource_delegates]
    assert len(asked_for) == 2
    start = lab.organization.now() + timedelta(days=1)
    for number, room in enumerate(asked_for):
        organizer = next(p for p in lab.company.people() if not room.policy.has_delegate(p))
        book(
            lab.outlook,
            organizer,
            room=room.address.smtp,
            start=start + number * HOUR,
            end=start + HOUR * (number + 1),
        )
    rng = random.Random(5)
    did = [act(lab, rng) for _ in range(150)]
    assert {word for line in did for word in ("Accept", "Decline") if f"delegate: {word}" in line} == {
        "Accept",
        "Decline",
    }
