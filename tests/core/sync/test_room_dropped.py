"""A room that loses an event it had accepted, without anybody saying so."""

from datetime import timedelta

import pytest

from core.sync.house import LAKE, LI, MOON, USER, ZHANG, House, at, invite, meeting
from roomd_core.access import Caller
from roomd_core.api.wire import Resolution
from roomd_core.booking import BookingService
from roomd_core.booking.deciding import Deciding
from roomd_core.errors import Invalid, NotAllowed, RoomTaken, VersionMismatch
from roomd_core.model import Answer, Conflict, ConflictKind, OccupancyState, Side

AS_ZHANG = Caller(user=USER, mailbox=ZHANG)
AS_LI = Caller(user="unix:lisi", mailbox=LI)


def deciding(house: House) -> Deciding:
    booking = BookingService(
        house.store, house.exchange, house.clock, refresh=house.engine.refresh, fresh_for=timedelta(hours=1)
    )
    return Deciding(house.store, booking, house.clock, house.engine.resolve)


async def booked(house: House) -> tuple[str, str]:
    """Book a room that accepts; return the event and its uid."""
    event = await house.book(invite(meeting(), LI))
    await house.push()
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    return event, (await house.event(event)).uid


async def dropped(house: House) -> tuple[str, str, Conflict]:
    """Delete the room's copy of an accepted meeting; return its event, its UID and the question about that."""
    event, uid = await booked(house)
    house.exchange.remove(MOON, uid)
    await house.sync()
    [conflict] = await house.conflicts()
    return event, uid, conflict


async def test_a_room_whose_copy_was_deleted_is_asked_about_and_its_time_is_free(house: House) -> None:
    event, _uid, conflict = await dropped(house)
    assert (conflict.kind, conflict.room, conflict.event) == (ConflictKind.ROOM_DROPPED, MOON, event)
    assert "2楼广寒宫 had accepted “Planning”, and it is no longer in its calendar." in conflict.summary
    assert (await house.states(event))[MOON] is OccupancyState.DECLINED
    await house.sync()
    await house.restart()
    await house.sync()
    assert [each.id for each in await house.conflicts()] == [conflict.id]


async def test_inviting_it_again_mails_the_room_alone_and_ends_with_it_accepted(house: House) -> None:
    event, uid, conflict = await dropped(house)
    house.exchange.mails.clear()
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.LOCAL))
    await house.settle()
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    assert [copy.uid for copy in house.exchange.copies(MOON)] == [uid]
    assert await house.conflicts() == []
    async with house.store.read() as tables:
        decided = await tables.conflicts.get(conflict.id)
        assert await tables.meta.named("invite-again:") == []
    assert decided is not None
    assert (decided.kept, decided.resolved_by) == (Side.LOCAL, USER)


async def test_inviting_again_goes_on_after_a_restart_in_between(house: House) -> None:
    event, uid, conflict = await dropped(house)
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.LOCAL))
    await house.engine.push_due()
    assert house.exchange.copy(ZHANG, uid).content.rooms == ()
    await house.restart()
    await house.settle()
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED


async def test_letting_it_go_writes_nothing(house: House) -> None:
    event, _uid, conflict = await dropped(house)
    house.exchange.mails.clear()
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.EXCHANGE))
    await house.settle()
    assert (house.exchange.mails, await house.conflicts()) == ([], [])
    assert (await house.states(event))[MOON] is OccupancyState.DECLINED


async def test_taking_another_room_moves_the_event_there(house: House) -> None:
    event, _uid, conflict = await dropped(house)
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.LOCAL, room="lake"))
    await house.settle()
    assert (await house.event(event)).content.rooms == (LAKE,)
    assert (await house.states(event))[LAKE] is OccupancyState.ACCEPTED
    assert await house.conflicts() == []


async def test_a_room_that_somebody_has_by_now_is_refused_and_the_question_stays(house: House) -> None:
    _, _, conflict = await dropped(house)
    house.exchange.meet(LI, meeting("Quicker"))
    house.exchange.meet(LI, meeting("Quicker there", rooms=[LAKE]))
    for resolution in (Resolution(keep=Side.LOCAL), Resolution(keep=Side.LOCAL, room=LAKE)):
        with pytest.raises(RoomTaken):
            await deciding(house).decide(AS_ZHANG, conflict.id, resolution)
    assert conflict.id in [each.id for each in await house.conflicts()]


async def test_who_may_not_act_for_the_organizer_or_read_something_else_is_refused(house: House) -> None:
    event, _uid, conflict = await dropped(house)
    with pytest.raises(NotAllowed):
        await deciding(house).decide(AS_LI, conflict.id, Resolution(keep=Side.EXCHANGE))
    seen = (await house.event(event)).version
    await house.change(event, title="Other")
    with pytest.raises(VersionMismatch):
        await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.EXCHANGE), if_version=seen)
    with pytest.raises(Invalid, match="room"):
        await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.EXCHANGE, room=LAKE))


async def test_a_room_taken_off_in_outlook_is_asked_about_and_can_be_put_back(house: House) -> None:
    event, uid = await booked(house)
    house.exchange.edit(house.exchange.copy(ZHANG, uid), rooms=())
    await house.sync()
    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.room) == (ConflictKind.ROOM_DROPPED, MOON)
    assert "was taken off “Planning” in Exchange" in conflict.summary
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.LOCAL))
    await house.settle()
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    assert await house.conflicts() == []


async def test_swapping_rooms_in_outlook_is_an_edit_and_nothing_to_decide(house: House) -> None:
    event, uid = await booked(house)
    house.exchange.edit(house.exchange.copy(ZHANG, uid), rooms=(LAKE,))
    await house.sync()
    await house.sync()
    assert (await house.event(event)).content.rooms == (LAKE,)
    assert await house.conflicts() == []


async def test_a_room_taken_off_here_is_nothing_to_decide(house: House) -> None:
    event, _ = await booked(house)
    await house.change(event, rooms=())
    await house.settle()
    assert await house.conflicts() == []


async def test_a_room_that_declines_is_not_one_that_lost_it(house: House) -> None:
    event, uid = await booked(house)
    house.exchange._respond(house.exchange.calendars[MOON], house.exchange.copy(MOON, uid), Answer.DECLINED)
    await house.engine.refresh([MOON])
    await house.sync()
    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.event) == (ConflictKind.ROOM_DECLINED, event)


async def test_of_a_meeting_made_in_outlook_a_lost_copy_is_asked_about_and_a_refusal_is_not(house: House) -> None:
    lost = house.exchange.meet(ZHANG, meeting("Lost"))
    refused = house.exchange.meet(ZHANG, meeting("Refused", 14, 15))
    await house.sync()
    house.exchange.remove(MOON, lost.uid)
    house.exchange._respond(house.exchange.calendars[MOON], house.exchange.copy(MOON, refused.uid), Answer.DECLINED)
    await house.sync()
    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.local and conflict.local.title) == (ConflictKind.ROOM_DROPPED, "Lost")


async def test_it_settles_itself_when_the_copy_is_back_or_the_event_is_cancelled(house: House) -> None:
    event, uid = await booked(house)
    copy = house.exchange.copy(MOON, uid)
    house.exchange.remove(MOON, uid)
    await house.sync()
    house.exchange.calendars[MOON].copies[copy.item_id] = copy
    house.exchange._touch(MOON, copy)
    await house.sync()
    assert (await house.conflicts(), (await house.states(event))[MOON]) == ([], OccupancyState.ACCEPTED)
    house.exchange.remove(MOON, uid)
    await house.sync()
    assert len(await house.conflicts()) == 1
    await house.cancel(event)
    await house.settle()
    assert (await house.conflicts(), await house.occupancies(MOON)) == ([], [])


async def test_deciding_an_edit_may_not_take_a_room_that_is_gone(house: House) -> None:
    event, uid = await booked(house)
    house.exchange.edit(house.exchange.copy(ZHANG, uid), start=at(12), end=at(13))
    await house.change(event, start=at(15), end=at(16))
    house.exchange.meet(LI, meeting("Has it by now", 15, 16))
    await house.sync()
    edit = next(each for each in await house.conflicts() if each.kind is ConflictKind.EDIT)
    with pytest.raises(RoomTaken):
        await deciding(house).decide(AS_ZHANG, edit.id, Resolution(keep=Side.LOCAL))
    await deciding(house).decide(AS_ZHANG, edit.id, Resolution(keep=Side.EXCHANGE))
    assert edit.id not in [each.id for each in await house.conflicts()]
