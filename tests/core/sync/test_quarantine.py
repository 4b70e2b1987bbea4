"""A store that came back from a backup: what it forgot is known again, and nothing is made twice."""

from shutil import copy

import pytest

from core.sync.house import MOON, ZHANG, House, at, meeting
from core.sync.simulated_copy import titles
from roomd_core.errors import TakenOver
from roomd_core.model import EventStatus, OccupancyState, OperationState, Origin
from roomd_core.store import Store

FILE = "roomd.sqlite3"


async def put_back(house: House, backup: str = "backup") -> None:
    """Come back with the database as it was when it was saved."""
    await house.store.close()
    copy(house._folder / backup, house._folder / FILE)
    await house.start()


async def save(house: House, backup: str = "backup") -> None:
    await house.store.close()
    copy(house._folder / FILE, house._folder / backup)
    await house.start()


async def test_nothing_is_sent_until_it_is_released_but_calendars_are_read_and_bookings_saved(house: House) -> None:
    await house.book(meeting("Before"))
    await house.push()
    await save(house)
    await put_back(house)
    assert "backup" in house.store.quarantine
    calls = len(house.exchange.calls)
    event = await house.book(meeting("Saved", 14, 15))
    house.exchange.meet(ZHANG, meeting("From Outlook", 16, 17))
    await house.sync()
    await house.push()
    assert {call for call, _ in house.exchange.calls[calls:]} == {"changes", "fetch"}
    assert [held.start for held in await house.occupancies(MOON)] == [at(10), at(14), at(16)]
    assert (await house.states(event))[MOON] is OccupancyState.PENDING
    await house.engine.release()
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Before", "From Outlook", "Saved"]
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED


async def test_what_was_made_since_the_backup_is_known_again_as_made_here(house: House) -> None:
    await save(house)
    await house.book(meeting("Forgotten"))
    await house.push()
    key = house.exchange.copies(ZHANG)[0].own_key
    await put_back(house)
    await house.sync()
    [held] = await house.occupancies(MOON)
    known = await house.event(held.event)
    assert (known.origin, known.key, known.content.title) == (Origin.LOCAL, key, "Forgotten")
    assert (known.status, held.state) == (EventStatus.CONFIRMED, OccupancyState.ACCEPTED)


async def test_a_creation_that_waited_in_the_backup_is_looked_up_and_not_made_twice(house: House) -> None:
    event = await house.book(meeting("Once"))
    await save(house)
    await house.push()
    assert titles(house.exchange.copies(ZHANG)) == ["Once"]
    await put_back(house)
    async with house.store.read() as tables:
        [operation] = await tables.operations.open_of_event(event)
    assert operation.state is OperationState.UNKNOWN
    await house.engine.release()
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Once"]
    assert [held.event for held in await house.occupancies(MOON)] == [event]
    assert ("create", ZHANG) in house.exchange.calls
    assert house.exchange.calls.count(("create", ZHANG)) == 1


async def test_a_meeting_copied_in_outlook_is_one_made_outside(house: House) -> None:
    await house.book(meeting("Original"))
    await house.push()
    original = house.exchange.copies(ZHANG)[0]
    copied = house.exchange.meet(ZHANG, meeting("Copy", 14, 15), key=original.own_key)
    await house.sync()
    [_, held] = await house.occupancies(MOON)
    assert (await house.event(held.event)).origin is Origin.EXCHANGE
    assert copied.own_key == original.own_key


async def test_nothing_is_sent_after_another_daemon_took_the_store_over(house: House) -> None:
    await house.book(meeting("Too late"))
    (house._folder / "lock").unlink()
    other = await Store.open(house._folder / FILE, clock=house.clock, machine="")
    with pytest.raises(TakenOver):
        await house.engine.push_due()
    assert house.exchange.copies(ZHANG) == []
    await other.close()
