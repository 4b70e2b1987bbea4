"""Too much vanishing from a mailbox at once stops that mailbox, and one question is asked."""

import pytest
from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, USER, ZHANG, House, at, invite, meeting
from core.sync.simulated_copy import titles
from roomd_core.model import (
    Change,
    ChangeKind,
    Conflict,
    ConflictKind,
    EventStatus,
    OccupancyState,
    Side,
)

MANY = 22


async def made_in_outlook(house: House, number: int = MANY, *, organizer: str = LI) -> list[str]:
    """Let somebody make meetings in Outlook, each on its own day; return their uids."""
    uids = []
    for day in range(number):
        content = replace(meeting(f"Meeting {day}", rooms=[]), start=at(10, day=day), end=at(11, day=day))
        uids.append(house.exchange.meet(organizer, content).uid)
    await house.sync()
    return uids


async def question(house: House) -> Conflict:
    [asked] = await house.conflicts()
    assert asked.kind is ConflictKind.MASS_DELETE
    return asked


async def held_in(house: House, mailbox: str) -> int:
    return len(await house.occupancies(mailbox))


async def error_of(house: House, mailbox: str) -> str:
    async with house.store.read() as tables:
        return (await tables.mailboxes.freshness())[mailbox].error or ""


async def sync_state(house: House, mailbox: str) -> str | None:
    async with house.store.read() as tables:
        return await tables.mailboxes.sync_state(mailbox)


async def test_many_deletes_in_the_feed_are_asked_about_once_and_not_believed_meanwhile(house: House) -> None:
    uids = await made_in_outlook(house)
    before = await sync_state(house, LI)
    for uid in uids[:21]:
        house.exchange.remove(LI, uid)
    other = house.exchange.meet(ZHANG, meeting("Elsewhere", rooms=[LAKE]))
    run = await house.sync()
    asked = await question(house)
    assert (asked.event, asked.mailbox, len(asked.missing)) == (None, LI, 21)
    assert "21 of 22 items vanished from Li Si's calendar at once" in asked.summary
    assert (run.deleted, await held_in(house, LI)) == (0, MANY), "bookings keep counting"
    assert await sync_state(house, LI) == before, "what was not believed must come again"
    assert asked.id in await error_of(house, LI)
    assert [error.mailbox for error in run.errors] == [LI]
    assert [held.mailbox for held in await house.occupancies(LAKE)] == [LAKE], "other mailboxes go on"
    seq = await house.last_seq()
    house.exchange.call_off(other)
    await house.sync()
    await house.restart()
    await house.sync()
    assert [each.id for each in await house.conflicts()] == [asked.id], "remembered over rounds and restarts"
    assert [each.kind for each in await entries_since(house, seq) if each.event is None] == []


async def entries_since(house: House, seq: int) -> list[Change]:
    async with house.store.read() as tables:
        return await tables.changes.since(seq, 1000)


async def test_deletes_spread_over_small_readings_count_together_and_hours_apart_they_do_not(house: House) -> None:
    uids = await made_in_outlook(house, 40)
    for uid in uids[:10]:
        house.exchange.remove(LI, uid)
        await house.engine.refresh([LI])
    house.clock.advance(3600)
    for uid in uids[10:20]:
        house.exchange.remove(LI, uid)
        await house.engine.refresh([LI])
    assert (await house.conflicts(), await held_in(house, LI)) == ([], 20)
    house.exchange.remove(LI, uids[20])
    await house.sync()
    asked = await question(house)
    assert (len(asked.missing), await held_in(house, LI)) == (1, 20)
    assert "10 more shortly before" in asked.summary
    await house.engine.resolve(asked.id, Side.EXCHANGE, actor=USER)
    house.exchange.remove(LI, uids[21])
    house.clock.advance(3600)
    await house.sync()
    assert (await house.conflicts(), await held_in(house, LI)) == ([], 18)


async def test_one_question_is_about_all_pages(house: House) -> None:
    uids = await made_in_outlook(house, 50)
    house.exchange.page = 15
    for uid in uids[:45]:
        house.exchange.remove(LI, uid)
    await house.sync()
    assert len((await question(house)).missing) + held_back_later(await held_in(house, LI)) == 45


def held_back_later(held: int) -> int:
    """What an earlier page took before the whole was too much."""
    return 50 - held


async def test_what_is_new_in_a_stopped_mailbox_is_known_all_the_same(house: House) -> None:
    uids = await made_in_outlook(house)
    for uid in uids[:21]:
        house.exchange.remove(LI, uid)
    house.exchange.meet(LI, meeting("New", 15, 16, rooms=[MOON]))
    await house.sync()
    await question(house)
    assert [held.start for held in await house.occupancies(MOON)] == [at(15)]
    assert await held_in(house, LI) == MANY + 1


async def test_nothing_is_sent_to_a_stopped_mailbox(house: House) -> None:
    uids = await made_in_outlook(house)
    event = await house.book(meeting("Waits", 15, 16), organizer=LI)
    for uid in uids[:21]:
        house.exchange.remove(LI, uid)
    await house.engine.refresh([MOON])
    await house.sync()
    asked = await question(house)
    await house.push()
    assert ("create", LI) not in house.exchange.calls
    assert (await house.states(event))[MOON] is OccupancyState.PENDING
    await house.engine.resolve(asked.id, Side.EXCHANGE, actor=USER)
    await house.push()
    assert "Waits" in titles(house.exchange.copies(LI))


async def test_believing_it_cancels_those_events_here_and_tells_who_decided(house: House) -> None:
    uids = await made_in_outlook(house)
    for uid in uids[:21]:
        house.exchange.remove(LI, uid)
    await house.sync()
    asked = await question(house)
    decided = await house.engine.resolve(asked.id, Side.EXCHANGE, actor=USER)
    assert (decided.kept, decided.resolved_by) == (Side.EXCHANGE, USER)
    assert await held_in(house, LI) == 1, "it is acted on at once"
    assert (await error_of(house, LI), await house.conflicts()) == ("", [])
    told = [each for each in await entries_since(house, 0) if each.event is None]
    assert [(each.kind, each.mailbox, each.actor) for each in told] == [
        (ChangeKind.CONFLICT_OPENED, LI, "roomd"),
        (ChangeKind.CONFLICT_RESOLVED, LI, USER),
    ]


async def test_a_decision_covers_what_was_asked_about_and_nothing_else(house: House) -> None:
    uids = await made_in_outlook(house, 50)
    for uid in uids[:21]:
        house.exchange.remove(LI, uid)
    await house.sync()
    asked = await question(house)
    for uid in uids[21:43]:
        house.exchange.remove(LI, uid)
    await house.engine.resolve(asked.id, Side.EXCHANGE, actor=USER)
    again = await question(house)
    assert (again.id == asked.id, len(again.missing)) == (False, 22)
    assert await held_in(house, LI) == 50


async def test_keeping_makes_what_was_made_here_again_and_keeps_the_rest_as_it_is(house: House) -> None:
    await made_in_outlook(house)
    mine = await house.book(invite(meeting("Made here", 15, 16), ZHANG), organizer=LI)
    await house.push()
    for copy in house.exchange.copies(LI):
        house.exchange.remove(LI, copy.uid)
    await house.sync()
    asked = await question(house)
    assert len(asked.missing) == MANY + 1
    await house.engine.resolve(asked.id, Side.LOCAL, actor=USER)
    await house.settle()
    assert titles(house.exchange.copies(LI)) == ["Made here"]
    assert (await house.event(mine)).status is EventStatus.CONFIRMED
    assert await held_in(house, LI) == MANY + 1, "those made in Outlook still count here"
    assert await house.conflicts() == []
    house.exchange.forget_sync_states(LI)
    await house.sync()
    assert (await held_in(house, LI), await house.conflicts()) == (MANY + 1, []), "kept is not asked about again"


@pytest.mark.parametrize("keep", Side)
async def test_a_calendar_that_reads_empty_after_a_resync_is_decided_either_way(house: House, keep: Side) -> None:
    await made_in_outlook(house, 3)
    house.exchange.calendars[LI].copies.clear()
    house.exchange.forget_sync_states(LI)
    await house.sync()
    asked = await question(house)
    assert "reads empty" in asked.summary
    await house.engine.resolve(asked.id, keep, actor=USER)
    assert await held_in(house, LI) == (0 if keep is Side.EXCHANGE else 3)
    await house.sync()
    assert await house.conflicts() == []


async def test_what_comes_back_by_itself_needs_no_decision(house: House) -> None:
    await made_in_outlook(house, 3)
    hidden = dict(house.exchange.calendars[LI].copies)
    house.exchange.calendars[LI].copies.clear()
    house.exchange.forget_sync_states(LI)
    await house.sync()
    await question(house)
    house.exchange.calendars[LI].copies.update(hidden)
    await house.sync()
    assert (await house.conflicts(), await error_of(house, LI), await held_in(house, LI)) == ([], "", 3)


async def test_items_restored_from_deleted_items_are_no_loss(house: House) -> None:
    uids = await made_in_outlook(house)
    for uid in uids:
        copy = house.exchange.copy(LI, uid)
        house.exchange.remove(LI, uid)
        house.exchange.meet(LI, copy.content, uid=uid)
    await house.sync()
    assert (await house.conflicts(), await held_in(house, LI)) == ([], MANY)


async def test_meetings_that_their_organizers_cancelled_are_no_loss_for_the_room(house: House) -> None:
    copies = [
        house.exchange.meet((ZHANG, LI)[hour % 2], meeting(f"Meeting {hour}", hour, hour + 1)) for hour in range(12)
    ]
    await house.sync()
    assert await held_in(house, MOON) == 12
    for copy in copies:
        house.exchange.call_off(copy)
    await house.sync()
    assert (await house.conflicts(), await held_in(house, MOON)) == ([], 0)
