import asyncio

import pytest

from core.booking.people_and_remote import AS_LISI, AS_ZHANGSAN, House, booking
from core.store.samples import GUANGHAN, HOUR, NINE
from roomd_core.booking.idempotency import REMEMBERED
from roomd_core.errors import Invalid, RoomTaken
from roomd_core.model import EventStatus


async def test_the_same_request_asked_twice_is_done_once(house: House) -> None:
    first = await house.service.book(AS_LISI, booking(), idempotency_key="k")
    assert await house.service.book(AS_LISI, booking(), idempotency_key="k") == first
    async with house.store.read() as tables:
        assert (await tables.operations.summary()).queued == 1


async def test_the_same_request_asked_five_times_at_once_is_done_once(house: House) -> None:
    asked = (house.service.book(AS_LISI, booking(), idempotency_key="k") for _ in range(5))
    events = await asyncio.gather(*asked)
    assert len({event.id for event in events}) == 1
    assert len(house.remote.asked) > 1, "no two requests were under way at once"
    async with house.store.read() as tables:
        assert len(await tables.occupancies.holding([GUANGHAN], NINE, NINE + HOUR)) == 1


async def test_a_request_repeated_while_the_first_is_under_way_is_done_once(house: House) -> None:
    house.remote.meanwhile = lambda: house.service.book(AS_LISI, booking(), idempotency_key="k")
    event = await house.service.book(AS_LISI, booking(), idempotency_key="k")
    async with house.store.read() as tables:
        assert {held.event for held in await tables.occupancies.holding([GUANGHAN], NINE, NINE + HOUR)} == {event.id}


async def test_a_request_repeated_while_the_first_is_done_and_undone_is_not_done_again(house: House) -> None:
    async def book_and_cancel() -> None:
        first = await house.service.book(AS_LISI, booking(), idempotency_key="k")
        await house.service.cancel(AS_LISI, first.id)

    house.remote.meanwhile = book_and_cancel
    again = await house.service.book(AS_LISI, booking(), idempotency_key="k")
    assert again.status is EventStatus.CANCELLED


async def test_a_repeated_request_gets_its_answer_even_when_it_could_not_be_booked_today(house: House) -> None:
    first = await house.service.book(AS_LISI, booking(), idempotency_key="k")
    house.clock.at = NINE + 5 * HOUR
    assert await house.service.book(AS_LISI, booking(), idempotency_key="k") == first


async def test_a_key_cannot_stand_for_another_request(house: House) -> None:
    first = await house.service.book(AS_LISI, booking(), idempotency_key="k")
    with pytest.raises(Invalid, match=f"Idempotency-Key: was used for another booking, event {first.id}"):
        await house.service.book(AS_LISI, booking(title="Other"), idempotency_key="k")


async def test_a_key_is_the_callers_own(house: House) -> None:
    await house.service.book(AS_LISI, booking(), idempotency_key="k")
    with pytest.raises(RoomTaken):
        await house.service.book(AS_ZHANGSAN, booking(), idempotency_key="k")


async def test_a_refused_request_can_be_asked_again_with_its_key(house: House) -> None:
    house.remote.take()
    with pytest.raises(RoomTaken):
        await house.service.book(AS_LISI, booking(), idempotency_key="k")
    house.remote.busy.clear()
    made = await house.service.book(AS_LISI, booking(), idempotency_key="k")
    assert await house.service.book(AS_LISI, booking(), idempotency_key="k") == made


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_has_a_length(house: House, key: str) -> None:
    with pytest.raises(Invalid, match="1 to 255"):
        await house.service.book(AS_LISI, booking(), idempotency_key=key)


async def test_keys_are_forgotten_after_a_while(house: House) -> None:
    first = await house.service.book(AS_LISI, booking(), idempotency_key="k")
    house.clock.at += REMEMBERED + HOUR
    later = {"start": NINE + REMEMBERED + HOUR, "end": NINE + REMEMBERED + 2 * HOUR}
    await house.service.book(AS_LISI, booking(**later), idempotency_key="other")
    third = await house.service.book(AS_LISI, booking(**later, rooms=("Attic",)), idempotency_key="k")
    assert third.id != first.id
