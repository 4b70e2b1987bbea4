import pytest

from core.sync.house import LI, MOON, ZHANG, House, at, invite, meeting
from core.sync.simulated_exchange import titles
from roomd_core.model import ConflictKind, EventStatus


async def test_an_invalid_sync_state_changes_nothing_that_is_still_so(house: House) -> None:
    house.exchange.meet(ZHANG, invite(meeting(), LI))
    await house.sync()
    before, seq = await house.occupancies(), await house.last_seq()
    for address in house.exchange.calendars:
        house.exchange.forget_sync_states(address)
    run = await house.sync()
    assert (await house.occupancies(), await house.last_seq(), run.errors) == (before, seq, ())


async def test_what_happened_while_the_state_was_lost_is_found_by_comparing(house: House) -> None:
    gone = house.exchange.meet(ZHANG, meeting("Gone"))
    moved = house.exchange.meet(ZHANG, meeting("Moved", 12, 13))
    await house.sync()
    [_, second] = await house.occupancies(MOON)
    house.exchange.call_off(gone)
    house.exchange.edit(moved, start=at(14), end=at(15))
    for address in house.exchange.calendars:
        house.exchange.forget_sync_states(address)
    house.exchange.page = 1
    await house.sync()
    [room] = await house.occupancies(MOON)
    assert (room.event, room.start) == (second.event, at(14))
    assert await house.conflicts() == []


async def test_a_local_edit_survives_a_lost_sync_state(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    await house.change(event, title="Edited here")
    house.exchange.forget_sync_states(ZHANG)
    await house.sync()
    assert titles(house.exchange.copies(ZHANG)) == ["Edited here"]


@pytest.mark.parametrize(("meetings", "believed"), [(1, True), (2, False)])
async def test_a_calendar_that_reads_empty_is_not_believed_to_have_been_emptied(
    house: House, meetings: int, *, believed: bool
) -> None:
    for index in range(meetings):
        house.exchange.meet(LI, meeting(f"Meeting {index}", index % 20, index % 20 + 1, rooms=[]))
    await house.sync()
    house.exchange.calendars[LI].copies.clear()
    house.exchange.forget_sync_states(LI)
    run = await house.sync()
    async with house.store.read() as tables:
        [error] = [each.error for each in (await tables.mailboxes.freshness()).values() if each.address == LI]
    if believed:
        assert (run.deleted, error) == (meetings, None)
    else:
        assert (run.deleted, len(await house.occupancies(LI))) == (0, meetings)
        assert error
        assert f"{meetings} of {meetings} items" in error
        [asked] = await house.conflicts()
        assert (asked.kind, asked.mailbox, len(asked.missing)) == (ConflictKind.MASS_DELETE, LI, meetings)


async def test_an_item_that_is_only_missing_from_the_list_is_not_deleted(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    calendar = house.exchange.calendars[ZHANG]
    calendar.feed.clear()
    house.exchange.forget_sync_states(ZHANG)
    await house.sync()
    assert (await house.event(event)).status is EventStatus.CONFIRMED
    assert await house.conflicts() == []
