from core.sync.house import LI, MOON, ZHANG, House, at, invite, meeting
from core.sync.simulated_copy import titles
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
    assert [(room.event, room.start) for room in await house.occupancies(MOON)] == [(second.event, at(14))]
    asked = await house.conflicts()  # about the room as well, where it was read before its organizer
    [missing] = [conflict for conflict in asked if conflict.kind is ConflictKind.MISSING_REMOTE]
    assert {conflict.event for conflict in asked} == {missing.event}
    assert missing.local
    assert missing.local.title == "Gone"


async def test_a_local_edit_survives_a_lost_sync_state(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    await house.change(event, title="Edited here")
    house.exchange.forget_sync_states(ZHANG)
    await house.sync()
    assert titles(house.exchange.copies(ZHANG)) == ["Edited here"]


async def test_a_calendar_that_reads_empty_is_not_believed_to_have_been_emptied(house: House) -> None:
    for hour in (10, 12):
        house.exchange.meet(LI, meeting(f"Meeting {hour}", hour, hour + 1, rooms=[]))
    await house.sync()
    house.exchange.calendars[LI].copies.clear()
    house.exchange.forget_sync_states(LI)
    run = await house.sync()
    async with house.store.read() as tables:
        error = (await tables.mailboxes.freshness())[LI].error
    assert (run.deleted, len(await house.occupancies(LI))) == (0, 2)
    assert error
    assert "2 of 2 items are missing" in error
    [asked] = await house.conflicts()
    assert (asked.kind, asked.mailbox, len(asked.missing)) == (ConflictKind.MASS_DELETE, LI, 2)


async def test_an_item_that_is_only_missing_from_the_list_is_not_deleted(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    calendar = house.exchange.calendars[ZHANG]
    calendar.feed.clear()
    house.exchange.forget_sync_states(ZHANG)
    await house.sync()
    assert (await house.event(event)).status is EventStatus.CONFIRMED
    assert await house.conflicts() == []
