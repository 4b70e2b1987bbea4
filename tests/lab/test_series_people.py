"""Exceptions with people of their own: who hears of what when the whole series changes (MS-OXOCAL 3.1.4.7.3.5)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lab.series import DAYS, NOW, TEN_TUESDAYS, berlin, book_series, lab_in_september, mail_since, starts
from lab.wire import EMMA, GUANGHAN, LISI, ZHANGSAN
from roomd_lab import Attendee, CalendarItem, Lab, Outlook, Response

DAVID = "david.okafor@example.com"
# Of the two changes the second asks everybody again, without touching any exception.
RENAMED: dict[str, Any] = {"subject": "Biweekly"}
SHORTENED: dict[str, Any] = {"recurrence": replace(TEN_TUESDAYS, count=8)}


@pytest.fixture
def lab() -> Lab:
    return lab_in_september()


def keep(item: CalendarItem, *addresses: str) -> dict[str, tuple[Attendee, ...]]:
    return {"attendees": tuple(a for a in item.attendees if a.address.smtp in addresses)}


def add(lab: Lab, item: CalendarItem, address: str) -> dict[str, tuple[Attendee, ...]]:
    return {"attendees": (*item.attendees, Attendee(address=lab.company.directory.owner(address)))}


def answers(item: CalendarItem) -> dict[str, str]:
    return {attendee.address.smtp: str(attendee.response) for attendee in item.attendees}


def cancelled_days(outlook: Outlook, address: str) -> list[bool]:
    shown = outlook.calendar_between(address, NOW, NOW + timedelta(days=300))
    return [item.is_cancelled for item in shown]


@pytest.mark.parametrize("change", [RENAMED, SHORTENED])
def test_who_was_taken_out_of_one_exception_stays_out_of_it(
    outlook: Outlook, lab: Lab, change: dict[str, Any]
) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI, EMMA])
    outlook.change(ZHANGSAN, master.uid, on=DAYS[3], **keep(master, EMMA))
    before = len(lab.mail_log)
    outlook.change(ZHANGSAN, master.uid, **change)
    to_lisi = [(kind, day) for kind, to, _, day in mail_since(lab, before) if to == LISI]
    assert to_lisi == [("MeetingRequest", None), ("MeetingCancellation", DAYS[3])]
    assert [day for _, to, _, day in mail_since(lab, before) if to == EMMA] == [None, DAYS[3]]
    assert cancelled_days(outlook, LISI).index(True) == 3
    assert list(answers(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[3]))) == [EMMA]


def test_a_room_given_back_for_one_day_keeps_who_took_it_when_the_series_changes(outlook: Outlook) -> None:
    master = book_series(outlook, attendees=[LISI])
    outlook.change(ZHANGSAN, master.uid, on=DAYS[3], **keep(master, LISI))
    other = outlook.book(EMMA, subject="Guests", start=berlin(DAYS[3], 10), end=berlin(DAYS[3], 11), rooms=[GUANGHAN])
    outlook.change(ZHANGSAN, master.uid, **SHORTENED)
    assert answers(outlook.meeting(ZHANGSAN, master.uid))[GUANGHAN] == "Accept"
    assert outlook.meeting(GUANGHAN, other.uid).my_response is Response.ACCEPT
    assert len(starts(outlook, GUANGHAN)) == len(set(starts(outlook, GUANGHAN))) == 8


def test_a_guest_of_one_occurrence_hears_only_of_what_changes_in_it(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI])
    outlook.change(ZHANGSAN, master.uid, on=DAYS[3], subject="Guests", **add(lab, master, EMMA))
    for change, heard in ((RENAMED, []), (SHORTENED, []), ({"location": "Hall"}, [DAYS[3]])):
        before = len(lab.mail_log)
        outlook.change(ZHANGSAN, master.uid, **change)
        assert [day for _, to, _, day in mail_since(lab, before) if to == EMMA] == heard
    (copy,) = outlook.calendar(EMMA)
    assert (copy.subject, copy.location) == ("Guests", "Hall")


def test_who_comes_to_the_series_later_is_not_asked_to_an_exception_among_others(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI, EMMA])
    outlook.change(ZHANGSAN, master.uid, on=DAYS[3], **keep(master, EMMA))
    before = len(lab.mail_log)
    outlook.change(ZHANGSAN, master.uid, **add(lab, outlook.meeting(ZHANGSAN, master.uid), DAVID))
    assert mail_since(lab, before) == [
        ("MeetingRequest", DAVID, "NewMeetingRequest", None),
        ("MeetingCancellation", DAVID, "", DAYS[3]),
    ]
    assert cancelled_days(outlook, DAVID).index(True) == 3


def test_an_exception_that_only_holds_an_answer_takes_who_comes_later(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI])
    outlook.respond(LISI, master.uid, "Tentative", on=DAYS[2])
    outlook.change(ZHANGSAN, master.uid, **add(lab, outlook.meeting(ZHANGSAN, master.uid), DAVID))
    assert not any(cancelled_days(outlook, DAVID))
    assert answers(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[2])) == {LISI: "Tentative", DAVID: "Unknown"}


def test_an_exceptions_people_are_asked_again_with_everybody(outlook: Outlook) -> None:
    master = book_series(outlook, rooms=[], attendees=[LISI, EMMA])
    outlook.change(ZHANGSAN, master.uid, on=DAYS[3], **keep(master, EMMA))
    outlook.respond(EMMA, master.uid, "Accept", on=DAYS[3])
    outlook.change(ZHANGSAN, master.uid, **RENAMED)
    assert answers(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[3])) == {EMMA: "Accept"}
    outlook.change(ZHANGSAN, master.uid, **SHORTENED)
    assert answers(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[3])) == {EMMA: "Unknown"}
    assert outlook.meeting(EMMA, master.uid, on=DAYS[3]).my_response is Response.NONE
