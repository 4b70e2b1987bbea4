"""Series between people: who gets which mail, and what their copies and the organizer's show afterwards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lab.series import (
    DAYS,
    NOW,
    TEN_TUESDAYS,
    berlin,
    book_series,
    lab_in_september,
    mail_since,
    starts,
)
from lab.wire import EMMA, GUANGHAN, LISI, SHUIJING, ZHANGSAN
from roomd_lab import Attendee, CalendarItem, ExchangeError, FolderName, Lab, Outlook, Response, Role
from roomd_lab.model.items import ItemType


@pytest.fixture
def lab() -> Lab:
    return lab_in_september()


def answers(item: CalendarItem) -> dict[str, str]:
    return {attendee.address.smtp: str(attendee.response) for attendee in item.attendees}


def shown_days(outlook: Outlook, address: str) -> list[bool]:
    present = {start.date() for start in starts(outlook, address)}
    return [day in present for day in DAYS]


def test_one_request_invites_to_the_whole_series(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI])
    assert mail_since(lab, 0) == [("MeetingRequest", LISI, "NewMeetingRequest", None)]
    assert starts(outlook, LISI) == starts(outlook, ZHANGSAN)
    (request,) = outlook.folder(LISI, FolderName.INBOX)
    assert (request.meeting_type, request.recurrence) == (ItemType.MASTER, TEN_TUESDAYS)
    outlook.respond(LISI, master.uid, "Accept")
    assert answers(outlook.meeting(ZHANGSAN, master.uid)) == {LISI: "Accept"}
    assert {i.my_response for i in outlook.calendar_between(LISI, NOW, NOW + timedelta(days=300))} == {
        Response.ACCEPT
    }
    assert outlook.folder(LISI, FolderName.INBOX) == []


def test_a_moved_occurrence_is_sent_for_itself_and_asks_again_for_itself(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.respond(LISI, master.uid, "Accept")
    before = len(lab.mail_log)
    moved = outlook.move(ZHANGSAN, master.uid, on=DAYS[2], start=berlin(DAYS[2], 15), end=berlin(DAYS[2], 16))
    assert mail_since(lab, before) == [
        ("MeetingRequest", LISI, "FullUpdate", DAYS[2]),
        ("MeetingRequest", GUANGHAN, "FullUpdate", DAYS[2]),
        ("MeetingResponse", ZHANGSAN, "Accept", DAYS[2]),
    ]
    assert answers(moved) == {LISI: "Unknown", GUANGHAN: "Accept"}
    assert answers(outlook.meeting(ZHANGSAN, master.uid)) == {LISI: "Accept", GUANGHAN: "Accept"}
    copy = outlook.meeting(LISI, master.uid, on=DAYS[2])
    assert (copy.type, copy.my_response, copy.start) == (ItemType.EXCEPTION, Response.NONE, berlin(DAYS[2], 15))
    assert outlook.meeting(LISI, master.uid, on=DAYS[3]).my_response is Response.ACCEPT
    assert starts(outlook, LISI) == starts(outlook, GUANGHAN) == starts(outlook, ZHANGSAN)


def test_every_copy_of_an_occurrence_has_the_same_identity_and_one_of_its_own_in_each_mailbox(
    outlook: Outlook,
) -> None:
    master = book_series(outlook, attendees=[LISI])
    copies = [outlook.meeting(who, master.uid, on=DAYS[4]) for who in (ZHANGSAN, LISI, GUANGHAN)]
    assert len({copy.global_object_id for copy in copies}) == 1
    assert {copy.clean_id for copy in copies} == {master.clean_id}
    assert len({copy.item_id for copy in copies}) == 3


def test_somebody_answers_for_one_occurrence(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.respond(LISI, master.uid, "Accept")
    outlook.respond(LISI, master.uid, "Tentative", on=DAYS[5])
    assert answers(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[5]))[LISI] == "Tentative"
    assert answers(outlook.meeting(ZHANGSAN, master.uid))[LISI] == "Accept"


def test_a_declined_occurrence_leaves_the_decliners_series_and_stays_in_the_organizers(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.respond(LISI, master.uid, "Decline", on=DAYS[5])
    assert shown_days(outlook, LISI) == [day != DAYS[5] for day in DAYS]
    assert all(shown_days(outlook, ZHANGSAN))
    assert answers(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[5]))[LISI] == "Decline"


def test_a_declined_occurrence_comes_back_when_it_is_moved(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.respond(LISI, master.uid, "Decline", on=DAYS[5])
    outlook.move(ZHANGSAN, master.uid, on=DAYS[5], start=berlin(DAYS[5], 15), end=berlin(DAYS[5], 16))
    copy = outlook.meeting(LISI, master.uid, on=DAYS[5])
    assert (copy.start, copy.my_response) == (berlin(DAYS[5], 15), Response.NONE)
    assert outlook.meeting(LISI, master.uid).deletions == frozenset()


def test_a_cancelled_occurrence_leaves_the_room_and_is_marked_with_people(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, attendees=[LISI])
    before = len(lab.mail_log)
    outlook.cancel(ZHANGSAN, master.uid, on=DAYS[0])
    assert mail_since(lab, before) == [
        ("MeetingCancellation", LISI, "", DAYS[0]),
        ("MeetingCancellation", GUANGHAN, "", DAYS[0]),
    ]
    assert shown_days(outlook, ZHANGSAN) == shown_days(outlook, GUANGHAN) == [day != DAYS[0] for day in DAYS]
    copy = outlook.meeting(LISI, master.uid, on=DAYS[0])
    assert (copy.subject, copy.is_cancelled, copy.free_busy) == ("Canceled: Weekly", True, "Free")
    assert not outlook.meeting(LISI, master.uid).is_cancelled


def test_a_cancelled_series_is_gone_for_organizer_and_room(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.cancel(ZHANGSAN, master.uid)
    assert starts(outlook, ZHANGSAN) == starts(outlook, GUANGHAN) == []
    assert {i.is_cancelled for i in outlook.calendar_between(LISI, NOW, NOW + timedelta(days=300))} == {True}
    assert [item.uid for item in outlook.folder(ZHANGSAN, FolderName.DELETED)][:1] == [master.uid]


def test_somebody_invited_to_one_occurrence_has_that_one_alone(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI])
    emma = Attendee(address=lab.company.directory.owner(EMMA), role=Role.OPTIONAL)
    before = len(lab.mail_log)
    outlook.change(ZHANGSAN, master.uid, on=DAYS[3], attendees=(*master.attendees, emma))
    assert mail_since(lab, before) == [("MeetingRequest", EMMA, "NewMeetingRequest", DAYS[3])]
    (copy,) = outlook.calendar(EMMA)
    assert (copy.type, copy.start, copy.original_start) == (ItemType.SINGLE, berlin(DAYS[3], 10), berlin(DAYS[3], 10))
    assert copy.clean_id == master.clean_id != copy.global_object_id
    outlook.respond(EMMA, master.uid, "Accept", on=DAYS[3])
    assert answers(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[3]))[EMMA] == "Accept"
    assert EMMA not in answers(outlook.meeting(ZHANGSAN, master.uid))


def test_who_came_to_single_occurrences_and_is_then_invited_to_all_has_the_series(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[])
    emma = Attendee(address=lab.company.directory.owner(EMMA))
    for day in DAYS[2:4]:
        outlook.change(ZHANGSAN, master.uid, on=day, attendees=(emma,))
    assert len(outlook.calendar(EMMA)) == 2
    outlook.change(ZHANGSAN, master.uid, attendees=(emma,))
    assert [item.type for item in outlook.calendar(EMMA)] == [ItemType.MASTER]


def test_who_is_invited_later_gets_the_series_as_it_is_by_now(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[])
    outlook.move(ZHANGSAN, master.uid, on=DAYS[1], start=berlin(DAYS[1], 15), end=berlin(DAYS[1], 16))
    outlook.delete(ZHANGSAN, master.uid, on=DAYS[2])
    emma = Attendee(address=lab.company.directory.owner(EMMA))
    outlook.change(ZHANGSAN, master.uid, attendees=(emma,))
    assert starts(outlook, EMMA) == starts(outlook, ZHANGSAN)


def test_a_renamed_series_leaves_answers_alone(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.respond(LISI, master.uid, "Accept")
    outlook.change(ZHANGSAN, master.uid, subject="Biweekly")
    assert outlook.meeting(LISI, master.uid).my_response is Response.ACCEPT
    assert outlook.meeting(LISI, master.uid, on=DAYS[0]).subject == "Biweekly"


def test_with_an_update_of_the_series_comes_one_of_every_exception_still_ahead(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI])
    for day in DAYS[2:4]:
        outlook.change(ZHANGSAN, master.uid, on=day, subject="Guests")
    before = len(lab.mail_log)
    outlook.change(ZHANGSAN, master.uid, location="Hall")
    assert mail_since(lab, before) == [
        ("MeetingRequest", LISI, "InformationalUpdate", None),
        ("MeetingRequest", LISI, "InformationalUpdate", DAYS[2]),
        ("MeetingRequest", LISI, "InformationalUpdate", DAYS[3]),
    ]
    shown = outlook.calendar_between(LISI, NOW, NOW + timedelta(days=300))
    assert {(item.subject, item.location) for item in shown} == {("Weekly", "Hall"), ("Guests", "Hall")}


def test_a_declined_occurrence_comes_back_with_an_update_of_the_series(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.respond(LISI, master.uid, "Accept")
    outlook.respond(LISI, master.uid, "Decline", on=DAYS[5])
    outlook.change(ZHANGSAN, master.uid, subject="Biweekly")
    assert outlook.meeting(LISI, master.uid, on=DAYS[5]).my_response is Response.NONE


def test_who_was_invited_to_one_occurrence_is_told_when_the_series_is_cancelled_or_moved(
    outlook: Outlook, lab: Lab
) -> None:
    emma = Attendee(address=lab.company.directory.owner(EMMA))
    for end in ("cancelled", "moved"):
        master = book_series(outlook, rooms=[], attendees=[LISI])
        outlook.change(ZHANGSAN, master.uid, on=DAYS[3], attendees=(*master.attendees, emma))
        before = len(lab.mail_log)
        if end == "cancelled":
            outlook.cancel(ZHANGSAN, master.uid)
        else:
            outlook.move(ZHANGSAN, master.uid, start=berlin(DAYS[0], 12), end=berlin(DAYS[0], 13))
        assert ("MeetingCancellation", EMMA, "", DAYS[3]) in mail_since(lab, before)
        assert outlook.meeting(EMMA, master.uid, on=DAYS[3]).is_cancelled


def test_a_room_taken_for_one_occurrence_is_free_again_when_the_series_is_cancelled(
    outlook: Outlook, lab: Lab
) -> None:
    master = book_series(outlook)
    shuijing = Attendee(address=lab.company.directory.owner(SHUIJING), role=Role.RESOURCE)
    outlook.change(ZHANGSAN, master.uid, on=DAYS[3], attendees=(shuijing,))
    assert (len(starts(outlook, SHUIJING)), len(starts(outlook, GUANGHAN))) == (1, 9)
    outlook.cancel(ZHANGSAN, master.uid)
    assert starts(outlook, SHUIJING) == starts(outlook, GUANGHAN) == []


def test_who_is_removed_from_the_series_is_removed_from_its_exceptions(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI, EMMA])
    outlook.respond(LISI, master.uid, "Tentative", on=DAYS[2])
    before = len(lab.mail_log)
    remaining = tuple(a for a in master.attendees if a.address.smtp != LISI)
    outlook.change(ZHANGSAN, master.uid, attendees=remaining)
    assert mail_since(lab, before) == [
        ("MeetingCancellation", LISI, "", DAYS[2]),
        ("MeetingCancellation", LISI, "", None),
    ]
    assert list(answers(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[2]))) == [EMMA]
    outlook.change(ZHANGSAN, master.uid, subject="Without you")
    assert {i.is_cancelled for i in outlook.calendar_between(LISI, NOW, NOW + timedelta(days=300))} == {True}


def test_a_moved_series_is_asked_about_anew(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.respond(LISI, master.uid, "Accept")
    outlook.respond(LISI, master.uid, "Decline", on=DAYS[5])
    moved = outlook.move(ZHANGSAN, master.uid, start=berlin(DAYS[0], 12), end=berlin(DAYS[0], 13))
    assert (moved.sequence, answers(moved)) == (1, {LISI: "Unknown", GUANGHAN: "Accept"})
    assert all(shown_days(outlook, LISI))
    assert starts(outlook, LISI) == starts(outlook, ZHANGSAN)


def test_a_series_in_another_zone_is_another_time_for_everybody(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.respond(LISI, master.uid, "Accept")
    zoned = outlook.change(ZHANGSAN, master.uid, start_zone="UTC", end_zone="UTC")
    assert (zoned.sequence, answers(zoned)) == (1, {LISI: "Unknown", GUANGHAN: "Accept"})
    assert starts(outlook, LISI) == starts(outlook, GUANGHAN) == starts(outlook, ZHANGSAN)
    assert {start.hour for start in starts(outlook, LISI)} == {9, 10}


def test_an_occurrence_moved_silently_leaves_the_room_with_the_old_time(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook)
    before = len(lab.mail_log)
    outlook.move_silently(ZHANGSAN, master.uid, on=DAYS[2], start=berlin(DAYS[2], 15), end=berlin(DAYS[2], 16))
    assert mail_since(lab, before) == []
    assert starts(outlook, GUANGHAN) != starts(outlook, ZHANGSAN)
    outlook.change(ZHANGSAN, master.uid, on=DAYS[2], subject="Told")
    assert starts(outlook, GUANGHAN) == starts(outlook, ZHANGSAN)


def test_the_organizer_cannot_answer_an_occurrence_and_attendees_cannot_cancel_one(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    with pytest.raises(ExchangeError, match="ErrorCalendarIsOrganizerForAccept"):
        outlook.respond(ZHANGSAN, master.uid, "Accept", on=DAYS[0])
    with pytest.raises(ExchangeError, match="ErrorCalendarIsNotOrganizer"):
        outlook.cancel(LISI, master.uid, on=DAYS[0])


def test_a_single_meeting_that_becomes_a_series_asks_the_room_for_all_of_it(outlook: Outlook) -> None:
    item = outlook.book(
        ZHANGSAN, subject="Once", start=berlin(DAYS[0], 10), end=berlin(DAYS[0], 11), rooms=[GUANGHAN]
    )
    outlook.change(ZHANGSAN, item.uid, recurrence=replace(TEN_TUESDAYS, count=4))
    assert len(starts(outlook, GUANGHAN)) == 4
    outlook.change(ZHANGSAN, item.uid, recurrence=None)
    assert len(starts(outlook, GUANGHAN)) == 1
