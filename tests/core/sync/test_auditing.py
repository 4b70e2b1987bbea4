"""Double bookings: why they have probably come about, and those that no reading brings up."""

from msgspec.structs import replace

from core.sync.house import LI, MOON, USER, ZHANG, House, at, meeting
from core.sync.test_series import series as a_series
from roomd_core.model import Answer, ChangeKind, Conflict, ConflictKind, Side


async def doubles(house: House) -> list[Conflict]:
    return [each for each in await house.conflicts() if each.kind is ConflictKind.DOUBLE_BOOKING]


async def cause_of(house: House) -> str:
    [double] = await doubles(house)
    return double.summary.partition("overlap. ")[2]


def force(house: House, uid: str) -> None:
    """Let a room accept although it is taken, as a delegate can."""
    copy = next(copy for copy in house.exchange.calendars[MOON].deleted_items if copy.uid == uid)
    copy.answer = Answer.ACCEPTED
    house.exchange.calendars[MOON].copies[copy.item_id] = copy
    house.exchange._touch(MOON, copy)


async def test_what_was_written_straight_into_the_room_is_named(house: House) -> None:
    house.exchange.meet(ZHANG, meeting("Proper"))
    house.exchange.meet(MOON, meeting("Straight in", rooms=[]))
    await house.sync()
    assert await cause_of(house) == "“Straight in” was written straight into the room's calendar, past its attendant."


async def test_a_room_that_accepted_both_is_named(house: House) -> None:
    house.exchange.meet(ZHANG, meeting("First"))
    force(house, house.exchange.meet(LI, meeting("Second")).uid)
    await house.sync()
    assert "accepted both: its attendant allows conflicts, or a delegate accepted one by hand." in await cause_of(
        house
    )


async def test_a_series_is_named(house: House) -> None:
    house.exchange.meet(ZHANG, meeting("Single"))
    force(house, house.exchange.meet(LI, a_series()).uid)
    await house.sync()
    assert (await cause_of(house)).startswith("“Weekly” is a series")


async def test_what_is_on_its_way_is_named(house: House) -> None:
    await house.book(meeting("On its way"))
    house.exchange.meet(LI, meeting("There already"))
    await house.engine.refresh([MOON])
    assert await cause_of(house) == "The room has not received “On its way” yet: it is on its way."


async def forget_conflicts(house: House) -> None:
    """Lose the question, as a store could that was mended by hand."""
    for double in await doubles(house):
        async with house.store.write() as tables:
            await tables.conflicts._run("DELETE FROM conflict WHERE id = :id", id=double.id)


async def test_what_no_reading_brings_up_is_found_by_the_daily_audit_and_asked_once(house: House) -> None:
    house.exchange.meet(ZHANG, replace(meeting("First"), start=at(10, day=9), end=at(11, day=9)))
    force(house, house.exchange.meet(LI, replace(meeting("Second"), start=at(10, day=9), end=at(11, day=9))).uid)
    await house.sync()
    await forget_conflicts(house)
    await house.sync()
    assert await doubles(house) == [], "today has been looked through"
    house.clock.advance(24 * 3600)
    await house.sync()
    [found] = await doubles(house)
    opened = [e.kind for e in await house.history(found.event or "") if e.kind is ChangeKind.CONFLICT_OPENED]
    assert len(opened) == 2
    await house.engine.resolve(found.id, Side.LOCAL, actor=USER)
    house.clock.advance(24 * 3600)
    await house.sync()
    assert await doubles(house) == [], "who decided to live with it is not asked again"
