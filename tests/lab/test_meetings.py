"""Meetings as people know them, without any protocol."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lab.wire import EMMA, GUANGHAN, HOUR, LISI, SHUIJING, TOMORROW, WORKSHOP, ZHANGSAN
from roomd_lab import Attendee, CalendarItem, ExchangeError, FolderName, Lab, Outlook, Response, Role
from roomd_lab.model.items import RequestKind
from roomd_lab.model.post import Invitation


def book(
    outlook: Outlook,
    organizer: str = ZHANGSAN,
    *,
    start: datetime = TOMORROW,
    rooms: Sequence[str] = (GUANGHAN,),
    attendees: Sequence[str] = (),
) -> CalendarItem:
    return outlook.book(
        organizer, subject="Planning", start=start, end=start + HOUR, rooms=rooms, attendees=attendees
    )


def answers(item: CalendarItem) -> dict[str, str]:
    return {attendee.address.smtp: str(attendee.response) for attendee in item.attendees}


def test_an_invitation_lies_in_the_calendar_and_in_the_inbox_until_it_is_answered(outlook: Outlook) -> None:
    item = book(outlook, attendees=[LISI])
    (copy,) = outlook.calendar(LISI)
    (request,) = outlook.folder(LISI, FolderName.INBOX)
    assert (copy.my_response, copy.free_busy, copy.is_organizer) == (Response.NONE, "Tentative", False)
    assert (request.subject, request.sender.smtp, request.calendar_item_id) == ("Planning", ZHANGSAN, copy.item_id)
    outlook.respond(LISI, item.uid, "Accept")
    assert outlook.calendar(LISI)[0].free_busy == "Busy"
    assert outlook.folder(LISI, FolderName.INBOX) == []
    assert answers(outlook.meeting(ZHANGSAN, item.uid)) == {LISI: "Accept", GUANGHAN: "Accept"}


def test_every_copy_has_its_own_id_and_the_same_meeting_identity(outlook: Outlook) -> None:
    item = book(outlook, attendees=[LISI])
    copies = [outlook.meeting(who, item.uid) for who in (ZHANGSAN, LISI, GUANGHAN)]
    assert len({copy.item_id for copy in copies}) == 3
    assert len({copy.clean_id for copy in copies}) == 1


def test_a_tentative_answer_leaves_the_time_tentative(outlook: Outlook) -> None:
    item = book(outlook, attendees=[LISI])
    outlook.respond(LISI, item.uid, "Tentative")
    assert outlook.calendar(LISI)[0].free_busy == "Tentative"
    assert answers(outlook.meeting(ZHANGSAN, item.uid))[LISI] == "Tentative"


def test_a_declined_meeting_goes_to_deleted_items_under_another_id(outlook: Outlook) -> None:
    item = book(outlook, attendees=[LISI])
    before = outlook.meeting(LISI, item.uid)
    outlook.respond(LISI, item.uid, "Decline")
    assert outlook.calendar(LISI) == []
    gone = outlook.folder(LISI, FolderName.DELETED)[-1]
    assert gone.uid == item.uid
    assert gone.item_id != before.item_id


def test_a_new_time_forgets_the_answers_and_a_new_title_does_not(outlook: Outlook) -> None:
    item = book(outlook, attendees=[LISI])
    outlook.respond(LISI, item.uid, "Accept")
    renamed = outlook.change(ZHANGSAN, item.uid, subject="Planning 2")
    assert (answers(renamed)[LISI], renamed.sequence) == ("Accept", 0)
    assert outlook.calendar(LISI)[0].my_response is Response.ACCEPT
    moved = outlook.move(ZHANGSAN, item.uid, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    assert (answers(moved)[LISI], moved.sequence) == ("Unknown", 1)
    assert outlook.calendar(LISI)[0].my_response is Response.NONE


def test_the_room_keeps_its_tidy_subject_when_the_title_changes(outlook: Outlook) -> None:
    item = book(outlook)
    outlook.change(ZHANGSAN, item.uid, subject="Secret")
    (copy,) = outlook.calendar(GUANGHAN)
    assert (copy.subject, copy.body.text, copy.my_response) == ("张三", "", Response.ACCEPT)


def test_somebody_removed_is_told_and_somebody_added_is_invited(outlook: Outlook, lab: Lab) -> None:
    item = book(outlook, attendees=[LISI])
    emma = lab.company.directory.owner(EMMA)
    kept = tuple(a for a in item.attendees if a.address.smtp != LISI)
    outlook.change(ZHANGSAN, item.uid, attendees=(*kept, Attendee(address=emma, role=Role.OPTIONAL)))
    assert outlook.calendar(LISI)[0].is_cancelled
    assert outlook.calendar(EMMA)[0].my_response is Response.NONE
    assert len(outlook.calendar(GUANGHAN)) == 1


def test_a_cancelled_meeting_stays_marked_with_people_and_leaves_an_attended_room(outlook: Outlook) -> None:
    item = book(outlook, rooms=[GUANGHAN, WORKSHOP], attendees=[LISI])
    outlook.cancel(ZHANGSAN, item.uid)
    assert outlook.calendar(ZHANGSAN) == outlook.calendar(GUANGHAN) == []
    assert [c.subject for c in (*outlook.calendar(LISI), *outlook.calendar(WORKSHOP))] == ["Canceled: Planning"] * 2
    with pytest.raises(ExchangeError, match="ErrorCalendarIsCancelledForAccept"):
        outlook.respond(LISI, item.uid, "Accept")


def test_a_silent_move_leaves_the_room_with_the_old_time(outlook: Outlook, lab: Lab) -> None:
    item = book(outlook)
    before = len(lab.mail_log)
    outlook.move_silently(ZHANGSAN, item.uid, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    assert outlook.calendar(GUANGHAN)[0].start == TOMORROW
    assert len(lab.mail_log) == before


def test_the_mail_log_tells_who_got_what(outlook: Outlook, lab: Lab) -> None:
    item = book(outlook, attendees=[LISI])
    outlook.move(ZHANGSAN, item.uid, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    outlook.cancel(ZHANGSAN, item.uid)
    log = [(str(entry.kind), entry.recipient, entry.detail) for entry in lab.mail_log]
    assert log == [
        ("MeetingRequest", LISI, "NewMeetingRequest"),
        ("MeetingRequest", GUANGHAN, "NewMeetingRequest"),
        ("MeetingResponse", ZHANGSAN, "Accept"),
        ("MeetingRequest", LISI, "FullUpdate"),
        ("MeetingRequest", GUANGHAN, "FullUpdate"),
        ("MeetingResponse", ZHANGSAN, "Accept"),
        ("MeetingCancellation", LISI, ""),
        ("MeetingCancellation", GUANGHAN, ""),
    ]


def test_mail_to_strangers_is_logged_and_lost(outlook: Outlook, lab: Lab) -> None:
    item = book(outlook, attendees=["guest@elsewhere.example"])
    assert answers(item)["guest@elsewhere.example"] == "Unknown"
    assert "guest@elsewhere.example" in {entry.recipient for entry in lab.mail_log}


def test_a_meeting_cannot_end_before_it_starts(outlook: Outlook) -> None:
    with pytest.raises(ExchangeError, match="ErrorCalendarEndDateIsEarlierThanStartDate"):
        outlook.book(ZHANGSAN, subject="Odd", start=TOMORROW, end=TOMORROW - HOUR)


def test_a_room_that_was_moved_into_a_clash_declines_and_its_copy_goes(outlook: Outlook) -> None:
    book(outlook, EMMA, start=TOMORROW + HOUR)
    item = book(outlook)
    moved = outlook.move(ZHANGSAN, item.uid, start=TOMORROW + HOUR / 2, end=TOMORROW + 1.5 * HOUR)
    assert answers(moved)[GUANGHAN] == "Decline"
    assert [copy.organizer.smtp for copy in outlook.calendar(GUANGHAN)] == [EMMA]


def test_two_rooms_answer_each_for_itself(outlook: Outlook) -> None:
    book(outlook, EMMA, rooms=[SHUIJING])
    item = book(outlook, rooms=[GUANGHAN, SHUIJING])
    assert answers(item) == {GUANGHAN: "Accept", SHUIJING: "Decline"}


def test_a_room_copy_deleted_by_hand_is_made_again_by_the_next_update(outlook: Outlook) -> None:
    item = book(outlook)
    outlook.delete(GUANGHAN, item.uid)
    assert outlook.calendar(GUANGHAN) == []
    outlook.move(ZHANGSAN, item.uid, start=TOMORROW + timedelta(days=1), end=TOMORROW + timedelta(days=1) + HOUR)
    assert outlook.calendar(GUANGHAN)[0].my_response is Response.ACCEPT


def test_a_silent_move_is_caught_up_by_the_next_update_with_mail(outlook: Outlook) -> None:
    item = book(outlook)
    outlook.move_silently(ZHANGSAN, item.uid, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    told = outlook.change(ZHANGSAN, item.uid, subject="Planning 2")
    (copy,) = outlook.calendar(GUANGHAN)
    assert (told.sequence, copy.sequence, copy.start) == (1, 1, TOMORROW + HOUR)
    assert copy.my_response is Response.ACCEPT


def test_an_invitation_to_ones_own_meeting_changes_nothing(outlook: Outlook, lab: Lab) -> None:
    item = outlook.write_into(LISI, subject="Mine", start=TOMORROW, end=TOMORROW + HOUR)
    lisi = lab.company.directory.owner(LISI)
    stray = replace(item, organizer=lab.company.directory.owner(EMMA), subject="Theirs")
    lab.organization.post.send(Invitation(to=lisi, meeting=stray, kind=RequestKind.NEW))
    outlook.book(EMMA, subject="Other", start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    assert outlook.meeting(LISI, item.uid).subject == "Mine"
