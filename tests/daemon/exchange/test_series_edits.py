"""Series booked, changed and called off here, over the wire: after each edit the server's calendar shows the same."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from daemon.exchange.test_series import (
    BERLIN,
    FIRST,
    LAKE,
    MOON,
    WINDOW,
    ZHANG,
    ZONES,
    Office,
    every,
    office,  # noqa: F401 - a fixture
)
from roomd_core.access import Caller
from roomd_core.api.wire import Booking, EventPatch, Repeat, Scope
from roomd_core.booking import BookingService
from roomd_core.booking.series_edits import Change
from roomd_core.clock import SystemClock
from roomd_core.errors import RoomTaken
from roomd_core.model import ConflictKind, Event
from roomd_core.recurrence import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    Numbered,
    Pattern,
    RelativeMonthly,
    RelativeYearly,
    Week,
    Weekly,
)
from roomd_daemon.exchange import Exchange
from roomd_lab import RoomPolicy

HOUR, DAY, A_WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
AS_ZHANG = Caller(user="unix:zhangsan", mailbox=ZHANG)
WEEKLY = Repeat(pattern=Weekly(days=(list(DayOfWeek)[FIRST.weekday()],)), range=Numbered(count=40))
"""Forty weeks: clocks in Europe change at least once in them."""


class Desk:
    """Books, changes and calls off as a person, and looks at both calendars after it."""

    def __init__(self, at_work: Office, service: BookingService) -> None:
        self.office = at_work
        self.lab = at_work.lab
        self.service = service

    async def book(self, repeat: Repeat = WEEKLY, *, zone: str = "Europe/Berlin", **fields: Any) -> Event:
        start = wall(0)
        asked = {"rooms": (MOON,), "start": start, "end": start + HOUR, "title": "Weekly", **fields}
        booked = await self.service.book(AS_ZHANG, Booking(zone=zone, recurrence=repeat, **asked))
        await self.agree()
        return booked

    async def change(self, event: Event, scope: Scope, week: int, *, drop: bool = False, **fields: Any) -> Event:
        patch = EventPatch(**fields)
        wanted = Change(patch=patch, scope=scope, occurrence=wall(week), drop_exceptions=drop)
        changed = await self.service.change(AS_ZHANG, event.id, wanted)
        await self.agree()
        return changed

    async def cancel(self, event: Event, scope: Scope, week: int) -> None:
        await self.service.cancel(AS_ZHANG, event.id, scope=scope, occurrence=wall(week))
        await self.agree()

    async def agree(self) -> None:
        """Bring both sides together, and see that the server's calendar view shows what is held here."""
        for _ in range(3):
            await self.office.sync()
        async with self.office.store.read() as tables:
            waiting = await tables.operations.summary()
        assert (waiting.queued, waiting.unknown, waiting.parked) == (0, 0, 0)
        for mailbox in (ZHANG, MOON, LAKE):
            assert sorted(await self.office.stored(mailbox)) == self.office.shown(mailbox), mailbox

    def titles(self) -> list[str]:
        since, until = wall(0) - DAY, wall(50)
        return [each.subject for each in self.lab.outlook.calendar_between(ZHANG, since, until)]


@pytest.fixture
def desk(office: Office, exchange: Exchange) -> Desk:  # noqa: F811 - the fixture
    for room in (MOON, LAKE):
        office.lab.set_room_policy(room, RoomPolicy(booking_window_days=1080))
    service = BookingService(
        office.store,
        exchange,
        SystemClock(),
        refresh=office.engine.refresh,
        fresh_for=timedelta(minutes=20),
        window=WINDOW,
    )
    return Desk(office, service)


def wall(week: int, hour: int = 10) -> datetime:
    return datetime.combine(FIRST + week * A_WEEK, time(hour), BERLIN)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe"])
@pytest.mark.parametrize(
    "pattern",
    [
        Daily(interval=3),
        Weekly(interval=2, days=(DayOfWeek.MONDAY, DayOfWeek.THURSDAY), first_day=DayOfWeek.MONDAY),
        AbsoluteMonthly(interval=1, day=31),
        RelativeMonthly(interval=1, day=DayOfWeek.WEEKDAY, week=Week.LAST),
        AbsoluteYearly(month=2, day=29),
        RelativeYearly(month=10, day=DayOfWeek.SUNDAY, week=Week.LAST),
    ],
    ids=lambda pattern: type(pattern).__name__,
)
async def test_every_pattern_booked_here_is_shown_there_at_the_same_times(
    desk: Desk, pattern: Pattern, zone: str
) -> None:
    assert zone in {each.key for each in ZONES.values()}
    await desk.book(Repeat(pattern=pattern, range=Numbered(count=20)), zone=zone)
    await desk.book(Repeat(pattern=pattern), zone=zone, rooms=(LAKE,), title="For ever")


async def test_one_occurrence_moved_renamed_and_moved_again_is_shown_there_so(desk: Desk) -> None:
    booked = await desk.book()
    await desk.change(booked, Scope.THIS, 30, start=wall(30, 14), end=wall(30, 16), title="Special")
    await desk.change(
        booked, Scope.THIS, 30, start=wall(30, 15), end=wall(30, 16), location="Upstairs", body="Bring tea"
    )

    assert desk.titles().count("Special") == 1
    special = next(
        each for each in desk.lab.outlook.calendar_between(ZHANG, wall(30, 0), wall(31)) if each.subject == "Special"
    )
    assert (special.start, special.location, special.body.text.strip()) == (wall(30, 15), "Upstairs", "Bring tea")


async def test_occurrences_called_off_and_given_another_room_are_shown_there_so(desk: Desk) -> None:
    booked = await desk.book()
    await desk.cancel(booked, Scope.THIS, 3)
    await desk.change(booked, Scope.THIS, 4, rooms=(LAKE,))
    assert len(desk.office.shown(LAKE)) == 1
    assert len(desk.office.shown(MOON)) == 38


async def test_a_series_renamed_keeps_what_is_different_in_single_occurrences(desk: Desk) -> None:
    booked = await desk.book()
    await desk.change(booked, Scope.THIS, 2, title="Special")
    await desk.cancel(booked, Scope.THIS, 5)
    await desk.change(booked, Scope.ALL, 0, title="Renamed")
    assert sorted(set(desk.titles())) == ["Renamed", "Special"]
    assert len(desk.titles()) == 39


async def test_a_series_moved_for_all_and_one_made_in_outlook_are_shown_there_so(desk: Desk) -> None:
    uid = desk.office.book(every(7, 20), rooms=[LAKE])
    await desk.office.sync()
    async with desk.office.store.read() as tables:
        (theirs,) = (await tables.events.by_uid([uid])).values()
    booked = await desk.book()
    for event in (booked, theirs):
        await desk.change(event, Scope.THIS, 2, start=wall(2, 11), end=wall(2, 12))
        await desk.change(event, Scope.ALL, 1, drop=True, start=wall(1, 13), end=wall(1, 14))
        await desk.cancel(event, Scope.THIS, 4)


async def test_this_and_following_is_two_series_there(desk: Desk) -> None:
    booked = await desk.book()
    await desk.change(booked, Scope.THIS, 2, title="Before")
    await desk.cancel(booked, Scope.THIS, 20)
    second = await desk.change(booked, Scope.FOLLOWING, 10, title="Second half")

    assert len(desk.lab.outlook.calendar(ZHANG)) == 2
    assert desk.titles() == ["Weekly"] * 2 + ["Before"] + ["Weekly"] * 7 + ["Second half"] * 29
    await desk.change(second, Scope.FOLLOWING, 15, start=wall(15, 16), end=wall(15, 17), drop=True)
    await desk.cancel(booked, Scope.FOLLOWING, 5)
    await desk.cancel(booked, Scope.ALL, 0)
    assert len(desk.lab.outlook.calendar(ZHANG)) == 2


async def test_a_meeting_in_another_zone_updated_keeps_its_wall_times(desk: Desk) -> None:
    booked = await desk.book(zone="America/St_Johns")
    await desk.change(booked, Scope.ALL, 0, title="Renamed")
    until = EndDate(last=FIRST + 35 * A_WEEK)
    await desk.service.change(
        AS_ZHANG,
        booked.id,
        Change(patch=EventPatch(recurrence=Repeat(pattern=WEEKLY.pattern, range=until)), scope=Scope.ALL),
    )
    await desk.agree()

    (master,) = desk.lab.outlook.calendar(ZHANG)
    assert master.start_zone == "Newfoundland Standard Time"
    local = ZONES["Newfoundland Standard Time"]
    walls = {start.astimezone(local).time() for start, _ in desk.office.shown(ZHANG)}
    assert walls == {wall(0).astimezone(local).time()}


async def test_a_single_turned_into_a_series_is_the_same_item_there(desk: Desk) -> None:
    booked = await desk.service.book(
        AS_ZHANG,
        Booking(rooms=(MOON,), start=wall(0), end=wall(0) + HOUR, title="Once", zone="Europe/Berlin"),
    )
    await desk.agree()
    (before,) = desk.lab.outlook.calendar(ZHANG)
    await desk.service.change(AS_ZHANG, booked.id, EventPatch(recurrence=WEEKLY))
    await desk.agree()

    (after,) = desk.lab.outlook.calendar(ZHANG)
    assert (after.item_id, after.recurrence is None) == (before.item_id, False)


async def test_a_series_is_refused_where_some_occurrences_are_taken_and_names_them(desk: Desk) -> None:
    for week in (1, 20):
        desk.lab.outlook.write_into(MOON, subject="Painters", start=wall(week), end=wall(week) + HOUR)

    with pytest.raises(RoomTaken, match="at 2 of 40 times"):
        await desk.book()


async def test_an_occurrence_the_room_declines_is_told_and_the_series_stands(desk: Desk) -> None:
    booked = await desk.book()
    for week in (1, 2):
        desk.lab.outlook.respond(MOON, booked.uid, "Decline", on=FIRST + week * A_WEEK)
    await desk.agree()

    async with desk.office.store.read() as tables:
        (conflict,) = await tables.conflicts.listing(resolved=False)
    assert conflict.kind is ConflictKind.ROOM_DECLINED
    assert "2 of 40 occurrences" in conflict.summary
