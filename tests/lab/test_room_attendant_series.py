"""How a room answers series (Set-CalendarProcessing)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lab.series import DAYS, NOW, TEN_TUESDAYS, berlin, book_series, lab_in_september, mail_since, starts
from lab.wire import EMMA, GUANGHAN, WORKSHOP, ZHANGSAN
from roomd_lab import Attendee, CalendarItem, FolderName, Lab, Outlook, Role, RoomPolicy


@pytest.fixture
def lab() -> Lab:
    return lab_in_september()


def answer(item: CalendarItem) -> str:
    return str(item.attendees[0].response)


def take(outlook: Outlook, days: int) -> None:
    """Emma has the room on the first days of the series."""
    for day in DAYS[:days]:
        outlook.book(EMMA, subject="Mine", start=berlin(day, 10, 30), end=berlin(day, 11, 30), rooms=[GUANGHAN])


def test_a_free_room_takes_the_whole_series_with_one_answer(outlook: Outlook, lab: Lab) -> None:
    assert answer(book_series(outlook)) == "Accept"
    assert mail_since(lab, 0)[1:] == [("MeetingResponse", ZHANGSAN, "Accept", None)]
    assert starts(outlook, GUANGHAN) == starts(outlook, ZHANGSAN)
    assert outlook.calendar(GUANGHAN)[0].subject == "张三"


def test_one_clash_is_enough_to_decline_a_series(outlook: Outlook) -> None:
    take(outlook, 1)
    assert answer(book_series(outlook)) == "Decline"
    assert len(starts(outlook, GUANGHAN)) == 1
    notice = outlook.folder(ZHANGSAN, FolderName.INBOX)[-1]
    assert "1 of 10 meetings: The room is taken by Emma Lindqvist" in notice.body.text


@pytest.mark.parametrize(
    ("limits", "clashes", "expected"),
    [
        ((20, 2), 2, "Accept"),
        ((20, 2), 3, "Decline"),
        ((19, 2), 2, "Decline"),
        ((20, 1), 2, "Decline"),
        ((100, 0), 1, "Decline"),
        ((0, 100), 1, "Decline"),
        ((100, 100), 10, "Accept"),
    ],
)
def test_a_room_bears_so_many_clashes_as_both_limits_allow(
    outlook: Outlook, lab: Lab, limits: tuple[int, int], clashes: int, expected: str
) -> None:
    percentage, number = limits
    policy = RoomPolicy(conflict_percentage_allowed=percentage, maximum_conflict_instances=number)
    lab.set_room_policy(GUANGHAN, policy)
    take(outlook, clashes)
    assert answer(book_series(outlook)) == expected


def test_a_room_that_takes_a_series_declines_the_occurrences_that_clash(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(conflict_percentage_allowed=50, maximum_conflict_instances=5))
    take(outlook, 2)
    before = len(lab.mail_log)
    master = book_series(outlook)
    assert mail_since(lab, before)[1:] == [
        ("MeetingResponse", ZHANGSAN, "Accept", None),
        ("MeetingResponse", ZHANGSAN, "Decline", DAYS[0]),
        ("MeetingResponse", ZHANGSAN, "Decline", DAYS[1]),
    ]
    assert [answer(outlook.meeting(ZHANGSAN, master.uid, on=day)) for day in DAYS[:3]] == [
        "Decline",
        "Decline",
        "Accept",
    ]
    assert outlook.meeting(GUANGHAN, master.uid).deletions == set(DAYS[:2])
    assert len(starts(outlook, ZHANGSAN)) == len(starts(outlook, GUANGHAN)) == 10


def test_a_room_that_allows_conflicts_takes_a_series_as_it_is(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(allow_conflicts=True))
    take(outlook, 3)
    assert answer(book_series(outlook)) == "Accept"
    assert len(starts(outlook, GUANGHAN)) == 13


def test_occurrences_of_a_series_hold_the_room_against_others(outlook: Outlook) -> None:
    master = book_series(outlook)
    clash = outlook.book(EMMA, subject="x", start=berlin(DAYS[6], 10), end=berlin(DAYS[6], 11), rooms=[GUANGHAN])
    assert answer(clash) == "Decline"
    outlook.move(ZHANGSAN, master.uid, on=DAYS[6], start=berlin(DAYS[6], 15), end=berlin(DAYS[6], 16))
    outlook.cancel(ZHANGSAN, master.uid, on=DAYS[7])
    for day in DAYS[6:8]:
        free = outlook.book(EMMA, subject="x", start=berlin(day, 10), end=berlin(day, 11), rooms=[GUANGHAN])
        assert answer(free) == "Accept"


def test_an_occurrence_moved_onto_another_meeting_is_declined_and_the_series_kept(outlook: Outlook) -> None:
    outlook.book(EMMA, subject="x", start=berlin(DAYS[6], 15), end=berlin(DAYS[6], 16), rooms=[GUANGHAN])
    master = book_series(outlook)
    moved = outlook.move(ZHANGSAN, master.uid, on=DAYS[6], start=berlin(DAYS[6], 15), end=berlin(DAYS[6], 16))
    assert answer(moved) == "Decline"
    assert answer(outlook.meeting(ZHANGSAN, master.uid)) == "Accept"
    assert outlook.meeting(GUANGHAN, master.uid).deletions == {DAYS[6]}


def test_an_occurrence_the_room_declined_is_judged_again_by_every_update(outlook: Outlook) -> None:
    rival = outlook.book(EMMA, subject="x", start=berlin(DAYS[6], 15), end=berlin(DAYS[6], 16), rooms=[GUANGHAN])
    master = book_series(outlook)
    outlook.move(ZHANGSAN, master.uid, on=DAYS[6], start=berlin(DAYS[6], 15), end=berlin(DAYS[6], 16))
    renamed = outlook.change(ZHANGSAN, master.uid, on=DAYS[6], subject="Still here")
    assert answer(renamed) == "Decline"
    outlook.cancel(EMMA, rival.uid)
    renamed = outlook.change(ZHANGSAN, master.uid, on=DAYS[6], subject="And now")
    assert answer(renamed) == "Accept"
    assert starts(outlook, GUANGHAN) == starts(outlook, ZHANGSAN)


def test_a_series_that_goes_beyond_the_booking_window_is_declined(outlook: Outlook, lab: Lab) -> None:
    assert answer(book_series(outlook, recurrence=replace(TEN_TUESDAYS, count=None))) == "Decline"
    lab.set_room_policy(GUANGHAN, RoomPolicy(booking_window_days=60))
    assert answer(book_series(outlook)) == "Decline"


def test_a_lenient_room_takes_the_series_up_to_its_booking_window(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(booking_window_days=60, enforce_scheduling_horizon=False))
    master = book_series(outlook, recurrence=replace(TEN_TUESDAYS, count=None))
    assert answer(master) == "Accept"
    assert [start.date() for start in starts(outlook, GUANGHAN)] == [
        d for d in DAYS if d <= NOW.date() + timedelta(60)
    ]
    outlook.change(ZHANGSAN, master.uid, subject="Renamed")
    assert len(starts(outlook, GUANGHAN)) == 5


def test_a_room_can_refuse_series_altogether(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(allow_recurring_meetings=False))
    assert answer(book_series(outlook)) == "Decline"


def test_the_longest_meeting_a_room_takes_is_that_of_each_occurrence(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(maximum_duration_minutes=60))
    assert answer(book_series(outlook)) == "Accept"
    assert answer(book_series(outlook, start=berlin(DAYS[0], 12), end=berlin(DAYS[0], 14))) == "Decline"


def test_a_room_without_attendant_holds_a_series_until_somebody_answers(outlook: Outlook) -> None:
    master = book_series(outlook, rooms=[WORKSHOP])
    assert answer(master) == "Unknown"
    outlook.respond(WORKSHOP, master.uid, "Accept")
    outlook.respond(WORKSHOP, master.uid, "Decline", on=DAYS[0])
    assert answer(outlook.meeting(ZHANGSAN, master.uid)) == "Accept"
    assert answer(outlook.meeting(ZHANGSAN, master.uid, on=DAYS[0])) == "Decline"


def test_no_occurrence_in_a_room_tells_what_it_is_about(outlook: Outlook, lab: Lab) -> None:
    master = book_series(outlook, rooms=[])
    outlook.change(ZHANGSAN, master.uid, on=DAYS[1], subject="Layoffs", sensitivity="Private")
    room = Attendee(address=lab.company.directory.owner(GUANGHAN), role=Role.RESOURCE)
    outlook.change(ZHANGSAN, master.uid, attendees=(room,))
    outlook.change(ZHANGSAN, master.uid, on=DAYS[2], subject="More layoffs")
    outlook.change(ZHANGSAN, master.uid, location="Hall")
    shown = outlook.calendar_between(GUANGHAN, NOW, NOW + timedelta(days=300))
    assert {(item.subject, item.sensitivity, item.location) for item in shown} == {("张三", "Normal", "Hall")}
    assert len(shown) == 10
