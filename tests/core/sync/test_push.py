from collections.abc import Callable
from datetime import timedelta

import pytest

from core.sync.house import LAKE, LI, MOON, STRANGER, ZHANG, House, at, invite, meeting
from core.sync.simulated_copy import titles
from core.sync.simulated_exchange import Luck
from roomd_core.errors import VersionMismatch
from roomd_core.merge import diff
from roomd_core.model import Answer, ChangeKind, EventStatus, OccupancyState, OperationState, Side
from roomd_core.sync.remote import (
    ExchangeUnavailable,
    MailboxUnavailable,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    SignInRefused,
)


def once(call: str, when: str, error: BaseException) -> Luck:
    """Let one call go wrong, the first time it is made."""
    left = [error]

    def luck(_number: int, moment: str, name: str, _mailbox: str) -> BaseException | None:
        return left.pop() if left and (moment, name) == (when, call) else None

    return luck


def always(call: str, error: Callable[[], BaseException]) -> Luck:
    return lambda _number, when, name, _mailbox: error() if (when, name) == ("before", call) else None


async def test_a_booking_made_here_is_in_outlook_with_the_rooms_answer_in_seconds(house: House) -> None:
    event = await house.book(invite(meeting(), LI))
    await house.push()
    assert titles(house.exchange.copies(ZHANG)) == titles(house.exchange.copies(MOON)) == ["Planning"]
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    stored = await house.event(event)
    assert stored.base
    assert diff(stored.base, stored.content) == ()
    assert Answer.ACCEPTED in {said.answer for said in stored.responses if said.address == MOON}
    assert ChangeKind.PUSHED in [entry.kind for entry in await house.history(event)]
    assert await house.waiting() == 0


async def test_the_echo_of_our_own_write_is_not_a_change(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    version, seq = (await house.event(event)).version, await house.last_seq()
    run = await house.sync()
    assert ((await house.event(event)).version, await house.last_seq(), run.changed) == (version, seq, 0)


async def test_a_change_made_here_reaches_the_same_item(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    [before] = house.exchange.copies(ZHANG)
    await house.change(event, start=at(14), end=at(15), title="Later")
    assert (await house.states(event))[MOON] is OccupancyState.PENDING
    await house.push()
    [copy] = house.exchange.copies(ZHANG)
    assert (copy.item_id, copy.content.title, copy.content.start) == (before.item_id, "Later", at(14))
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED


async def test_a_room_taken_off_an_event_is_freed_and_another_is_asked(house: House) -> None:
    event = await house.book(meeting(rooms=[MOON]))
    await house.push()
    await house.change(event, rooms=(LAKE,))
    await house.push()
    await house.sync()
    assert (house.exchange.copies(MOON), titles(house.exchange.copies(LAKE))) == ([], ["Planning"])
    assert set(await house.states(event)) == {ZHANG, LAKE}
    assert await house.conflicts() == []


async def test_cancelling_is_recoverable_and_frees_the_room(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    await house.cancel(event)
    await house.push()
    await house.sync()
    assert house.exchange.copies(ZHANG) == house.exchange.copies(MOON) == []
    assert titles(house.exchange.calendars[ZHANG].deleted_items) == ["Planning"]
    assert (await house.states(event), await house.conflicts()) == ({}, [])
    assert (await house.event(event)).status is EventStatus.CANCELLED


async def test_cancelling_what_is_gone_already_is_done(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    await house.cancel(event)
    await house.push()
    assert await house.waiting() == 0


async def test_a_create_whose_answer_was_lost_makes_exactly_one_item(house: House) -> None:
    house.exchange.luck = once("create", "after", OutcomeUnknown("The connection broke."))
    event = await house.book(meeting())
    await house.push()
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]
    assert [call for call, _ in house.exchange.calls].count("create") == 1
    assert await house.waiting() == 0
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED


async def test_a_create_whose_answer_was_lost_is_found_in_the_feed_without_a_search(house: House) -> None:
    house.exchange.luck = once("create", "after", OutcomeUnknown("The connection broke."))
    await house.book(meeting())
    await house.push()
    assert await house.waiting() == 0
    assert not [call for call, _ in house.exchange.calls if call.startswith("find_by")]


@pytest.mark.parametrize("names_in_feed", [True, False])
async def test_the_feed_alone_adopts_a_create_whose_answer_was_lost(house: House, *, names_in_feed: bool) -> None:
    house.exchange.names_in_feed = names_in_feed
    house.exchange.luck = once("create", "after", OutcomeUnknown("The connection broke."))
    event = await house.book(meeting())
    await house.engine.push_due()
    await house.engine.refresh([MOON])
    await house.engine.refresh([ZHANG])
    assert (await house.waiting(), len(await house.occupancies(MOON))) == (0, 1)
    assert {each.event for each in await house.occupancies()} == {event}


async def test_a_create_that_never_arrived_is_sent_again_only_after_the_settle_time(house: House) -> None:
    house.exchange.luck = once("create", "before", OutcomeUnknown("The connection broke."))
    await house.book(meeting())
    await house.engine.push_due()
    for _ in range(7):
        house.clock.advance(15)
        await house.engine.push_due()
    assert house.exchange.copies(ZHANG) == []
    house.clock.advance(20)
    await house.engine.push_due()
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]


async def test_a_create_that_comes_true_late_is_not_sent_again(house: House) -> None:
    house.exchange.luck = once("create", "before", OutcomeUnknown("Timed out."))
    event = await house.book(meeting())
    await house.engine.push_due()
    stored = await house.event(event)
    house.clock.advance(60)
    house.exchange.meet(ZHANG, stored.content, uid=stored.uid, key=stored.key)
    house.clock.advance(100)
    await house.push()
    assert [call for call, _ in house.exchange.calls].count("create") == 1
    assert (await house.waiting(), titles(house.exchange.copies(ZHANG))) == (0, ["Planning"])


@pytest.mark.parametrize("footer", ["", "\nThis message is confidential."])
async def test_an_update_whose_answer_was_lost_is_written_once(house: House, footer: str) -> None:
    house.exchange.footer = footer
    event = await house.book(meeting())
    await house.push()
    house.exchange.luck = once("update", "after", OutcomeUnknown("The connection broke."))
    await house.change(event, title="Review", body="Only the figures.")
    await house.push()
    assert titles(house.exchange.copies(ZHANG)) == ["Review"]
    assert [call for call, _ in house.exchange.calls].count("update") == 1
    assert (await house.waiting(), await house.conflicts()) == (0, [])


async def test_edits_of_different_things_on_both_sides_merge(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.edit(house.exchange.copies(ZHANG)[0], location="Upstairs")
    await house.change(event, title="Review")
    await house.push()
    content = (await house.event(event)).content
    assert (content.title, content.location) == ("Review", "Upstairs")
    assert house.exchange.copies(ZHANG)[0].content.title == "Review"
    assert house.exchange.copies(ZHANG)[0].content.location == "Upstairs"
    assert await house.conflicts() == []


@pytest.mark.parametrize(("keep", "title"), [(Side.LOCAL, "Ours"), (Side.EXCHANGE, "Theirs")])
async def test_the_same_thing_edited_on_both_sides_is_for_a_person_to_decide(
    house: House, keep: Side, title: str
) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.edit(house.exchange.copies(ZHANG)[0], title="Theirs")
    await house.change(event, title="Ours", location="Upstairs")
    await house.push()
    [conflict] = await house.conflicts()
    assert conflict.base
    assert conflict.local
    assert conflict.remote
    assert (conflict.base.title, conflict.local.title, conflict.remote.title) == ("Planning", "Ours", "Theirs")
    assert (conflict.kind, conflict.units, (await house.event(event)).content.title) == ("edit", ("title",), "Theirs")
    assert house.exchange.copies(ZHANG)[0].content.location == "Upstairs"
    decided = await house.engine.resolve(conflict.id, keep, actor="unix:zhangsan")
    await house.push()
    assert (decided.kept, decided.resolved_by) == (keep, "unix:zhangsan")
    assert (await house.event(event)).content.title == titles(house.exchange.copies(ZHANG))[0] == title
    assert await house.conflicts() == []


@pytest.mark.parametrize("noticed", ["on writing", "before"])
async def test_an_item_that_vanished_is_made_anew_when_the_event_is_saved(house: House, noticed: str) -> None:
    event = await house.book(meeting())
    await house.push()
    key = (await house.event(event)).key
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    if noticed == "before":
        await house.sync()
    house.exchange.mails.clear()
    await house.change(event, title="Again")
    await house.push()
    assert titles(house.exchange.copies(ZHANG)) == ["Again"]
    assert (await house.event(event)).key != key
    assert house.exchange.copies(ZHANG)[0].own_key == (await house.event(event)).key
    assert titles(house.exchange.copies(MOON)) == ["Again"], "what the room had is out of its way"
    assert (await house.states(event))[MOON] is OccupancyState.ACCEPTED
    assert await house.conflicts() == []
    assert {kind for kind, _, _ in house.exchange.mails} == {"request", "response"}


async def test_a_room_is_cleared_though_the_first_try_met_something_unforeseen(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    await house.sync()
    house.exchange.luck = once("fetch", "before", ValueError("a surprise"))
    await house.change(event, title="Again")
    await house.settle()
    assert titles(house.exchange.copies(MOON)) == titles(house.exchange.copies(ZHANG)) == ["Again"]
    assert await house.conflicts() == []


async def test_a_room_that_cannot_be_cleared_keeps_no_meeting_from_being_made_anew(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    await house.sync()
    house.exchange.luck = lambda _n, _when, call, mailbox: (
        MailboxUnavailable("It moves.") if (call, mailbox) == ("discard", MOON) else None
    )
    await house.change(event, title="Again")
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Again"]
    assert [conflict.kind for conflict in await house.conflicts()] == ["room-declined"]


@pytest.mark.parametrize("keep", list(Side))
async def test_a_deletion_does_not_swallow_an_edit_made_here(house: House, keep: Side) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.call_off(house.exchange.copies(ZHANG)[0])
    await house.change(event, title="Still wanted")
    await house.engine.refresh([ZHANG])
    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.remote) == ("edit-vs-delete", None)
    assert conflict.local
    assert conflict.local.title == "Still wanted"
    await house.push()
    assert house.exchange.copies(ZHANG) == []
    await house.engine.resolve(conflict.id, keep, actor="unix:zhangsan")
    await house.push()
    expected = ["Still wanted"] if keep is Side.LOCAL else []
    assert (titles(house.exchange.copies(ZHANG)), await house.waiting()) == (expected, 0)


@pytest.mark.parametrize("keep", list(Side))
async def test_a_cancellation_here_does_not_swallow_an_edit_made_in_outlook(house: House, keep: Side) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.edit(house.exchange.copies(ZHANG)[0], title="Important now")
    await house.cancel(event)
    await house.push()
    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.local) == ("edit-vs-delete", None)
    assert titles(house.exchange.copies(ZHANG)) == ["Important now"]
    await house.engine.resolve(conflict.id, keep, actor="unix:zhangsan")
    await house.push()
    expected = [] if keep is Side.LOCAL else ["Important now"]
    assert (titles(house.exchange.copies(ZHANG)), await house.waiting()) == (expected, 0)


async def test_what_exchange_refuses_is_parked_with_a_conflict_and_delays_nothing_else(house: House) -> None:
    house.exchange.luck = once("create", "before", Rejected("The mailbox is full.", code="ErrorQuotaExceeded"))
    refused = await house.book(meeting("Refused"))
    await house.book(meeting("Fine", 12, 13))
    await house.push()
    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.event) == ("rejected", refused)
    assert "The mailbox is full." in conflict.summary
    assert titles(house.exchange.copies(ZHANG)) == ["Fine"]
    await house.engine.resolve(conflict.id, Side.LOCAL, actor="unix:zhangsan")
    await house.push()
    assert titles(house.exchange.copies(ZHANG)) == ["Fine", "Refused"]


async def test_a_refused_booking_that_is_given_up_frees_its_room(house: House) -> None:
    house.exchange.luck = once("create", "before", Rejected("No."))
    refused = await house.book(meeting())
    await house.push()
    [conflict] = await house.conflicts()
    await house.engine.resolve(conflict.id, Side.EXCHANGE, actor="unix:zhangsan")
    assert (await house.states(refused), await house.waiting()) == ({}, 0)


async def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(house: House) -> None:
    house.exchange.luck = once("create", "before", RetryLater("Busy.", after=timedelta(minutes=5)))
    await house.book(meeting())
    await house.push()
    assert house.exchange.copies(ZHANG) == []
    house.clock.advance(300)
    await house.push()
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]


async def test_an_unreachable_exchange_keeps_everything_queued_and_is_told_once(house: House) -> None:
    event = await house.book(meeting())
    house.exchange.luck = lambda *_: ExchangeUnavailable("Exchange does not answer.")
    run = await house.sync()
    assert [error.message for error in run.errors] == ["Exchange does not answer."]
    assert (house.engine.exchange.health, house.engine.exchange.message) == ("failing", "Exchange does not answer.")
    house.exchange.luck = lambda *_: None
    await house.sync()
    assert (house.engine.exchange.health, await house.waiting()) == ("ok", 0)
    assert (await house.event(event)).base is not None


async def test_a_refused_sign_in_ends_the_round_at_once(house: House) -> None:
    house.exchange.luck = lambda *_: SignInRefused("The password is wrong.")
    await house.book(meeting())
    run = await house.sync()
    assert len(run.errors) == 1
    assert len(house.exchange.calls) <= 2


async def test_a_mailbox_that_cannot_be_read_does_not_keep_others_from_being_read(house: House) -> None:
    del house.exchange.calendars[LAKE]
    house.exchange.meet(ZHANG, meeting())
    run = await house.sync()
    assert [(error.mailbox, run.mailboxes) for error in run.errors] == [(LAKE, 3)]
    async with house.store.read() as tables:
        freshness = await tables.mailboxes.freshness()
    assert freshness[LAKE].error
    assert freshness[MOON].error is None


async def test_one_operation_that_fails_unexpectedly_is_looked_into_later_and_the_rest_goes_on(house: House) -> None:
    house.exchange.luck = once("create", "before", ZeroDivisionError("a bug"))
    poisoned = await house.book(meeting("Poisoned"))
    await house.book(meeting("Fine", 12, 13))
    await house.engine.push_due()
    assert titles(house.exchange.copies(ZHANG)) == ["Fine"]
    async with house.store.read() as tables:
        [operation] = await tables.operations.open_of_event(poisoned)
    assert operation.state is OperationState.UNKNOWN
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Fine", "Poisoned"]


async def test_a_decision_about_what_has_changed_since_is_refused_until_it_was_looked_at_again(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.edit(house.exchange.copies(ZHANG)[0], title="Theirs")
    await house.change(event, title="Ours")
    await house.push()
    [conflict] = await house.conflicts()
    house.exchange.edit(house.exchange.copies(ZHANG)[0], title="Theirs, again")
    await house.sync()
    with pytest.raises(VersionMismatch):
        await house.engine.resolve(conflict.id, Side.LOCAL, actor="unix:zhangsan")
    [conflict] = await house.conflicts()
    assert conflict.remote
    assert conflict.remote.title == "Theirs, again"
    await house.engine.resolve(conflict.id, Side.LOCAL, actor="unix:zhangsan")
    await house.push()
    assert titles(house.exchange.copies(ZHANG)) == ["Ours"]


async def test_what_a_server_does_to_a_body_is_not_told_as_a_change(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    await house.change(event, title="Review")
    await house.push()
    entries = await house.history(event)
    assert [entry.actor for entry in entries if entry.kind is ChangeKind.CHANGED] == ["unix:zhangsan"]


async def test_an_external_organizer_is_never_written_to(house: House) -> None:
    house.exchange.meet(STRANGER, meeting("Theirs"))
    await house.settle()
    assert {call for call, _ in house.exchange.calls} <= {"changes", "fetch"}


async def test_a_cancellation_that_frees_a_room_goes_before_the_booking_that_takes_it(house: House) -> None:
    first = await house.book(meeting("First"))
    await house.push()
    await house.cancel(first)
    second = await house.book(meeting("Second"), organizer=LI)
    await house.push()
    assert (await house.states(second))[MOON] is OccupancyState.ACCEPTED
    assert await house.conflicts() == []


@pytest.mark.parametrize("meanwhile", ["nothing", "a restart"])
async def test_what_is_gone_before_the_feed_shows_that_it_was_made_is_asked_about(
    house: House, meanwhile: str
) -> None:
    await house.sync()
    event = await house.book(meeting())
    await house.engine.push_due()
    house.exchange.call_off(house.exchange.copies(ZHANG)[0])
    if meanwhile == "a restart":
        await house.restart()
    await house.sync()
    [asked] = await house.conflicts()
    assert (asked.event, asked.kind) == (event, "missing-remote")
