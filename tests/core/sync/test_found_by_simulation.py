"""What the simulation found, each told as the story that went wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from core.sync.house import LAKE, LI, MOON, ZHANG, House, at, invite, meeting
from core.sync.simulated_copy import titles
from core.sync.simulated_exchange import Luck, good_luck
from roomd_core.errors import StoreError
from roomd_core.model import EventStatus, Side
from roomd_core.sync.remote import MailboxUnavailable, OutcomeUnknown, Rejected, RetryLater


def once(call: str, when: str, error: BaseException) -> Luck:
    """Let one call go wrong, the first time it is made."""
    left = [error]

    def luck(_number: int, moment: str, name: str, _mailbox: str) -> BaseException | None:
        return left.pop() if left and (moment, name) == (when, call) else None

    return luck


def locked(address: str) -> Luck:
    """Let nothing be taken out of a mailbox."""
    refused = MailboxUnavailable("It is held for an investigation.")
    return lambda _number, _moment, call, mailbox: refused if (call, mailbox) == ("discard", address) else None


@contextmanager
def full_disk(house: House) -> Iterator[None]:
    """Let no transaction that writes be committed."""
    writer = house.store._connections.writer
    run = writer.ask

    async def no_room(sql: str, *values: object) -> object:
        if sql == "COMMIT":
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return await run(sql, *values)

    with patch.object(writer, "ask", no_room):
        yield


async def test_a_write_whose_answer_found_the_disk_full_is_looked_up_without_a_restart(house: House) -> None:
    await house.sync()
    await house.book(meeting())
    fills_up = full_disk(house)

    def luck(_number: int, when: str, call: str, _mailbox: str) -> BaseException | None:
        if (when, call) != ("before", "create"):
            return None
        fills_up.__enter__()
        return RetryLater("Busy.")

    house.exchange.luck = luck
    with pytest.raises(StoreError):
        await house.engine.push_due()
    fills_up.__exit__(None, None, None)
    house.exchange.luck = good_luck
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]
    assert await house.waiting() == 0


async def test_one_room_that_cannot_be_answered_for_keeps_no_other_waiting(unattended: House) -> None:
    house = unattended
    await house.book(meeting("First", rooms=[MOON]))
    await house.book(meeting("Second", rooms=[LAKE]))
    await house.push()
    for address in (MOON, LAKE):
        assert [copy.answer for copy in house.exchange.copies(address)] == ["accepted"]
    await house.book(meeting("Third", 14, 15, rooms=[MOON]))
    await house.book(meeting("Fourth", 14, 15, rooms=[LAKE]))
    house.exchange.luck = once("respond", "before", ValueError("a surprise"))
    await house.settle()
    for address in (MOON, LAKE):
        assert {copy.answer for copy in house.exchange.copies(address)} == {"accepted"}


async def test_a_meeting_cancelled_here_before_its_organizers_calendar_was_read_is_cancelled(house: House) -> None:
    house.exchange.meet(ZHANG, meeting())
    await house.engine.refresh([MOON])
    [held] = await house.occupancies(MOON)
    await house.cancel(held.event)
    await house.engine.push_due()
    await house.settle()
    stands = titles(house.exchange.copies(ZHANG)) == ["Planning"]
    assert not stands or [conflict.event for conflict in await house.conflicts()] == [held.event]
    assert not stands or (await house.event(held.event)).status is EventStatus.CONFIRMED


async def test_a_meeting_made_anew_is_not_taken_for_the_one_its_rooms_still_have(house: House) -> None:
    copy = house.exchange.meet(ZHANG, meeting())
    await house.sync()
    [held] = await house.occupancies(MOON)
    house.exchange.remove(ZHANG, copy.uid)
    await house.engine.refresh([ZHANG])
    await house.change(held.event, start=at(15), end=at(16), title="Anew")
    house.exchange.answer_occurrence(MOON, copy.uid, at(10), house.exchange.copy(MOON, copy.uid).answer)
    await house.engine.refresh([MOON])
    assert (await house.event(held.event)).content.title == "Anew"
    await house.settle()
    [anew] = house.exchange.copies(ZHANG)
    assert (anew.content.title, anew.content.start) == ("Anew", at(15))
    assert {each.event for each in await house.occupancies(ZHANG, MOON)} == {held.event}
    assert [each.content.title for each in house.exchange.copies(MOON)] == ["Anew"]
    assert await house.conflicts() == []


async def test_copies_of_a_meeting_made_anew_belong_to_it_where_the_feed_tells_no_uid(house: House) -> None:
    house.exchange.names_in_feed = False
    copy = house.exchange.meet(ZHANG, meeting())
    await house.sync()
    [held] = await house.occupancies(MOON)
    house.exchange.remove(ZHANG, copy.uid)
    await house.engine.refresh([ZHANG])
    await house.change(held.event, start=at(15), end=at(16))
    house.exchange.forget_sync_states(MOON)
    house.exchange.answer_occurrence(MOON, copy.uid, at(10), house.exchange.copy(MOON, copy.uid).answer)
    await house.engine.refresh([MOON])
    house.exchange.luck = locked(MOON)
    await house.settle()
    assert {each.event for each in await house.occupancies(MOON)} == {held.event}
    # The room still holds the meeting that is gone, which nobody told it: that is asked about.
    assert [(each.kind, each.room) for each in await house.conflicts()] == [("drift", MOON)]


async def test_a_clock_set_back_does_not_hold_a_write_for_a_day(house: House) -> None:
    await house.sync()
    await house.book(invite(meeting(), LI))
    house.exchange.luck = once("create", "before", RetryLater("Busy."))
    await house.engine.push_due()
    house.clock._start = house.clock._start - (at(0, day=1) - at(0))
    await house.engine.push_due()
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]


async def test_a_clock_set_forward_does_not_prove_a_lost_create_absent(house: House) -> None:
    await house.sync()
    await house.book(meeting())
    house.exchange.luck = once("create", "before", OutcomeUnknown("The connection broke."))
    await house.engine.push_due()
    house.clock.advance(20)
    await house.engine.push_due()
    house.clock._start = house.clock._start + (at(0, day=1) - at(0))
    await house.engine.push_due()
    assert [name for name, _ in house.exchange.calls].count("create") == 1
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]


async def test_the_same_choice_made_in_outlook_does_not_prove_that_a_lost_update_was_applied(house: House) -> None:
    event = await house.book(meeting())
    await house.settle()
    await house.change(event, rooms=(LAKE,), location="Upstairs")
    lost = once("update", "before", OutcomeUnknown("The connection broke."))

    def luck(number: int, when: str, call: str, mailbox: str) -> BaseException | None:
        error = lost(number, when, call, mailbox)
        if error:
            house.exchange.edit(house.exchange.copies(ZHANG)[0], rooms=(LAKE,))
        return error

    house.exchange.luck = luck
    await house.settle()
    [copy] = house.exchange.copies(ZHANG)
    assert (copy.content.rooms, copy.content.location) == ((LAKE,), "Upstairs")


async def test_a_room_that_tells_no_body_does_not_agree_to_the_one_written_here(house: House) -> None:
    house.exchange.meet(ZHANG, meeting(rooms=[MOON, LAKE]))
    await house.engine.refresh([MOON])
    [held] = await house.occupancies(MOON)
    await house.change(held.event, body="Ours")
    await house.engine.refresh([LAKE])
    await house.settle()
    [copy] = house.exchange.copies(ZHANG)
    assert copy.content.body == "Ours" or [each.units for each in await house.conflicts()] == [("body",)]


@pytest.fixture
async def twins(house: House) -> tuple[str, str]:
    """Lose the answer to a create, and read the room's copy first, as a meeting nobody here knows: both events."""
    house.exchange.names_in_feed = False
    await house.sync()
    event = await house.book(meeting())
    lost = once("create", "after", OutcomeUnknown("The connection broke."))

    def lost_and_unread(number: int, when: str, call: str, mailbox: str) -> BaseException | None:
        if (when, call, mailbox) == ("before", "changes", ZHANG):
            return RetryLater("Busy.")
        return lost(number, when, call, mailbox)

    house.exchange.luck = lost_and_unread
    await house.engine.push_due()
    await house.engine.refresh([MOON])
    house.exchange.luck = good_luck
    [twin] = {each.event for each in await house.occupancies(MOON)} - {event}
    return event, twin


async def test_a_lost_create_whose_room_was_read_first_is_one_event(house: House, twins: tuple[str, str]) -> None:
    event, _ = twins
    house.clock.advance(130)
    await house.engine.push_due()
    await house.settle()
    assert {each.event for each in await house.occupancies(MOON, ZHANG)} == {event}
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]


async def test_what_was_changed_of_the_rooms_copy_is_changed_of_the_one_event(
    house: House, twins: tuple[str, str]
) -> None:
    event, twin = twins
    await house.change(twin, location="Upstairs")
    house.clock.advance(130)
    await house.settle()
    [copy] = house.exchange.copies(ZHANG)
    assert (copy.content.title, copy.content.location) == ("Planning", "Upstairs")
    assert (await house.event(event)).content.location == "Upstairs"
    assert await house.waiting() == 0


async def test_a_meeting_cancelled_by_what_its_room_has_of_it_is_cancelled(
    house: House, twins: tuple[str, str]
) -> None:
    event, twin = twins
    await house.cancel(twin)
    house.clock.advance(130)
    await house.settle()
    assert house.exchange.copies(ZHANG) == []
    assert (await house.event(event)).status is EventStatus.CANCELLED
    assert (await house.waiting(), await house.conflicts()) == (0, [])


@pytest.mark.parametrize("keep", Side)
@pytest.mark.parametrize("cancellation", ["done", "under way"])
async def test_a_meeting_called_off_and_changed_as_two_events_is_asked_about(
    house: House, twins: tuple[str, str], keep: Side, cancellation: str
) -> None:
    event, twin = twins
    await house.cancel(event)
    await house.change(twin, location="Upstairs")
    house.clock.advance(130)
    if cancellation == "done":
        await house.settle()
    else:
        house.exchange.luck = lambda _n, _when, call, _m: RetryLater("Busy.") if call == "cancel" else None
        await house.sync()
        house.exchange.luck = good_luck
    [asked] = await house.conflicts()
    assert (asked.event, asked.kind) == (event, "edit-vs-delete")
    assert asked.local
    assert asked.local.location == "Upstairs"
    assert asked.summary == "“Planning” was cancelled while it was changed, both here: it was taken for two meetings."

    await house.engine.resolve(asked.id, keep, actor="unix:zhangsan")
    house.clock.advance(130)
    await house.settle()

    stands = ["Upstairs"] if keep is Side.LOCAL else []
    assert [copy.content.location for copy in house.exchange.copies(ZHANG)] == stands
    assert await house.waiting() == 0


async def test_one_room_that_cannot_give_its_time_back_ends_no_round(unattended: House) -> None:
    house = unattended
    copies = [house.exchange.meet(ZHANG, meeting(room, rooms=[room])) for room in (MOON, LAKE)]
    await house.sync()
    for copy in copies:
        house.exchange.remove(ZHANG, copy.uid)
    house.exchange.luck = once("respond", "before", ValueError("a surprise"))
    for _ in range(5):
        run = await house.sync()
        assert run.finished_at
        house.clock.advance(130)
    assert [name for name, _ in house.exchange.calls].count("respond") == 3
    assert [house.exchange.copies(room) for room in (MOON, LAKE)] == [[], []]


async def test_one_mailbox_whose_audit_fails_unexpectedly_keeps_no_other_from_its_turn(house: House) -> None:
    house.exchange.meet(ZHANG, meeting())
    await house.sync()
    house.exchange.luck = once("view", "before", ValueError("a surprise"))
    await house.engine.audit_some()
    assert [name for name, _ in house.exchange.calls].count("view") == len(house.mailboxes)


async def test_an_item_brought_back_while_it_was_to_be_made_anew_is_gone_on_with(house: House) -> None:
    copy = house.exchange.meet(ZHANG, meeting())
    await house.sync()
    [held] = await house.occupancies(MOON)
    house.exchange.remove(ZHANG, copy.uid)
    await house.change(held.event, start=at(15), end=at(16))
    house.exchange.luck = once("create", "before", OutcomeUnknown("The connection broke."))
    await house.engine.push_due()
    house.exchange.meet(ZHANG, meeting(), uid=copy.uid)
    house.clock.advance(130)
    await house.settle()
    house.clock.advance(130)
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]
    [asked] = [conflict for conflict in await house.conflicts() if conflict.kind == "edit"]
    assert asked.local
    assert (asked.units, asked.local.start) == (("time",), at(15))
    assert await house.waiting() == 0


async def test_a_room_that_could_not_be_let_go_is_taken_until_somebody_decides(house: House) -> None:
    booked = await house.book(meeting(rooms=[MOON, LAKE]))
    await house.settle()
    house.exchange.luck = once("update", "before", Rejected("No.", code="ErrorItemSave"))

    await house.change(booked, rooms=(MOON,), start=at(14), end=at(15))
    assert not await house.occupancies(LAKE), "it is on its way"
    await house.settle()

    assert [(held.start, held.state) for held in await house.occupancies(LAKE)] == [(at(10), "tentative")]
    assert [(held.start, held.state) for held in await house.occupancies(MOON)] == [
        (at(10), "tentative"),
        (at(14), "pending"),
    ]
    [asked] = await house.conflicts()
    await house.engine.resolve(asked.id, Side.LOCAL, actor="unix:zhangsan")
    await house.settle()
    assert not await house.occupancies(LAKE)
    assert [held.start for held in await house.occupancies(MOON)] == [at(14)]


async def test_what_guests_still_had_of_a_meeting_that_comes_back_is_its_own_again(house: House) -> None:
    copy = house.exchange.meet(ZHANG, meeting())
    await house.sync()
    [held] = await house.occupancies(MOON)
    house.exchange.remove(ZHANG, copy.uid)
    await house.sync()
    house.exchange.luck = locked(MOON)
    await house.change(held.event, start=at(15), end=at(16))
    await house.settle()
    assert [each.content.start for each in house.exchange.copies(ZHANG)] == [at(15)]

    house.exchange.restore(ZHANG, copy)
    await house.settle()
    assert not await house.engine.audit(MOON)

    [first, second] = await house.occupancies(MOON)
    assert (first.start, second.start, second.event) == (at(10), at(15), held.event)
    assert (await house.event(first.event)).uid == copy.uid


async def test_a_meeting_to_be_made_anew_is_gone_on_with_when_it_comes_back(house: House) -> None:
    copy = house.exchange.meet(ZHANG, meeting())
    await house.sync()
    [held] = await house.occupancies(MOON)
    house.exchange.remove(ZHANG, copy.uid)
    await house.sync()
    house.exchange.luck = once("create", "before", Rejected("No.", code="ErrorItemSave"))
    await house.change(held.event, start=at(15), end=at(16))
    await house.settle()

    house.exchange.restore(ZHANG, copy)
    await house.settle()

    assert {each.event for each in await house.occupancies(ZHANG, MOON)} == {held.event}
    [asked] = await house.conflicts()
    assert (asked.kind, asked.units) == ("edit", ("time",))
    assert len(house.exchange.copies(ZHANG)) == 1


async def test_a_refusal_nobody_needs_to_decide_any_more_is_no_question(house: House) -> None:
    booked = await house.book(meeting())
    await house.settle()
    house.exchange.luck = once("cancel", "before", Rejected("No.", code="ErrorItemSave"))
    await house.cancel(booked)
    await house.sync()
    assert [asked.kind for asked in await house.conflicts()] == ["rejected"]

    house.exchange.call_off(house.exchange.copies(ZHANG)[0])
    await house.settle()

    assert not await house.conflicts()
    assert await house.waiting() == 0


async def test_half_of_a_lost_update_chosen_alike_in_outlook_does_not_drop_the_other_half(house: House) -> None:
    event = await house.book(meeting())
    await house.settle()
    await house.change(event, start=at(15), end=at(16), location="Ours")
    lost = once("update", "before", OutcomeUnknown("The connection broke."))

    def luck(number: int, when: str, call: str, mailbox: str) -> BaseException | None:
        error = lost(number, when, call, mailbox)
        if error:
            house.exchange.edit(house.exchange.copies(ZHANG)[0], start=at(15), end=at(16), location="Theirs")
        return error

    house.exchange.luck = luck
    await house.settle()
    [asked] = await house.conflicts()
    assert asked.local
    assert (asked.units, asked.local.location) == (("location",), "Ours")


async def test_a_room_left_with_what_was_never_seen_in_its_organizers_calendar_is_asked_about(house: House) -> None:
    await house.sync()
    event = await house.book(meeting())
    house.exchange.luck = once("create", "after", OutcomeUnknown("The connection broke."))
    await house.engine.push_due()
    house.exchange.luck = good_luck
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    await house.engine.refresh([MOON])
    await house.cancel(event)
    await house.settle()

    assert [(asked.kind, asked.room) for asked in await house.conflicts()] == [("drift", MOON)]
    assert [held.start for held in await house.occupancies(MOON)] == [at(10)]
    assert await house.engine.audit(MOON) == []
