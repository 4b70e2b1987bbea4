"""An event whose item is not in Exchange though nobody saw it being deleted."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.sync import cases
from core.sync.house import LAKE, LI, MOON, USER, ZHANG, House, invite, meeting
from core.sync.simulated_copy import titles
from core.sync.test_found_by_simulation import once
from core.sync.test_room_dropped import AS_ZHANG, booked, deciding
from core.sync.test_series import TEN, WEEK, meet
from core.sync.test_series import series as a_series
from core.sync.test_series_made_here import Office
from roomd_core.api.wire import Resolution, Scope
from roomd_core.booking.choices import choices
from roomd_core.booking.recipients import mailed
from roomd_core.model import Conflict, ConflictKind, Event, EventStatus, OccupancyState, Side, WriteKind
from roomd_core.occurrences import exceptions_of
from roomd_core.recurrence import Series
from roomd_core.sync.remote import MailboxUnavailable, StateInvalid
from roomd_core.sync.resolve import resolve


async def lose(house: House, uid: str) -> None:
    """Let an item vanish while the sync state is lost too: no feed will ever tell."""
    house.exchange.remove(ZHANG, uid)
    house.exchange.forget_sync_states(ZHANG)
    await house.sync()


async def the_question(house: House) -> Conflict:
    [conflict] = await house.conflicts()
    assert conflict.kind is ConflictKind.MISSING_REMOTE
    return conflict


async def test_it_is_looked_for_by_every_name_and_then_asked_about(house: House) -> None:
    event, uid = await booked(house)
    await lose(house, uid)
    conflict = await the_question(house)
    assert "“Planning” is no longer in Zhang San's calendar, and nobody saw it being deleted." in conflict.summary
    assert [call for call in house.exchange.calls if call[0].startswith("find_by")][-2:] == [
        ("find_by_key", ZHANG),
        ("find_by_global_id", ZHANG),
    ]
    assert (await house.event(event)).status is EventStatus.CONFIRMED
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED, "it counts until somebody decides"
    assert mailed(conflict, Side.LOCAL, await house.event(event)) == (MOON, LI)
    await house.restart()
    house.exchange.forget_sync_states(ZHANG)
    await house.sync()
    assert [each.id for each in await house.conflicts()] == [conflict.id]


async def test_it_is_made_again(house: House) -> None:
    event, uid = await booked(house)
    await lose(house, uid)
    conflict = await the_question(house)
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.LOCAL))
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    assert await house.conflicts() == []


async def test_it_is_cancelled_here(house: House) -> None:
    event, uid = await booked(house)
    await lose(house, uid)
    conflict = await the_question(house)
    house.exchange.mails.clear()
    await house.engine.resolve(conflict.id, Side.EXCHANGE, actor=USER)
    assert (await house.event(event)).status is EventStatus.CANCELLED
    assert (await house.occupancies(), house.exchange.mails) == ([], [])


async def test_what_is_there_under_another_name_is_nothing_to_ask(house: House) -> None:
    event, uid = await booked(house)
    copy = house.exchange.copy(ZHANG, uid)
    house.exchange.remove(ZHANG, uid)
    house.exchange.calendars[ZHANG].copies["Moved"] = copy
    copy.item_id = "Moved"
    house.exchange.forget_sync_states(ZHANG)
    house.exchange.calendars[ZHANG].feed.clear()
    await house.sync()
    assert (await house.conflicts(), (await house.event(event)).status) == ([], EventStatus.CONFIRMED)


async def test_its_return_settles_the_question_and_so_does_its_cancellation(unattended: House) -> None:
    house = unattended
    event, uid = await booked(house)
    copy = house.exchange.copy(ZHANG, uid)
    await lose(house, uid)
    await the_question(house)
    house.exchange.calendars[ZHANG].copies[copy.item_id] = copy
    house.exchange._touch(ZHANG, copy)
    await house.sync()
    assert await house.conflicts() == []
    await lose(house, uid)
    await the_question(house)
    house.exchange._withdraw(MOON, copy)
    await house.sync()
    assert (await house.conflicts(), (await house.event(event)).status) == ([], EventStatus.CANCELLED)


async def test_saving_a_change_makes_it_again_and_answers_the_question(house: House) -> None:
    event = await house.book(invite(meeting(rooms=[]), LI))
    await house.push()
    await lose(house, (await house.event(event)).uid)
    conflict = await the_question(house)
    await house.change(event, title="Saved")
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Saved"]
    async with house.store.read() as tables:
        decided = await tables.conflicts.get(conflict.id)
    assert decided is not None
    assert (decided.kept, await house.conflicts()) == (Side.LOCAL, [])


async def lost_series(house: House) -> tuple[Event, Conflict]:
    """Lose a series booked here, of which the third occurrence was moved, the fourth has a room of its own, and the
    fifth was called off.
    """
    office = Office(house)
    booked = await office.book()
    later = TEN + 2 * WEEK + timedelta(hours=3)
    await office.change(booked.id, Scope.THIS, 2, start=later, end=later + timedelta(hours=1), title="Special")
    await office.change(booked.id, Scope.THIS, 3, rooms=("Lake",))
    await office.cancel(booked.id, Scope.THIS, 4)
    await office.agree()
    await lose(house, booked.uid)
    return await house.event(booked.id), await the_question(house)


async def test_a_series_is_made_again_with_what_is_different_in_its_occurrences(house: House) -> None:
    event, conflict = await lost_series(house)
    assert "Make it in Exchange again" in choices(conflict)[Side.LOCAL]
    house.exchange.mails.clear()

    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.LOCAL))
    plan = await house.engine.plan()
    kinds = [WriteKind.CLEAR, WriteKind.CREATE, WriteKind.UPDATE, WriteKind.UPDATE, WriteKind.CANCEL]
    assert [write.kind for write in plan] == kinds
    told = {who for write in plan for who in write.mails}
    assert told == {MOON, LAKE} == set(mailed(conflict, Side.LOCAL, event))

    office = Office(house)
    await office.agree()
    [master] = office.masters
    assert exceptions_of(master.content) == exceptions_of(event.content)
    assert len(exceptions_of(master.content)) == 3
    assert (await house.event(event.id)).content == event.content
    assert await house.conflicts() == []


async def test_a_series_made_in_outlook_is_made_again_too(house: House) -> None:
    copy = await meet(house, a_series())
    house.exchange.change_occurrence(copy, TEN + WEEK, title="Special")
    await house.sync()
    await lose(house, copy.uid)
    conflict = await the_question(house)
    await deciding(house).decide(AS_ZHANG, conflict.id, Resolution(keep=Side.LOCAL))
    await Office(house).agree()
    [master] = Office(house).masters
    assert [each and each.title for each in exceptions_of(master.content).values()] == ["Special"]


async def test_a_series_can_be_cancelled_here(house: House) -> None:
    event, conflict = await lost_series(house)
    await house.engine.resolve(conflict.id, Side.EXCHANGE, actor=USER)
    assert (await house.event(event.id)).status is EventStatus.CANCELLED
    assert await house.occupancies() == []
    assert {each.kind for each in await house.conflicts()} == {ConflictKind.DRIFT}, "the rooms still hold it"


def test_single_occurrences_of_a_series_nobody_knows_are_kept_as_they_are() -> None:
    alone = replace(cases.PLAN, series=Series(recurrence=None))
    missing = cases.conflict(ConflictKind.MISSING_REMOTE, local=alone)
    known = cases.case(cases.copy(missing=True), of=cases.event(alone, base=alone), conflicts=(missing,))
    after = resolve(known, missing, Side.LOCAL, cases.setting(), actor=USER)
    assert (after.operations, after.event, after.items) == ((), known.event, known.items)
    assert mailed(missing, Side.LOCAL, known.event) == ()
    assert "Nothing is written" in choices(missing)[Side.LOCAL]


async def test_a_delete_that_the_feed_tells_is_believed_and_a_guests_copy_stands_for_nothing(house: House) -> None:
    _, uid = await booked(house)
    house.exchange.remove(LI, uid)
    house.exchange.forget_sync_states(LI)
    await house.sync()
    assert await house.conflicts() == []
    other = house.exchange.meet(LI, invite(meeting("Other", 14, 15, rooms=[]), ZHANG))
    await house.sync()
    house.exchange.call_off(other)
    await house.sync()
    assert await house.conflicts() == []


async def test_what_only_a_reading_that_failed_told_of_is_asked_about_when_it_is_gone(house: House) -> None:
    """Exchange does not tell again of an item that came and went since the state that is stored."""
    await house.sync()
    gone, shown = await house.book(meeting()), await house.book(meeting("Review", 14, 15))
    await house.engine.push_due()
    house.exchange.remove(ZHANG, (await house.event(gone)).uid)
    house.exchange.luck = once("find_by_key", "before", MailboxUnavailable("It moves."))
    with pytest.raises(MailboxUnavailable):
        await house.engine.refresh([ZHANG])
    house.exchange.remove(ZHANG, (await house.event(shown)).uid)

    await house.sync()

    assert {asked.event for asked in await house.conflicts()} == {gone, shown}


async def test_a_clock_set_back_hides_no_item_that_came_and_went_before_a_restart(house: House) -> None:
    await house.sync()
    house.clock._start -= timedelta(days=1)
    event = await house.book(meeting())
    await house.engine.push_due()
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    await house.restart()

    await house.sync()

    assert (await the_question(house)).event == event


async def test_an_item_found_by_its_name_that_is_gone_before_the_feed_shows_it_is_asked_about(house: House) -> None:
    event, uid = await booked(house)
    lost = house.exchange.copy(ZHANG, uid)
    house.exchange.remove(ZHANG, uid)
    house.exchange.forget_sync_states(ZHANG)

    def restored(_number: int, when: str, call: str, _mailbox: str) -> None:
        if (when, call) == ("before", "find_by_key") and lost in house.exchange.calendars[ZHANG].deleted_items:
            house.exchange.restore(ZHANG, lost)

    house.exchange.luck = restored
    await house.engine.refresh([ZHANG])
    assert await house.conflicts() == []
    house.exchange.remove(ZHANG, uid)
    house.exchange.luck = lambda *_: None
    await house.engine.refresh([ZHANG])
    assert (await the_question(house)).event == event


async def test_a_meeting_copied_in_outlook_is_not_taken_for_the_one_that_is_missing(house: House) -> None:
    """It carries the original's key, and what its room has of it was read before."""
    event, uid = await booked(house)
    copied = house.exchange.meet(ZHANG, meeting("Copied", rooms=[LAKE]), key=house.exchange.copy(ZHANG, uid).own_key)
    house.exchange._remove(ZHANG, copied)
    await house.engine.refresh([LAKE])
    [other] = await house.occupancies(LAKE)

    def restored(_number: int, when: str, call: str, _mailbox: str) -> None:
        if (when, call) == ("before", "find_by_key") and copied in house.exchange.calendars[ZHANG].deleted_items:
            house.exchange.restore(ZHANG, copied)

    house.exchange.luck = restored
    house.exchange.remove(ZHANG, uid)
    house.exchange.forget_sync_states(ZHANG)
    await house.engine.refresh([ZHANG])
    house.exchange.luck = lambda *_: None
    assert (await the_question(house)).event == event
    await house.engine.refresh([ZHANG])
    assert {each.event for each in await house.occupancies(ZHANG)} == {event, other.event}


async def test_a_listing_that_failed_forgets_no_item_the_feed_was_to_show(house: House) -> None:
    await house.sync()
    event = await house.book(meeting())
    await house.engine.push_due()
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    refused, failed = (
        once("changes", "before", StateInvalid("It is not valid.")),
        once("find_by_key", "before", MailboxUnavailable("It moves.")),
    )
    house.exchange.luck = lambda *call: refused(*call) or failed(*call)
    with pytest.raises(MailboxUnavailable):
        await house.engine.refresh([ZHANG])

    await house.engine.refresh([ZHANG])

    assert (await the_question(house)).event == event
