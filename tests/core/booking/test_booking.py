import asyncio
from collections import Counter
from datetime import timedelta
from typing import cast

import pytest

from core.booking.people_and_remote import (
    AS_LISI,
    AS_NOBODY,
    AS_SYSTEM,
    AS_ZHANGSAN,
    FRESH_FOR,
    House,
    booking,
    reach_exchange,
)
from core.store.samples import (
    ATTIC,
    ELEVEN,
    GUANGHAN,
    HOUR,
    LISI,
    MINUTE,
    NINE,
    SHUIJING,
    TEN,
    ZHANGSAN,
    content,
    event,
    hold,
    occupancy,
)
from roomd_core.access import Caller
from roomd_core.api.wire import EventPatch
from roomd_core.booking import BookingService
from roomd_core.errors import Invalid, NotAllowed, NotFound, RoomTaken
from roomd_core.model import ChangeKind, Event, Occupancy, OccupancyState, OperationKind, OperationState, Origin
from roomd_core.sync.remote import ExchangeUnavailable, MailboxUnavailable, Remote


async def timeline(house: House) -> list[Occupancy]:
    async with house.store.read() as tables:
        return await tables.occupancies.between(NINE - HOUR, ELEVEN + HOUR)


async def test_a_booking_is_stored_whole_before_it_is_answered(house: House) -> None:
    made = await house.service.book(AS_ZHANGSAN, booking())
    assert (made.origin, made.organizer, made.organizer_name) == (Origin.LOCAL, ZHANGSAN, "Zhang San")
    assert (made.uid, made.base, made.version) == (f"{made.id}@roomd", None, 1)
    async with house.store.read() as tables:
        assert await tables.events.get(made.id) == made
        held = await tables.occupancies.of_event(made.id)
        (operation,) = await tables.operations.open_of_event(made.id)
        (entry,) = await tables.changes.of_event(made.id)
    assert {(each.mailbox, each.state) for each in held} == {
        (GUANGHAN, OccupancyState.PENDING),
        (ZHANGSAN, OccupancyState.PENDING),
    }
    assert {(each.start, each.end) for each in held} == {(NINE, TEN)}
    assert (operation.kind, operation.key, operation.mailbox) == (OperationKind.CREATE, made.key, ZHANGSAN)
    assert operation.payload == made.content
    assert (entry.kind, entry.actor, entry.mailbox) == (ChangeKind.CREATED, "unix:zhangsan", ZHANGSAN)
    assert (entry.before, entry.after) == (None, made.content)
    assert house.remote.asked == [(GUANGHAN,)]


async def test_a_room_that_is_taken_says_by_whom_and_until_when(house: House) -> None:
    await house.service.book(AS_LISI, booking(end=ELEVEN))
    with pytest.raises(RoomTaken, match="2楼广寒宫 is taken by Li Si from 2026-12-01 09:00 to 11:00") as refused:
        await house.service.book(AS_ZHANGSAN, booking(start=TEN, end=ELEVEN + HOUR))
    assert (refused.value.room, refused.value.holder, refused.value.until) == (GUANGHAN, "Li Si", ELEVEN)
    assert len(await timeline(house)) == 2


async def test_meetings_may_follow_each_other_without_a_gap(house: House) -> None:
    await house.service.book(AS_LISI, booking())
    await house.service.book(AS_ZHANGSAN, booking(start=TEN, end=ELEVEN))
    await house.service.book(AS_ZHANGSAN, booking(start=NINE - HOUR + MINUTE, end=NINE))
    assert len(await timeline(house)) == 6


async def test_one_taken_room_of_two_refuses_both(house: House) -> None:
    await house.service.book(AS_LISI, booking(rooms=(SHUIJING,)))
    with pytest.raises(RoomTaken, match="3楼水晶宫"):
        await house.service.book(AS_ZHANGSAN, booking(rooms=(GUANGHAN, SHUIJING)))
    await house.service.book(AS_ZHANGSAN, booking())


async def test_a_room_that_declined_is_free_for_others(house: House) -> None:
    async with house.store.write() as tables:
        await hold(tables, event(), state=OccupancyState.DECLINED)
    await house.service.book(AS_LISI, booking())


async def test_of_twenty_bookings_at_once_exactly_one_wins_and_the_others_learn_who(house: House) -> None:
    second_asks = asyncio.Event()

    async def let_another_ask() -> None:
        async def arrive() -> None:
            second_asks.set()

        house.remote.meanwhile = arrive
        await second_asks.wait()

    house.remote.meanwhile = let_another_ask
    callers = [AS_ZHANGSAN, AS_LISI] * 10
    results = await asyncio.gather(*(house.service.book(each, booking()) for each in callers), return_exceptions=True)
    won = [result for result in results if isinstance(result, Event)]
    lost = [result for result in results if isinstance(result, RoomTaken)]
    assert Counter(type(result) for result in results) == {Event: 1, RoomTaken: 19}
    assert {refused.holder for refused in lost} == {won[0].organizer_name}
    async with house.store.read() as tables:
        assert [held.event for held in await tables.occupancies.holding([GUANGHAN], NINE, TEN)] == [won[0].id]
        assert (await tables.operations.summary()).queued == 1


async def test_a_room_taken_while_exchange_is_being_asked_is_refused(house: House) -> None:
    house.remote.meanwhile = lambda: house.service.book(AS_LISI, booking())
    with pytest.raises(RoomTaken, match="Li Si"):
        await house.service.book(AS_ZHANGSAN, booking())


async def test_a_slot_taken_while_exchange_is_being_asked_is_not_moved_into(house: House) -> None:
    made = await house.service.book(AS_LISI, booking())
    house.remote.meanwhile = lambda: house.service.book(AS_ZHANGSAN, booking(start=TEN, end=ELEVEN))
    with pytest.raises(RoomTaken, match="Zhang San"):
        await house.service.change(AS_LISI, made.id, EventPatch(start=TEN, end=ELEVEN))


async def test_a_booking_in_another_name_needs_the_right_to_it(house: House) -> None:
    with pytest.raises(NotAllowed):
        await house.service.book(AS_ZHANGSAN, booking(organizer=LISI))
    with pytest.raises(Invalid, match="organizer"):
        await house.service.book(AS_NOBODY, booking())
    made = await house.service.book(AS_SYSTEM, booking(organizer=LISI))
    assert made.organizer == LISI
    async with house.store.read() as tables:
        assert (await tables.changes.of_event(made.id))[0].actor == "unix:systema"


async def test_what_exchange_knows_besides_is_read_and_its_holder_named(house: House) -> None:
    house.remote.take()

    async def find_it() -> None:
        async with house.store.write() as tables:
            await hold(tables, event(origin=Origin.EXCHANGE, organizer="eve@example.com", organizer_name="Eve"))

    house.found_by_refreshing = find_it
    with pytest.raises(RoomTaken, match="taken by Eve"):
        await house.service.book(AS_ZHANGSAN, booking())


async def test_what_cannot_be_seen_in_the_rooms_calendar_still_counts(house: House) -> None:
    house.remote.take(end=ELEVEN)
    with pytest.raises(RoomTaken, match="taken by somebody, as Exchange's free/busy tells") as refused:
        await house.service.book(AS_ZHANGSAN, booking())
    assert refused.value.until == ELEVEN
    assert house.refreshed == [(GUANGHAN,)]
    assert await timeline(house) == []


async def test_busy_time_that_only_touches_the_asked_time_is_no_obstacle(house: House) -> None:
    house.remote.take(start=TEN, end=ELEVEN)
    house.remote.take(room=SHUIJING)
    await house.service.book(AS_ZHANGSAN, booking())
    assert house.refreshed == []


@pytest.mark.parametrize("failure", [ExchangeUnavailable("No answer."), MailboxUnavailable("Moving.")])
async def test_when_exchange_is_silent_a_room_read_lately_is_trusted(house: House, failure: Exception) -> None:
    house.remote.failure = failure  # type: ignore[assignment]
    async with house.store.write() as tables:
        await tables.mailboxes.note_read(GUANGHAN, house.clock.now() - FRESH_FOR)
    await house.service.book(AS_ZHANGSAN, booking())


async def test_when_exchange_is_silent_a_room_read_long_ago_is_not_booked(house: House) -> None:
    house.remote.failure = ExchangeUnavailable("mail.example.com does not answer.", code="X")
    async with house.store.write() as tables:
        await tables.mailboxes.note_read(GUANGHAN, house.clock.now() - FRESH_FOR - MINUTE)
    with pytest.raises(ExchangeUnavailable, match=r"Whether 2楼广寒宫 is free .* does not answer.*try") as refused:
        await house.service.book(AS_ZHANGSAN, booking())
    assert refused.value.code == "X"
    assert await timeline(house) == []


async def test_an_exchange_that_hangs_is_not_waited_for(house: House) -> None:
    house.remote.meanwhile = asyncio.Event().wait
    service = BookingService(
        house.store,
        cast("Remote", house.remote),
        house.clock,
        refresh=house.refresh,
        fresh_for=FRESH_FOR,
        patience=timedelta(milliseconds=10),
    )
    with pytest.raises(ExchangeUnavailable, match=r"free cannot be told: Exchange did not answer within 0\.01 s"):
        await service.book(AS_ZHANGSAN, booking())


async def test_a_room_known_to_be_taken_is_refused_without_asking_exchange(house: House) -> None:
    house.remote.failure = ExchangeUnavailable("No answer.")
    async with house.store.write() as tables:
        await hold(tables, event(organizer_name="Li Si"))
    with pytest.raises(RoomTaken, match="Li Si"):
        await house.service.book(AS_ZHANGSAN, booking())
    assert house.remote.asked == []


async def test_a_slot_released_here_can_be_taken_at_once_although_exchange_has_not_heard(house: House) -> None:
    released = await house.service.book(AS_LISI, booking())
    await reach_exchange(house.store, released.id)
    house.remote.take()
    await house.service.cancel(AS_LISI, released.id)
    await house.service.book(AS_ZHANGSAN, booking())


async def test_a_meeting_that_moved_within_its_own_time_is_not_in_its_own_way(house: House) -> None:
    made = await house.service.book(AS_LISI, booking(end=ELEVEN))
    await reach_exchange(house.store, made.id)
    house.remote.take(end=ELEVEN)
    moved = await house.service.change(AS_LISI, made.id, EventPatch(start=TEN, end=ELEVEN))
    assert (moved.content.start, moved.content.end) == (TEN, ELEVEN)
    assert house.refreshed == []


async def test_busy_time_that_turns_out_to_be_the_meetings_own_is_no_obstacle(house: House) -> None:
    made = await house.service.book(AS_LISI, booking())
    house.remote.take(start=TEN, end=ELEVEN)

    async def find_it() -> None:
        async with house.store.write() as tables:
            await tables.occupancies.replace(made.id, [occupancy(made, start=TEN, end=ELEVEN)])

    house.found_by_refreshing = find_it
    moved = await house.service.change(AS_LISI, made.id, EventPatch(start=TEN, end=ELEVEN))
    assert moved.content.start == TEN
    assert house.refreshed == [(GUANGHAN,)]


async def test_a_meeting_does_not_move_onto_another(house: House) -> None:
    await house.service.book(AS_ZHANGSAN, booking(start=TEN, end=ELEVEN))
    made = await house.service.book(AS_LISI, booking())
    with pytest.raises(RoomTaken, match="Zhang San"):
        await house.service.change(AS_LISI, made.id, EventPatch(end=TEN + MINUTE))
    with pytest.raises(RoomTaken, match="Zhang San"):
        await house.service.change(AS_LISI, made.id, EventPatch(start=TEN, end=ELEVEN))
    async with house.store.read() as tables:
        assert await tables.events.get(made.id) == made


async def test_a_change_of_words_alone_asks_for_no_room(house: House) -> None:
    made = await house.service.book(AS_LISI, booking())
    house.remote.asked.clear()
    await house.service.change(AS_LISI, made.id, EventPatch(title="Other"))
    assert house.remote.asked == []
    await house.service.change(AS_LISI, made.id, EventPatch(rooms=(GUANGHAN, ATTIC)))
    assert house.remote.asked == [(ATTIC,)]


async def test_an_event_nobody_knows_is_not_found(house: House) -> None:
    with pytest.raises(NotFound, match="no event unknown"):
        await house.service.change(AS_LISI, "unknown", EventPatch(title="Other"))
    with pytest.raises(NotFound, match="no event unknown"):
        await house.service.cancel(AS_LISI, "unknown")


@pytest.mark.parametrize("caller", [AS_ZHANGSAN, AS_NOBODY])
async def test_only_the_organizer_changes_or_cancels(house: House, caller: Caller) -> None:
    made = await house.service.book(AS_LISI, booking())
    with pytest.raises(NotAllowed, match=r"Ask lisi@example.com"):
        await house.service.change(caller, made.id, EventPatch(title="Mine"))
    with pytest.raises(NotAllowed, match=r"Ask lisi@example.com"):
        await house.service.cancel(caller, made.id)
    await house.service.change(AS_SYSTEM, made.id, EventPatch(title="Theirs"))
    await house.service.cancel(AS_SYSTEM, made.id)


async def test_an_event_of_somebody_outside_can_be_changed_in_outlook_only(house: House) -> None:
    outside = event(origin=Origin.EXCHANGE, organizer="eve@elsewhere.com", organizer_name="Eve", content=content())
    async with house.store.write() as tables:
        await tables.events.put([outside])
        await tables.occupancies.replace(outside.id, [occupancy(outside)])
    with pytest.raises(NotAllowed, match=r"This event is Eve's, .* change it in Outlook"):
        await house.service.cancel(AS_SYSTEM, outside.id)


async def test_what_was_cancelled_is_done_with_before_exchange_ever_heard_of_it(house: House) -> None:
    made = await house.service.book(AS_LISI, booking())
    await house.service.cancel(AS_LISI, made.id)
    async with house.store.read() as tables:
        assert await tables.operations.open_of_event(made.id) == []
        operation = await tables.operations.get(1)
        assert operation is not None
        assert operation.state is OperationState.DONE
