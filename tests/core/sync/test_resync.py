import pytest

from core.sync.house import LI, MOON, USER, ZHANG, House, at, invite, meeting
from core.sync.simulated_copy import Copy, titles
from roomd_core.model import ConflictKind, EventStatus, OccupancyState, Side


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
    [missing] = await house.conflicts()
    assert missing.kind is ConflictKind.MISSING_REMOTE
    assert missing.local
    assert missing.local.title == "Gone"


async def lose_everywhere(house: House, *order: str) -> tuple[str, dict[str, Copy]]:
    """Book, let both copies vanish unseen, and read the mailboxes in this order; return event and copies."""
    event = await house.book(meeting())
    await house.push()
    uid = (await house.event(event)).uid
    copies = {address: house.exchange.copy(address, uid) for address in (ZHANG, MOON)}
    for address in (ZHANG, MOON):
        house.exchange.remove(address, uid)
        house.exchange.forget_sync_states(address)
    for address in order:
        await house.engine.refresh([address])
    return event, copies


def bring_back(house: House, address: str, copy: Copy) -> None:
    house.exchange.calendars[address].copies[copy.item_id] = copy
    house.exchange._touch(address, copy)


@pytest.mark.parametrize("order", [(ZHANG, MOON), (MOON, ZHANG)], ids=["organizer first", "room first"])
async def test_one_question_is_asked_about_a_meeting_that_vanished_with_its_room(
    house: House, order: tuple[str, ...]
) -> None:
    event, copies = await lose_everywhere(house, *order)
    [asked] = await house.conflicts()
    assert (asked.kind, asked.event) == (ConflictKind.MISSING_REMOTE, event)
    bring_back(house, ZHANG, copies[ZHANG])
    await house.sync()
    [asked] = await house.conflicts()
    assert (asked.kind, asked.room) == (ConflictKind.ROOM_DROPPED, MOON), "it stands, and its room does not have it"
    bring_back(house, MOON, copies[MOON])
    await house.sync()
    assert await house.conflicts() == []


async def test_a_meeting_made_again_asks_its_room_anew_and_nobody_else(house: House) -> None:
    event, _ = await lose_everywhere(house, MOON, ZHANG)
    [asked] = await house.conflicts()
    await house.engine.resolve(asked.id, Side.LOCAL, actor=USER)
    assert await house.conflicts() == []
    await house.settle()
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    assert await house.conflicts() == []


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
