from datetime import datetime, timedelta

import pytest

from lab.wire import EMMA, GUANGHAN, HOUR, TOMORROW, WORKSHOP, ZHANGSAN
from roomd_lab import Automation, CalendarItem, FolderName, Lab, Outlook, RoomPolicy


def book(
    outlook: Outlook,
    organizer: str = ZHANGSAN,
    *,
    start: datetime = TOMORROW,
    length: timedelta = HOUR,
    room: str = GUANGHAN,
) -> CalendarItem:
    return outlook.book(organizer, subject="Planning", start=start, end=start + length, rooms=[room])


def answer(item: CalendarItem) -> str:
    return str(item.attendees[0].response)


@pytest.mark.parametrize(("offset", "expected"), [(-1, "Accept"), (-0.5, "Decline"), (0.5, "Decline"), (1, "Accept")])
def test_a_room_is_taken_only_where_meetings_overlap(outlook: Outlook, offset: float, expected: str) -> None:
    book(outlook, EMMA)
    assert answer(book(outlook, start=TOMORROW + offset * HOUR)) == expected


def test_a_room_that_is_taken_says_by_whom_and_until_when(outlook: Outlook) -> None:
    book(outlook, EMMA)
    book(outlook)
    notice = outlook.folder(ZHANGSAN, FolderName.INBOX)[-1]
    assert notice.subject == "Declined: Planning"
    assert f"Emma Lindqvist from {TOMORROW:%Y-%m-%d %H:%M} to {TOMORROW + HOUR:%H:%M} UTC" in notice.body.text


def test_a_room_is_booked_no_further_ahead_than_its_window(outlook: Outlook, lab: Lab) -> None:
    far = TOMORROW + timedelta(days=181)
    assert answer(book(outlook, start=far)) == "Decline"
    lab.set_room_policy(GUANGHAN, RoomPolicy(booking_window_days=400))
    assert answer(book(outlook, start=far)) == "Accept"


def test_a_meeting_longer_than_the_policy_allows_is_declined(outlook: Outlook) -> None:
    assert answer(book(outlook, length=timedelta(hours=25))) == "Decline"


def test_a_room_that_allows_conflicts_accepts_them(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(allow_conflicts=True))
    assert [answer(book(outlook)), answer(book(outlook, EMMA))] == ["Accept", "Accept"]


def test_a_room_can_be_told_to_keep_the_subject(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(delete_subject=False))
    book(outlook)
    assert outlook.calendar(GUANGHAN)[0].subject == "张三 Planning"


def test_a_room_without_attendant_waits_and_one_without_processing_has_only_the_request(
    outlook: Outlook, lab: Lab
) -> None:
    assert answer(book(outlook, room=WORKSHOP)) == "Unknown"
    lab.set_room_policy(WORKSHOP, RoomPolicy(automation=Automation.NONE))
    book(outlook, room=WORKSHOP, start=TOMORROW + HOUR)
    assert len(outlook.calendar(WORKSHOP)) == 1
    assert len(outlook.folder(WORKSHOP, FolderName.INBOX)) == 2


def test_a_cancelled_meeting_gives_its_time_back(outlook: Outlook) -> None:
    outlook.cancel(EMMA, book(outlook, EMMA).uid)
    assert answer(book(outlook)) == "Accept"


def test_what_was_written_straight_into_the_room_takes_its_time(outlook: Outlook) -> None:
    outlook.write_into(GUANGHAN, subject="Maintenance", start=TOMORROW, end=TOMORROW + HOUR)
    assert answer(book(outlook)) == "Decline"
