from datetime import datetime, timedelta

import pytest
from lxml import etree

from lab.test_control import control
from lab.wire import EMMA, GUANGHAN, HOUR, TOMORROW, WORKSHOP, ZHANGSAN, Client, envelope
from roomd_lab import Automation, CalendarItem, Daily, FolderName, Lab, Outlook, Recurrence, RoomPolicy


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


MONDAY = TOMORROW + timedelta(days=(7 - TOMORROW.weekday()) % 7)
WORKED = RoomPolicy(schedule_only_during_work_hours=True, working_hours_time_zone="China Standard Time")


@pytest.mark.parametrize(
    ("hour", "length", "day", "expected"),
    [
        (0, 1, 0, "Accept"),
        (8, 1, 0, "Accept"),
        (-1, 1, 0, "Decline"),
        (8, 2, 0, "Decline"),
        (2, 24, 0, "Decline"),
        (2, 1, 4, "Accept"),
        (2, 1, 5, "Decline"),
        (2, 1, 6, "Decline"),
    ],
)
def test_a_room_that_keeps_its_working_hours_is_booked_within_them(  # noqa: PLR0913, PLR0917 - a table
    outlook: Outlook, lab: Lab, hour: int, length: int, day: int, expected: str
) -> None:
    lab.set_room_policy(GUANGHAN, WORKED)
    start = MONDAY.replace(hour=0) + timedelta(days=day, hours=hour)
    assert answer(book(outlook, start=start, length=length * HOUR)) == expected
    said = outlook.folder(ZHANGSAN, FolderName.INBOX)[-1].body.text
    assert ("during its working hours only" in said) is (expected == "Decline")


@pytest.mark.parametrize(("days", "expected"), [(3, "Accept"), (7, "Decline")])
def test_a_series_lies_within_the_working_hours_as_a_whole(
    outlook: Outlook, lab: Lab, days: int, expected: str
) -> None:
    lab.set_room_policy(GUANGHAN, WORKED)
    start = MONDAY.replace(hour=2)
    daily = Recurrence(pattern=Daily(), first=start.date(), count=days)
    booked = outlook.book(
        ZHANGSAN, subject="Daily", start=start, end=start + HOUR, rooms=[GUANGHAN], recurrence=daily
    )
    assert answer(booked) == expected


def test_working_hours_are_set_by_the_control_route_and_seen_in_availability(client: Client) -> None:
    hours = {"work_days": ["Monday", "Sunday"], "working_hours_end_time": "12:30"}
    zone = {"working_hours_time_zone": "W. Europe Standard Time"}
    assert control(client, "room-policy", {"room": GUANGHAN, **hours, **zone}) == (200, {})
    request = (
        "<m:GetUserAvailabilityRequest><m:MailboxDataArray><t:MailboxData><t:Email>"
        f"<t:Address>{GUANGHAN}</t:Address></t:Email><t:AttendeeType>Room</t:AttendeeType></t:MailboxData>"
        "</m:MailboxDataArray><t:FreeBusyViewOptions><t:TimeWindow>"
        f"<t:StartTime>{MONDAY:%Y-%m-%dT00:00:00}</t:StartTime><t:EndTime>{MONDAY:%Y-%m-%dT12:00:00}</t:EndTime>"
        "</t:TimeWindow><t:RequestedView>FreeBusy</t:RequestedView></t:FreeBusyViewOptions>"
        "</m:GetUserAvailabilityRequest>"
    )
    root = etree.fromstring(client.post(envelope(request))[1])
    (found,) = root.iter("{http://schemas.microsoft.com/exchange/services/2006/types}WorkingHours")
    assert [text.strip() for text in found.itertext()] == [
        *("-60", "0", "03:00:00", "5", "10", "Sunday", "-60", "02:00:00", "5", "3", "Sunday"),
        *("Monday Sunday", "480", "750"),
    ]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"work_days": ["Lunesday"]}, "Lunesday"),
        ({"working_hours_end_time": "07:00"}, "end before they start"),
        ({"working_hours_time_zone": "Middle Earth"}, "Middle Earth"),
    ],
)
def test_impossible_working_hours_are_refused(client: Client, wrong: dict[str, object], named: str) -> None:
    status, body = control(client, "room-policy", {"room": GUANGHAN} | wrong)
    assert (status in {400, 409}, named in body["error"]) == (True, True)


def test_a_room_that_allows_conflicts_accepts_them(outlook: Outlook, lab: Lab) -> None:
    lab.set_room_policy(GUANGHAN, RoomPolicy(allow_conflicts=True))
    assert [answer(book(outlook)), answer(book(outlook, EMMA))] == ["Accept", "Accept"]


@pytest.mark.parametrize(
    ("policy", "subject", "body"),
    [
        (RoomPolicy(), "张三", ""),
        (RoomPolicy(delete_subject=False), "张三 Planning", ""),
        (RoomPolicy(add_organizer_to_subject=False), "", ""),
        (RoomPolicy(delete_subject=False, add_organizer_to_subject=False), "Planning", ""),
        (RoomPolicy(delete_comments=False), "张三", "Bring a pen."),
    ],
)
def test_a_room_shows_of_a_meeting_what_its_policy_lets_it(
    outlook: Outlook, lab: Lab, policy: RoomPolicy, subject: str, body: str
) -> None:
    lab.set_room_policy(GUANGHAN, policy)
    times = {"start": TOMORROW, "end": TOMORROW + HOUR}
    item = outlook.book(ZHANGSAN, subject="Planning", body="Bring a pen.", rooms=[GUANGHAN], **times)
    (copy,) = outlook.calendar(GUANGHAN)
    assert (answer(item), copy.subject, copy.body.text) == ("Accept", subject, body)


@pytest.mark.parametrize(("start", "expected"), [("08:00", "Accept"), ("10:00", "Decline")])
def test_a_room_can_open_later(outlook: Outlook, lab: Lab, start: str, expected: str) -> None:
    opens = RoomPolicy(schedule_only_during_work_hours=True, working_hours_start_time=start)
    lab.set_room_policy(GUANGHAN, opens)
    assert answer(book(outlook, start=MONDAY.replace(hour=9))) == expected


@pytest.mark.parametrize(("removed", "shown"), [(True, "Normal"), (False, "Private")])
def test_a_room_takes_the_private_flag_away_or_keeps_it(
    outlook: Outlook, lab: Lab, *, removed: bool, shown: str
) -> None:
    """See RemovePrivateProperty of Set-CalendarProcessing."""
    lab.set_room_policy(GUANGHAN, RoomPolicy(remove_private_property=removed))
    item = book(outlook)
    outlook.change(ZHANGSAN, item.uid, sensitivity="Private")
    assert outlook.calendar(GUANGHAN)[0].sensitivity == shown
    private = outlook.change(ZHANGSAN, item.uid, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    assert (answer(private), outlook.calendar(GUANGHAN)[0].sensitivity) == ("Accept", shown)
    assert outlook.calendar(ZHANGSAN)[0].sensitivity == "Private"


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
