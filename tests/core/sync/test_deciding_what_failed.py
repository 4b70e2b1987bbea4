"""What a failure, and a success, of a write means for its operation."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.sync.cases import LATER, PLAN, SERIES, case, conflict, copy, event, operation, parked, setting
from core.sync.house import LI, MOON, NOW, at
from roomd_core.model import (
    Answer,
    ConflictKind,
    EventStatus,
    ItemKind,
    OperationKind,
    OperationState,
    Response,
)
from roomd_core.sync import push
from roomd_core.sync.backoff import FIRST, LONGEST, PATIENCE, full_jitter, is_over
from roomd_core.sync.remote import (
    ExchangeUnavailable,
    MailboxUnavailable,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    SignInRefused,
)

HOUR = timedelta(hours=1)
CANCELLED = replace(event(), status=EventStatus.CANCELLED)


def failed(error: Exception, *, attempts: int = 1) -> tuple[OperationState, timedelta | None, int]:
    """Say what becomes of an operation whose sending failed: its state, its wait, and its attempts."""
    sending = operation(state=OperationState.SENDING, attempts=attempts)
    after = push.fail(case(copy(), operations=(sending,)), sending, error, setting(), lambda: 0.5)
    [found] = after.operations
    assert found.error == str(error)
    return found.state, found.not_before - NOW if found.not_before else None, found.attempts


def test_every_failure_says_what_may_follow() -> None:
    queued, unknown = OperationState.QUEUED, OperationState.UNKNOWN
    assert failed(OutcomeUnknown("?")) == (unknown, None, 1), "looked up at once"
    assert failed(RetryLater("busy", after=HOUR)) == (queued, HOUR, 1), "the server's own wish"
    assert failed(RetryLater("busy")) == (queued, FIRST / 2, 1)
    assert failed(MailboxUnavailable("moves"), attempts=3) == (queued, FIRST * 2, 3)
    assert failed(ExchangeUnavailable("away")) == (queued, None, 1), "the gate knows when"
    assert failed(SignInRefused("no")) == (queued, None, 1)
    assert failed(ValueError("surprise")) == (unknown, FIRST, 2), "it may have been sent"


def test_what_is_refused_is_parked_and_told() -> None:
    sending = operation(state=OperationState.SENDING)
    after = push.fail(case(copy(), operations=(sending,)), sending, Rejected("too long"), setting(), lambda: 0.5)
    [waiting], [asked] = after.operations, after.conflicts
    assert (waiting.state, waiting.error, waiting.not_before) == (OperationState.PARKED, "too long", None)
    assert (asked.kind, asked.local, asked.remote) == (ConflictKind.REJECTED, PLAN, PLAN)
    assert asked.summary == "Exchange refused to update “Planning”: too long"


def test_a_reading_that_fails_after_a_write_that_was_not_applied_postpones_it() -> None:
    sending = operation(state=OperationState.SENDING, attempts=2)
    after = push.postpone(case(copy(), operations=(sending,)), sending, RetryLater("busy"), setting(), lambda: 0.5)
    [waiting] = after.operations
    assert (waiting.state, waiting.not_before, waiting.error) == (OperationState.QUEUED, NOW + FIRST, "busy")


def test_a_write_that_is_taken_supersedes_what_was_refused_before() -> None:
    refused = replace(parked(), id=2)
    sent = operation(state=OperationState.SENDING, sent_at=NOW)
    before = case(copy(), operations=(refused, sent), conflicts=(conflict(ConflictKind.REJECTED),))
    after = push.succeed(before, sent, copy().ref)
    assert {each.id: (each.state, each.error) for each in after.operations} == {
        1: (OperationState.DONE, None),
        2: (OperationState.DONE, "a later change was accepted"),
    }
    [settled] = after.conflicts
    assert (settled.resolved_at, settled.resolved_by) == (NOW, "roomd")


def test_a_write_never_sent_settles_no_refusal() -> None:
    before = case(copy(), operations=(operation(),), conflicts=(conflict(ConflictKind.REJECTED),))
    [asked] = push.succeed(before, operation(), copy().ref).conflicts
    assert asked.resolved_at is None


def test_a_cancellation_that_was_taken_leaves_no_copy() -> None:
    cancel = operation(OperationKind.CANCEL)
    room = copy(MOON)
    assert push.succeed(case(copy(), room, of=CANCELLED), cancel, None).items == (room,)
    assert push.succeed(case(room, of=CANCELLED), cancel, None).items == (room,)


def test_what_was_written_is_what_both_sides_agree_on() -> None:
    written = replace(SERIES, title="Renamed")
    after = push.succeed(case(copy()), operation(payload=written), copy().ref)
    assert after.event.base == written
    assert [(item.kind, item.answer) for item in after.items] == [(ItemKind.MASTER, Answer.ACCEPTED)]
    assert push.agreed(case(of=event(base=None)), PLAN, PLAN) == case(of=event(base=None)), "nothing is agreed on yet"


def test_an_operation_is_recorded_with_what_it_sends_before_it_is_sent() -> None:
    wanted = replace(PLAN, start=at(14), end=at(15))
    asked = operation(attempts=1, not_before=NOW, absent_once_at=NOW, error="busy")
    heard = replace(
        event(wanted), responses=tuple(Response(address=who, answer=Answer.ACCEPTED) for who in (LI, MOON))
    )
    begun = push.begin(case(copy(), copy(MOON), of=heard, operations=(asked,)), asked, LATER)
    [sending] = begun.operations
    assert (sending.state, sending.payload, sending.attempts) == (OperationState.SENDING, wanted, 2)
    assert sending.sent_at == LATER.now
    assert (sending.not_before, sending.absent_once_at, sending.error) == (None, None, None)
    assert [said.address for said in begun.event.responses] == [LI], "rooms answer for the other time anew"
    assert [item.answer for item in begun.items] == [Answer.ACCEPTED, Answer.NONE]


def test_an_update_of_the_title_asks_no_room_again() -> None:
    before = case(copy(), copy(MOON), of=event(replace(PLAN, title="Renamed")), operations=(operation(),))
    assert [item.answer for item in push.begin(before, operation(), LATER).items] == [Answer.ACCEPTED] * 2


def test_a_create_that_is_absent_is_sent_again_only_when_it_can_no_longer_come_true() -> None:
    lost = operation(OperationKind.CREATE, state=OperationState.UNKNOWN, error="lost")
    [waiting] = push.absent(case(operations=(lost,)), lost, setting(), HOUR).operations
    assert (waiting.state, waiting.absent_once_at) == (OperationState.UNKNOWN, NOW)
    assert waiting.not_before == NOW + push.LOOK_AGAIN
    [waiting] = push.absent(case(operations=(waiting,)), waiting, LATER, timedelta(seconds=3)).operations
    assert (waiting.absent_once_at, waiting.not_before) == (NOW, LATER.now + timedelta(seconds=3))
    [again] = push.absent(case(operations=(waiting,)), waiting, LATER, timedelta()).operations
    assert (again.state, again.not_before, again.absent_once_at, again.error) == (OperationState.QUEUED, *[None] * 3)
    assert again.key == lost.key, "the same item, if both come true"


def test_an_item_that_is_gone_is_made_anew_under_another_key() -> None:
    wanted = replace(PLAN, title="Renamed")
    known = replace(event(wanted), global_id=b"id")
    again = push.recreate(case(copy(), copy(MOON), of=known, operations=(operation(attempts=4),)), operation(), LATER)
    [create] = again.operations
    assert (create.kind, create.payload, create.attempts, create.state) == (
        OperationKind.CREATE, wanted, 0, OperationState.QUEUED,
    )  # fmt: skip
    assert create.key == again.event.key
    assert create.key != "here.key"
    assert (again.event.base, again.event.global_id, again.items) == (None, b"id", (copy(MOON),))


@pytest.mark.parametrize("state", list(OperationState))
def test_only_what_waits_is_due(state: OperationState) -> None:
    waits = state in (OperationState.QUEUED, OperationState.UNKNOWN)
    assert push.is_due(operation(state=state), NOW) is waits
    assert push.is_due(operation(state=state, not_before=NOW), NOW) is waits
    assert not push.is_due(operation(state=state, not_before=NOW + HOUR), NOW)


def test_waits_grow_from_ten_seconds_to_a_quarter_of_an_hour() -> None:
    bounds = [full_jitter(attempts, lambda: 1.0) for attempts in (0, 1, 2, 3, 7, 8, 1000)]
    seconds = [10, 10, 20, 40, 640, 900, 900]
    assert bounds == [timedelta(seconds=each) for each in seconds]
    assert bounds[-1] == LONGEST
    assert full_jitter(5, lambda: 0.0) == timedelta(seconds=1)


def test_a_wait_longer_than_any_is_not_obeyed() -> None:
    assert is_over(None, NOW)
    assert is_over(NOW, NOW)
    assert not is_over(NOW + timedelta(seconds=1), NOW)
    assert not is_over(NOW + PATIENCE, NOW)
    assert is_over(NOW + PATIENCE + timedelta(seconds=1), NOW)
