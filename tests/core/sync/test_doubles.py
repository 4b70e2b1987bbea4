"""An item of roomd's that is in its organizer's calendar twice."""

from datetime import timedelta

from msgspec.structs import replace

from core.sync.house import MOON, USER, ZHANG, House
from core.sync.test_room_dropped import booked
from roomd_core.model import Answer, Conflict, ConflictKind, ItemRef, Response, Side
from roomd_core.sync.doubles import surplus

DAY = 24 * 3600


async def doubled(house: House) -> str:
    """Let a second item with the same key come to be; return the event."""
    event, uid = await booked(house)
    original = house.exchange.copy(ZHANG, uid)
    house.exchange.meet(ZHANG, replace(original.content, rooms=(), attendees=()), uid=uid, key=original.own_key)
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
