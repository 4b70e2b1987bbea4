from pathlib import Path

from core.sync.house import LAKE, MOON, ZHANG, House, at, meeting
from roomd_core.model import OccupancyState, RoomAnswer, Side
from roomd_core.sync.remote import OutcomeUnknown


async def test_roomd_accepts_for_a_room_without_an_attendant(unattended: House) -> None:
    event = await unattended.book(meeting())
    await unattended.push()
    assert (await unattended.states(event))[MOON] is OccupancyState.ACCEPTED
    assert unattended.exchange.copies(MOON)[0].answer == "accepted"


async def test_roomd_declines_for_a_room_that_is_taken_and_says_by_whom(unattended: House) -> None:
    event = await unattended.book(meeting())
    unattended.exchange.meet(MOON, meeting("Painters", 9, 12, rooms=[]))
    await unattended.sync()
    assert (await unattended.states(event))[MOON] is OccupancyState.DECLINED
    declined = [each for each in await unattended.conflicts() if each.kind == "room-declined"]
    assert [(each.event, each.room) for each in declined] == [(event, MOON)]
    assert "until 2026-11-24 12:00 UTC" in declined[0].summary


async def test_a_room_declined_by_its_own_attendant_is_a_conflict_until_it_is_replaced(house: House) -> None:
    event = await house.book(meeting())
    house.exchange.meet(MOON, meeting("Painters", 9, 12, rooms=[]))
    await house.push()
    [conflict] = [each for each in await house.conflicts() if each.kind == "room-declined"]
    assert (conflict.event, conflict.room) == (event, MOON)
    await house.change(event, rooms=(LAKE,))
    await house.push()
    assert await house.conflicts() == []
    assert (await house.states(event))[LAKE] is OccupancyState.ACCEPTED


async def test_a_room_that_is_moved_with_its_event_answers_again(unattended: House) -> None:
    event = await unattended.book(meeting())
    await unattended.push()
    await unattended.change(event, start=at(14), end=at(15))
    await unattended.engine.push_due()
    assert (await unattended.states(event))[MOON] is OccupancyState.TENTATIVE
    await unattended.push()
    assert unattended.exchange.copies(MOON)[0].answer == "accepted"
    assert (await unattended.states(event))[MOON] is OccupancyState.ACCEPTED


async def test_a_room_released_by_hand_is_a_conflict(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.remove(MOON, (await house.event(event)).uid)
    await house.sync()
    assert [(each.kind, each.room) for each in await house.conflicts()] == [("room-dropped", MOON)]
    assert (await house.states(event))[MOON] is OccupancyState.DECLINED


async def test_a_room_called_back_by_the_organizer_did_not_decline(unattended: House) -> None:
    event = await unattended.book(meeting())
    await unattended.push()
    unattended.exchange.call_off(unattended.exchange.copies(ZHANG)[0])
    await unattended.engine.refresh([MOON])
    assert await unattended.conflicts() == []
    await unattended.sync()
    assert (await unattended.conflicts(), await unattended.states(event)) == ([], {})


async def test_a_refusal_somebody_decided_to_live_with_is_not_brought_up_again(house: House) -> None:
    house.exchange.meet(MOON, meeting("Painters", 9, 12, rooms=[]))
    event = await house.book(meeting())
    await house.push()
    [conflict] = [each for each in await house.conflicts() if each.kind == "room-declined"]
    await house.engine.resolve(conflict.id, Side.EXCHANGE, actor="unix:zhangsan")
    await house.change(event, title="Outside, then")
    await house.push()
    assert await house.conflicts() == []


async def test_an_answer_that_was_lost_is_given_once(unattended: House) -> None:
    left = [OutcomeUnknown("The connection broke.")]
    unattended.exchange.luck = lambda _n, when, call, _m: (
        left.pop() if left and (when, call) == ("after", "respond") else None
    )
    event = await unattended.book(meeting())
    await unattended.push()
    assert [call for call, _ in unattended.exchange.calls].count("respond") == 1
    assert (await unattended.states(event))[MOON] is OccupancyState.ACCEPTED


async def test_a_room_whose_ways_are_not_known_is_given_time_and_then_answered_for(tmp_path: Path) -> None:
    async with House(tmp_path, answers=RoomAnswer.AUTO).open() as house:
        event = await house.book(meeting())
        await house.engine.push_due()
        await house.engine.follow_up()
        assert (await house.states(event))[MOON] is OccupancyState.TENTATIVE
        await house.push()
        assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
        second = await house.book(meeting("Second", 12, 13))
        await house.engine.push_due()
        await house.engine.follow_up()
        assert (await house.states(second))[MOON] is OccupancyState.ACCEPTED


async def test_a_room_that_was_seen_to_answer_by_itself_is_left_to_it(tmp_path: Path) -> None:
    async with House(tmp_path, answers=RoomAnswer.AUTO).open() as house:
        house.exchange.calendars[MOON].attended = True
        await house.book(meeting())
        await house.push()
        house.exchange.calendars[MOON].attended = False
        second = await house.book(meeting("Second", 12, 13))
        await house.push()
        assert (await house.states(second))[MOON] is OccupancyState.TENTATIVE
        assert "respond" not in {call for call, _ in house.exchange.calls}


async def test_the_organizers_own_time_is_held(house: House) -> None:
    event = await house.book(meeting())
    assert (await house.states(event))[ZHANG] is OccupancyState.PENDING
    await house.push()
    assert (await house.states(event))[ZHANG] is OccupancyState.ACCEPTED
