"""The daemon dies before and after every call while a series is written: nothing is lost, nothing is doubled."""

from pathlib import Path

import pytest

from core.sync.house import LAKE, House
from core.sync.test_crashes import Scenario, die_everywhere
from core.sync.test_series_made_here import AS_ZHANG, HOUR, TEN, TUESDAYS, WEEK, Office
from roomd_core.api.wire import Booking, EventPatch, Scope
from roomd_core.booking.series_edits import Change
from roomd_core.model import RoomAnswer


async def book_series(house: House) -> None:
    await Office(house).service.book(
        AS_ZHANG,
        Booking(rooms=("Lake",), start=TEN, end=TEN + HOUR, title="Weekly", zone="UTC", recurrence=TUESDAYS),
    )


async def change_this(house: House) -> None:
    booked = await Office(house).book()
    later = TEN + WEEK + HOUR
    await Office(house).change(booked.id, Scope.THIS, 1, start=later, end=later + HOUR, title="Special")


async def cancel_this(house: House) -> None:
    booked = await Office(house).book()
    await Office(house).cancel(booked.id, Scope.THIS, 2)


async def swap_the_room_of_one(house: House) -> None:
    booked = await Office(house).book()
    await Office(house).change(booked.id, Scope.THIS, 1, rooms=(LAKE,))


async def change_many(house: House) -> None:
    """Three writes that Exchange gets one by one."""
    booked = await Office(house).book()
    await Office(house).change(booked.id, Scope.THIS, 1, title="Special")
    await Office(house).cancel(booked.id, Scope.THIS, 4)
    await Office(house).change(booked.id, Scope.ALL, None, title="Renamed")


async def split(house: House) -> None:
    booked = await Office(house).book()
    await Office(house).cancel(booked.id, Scope.THIS, 4)
    await house.settle()
    await Office(house).change(booked.id, Scope.FOLLOWING, 2, title="Second half")


async def change_all(house: House) -> None:
    booked = await Office(house).book()
    await Office(house).cancel(booked.id, Scope.THIS, 4)
    await house.settle()
    await Office(house).change(
        booked.id, Scope.ALL, 0, drop=True, start=TEN + HOUR, end=TEN + 2 * HOUR, title="Later"
    )


async def turn_into_a_series(house: House) -> None:
    booked = await Office(house).service.book(
        AS_ZHANG, Booking(rooms=("Lake",), start=TEN, end=TEN + HOUR, title="Once", zone="UTC")
    )
    await house.settle()
    await Office(house).service.change(AS_ZHANG, booked.id, Change(patch=EventPatch(recurrence=TUESDAYS)))


SCENARIOS: list[Scenario] = [
    book_series, change_this, cancel_this, swap_the_room_of_one, change_many, split, change_all, turn_into_a_series,
]  # fmt: skip
BY_ROOMD: list[Scenario] = [book_series, change_this, split]
CASES = [*((each, RoomAnswer.EXCHANGE) for each in SCENARIOS), *((each, RoomAnswer.ROOMD) for each in BY_ROOMD)]


@pytest.mark.parametrize(("scenario", "answers"), CASES, ids=[f"{each.__name__}-{who}" for each, who in CASES])
async def test_dying_at_any_call_while_a_series_is_written_leads_to_the_same_end(
    tmp_path: Path, scenario: Scenario, answers: RoomAnswer
) -> None:
    expected = await die_everywhere(tmp_path, scenario, answers)
    assert expected["waiting"] == 0
