from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, STRANGER, ZHANG, House, at, invite, meeting
from roomd_core.model import ChangeKind, EventStatus, OccupancyState, Origin


async def test_a_meeting_made_in_outlook_comes_in_marked_as_made_there(house: House) -> None:
    house.exchange.meet(ZHANG, invite(meeting(), LI))
    run = await house.sync()
    [room] = await house.occupancies(MOON)
    event = await house.event(room.event)
    assert (run.created, run.mailboxes, run.errors) == (1, 4, ())
    assert (event.origin, event.organizer, event.content.title) == (Origin.EXCHANGE, ZHANG, "Planning")
    assert (room.start, room.end, room.state) == (at(10), at(11), OccupancyState.ACCEPTED)


async def test_one_meeting_is_one_event_however_many_mailboxes_hold_a_copy(house: House) -> None:
    house.exchange.meet(ZHANG, invite(meeting(rooms=[MOON, LAKE]), LI))
    await house.sync()
    occupancies = await house.occupancies()
    assert {each.mailbox for each in occupancies} == {ZHANG, LI, MOON, LAKE}
    assert len({each.event for each in occupancies}) == 1


async def test_a_room_stands_in_for_an_organizer_whose_calendar_is_not_read(house: House) -> None:
    house.exchange.calendars[MOON].rewrites_titles = True
    house.exchange.meet(STRANGER, meeting("Secret plans"))
    await house.sync()
    [room] = await house.occupancies(MOON)
    event = await house.event(room.event)
    assert (event.content.title, event.title_is_organizer) == (STRANGER.title(), True)
    assert event.content.rooms == (MOON,)


async def test_the_organizers_title_is_shown_where_a_room_rewrote_it(house: House) -> None:
    house.exchange.calendars[MOON].rewrites_titles = True
    house.exchange.meet(ZHANG, meeting("Planning"))
    await house.engine.refresh([MOON])
    await house.engine.refresh([ZHANG])
    [room] = await house.occupancies(MOON)
    event = await house.event(room.event)
    assert (event.content.title, event.title_is_organizer) == ("Planning", False)


async def test_a_booking_made_in_the_rooms_own_calendar_counts(house: House) -> None:
    house.exchange.meet(MOON, meeting("Painters", rooms=[]))
    await house.sync()
    [room] = await house.occupancies(MOON)
    assert room.state is OccupancyState.ACCEPTED
    assert (await house.event(room.event)).content.rooms == (MOON,)


async def test_a_moved_meeting_moves(house: House) -> None:
    copy = house.exchange.meet(ZHANG, meeting())
    await house.sync()
    house.exchange.edit(copy, start=at(14), end=at(15))
    run = await house.sync()
    [room] = await house.occupancies(MOON)
    assert (room.start, room.end, run.changed) == (at(14), at(15), 1)


async def test_a_cancelled_meeting_frees_its_room_and_leaves_no_conflict(house: House) -> None:
    copy = house.exchange.meet(ZHANG, meeting())
    await house.sync()
    [room] = await house.occupancies(MOON)
    house.exchange.call_off(copy)
    await house.engine.refresh([MOON])
    await house.sync()
    assert await house.occupancies() == []
    assert await house.conflicts() == []
    assert (await house.event(room.event)).status is EventStatus.CANCELLED


async def test_a_round_in_which_nothing_changed_asks_once_a_mailbox_and_writes_nothing(house: House) -> None:
    house.exchange.meet(ZHANG, invite(meeting(), LI))
    await house.sync()
    asked, seq, before = len(house.exchange.calls), await house.last_seq(), await house.occupancies()
    run = await house.sync()
    assert [call for call, _ in house.exchange.calls[asked:]] == ["changes"] * 4
    assert (run.fetched, run.created, run.changed, run.deleted) == (0, 0, 0, 0)
    assert (await house.last_seq(), await house.occupancies()) == (seq, before)


async def test_a_meeting_long_over_is_not_brought_in(house: House) -> None:
    house.exchange.meet(ZHANG, replace(meeting(), start=at(10, day=-60), end=at(11, day=-60)))
    assert (await house.sync()).created == 0


async def test_many_pages_are_stored_one_by_one(house: House) -> None:
    house.exchange.page = 3
    for hour in range(8, 18):
        house.exchange.meet(ZHANG, meeting(f"At {hour}", hour, hour + 1))
    run = await house.sync()
    assert (run.created, len(await house.occupancies(MOON))) == (10, 10)


async def test_an_item_that_moved_within_its_calendar_is_still_the_same_event(house: House) -> None:
    copy = house.exchange.meet(ZHANG, meeting())
    await house.sync()
    [before] = await house.occupancies(MOON)
    calendar = house.exchange.calendars[ZHANG]
    del calendar.copies[copy.item_id]
    calendar.feed.append(copy.item_id)
    copy.item_id = "Moved"
    calendar.copies["Moved"] = copy
    calendar.feed.append("Moved")
    await house.sync()
    assert await house.occupancies(MOON) == [before]
    assert ChangeKind.CANCELLED not in [entry.kind for entry in await house.history(before.event)]


async def test_a_meeting_copied_in_outlook_is_another_meeting_though_it_carries_our_key(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    key = (await house.event(event)).key
    house.exchange.meet(ZHANG, meeting("Copy", 14, 15), key=key)
    await house.sync()
    assert len(await house.occupancies(MOON)) == 2
    assert (await house.event(event)).content.title == "Planning"


async def test_a_double_booking_is_told_once_and_ends_by_itself(house: House) -> None:
    house.exchange.meet(LAKE, meeting("Painters", 10, 12, rooms=[]))
    await house.sync()
    other = house.exchange.meet(LAKE, meeting("Cleaners", 11, 13, rooms=[]))
    await house.sync()
    house.exchange.edit(other, location="The whole floor")
    await house.sync()
    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.room) == ("double-booking", LAKE)
    assert "Painters" in conflict.summary
    assert "Cleaners" in conflict.summary
    house.exchange.edit(other, start=at(12), end=at(13))
    await house.sync()
    assert await house.conflicts() == []
