"""A room's copy says something else than its organizer's, and does not come to agree by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, USER, ZHANG, House, at, meeting
from core.sync.simulated_copy import Copy
from core.sync.test_found_by_simulation import once
from core.sync.test_room_dropped import AS_ZHANG, booked, deciding
from core.sync.test_series import meet
from core.sync.test_series import series as a_series
from roomd_core.api.wire import Resolution
from roomd_core.booking.recipients import mailed
from roomd_core.model import Answer, Conflict, ConflictKind, Item, OccupancyState, Side

FIVE_MINUTES = 301


def drift_apart(house: House, uid: str, **fields: Any) -> Copy:
    """Change a room's own copy without anybody being told."""
    copy = house.exchange.copy(MOON, uid)
    copy.content = replace(copy.content, **fields)
    house.exchange._touch(MOON, copy)
    return copy


async def wait_in_vain(house: House) -> None:
    await house.sync()
    house.clock.advance(FIVE_MINUTES)
    await house.sync()


async def the_drift(house: House) -> Conflict:
    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.room) == (ConflictKind.DRIFT, MOON)
    return conflict


async def test_a_room_at_another_time_is_asked_about_once_time_for_the_update_has_passed(house: House) -> None:
    event, uid = await booked(house)
    drift_apart(house, uid, start=at(12), end=at(13))
    await house.sync()
    assert await house.conflicts() == [], "an update may still be under way"
    house.clock.advance(FIVE_MINUTES)
    await house.sync()
    conflict = await the_drift(house)
    assert "2楼广寒宫 holds “Planning” at 2026-11-24 20:00 to 21:00 (Asia/Shanghai)" in conflict.summary
    assert "but the meeting is at 2026-11-24 18:00 to 19:00 (Asia/Shanghai)" in conflict.summary
    assert (conflict.local and conflict.local.start, conflict.remote and conflict.remote.start) == (at(10), at(12))
    assert mailed(conflict, Side.LOCAL, await house.event(event)) == (MOON,)
    assert mailed(conflict, Side.EXCHANGE, await house.event(event)) == (MOON, LI)
    assert [held.start for held in await house.occupancies(MOON)] == [at(10), at(12)], "neither time can be had"
    await house.restart()
    await wait_in_vain(house)
    assert [each.id for each in await house.conflicts()] == [conflict.id]


async def test_an_update_that_arrives_late_is_no_drift(house: House) -> None:
    event, uid = await booked(house)
    drift_apart(house, uid, start=at(9), end=at(10))
    await house.sync()
    house.clock.advance(200)
    drift_apart(house, uid, start=at(10), end=at(11))
    await wait_in_vain(house)
    assert (await house.conflicts(), len(await house.states(event))) == ([], 3)


async def test_sending_it_again_puts_the_room_right(house: House) -> None:
    event, uid = await booked(house)
    drift_apart(house, uid, start=at(12), end=at(13))
    await wait_in_vain(house)
    house.exchange.mails.clear()
    conflict = await the_drift(house)
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.LOCAL))
    await house.settle()
    assert house.exchange.copy(MOON, uid).content.start == at(10)
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    assert await house.conflicts() == []


async def test_accepting_what_the_room_has_moves_the_meeting(house: House) -> None:
    event, uid = await booked(house)
    drift_apart(house, uid, start=at(12), end=at(13))
    await wait_in_vain(house)
    conflict = await the_drift(house)
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.EXCHANGE))
    await house.settle()
    assert (await house.event(event)).content.start == at(12)
    assert house.exchange.copy(ZHANG, uid).content.start == at(12)
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    assert await house.conflicts() == []


async def test_it_settles_by_itself_when_the_copies_agree_again_and_is_asked_anew_when_they_part_again(
    house: House,
) -> None:
    _, uid = await booked(house)
    drift_apart(house, uid, start=at(12), end=at(13))
    await wait_in_vain(house)
    first = await the_drift(house)
    drift_apart(house, uid, start=at(10), end=at(11))
    await house.sync()
    assert await house.conflicts() == []
    drift_apart(house, uid, start=at(14), end=at(15))
    await wait_in_vain(house)
    assert (await the_drift(house)).id != first.id


def lost_without_a_word(house: House, uid: str) -> None:
    house.exchange.remove(ZHANG, uid)


def room_swapped_without_a_word(house: House, uid: str) -> None:
    copy = house.exchange.copy(ZHANG, uid)
    copy.content = replace(copy.content, rooms=(LAKE,))
    house.exchange._touch(ZHANG, copy)


STALE = pytest.mark.parametrize(
    ("happened", "words"),
    [(lost_without_a_word, "which was cancelled"), (room_swapped_without_a_word, "no longer invited")],
)


@STALE
async def test_a_room_that_holds_what_it_should_not_is_declined_once_somebody_says_so(
    house: House, happened: Callable[[House, str], None], words: str
) -> None:
    event, uid = await booked(house)
    happened(house, uid)
    await wait_in_vain(house)
    conflict = await the_drift(house)
    assert words in conflict.summary
    assert mailed(conflict, Side.LOCAL, await house.event(event)) == (ZHANG,)
    await house.engine.resolve(conflict.id, Side.LOCAL, actor=USER)
    await house.settle()
    assert (house.exchange.copies(MOON), await house.occupancies(MOON)) == ([], [])
    assert await house.conflicts() == []
    assert ("respond", MOON) in house.exchange.calls


@STALE
async def test_left_as_it_is_nothing_is_written_and_nobody_is_asked_again(
    house: House, happened: Callable[[House, str], None], words: str
) -> None:
    _, uid = await booked(house)
    happened(house, uid)
    await wait_in_vain(house)
    conflict = await the_drift(house)
    assert words in conflict.summary
    house.exchange.mails.clear()
    await house.engine.resolve(conflict.id, Side.EXCHANGE, actor=USER)
    await wait_in_vain(house)
    assert (house.exchange.mails, await house.conflicts()) == ([], [])
    assert len(house.exchange.copies(MOON)) == 1
    assert [held.start for held in await house.occupancies(MOON)] == [at(10)], "the room is taken all the same"


async def test_a_clock_set_back_does_not_put_the_question_off_for_a_day(house: House) -> None:
    _, uid = await booked(house)
    drift_apart(house, uid, start=at(12), end=at(13))
    await house.sync()
    house.clock.advance(-86400)
    await wait_in_vain(house)
    await the_drift(house)


async def test_a_decline_that_fails_unexpectedly_keeps_nothing_else_waiting_and_is_tried_again(house: House) -> None:
    _, uid = await booked(house)
    lost_without_a_word(house, uid)
    await wait_in_vain(house)
    conflict = await the_drift(house)
    await house.engine.resolve(conflict.id, Side.LOCAL, actor=USER)
    house.exchange.luck = once("respond", "before", ValueError("a surprise"))
    await house.settle()
    assert house.exchange.calls.count(("respond", MOON)) > 1
    await house.sync()
    assert (house.exchange.copies(MOON), await house.occupancies(MOON)) == ([], [])


async def test_where_roomd_answers_for_the_room_it_declines_a_stale_copy_itself(unattended: House) -> None:
    event = await unattended.book(meeting())
    await unattended.push()
    uid = (await unattended.event(event)).uid
    assert unattended.exchange.copy(MOON, uid).answer is Answer.ACCEPTED
    lost_without_a_word(unattended, uid)
    await wait_in_vain(unattended)
    await unattended.settle()
    assert unattended.exchange.copies(MOON) == []
    assert await unattended.conflicts() == []
    assert ("cancel", MOON) not in unattended.exchange.calls


async def test_an_occurrence_moved_or_called_off_that_the_room_still_has_where_it_was(house: House) -> None:
    series = await meet(house, a_series())
    await house.sync()
    [first, second] = [each.original_start for each in series.occurrences()][2:4]
    untold = series.content.series
    assert untold is not None
    series.content = replace(series.content, series=replace(untold, deleted=(first,)))
    house.exchange._touch(ZHANG, series)
    await wait_in_vain(house)
    conflict = await the_drift(house)
    assert f"does not have the occurrence of “{series.content.title}” of {first:%Y-%m-%d}" in conflict.summary
    assert mailed(conflict, Side.LOCAL, await house.event(conflict.event or "")) == ()
    house.exchange.leave_occurrence(MOON, series.uid, first)
    await house.sync()
    assert await house.conflicts() == []
    assert second > first


async def test_a_meeting_in_which_both_agree_or_that_is_over_has_not_drifted(house: House) -> None:
    _, uid = await booked(house)
    house.exchange.edit(house.exchange.copy(ZHANG, uid), start=at(12), end=at(13))
    await wait_in_vain(house)
    assert await house.conflicts() == []
    house.clock.advance(3 * 24 * 3600)
    drift_apart(house, uid, start=at(14), end=at(15))
    await wait_in_vain(house)
    assert await house.conflicts() == []
    async with house.store.read() as tables:
        copies: list[Item] = await tables.items.of_mailbox(MOON)
    assert [copy.start for copy in copies] == [at(14)]
