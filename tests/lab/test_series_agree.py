"""Whatever an organizer does to a series with mail, a room that takes everything shows what the organizer shows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.series import DAYS, NOW, TEN_TUESDAYS, berlin, book_series, lab_in_september, starts
from lab.wire import EMMA, GUANGHAN, LISI, ZHANGSAN
from roomd_lab import Attendee, ExchangeError, Outlook, RoomPolicy
from roomd_lab.model.recurrence.patterns import Daily, Recurrence, RelativeMonthly

Step = Callable[[Outlook, str], Any]
TOLERATED = (
    "ErrorCalendarIsCancelledForDecline",
    "ErrorItemNotFound",
    "ErrorOccurrenceCrossingBoundary",
    "ErrorOccurrenceTimeSpanTooBig",
)


def move_one(day: int, hours: int) -> Step:
    def step(outlook: Outlook, uid: str) -> None:
        one = outlook.meeting(ZHANGSAN, uid, on=DAYS[day])
        shift = timedelta(hours=hours)
        outlook.move(ZHANGSAN, uid, on=DAYS[day], start=one.start + shift, end=one.end + shift)

    return step


def move_all(hour: int) -> Step:
    def step(outlook: Outlook, uid: str) -> None:
        day = outlook.meeting(ZHANGSAN, uid).start.date()
        outlook.move(ZHANGSAN, uid, start=berlin(day, hour), end=berlin(day, hour + 1))

    return step


def count(number: int) -> Step:
    def step(outlook: Outlook, uid: str) -> None:
        recurrence = outlook.meeting(ZHANGSAN, uid).recurrence
        assert recurrence is not None
        outlook.change(ZHANGSAN, uid, recurrence=replace(recurrence, count=number, until=None))

    return step


def repeat(recurrence: Recurrence) -> Step:
    return lambda outlook, uid: outlook.change(ZHANGSAN, uid, recurrence=recurrence)


def rename_one(day: int) -> Step:
    return lambda outlook, uid: outlook.change(ZHANGSAN, uid, on=DAYS[day], subject=f"No. {day}")


def rename_all(subject: str) -> Step:
    return lambda outlook, uid: outlook.change(ZHANGSAN, uid, subject=subject)


def cancel_one(day: int) -> Step:
    return lambda outlook, uid: outlook.cancel(ZHANGSAN, uid, on=DAYS[day])


def decline_one(day: int) -> Step:
    return lambda outlook, uid: outlook.respond(LISI, uid, "Decline", on=DAYS[day])


DAY = st.integers(0, 9)
STEPS = st.one_of(
    st.builds(move_one, DAY, st.integers(-60, 60)),
    st.builds(move_all, st.integers(7, 20)),
    st.builds(count, st.integers(1, 12)),
    st.sampled_from(
        [
            repeat(TEN_TUESDAYS),
            repeat(Recurrence(pattern=Daily(interval=3), first=DAYS[0], count=8)),
            repeat(Recurrence(pattern=RelativeMonthly(days=frozenset((1,)), index=-1), first=DAYS[0], count=3)),
        ]
    ),
    st.builds(rename_one, DAY),
    st.builds(rename_all, st.sampled_from(["One", "Two"])),
    st.builds(cancel_one, DAY),
    st.builds(decline_one, DAY),
)


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEPS, max_size=12))
def test_the_room_shows_what_the_organizer_shows(steps: list[Step]) -> None:
    lab = lab_in_september()
    lab.set_room_policy(GUANGHAN, RoomPolicy(allow_conflicts=True, booking_window_days=1080))
    uid = book_series(lab.outlook, attendees=[LISI]).uid
    for step in steps:
        try:
            step(lab.outlook, uid)
        except ExchangeError as error:
            if error.code not in TOLERATED:
                raise
    assert starts(lab.outlook, GUANGHAN) == starts(lab.outlook, ZHANGSAN)
    mine = lab.outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert all({a.address.smtp: str(a.response) for a in item.attendees}[GUANGHAN] == "Accept" for item in mine)
    shown = lab.outlook.calendar_between(LISI, NOW, NOW + timedelta(days=300))
    times = {(item.start, item.end) for item in shown if not item.is_cancelled}
    assert times <= {(item.start, item.end) for item in mine}


@pytest.mark.parametrize("also", [EMMA])
def test_who_is_invited_to_all_in_the_end_shows_what_the_organizer_shows(also: str) -> None:
    lab = lab_in_september()
    outlook, uid = lab.outlook, book_series(lab.outlook, rooms=[]).uid
    for step in (move_one(2, 5), cancel_one(4), rename_one(6)):
        step(outlook, uid)
    guest = Attendee(address=lab.company.directory.owner(also))
    outlook.change(ZHANGSAN, uid, attendees=(guest,))
    mine, theirs = (outlook.calendar_between(who, NOW, NOW + timedelta(days=300)) for who in (ZHANGSAN, also))
    assert [(i.start, i.end, i.subject) for i in theirs] == [(i.start, i.end, i.subject) for i in mine]
