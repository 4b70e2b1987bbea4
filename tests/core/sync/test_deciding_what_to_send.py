"""What an operation means when its turn comes: what is written, to which item, and who is mailed about it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.sync.cases import PLAN, SECOND, SERIES, WEEKLY, case, conflict, copy, event, operation, parked, setting
from core.sync.house import LAKE, LI, MOON, NOW, at, invite
from roomd_core.model import ConflictKind, Content, EventStatus, OperationKind, OperationState
from roomd_core.occurrences import bare
from roomd_core.recurrence import ModifiedOccurrence, Numbered
from roomd_core.sync import push
from roomd_core.sync.remote import Mail, OneOccurrence, Rejected
from roomd_core.sync.sending import (
    Cancelling,
    CancellingOccurrence,
    Creating,
    Nothing,
    Returned,
    Updating,
    UpdatingOccurrence,
    Vanished,
    leftovers,
    what_to_send,
)
from roomd_core.sync.steps import Step, next_step, rule_is_unsent

HOUR = timedelta(hours=1)
NOBODY = replace(PLAN, rooms=())
NOBODYS_SERIES = replace(SERIES, rooms=())
LAKE_ONCE = replace(
    NOBODYS_SERIES,
    series=WEEKLY.with_modified(
        ModifiedOccurrence(original_start=SECOND, start=SECOND, end=SECOND + HOUR, rooms=(LAKE,))
    ),
)
REF = copy().ref
CREATE, UPDATE, CANCEL = (operation(kind) for kind in OperationKind)
MOVED = ModifiedOccurrence(original_start=SECOND, start=SECOND + HOUR, end=SECOND + 2 * HOUR)


# -- who is mailed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "mail"),
    [(PLAN, Mail.EVERYBODY), (invite(NOBODY, LI), Mail.EVERYBODY), (NOBODY, Mail.NOBODY), (LAKE_ONCE, Mail.NOBODY)],
    ids=["a room", "a person", "nobody", "a room, later, once"],
)
def test_a_new_event_is_mailed_to_whom_it_invites(content: Content, mail: Mail) -> None:
    assert what_to_send(case(of=event(content, base=None)), CREATE) == Creating(mail=mail)


def test_an_event_is_not_created_where_its_item_is_back_or_where_it_was_called_off() -> None:
    made = event(base=None)
    assert what_to_send(case(copy(), of=made), CREATE) == Returned()
    assert what_to_send(case(copy(MOON), of=made), CREATE) == Creating(mail=Mail.EVERYBODY), "a room's is left over"
    called_off = replace(made, status=EventStatus.CANCELLED)
    assert what_to_send(case(of=called_off), CREATE) == Nothing(because="the event was cancelled meanwhile")


@pytest.mark.parametrize(
    ("content", "base", "mail"),
    [
        (PLAN, PLAN, Mail.EVERYBODY),
        (NOBODY, PLAN, Mail.EVERYBODY),
        (PLAN, NOBODY, Mail.NOBODY),
        (PLAN, None, Mail.EVERYBODY),
        (NOBODY, None, Mail.NOBODY),
        (LAKE_ONCE, LAKE_ONCE, Mail.EVERYBODY),
    ],
)
def test_a_cancellation_is_mailed_to_whom_exchange_had_invited(
    content: Content, base: Content | None, mail: Mail
) -> None:
    called_off = replace(event(content, base=base), status=EventStatus.CANCELLED)
    assert what_to_send(case(copy(), copy(MOON), of=called_off), CANCEL) == Cancelling(ref=REF, mail=mail)


@pytest.mark.parametrize(
    ("content", "base", "mail"),
    [
        (replace(PLAN, title="Renamed"), PLAN, Mail.CHANGED),
        (NOBODY, PLAN, Mail.CHANGED),
        (PLAN, NOBODY, Mail.CHANGED),
        (replace(NOBODY, title="Renamed"), NOBODY, Mail.NOBODY),
        (replace(LAKE_ONCE, title="Renamed"), LAKE_ONCE, Mail.CHANGED),
    ],
    ids=["room stays", "room leaves", "room comes", "nobody", "a room once"],
)
def test_a_change_is_mailed_to_those_it_concerns(content: Content, base: Content, mail: Mail) -> None:
    found = what_to_send(case(copy(MOON), copy(), of=event(content, base=base)), UPDATE)
    assert found == Updating(ref=REF, before=base, mail=mail)


# -- single occurrences ----------------------------------------------------------------------------------------------


def test_one_occurrence_is_written_as_it_was_and_as_it_is_to_be() -> None:
    wanted = replace(SERIES, series=WEEKLY.with_modified(MOVED))
    found = what_to_send(case(copy(), of=event(wanted, base=SERIES)), UPDATE)
    was = replace(PLAN, start=SECOND, end=SECOND + HOUR)
    to_be = replace(was, start=SECOND + HOUR, end=SECOND + 2 * HOUR)
    one = OneOccurrence(original_start=SECOND, before=was, after=to_be)
    assert found == UpdatingOccurrence(ref=REF, one=one, mail=Mail.CHANGED)


def test_one_occurrence_is_mailed_to_whom_it_alone_invites() -> None:
    given = replace(NOBODYS_SERIES, series=WEEKLY.with_modified(replace(MOVED, rooms=(LAKE,))))
    alone = replace(NOBODYS_SERIES, series=WEEKLY.with_modified(MOVED))
    for content, base, mail in (
        (given, NOBODYS_SERIES, Mail.CHANGED),
        (NOBODYS_SERIES, given, Mail.CHANGED),
        (alone, NOBODYS_SERIES, Mail.NOBODY),
    ):
        found = what_to_send(case(copy(), of=event(content, base=base)), UPDATE)
        assert isinstance(found, UpdatingOccurrence)
        assert found.mail is mail


@pytest.mark.parametrize(
    ("series", "mail"), [(SERIES, Mail.EVERYBODY), (NOBODYS_SERIES, Mail.NOBODY)], ids=["a room", "nobody"]
)
def test_one_occurrence_is_called_off_by_itself(series: Content, mail: Mail) -> None:
    wanted = replace(series, series=replace(WEEKLY, deleted=(SECOND,)))
    found = what_to_send(case(copy(), of=event(wanted, base=series)), UPDATE)
    assert found == CancellingOccurrence(ref=REF, original_start=SECOND, mail=mail)


def test_an_occurrence_that_happens_again_was_nothing_before() -> None:
    gone = replace(SERIES, series=replace(WEEKLY, deleted=(SECOND,)))
    found = what_to_send(case(copy(), of=event(SERIES, base=gone)), UPDATE)
    again = replace(PLAN, start=SECOND, end=SECOND + HOUR)
    one = OneOccurrence(original_start=SECOND, before=again, after=again)
    assert found == UpdatingOccurrence(ref=REF, one=one, mail=Mail.CHANGED)


def test_a_series_that_happens_as_before_keeps_its_exceptions_when_its_master_is_written() -> None:
    there = replace(SERIES, series=WEEKLY.with_modified(MOVED))
    renamed = replace(SERIES, title="Renamed")
    assert next_step(there, renamed) == Step(content=replace(there, title="Renamed")), "they are written after it"
    later = replace(renamed, start=PLAN.start + HOUR, end=PLAN.end + HOUR)
    assert next_step(there, later) == Step(content=later), "another time costs them"
    once = replace(SERIES, series=replace(WEEKLY, recurrence=replace(WEEKLY.recurrence, range=Numbered(count=1))))
    assert next_step(there, once) == Step(content=once), "its day is no more"
    assert next_step(there, there) == Step(content=there), "nothing is left to write"
    assert rule_is_unsent(there, once)
    assert not rule_is_unsent(there, renamed)


# -- what is not written ---------------------------------------------------------------------------------------------


def test_an_update_of_an_item_nobody_has_is_looked_for_even_if_something_was_agreed_on() -> None:
    renamed = replace(PLAN, title="Renamed")
    assert what_to_send(case(copy(MOON), of=event(renamed)), UPDATE) == Vanished()
    assert what_to_send(case(copy(), of=event(renamed, base=None)), UPDATE) == Vanished()


def test_rooms_keep_what_is_left_of_a_meeting_whose_organizer_has_no_item() -> None:
    room, alone = copy(MOON), copy(LAKE, original_start=SECOND)
    assert leftovers(case(room, alone, copy(LI)), setting()) == [room]
    assert leftovers(case(room, copy()), setting()) == [], "its organizer has it"
    called_off = replace(event(), status=EventStatus.CANCELLED)
    assert leftovers(case(room, of=called_off), setting()) == [], "it is called off for all"


# -- how a write ends ------------------------------------------------------------------------------------------------


def test_exceptions_that_a_new_time_cost_are_not_agreed_on() -> None:
    shifted = replace(SERIES, start=PLAN.start + 2 * HOUR, end=PLAN.end + 2 * HOUR)
    second = SECOND + 2 * HOUR
    kept = WEEKLY.with_modified(replace(MOVED, original_start=second, start=second + HOUR, end=second + 2 * HOUR))
    written = replace(shifted, series=kept)
    sent = case(copy(), of=event(written, base=written))
    after = push.agreed(sent, SERIES, shifted)
    assert (after.event.base, after.event.content) == (bare(written), written), "it is written again"
    assert push.agreed(sent, SERIES, written) == sent, "Exchange shows it"
    assert push.agreed(sent, None, shifted) == sent, "a new series has none to lose"
    renamed = replace(written, title="Renamed")
    assert push.agreed(sent, renamed, shifted) == sent, "a new title costs none"


def test_a_created_item_is_the_organizers_and_waits_for_nothing() -> None:
    sent = operation(OperationKind.CREATE, state=OperationState.SENDING, attempts=1, not_before=NOW, error="busy")
    after = push.succeed(case(copy(MOON), of=event(base=None), operations=(sent,)), sent, REF)
    [done] = after.operations
    assert (done.state, done.not_before, done.error) == (OperationState.DONE, None, None)
    _, mine = after.items
    assert (mine.mailbox, mine.ref, mine.event, mine.is_organizer) == (sent.mailbox, REF, "plan", True)
    assert mine.kind == "single"
    assert after.event.base == sent.payload


def test_only_what_was_refused_is_superseded() -> None:
    sent = operation(state=OperationState.SENDING, sent_at=NOW)
    refused, waiting = replace(parked(), id=2), operation(id=3)
    other = conflict(ConflictKind.EDIT, id="other")
    after = push.succeed(case(copy(), operations=(sent, refused, waiting), conflicts=(other,)), sent, REF)
    assert {each.id: each.state for each in after.operations} == {
        1: OperationState.DONE, 2: OperationState.DONE, 3: OperationState.QUEUED,
    }  # fmt: skip
    assert after.conflicts == (other,)


def test_a_refusal_tells_what_was_to_be_changed() -> None:
    renamed = event(replace(PLAN, title="Renamed", start=at(14), end=at(15)))
    [asked] = push.fail(
        case(copy(), of=renamed, operations=(UPDATE,)), UPDATE, Rejected("no"), setting(), lambda: 0.5
    ).conflicts
    assert (asked.event, asked.units, asked.opened_at) == ("plan", ("time", "title"), NOW)
    assert (asked.base, asked.local, asked.remote) == (PLAN, renamed.content, PLAN)


def test_a_series_begins_with_its_master_and_asks_no_room_again_for_one_occurrence() -> None:
    exception = replace(SERIES, series=WEEKLY.with_modified(MOVED))
    fresh = push.begin(case(of=event(exception, base=None), operations=(CREATE,)), CREATE, setting())
    assert [each.payload for each in fresh.operations] == [SERIES]
    heard = case(copy(), copy(MOON), of=event(exception, base=SERIES), operations=(UPDATE,))
    begun = push.begin(heard, UPDATE, setting())
    assert begun.items == heard.items
    assert [each.payload for each in begun.operations] == [exception]


def test_what_is_made_anew_waits_for_nothing_of_before() -> None:
    failed = operation(attempts=4, state=OperationState.UNKNOWN, not_before=NOW, absent_once_at=NOW, error="lost")
    [create] = push.recreate(case(copy(), copy(LI), operations=(failed,)), failed, setting()).operations
    assert (create.state, create.attempts, create.error) == (OperationState.QUEUED, 0, None)
    assert (create.not_before, create.absent_once_at, create.id) == (None, None, failed.id)
    assert create.key.startswith("here."), "this installation knows it again"


def test_what_is_looked_into_later_waits_longer_each_time() -> None:
    waits = []
    for attempts in (0, 1, 2):
        sent = operation(state=OperationState.SENDING, attempts=attempts)
        [found] = push.doubt(case(operations=(sent,)), sent, ValueError("odd"), setting(), lambda: 1.0).operations
        assert (found.state, found.error, found.attempts) == (OperationState.UNKNOWN, "odd", attempts + 1)
        assert found.not_before
        waits.append((found.not_before - NOW).total_seconds())
    assert waits == [10, 20, 40]
