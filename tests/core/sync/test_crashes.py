"""The daemon dies before and after every single call to Exchange; what it ends with is always the same."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, STRANGER, ZHANG, House, at, invite, meeting
from core.sync.simulated_exchange import Crash, Luck, good_luck
from roomd_core.model import RoomAnswer, Side
from roomd_core.recurrence import Daily, Numbered, Recurrence, Series

Scenario = Callable[[House], Awaitable[None]]
MOST_CALLS = 80
MOMENTS = ("before", "after")


async def book(house: House) -> None:
    await house.book(invite(meeting(rooms=[MOON, LAKE]), LI))


async def booked(house: House) -> str:
    event = await house.book(invite(meeting(), LI))
    await house.settle()
    return event


async def move(house: House) -> None:
    await house.change(await booked(house), start=at(14), end=at(15), title="Moved")


async def cancel(house: House) -> None:
    await house.cancel(await booked(house))


async def swap_rooms(house: House) -> None:
    await house.change(await booked(house), rooms=(LAKE,))


async def merge_edits(house: House) -> None:
    event = await booked(house)
    house.exchange.edit(house.exchange.copies(ZHANG)[0], location="Upstairs")
    await house.change(event, title="Review")


async def collide(house: House) -> None:
    event = await booked(house)
    house.exchange.edit(house.exchange.copies(ZHANG)[0], title="Theirs")
    await house.change(event, title="Ours")


async def vanish_and_save(house: House) -> None:
    event = await booked(house)
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    await house.sync()
    await house.change(event, title="Again")


async def be_taken(house: House) -> None:
    house.exchange.meet(MOON, meeting("Painters", 9, 12, rooms=[]))
    await house.book(meeting())


async def hear_of_outlook(house: House) -> None:
    first = house.exchange.meet(ZHANG, invite(meeting("First"), LI))
    second = house.exchange.meet(ZHANG, meeting("Second", 12, 13))
    await house.settle()
    house.exchange.call_off(first)
    house.exchange.edit(second, title="Second thoughts")


async def hear_of_series(house: House) -> None:
    rule = Recurrence(pattern=Daily(interval=7), first=at(10).date(), range=Numbered(count=4))
    weekly = replace(invite(meeting("Weekly"), LI), zone="UTC", series=Series(recurrence=rule))
    copy = house.exchange.meet(ZHANG, weekly)
    await house.settle()
    house.exchange.change_occurrence(copy, at(10, day=7), start=at(12, day=7), end=at(13, day=7), title="Later")
    house.exchange.drop_occurrence(copy, at(10, day=14))
    house.exchange.leave_occurrence(MOON, copy.uid, at(10, day=21))
    house.exchange.invite_alone(copy, at(10), LAKE)


async def lose_sync_states(house: House) -> None:
    event = await booked(house)
    await house.change(event, title="Edited here")
    for address in house.exchange.calendars:
        house.exchange.forget_sync_states(address)


async def resolve(house: House) -> None:
    await collide(house)
    await house.settle()
    [conflict] = await house.conflicts()
    await house.engine.resolve(conflict.id, Side.LOCAL, actor="unix:zhangsan")


async def resolve_for_exchange(house: House) -> None:
    await collide(house)
    await house.settle()
    [conflict] = await house.conflicts()
    await house.engine.resolve(conflict.id, Side.EXCHANGE, actor="unix:zhangsan")


async def delete_there_edit_here(house: House) -> None:
    event = await booked(house)
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    await house.change(event, title="Edited here")


async def make_again_what_was_deleted(house: House) -> None:
    await delete_there_edit_here(house)
    await house.settle()
    [conflict] = [each for each in await house.conflicts() if each.kind == "edit-vs-delete"]
    await house.engine.resolve(conflict.id, Side.LOCAL, actor="unix:zhangsan")


async def cancel_here_edit_there(house: House) -> None:
    event = await booked(house)
    house.exchange.edit(house.exchange.copies(ZHANG)[0], title="Edited there")
    await house.cancel(event)


async def delete_on_both_sides(house: House) -> None:
    event = await booked(house)
    house.exchange.call_off(house.exchange.copies(ZHANG)[0])
    await house.cancel(event)


async def give_up_and_book_again(house: House) -> None:
    await house.cancel(await booked(house))
    await house.book(meeting("In its place"))


async def add_a_room_and_people(house: House) -> None:
    content = invite(meeting(rooms=[MOON, LAKE]), LI, STRANGER)
    await house.change(await booked(house), rooms=content.rooms, attendees=content.attendees)


async def change_what_only_the_organizer_sees(house: House) -> None:
    await house.change(await booked(house), reminder=10, categories=("Red",), body="Another agenda.")


async def read_page_by_page(house: House) -> None:
    house.exchange.page = 2
    for hour in range(8, 15):
        house.exchange.meet(LI, meeting(f"At {hour}", hour, hour + 1, rooms=[LAKE]))


async def lose_a_room(house: House) -> None:
    event = await booked(house)
    house.exchange.remove(MOON, (await house.event(event)).uid)


SCENARIOS: list[Scenario] = [
    book, move, cancel, swap_rooms, merge_edits, collide, vanish_and_save, be_taken, hear_of_outlook,
    hear_of_series, lose_sync_states, resolve, resolve_for_exchange, delete_there_edit_here,
    make_again_what_was_deleted, cancel_here_edit_there, delete_on_both_sides, give_up_and_book_again,
    add_a_room_and_people, change_what_only_the_organizer_sees, read_page_by_page, lose_a_room,
]  # fmt: skip


async def end_state(house: House) -> dict[str, Any]:
    """Everything both sides hold in the end, without ids, which differ from run to run."""
    occupancies = await house.occupancies()
    events = [await house.event(event) for event in dict.fromkeys(each.event for each in occupancies)]
    return {
        "copies": {
            address: sorted(
                (copy.content.title, copy.spans(), copy.answer) for copy in house.exchange.copies(address)
            )
            for address in house.exchange.calendars
        },
        "occupancies": sorted((each.mailbox, each.start, each.end, each.state) for each in occupancies),
        "contents": sorted((event.content.title, event.content.location, event.base is not None) for event in events),
        "conflicts": sorted((each.kind, each.room or "") for each in await house.conflicts()),
        "waiting": await house.waiting(),
        "invitations": sum(kind == "request" for kind, _, _ in house.exchange.mails),
        "cancellations": sum(kind == "cancellation" for kind, _, _ in house.exchange.mails),
    }


def dying(number: int, when: str, already: int) -> Luck:
    return lambda call, moment, _name, _mailbox: Crash() if (call - already, moment) == (number, when) else None


async def live_on(house: House, number: int, when: str) -> tuple[dict[str, Any], bool]:
    """Go on, die at one call, come back, and go on; say how it ended and whether it died at all."""
    async with house.open():
        house.exchange.luck = dying(number, when, len(house.exchange.calls))
        died = False
        try:
            await house.settle()
        except Crash:
            died = True
        await house.restart()
        house.exchange.luck = good_luck
        await house.settle()
        return await end_state(house), died


async def die_everywhere(tmp_path: Path, scenario: Scenario, answers: RoomAnswer) -> dict[str, Any]:
    """Die before and after every call of a scenario, each time from the same beginning; return the one end of all."""
    async with House(tmp_path / "begun", answers=answers).open() as begun:
        await scenario(begun)
    expected, died = await live_on(begun.fork(tmp_path / "whole"), 0, "before")
    assert not died
    deaths = 0
    for number in range(1, MOST_CALLS):
        ends = [await live_on(begun.fork(tmp_path / f"{number}{when}"), number, when) for when in MOMENTS]
        for when, (found, _) in zip(MOMENTS, ends, strict=True):
            assert found == expected, f"dying {when} call {number} of {scenario.__name__} ends differently"
        deaths += sum(died for _, died in ends)
        if not any(died for _, died in ends):
            break
    assert deaths >= 8, "too few calls were made to have tried anything"
    return expected


BY_ROOMD: list[Scenario] = [book, move, be_taken]
CASES = [*((each, RoomAnswer.EXCHANGE) for each in SCENARIOS), *((each, RoomAnswer.ROOMD) for each in BY_ROOMD)]


@pytest.mark.parametrize(("scenario", "answers"), CASES, ids=[f"{each.__name__}-{who}" for each, who in CASES])
async def test_dying_at_any_call_leads_to_the_same_end(
    tmp_path: Path, scenario: Scenario, answers: RoomAnswer
) -> None:
    expected = await die_everywhere(tmp_path, scenario, answers)
    assert expected["waiting"] == 0 or expected["conflicts"], "what waits, waits for somebody to decide"
