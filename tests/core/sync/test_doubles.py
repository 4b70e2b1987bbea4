"""An item of roomd's that is in its organizer's calendar twice."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.sync.house import LI, MOON, USER, ZHANG, House
from core.sync.test_room_dropped import booked
from roomd_core.model import Answer, Conflict, ConflictKind, ItemRef, Response, Side
from roomd_core.sync.doubles import surplus

DAY = 24 * 3600


async def doubled(house: House) -> str:
    """Let a second item with the same key come to be; return the event."""
    event, uid = await booked(house)
    original = house.exchange.copy(ZHANG, uid)
    alone = replace(original.content, rooms=(), attendees=())
    twin = house.exchange.meet(ZHANG, alone, uid=uid, key=original.own_key)
    twin.content, twin.is_meeting = original.content, True
    await house.sync()
    return event


async def the_question(house: House) -> Conflict:
    [conflict] = [each for each in await house.conflicts() if each.kind is ConflictKind.DUPLICATE]
    return conflict


async def test_it_is_asked_about_once_and_nothing_is_removed_meanwhile(house: House) -> None:
    event = await doubled(house)
    conflict = await the_question(house)
    assert (conflict.event, "twice in Zhang San's calendar" in conflict.summary) == (event, True)
    house.clock.advance(DAY)
    await house.sync()
    assert (await the_question(house)).id == conflict.id
    assert len(house.exchange.copies(ZHANG)) == 2


async def test_the_one_without_answers_is_removed_and_nobody_is_mailed(house: House) -> None:
    await doubled(house)
    answered = next(copy for copy in house.exchange.copies(ZHANG) if copy.responses)
    house.exchange.mails.clear()
    await house.engine.resolve((await the_question(house)).id, Side.LOCAL, actor=USER)
    await house.sync()
    assert [copy.item_id for copy in house.exchange.copies(ZHANG)] == [answered.item_id]
    assert [copy for copy in house.exchange.calendars[ZHANG].deleted_items if copy is not answered] != []
    assert house.exchange.mails == []
    assert len(house.exchange.copies(MOON)) == 1
    house.clock.advance(DAY)
    await house.sync()
    assert [each.kind for each in await house.conflicts() if each.kind is ConflictKind.DUPLICATE] == []


async def test_who_leaves_both_is_not_asked_again(house: House) -> None:
    await doubled(house)
    await house.engine.resolve((await the_question(house)).id, Side.EXCHANGE, actor=USER)
    house.clock.advance(DAY)
    await house.sync()
    assert len(house.exchange.copies(ZHANG)) == 2
    assert [each for each in await house.conflicts() if each.kind is ConflictKind.DUPLICATE] == []


async def test_normally_there_are_none(house: House) -> None:
    await booked(house)
    house.clock.advance(DAY)
    await house.sync()
    async with house.store.read() as tables:
        assert await tables.items.doubled() == []


async def test_the_most_answers_count_then_the_one_that_was_left_alone_for_longest(house: House) -> None:
    _, uid = await booked(house)
    [seen] = await house.exchange.find_by_key(ZHANG, house.exchange.copy(ZHANG, uid).own_key or "")
    assert seen.detail is not None
    assert seen.modified_at is not None
    said = (Response(address=MOON, answer=Answer.NONE),)
    silent = replace(seen, ref=ItemRef(item_id="B", change_key="B"), detail=replace(seen.detail, responses=said))
    older = replace(silent, ref=ItemRef(item_id="C", change_key="C"), modified_at=seen.modified_at - timedelta(1))
    assert [each.ref.item_id for each in surplus([silent, seen, older])] == ["C", "B"]


async def test_a_meeting_that_is_there_twice_is_cancelled_whole_and_everybody_is_told_once(house: House) -> None:
    event = await doubled(house)
    house.exchange.mails.clear()
    await house.cancel(event)
    await house.settle()
    assert house.exchange.copies(ZHANG) == house.exchange.copies(MOON) == []
    assert sorted(house.exchange.mails) == [("cancellation", ZHANG, MOON), ("cancellation", ZHANG, LI)]
    assert (await house.waiting(), await house.conflicts()) == (0, [])


@pytest.mark.parametrize("read_last", [0, 1])
async def test_a_change_is_written_over_what_was_read_of_that_very_item_and_forgets_no_other(
    house: House, read_last: int
) -> None:
    event = await doubled(house)
    there = house.exchange.copies(ZHANG)
    for copy, place in zip(there, ("Upstairs", "Downstairs"), strict=True):
        house.exchange.edit(copy, location=place)
    await house.engine.refresh([ZHANG])
    there[read_last].version += 1
    house.exchange._tell(house.exchange.calendars[ZHANG], there[read_last])
    await house.engine.refresh([ZHANG])
    seen = (await house.event(event)).content.location
    await house.change(event, location="Ours")
    await house.engine.push_due()
    places = {copy.content.location for copy in house.exchange.copies(ZHANG)}
    asked = [each for each in await house.conflicts() if each.kind is ConflictKind.EDIT]
    assert places == {"Upstairs", "Downstairs", "Ours"} - {seen} or [each.units for each in asked] == [("location",)]
    async with house.store.read() as tables:
        assert await tables.items.doubled() == [event]


async def test_what_is_left_when_one_of_them_is_deleted_is_what_the_event_says(house: House) -> None:
    event = await doubled(house)
    first, second = house.exchange.copies(ZHANG)
    house.exchange.edit(first, title="First")
    house.exchange.edit(second, title="Second")
    await house.sync()
    house.exchange._remove(ZHANG, second)
    await house.sync()
    assert (await house.event(event)).content.title == "First"


async def test_the_event_is_as_the_item_that_was_kept_says(house: House) -> None:
    event = await doubled(house)
    answered = next(copy for copy in house.exchange.copies(ZHANG) if copy.responses)
    [other] = [copy for copy in house.exchange.copies(ZHANG) if copy is not answered]
    house.exchange.edit(answered, title="Kept")
    await house.sync()
    house.exchange.edit(other, title="Not kept")
    await house.sync()
    await house.engine.resolve((await the_question(house)).id, Side.LOCAL, actor=USER)
    await house.sync()
    assert [copy.content.title for copy in house.exchange.copies(ZHANG)] == ["Kept"]
    assert (await house.event(event)).content.title == "Kept"


async def test_the_question_closes_when_one_of_them_is_gone(house: House) -> None:
    await doubled(house)
    twin = next(copy for copy in house.exchange.copies(ZHANG) if not copy.responses)
    house.exchange._remove(ZHANG, twin)
    await house.sync()
    assert [each for each in await house.conflicts() if each.kind is ConflictKind.DUPLICATE] == []
