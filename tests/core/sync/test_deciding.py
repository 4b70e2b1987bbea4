"""What the engine decides, from a case to a case: the ways that whole histories take rarely."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.sync.cases import (
    LATER,
    PLAN,
    SECOND,
    SERIES,
    WEEKLY,
    case,
    conflict,
    copy,
    event,
    operation,
    parked,
    seen,
    setting,
)
from core.sync.house import LAKE, LI, MOON, NOW, ZHANG, at
from roomd_core.model import (
    Answer,
    ChangeKind,
    ConflictKind,
    Drift,
    EventStatus,
    ItemKind,
    ItemRef,
    OperationKind,
    OperationState,
    Origin,
    Response,
    Side,
)
from roomd_core.recurrence import ModifiedOccurrence, Series
from roomd_core.sync.cause import Booking, likely_cause
from roomd_core.sync.conclude import conclude
from roomd_core.sync.copies import series_in
from roomd_core.sync.drift import disagreement, review_drift
from roomd_core.sync.dropping import reconsider
from roomd_core.sync.match import Cases
from roomd_core.sync.observe import absorb, observe, observe_absence
from roomd_core.sync.plan import plan_pull, with_exceptions
from roomd_core.sync.remote import (
    ChangePage,
    RemoteException,
    RemoteSeries,
)
from roomd_core.sync.resolve import resolve
from roomd_core.sync.sending import Cancelling, Nothing, Vanished, what_to_send
from roomd_core.sync.steps import next_step
from roomd_core.sync.vanished import Fate, fate_of, vanish

ACTOR = "unix:zhangsan"
HOUR = timedelta(hours=1)
CANCELLED = replace(event(), status=EventStatus.CANCELLED)


def moved(*, by: timedelta = HOUR) -> ModifiedOccurrence:
    return ModifiedOccurrence(original_start=SECOND, start=SECOND + by, end=SECOND + by + HOUR)


# -- what to send ----------------------------------------------------------------------------------------------------


def test_what_is_sent_is_decided_on_how_the_event_is_now() -> None:
    update, calling_off = operation(), operation(OperationKind.CANCEL)
    assert what_to_send(case(copy()), calling_off) == Nothing(because="the event stands again")
    assert isinstance(what_to_send(case(copy(), of=CANCELLED), calling_off), Cancelling)
    assert what_to_send(case(of=CANCELLED), calling_off) == Vanished()
    assert what_to_send(case(of=CANCELLED), replace(calling_off, attempts=1)) == Nothing()
    assert what_to_send(case(copy(), of=CANCELLED), update) == Nothing(because="the event was cancelled meanwhile")
    assert what_to_send(case(), update) == Vanished()
    assert what_to_send(case(copy(), of=event(base=None)), update) == Vanished()
    assert what_to_send(case(copy()), update) == Nothing(because="Exchange has the same already")
    assert what_to_send(case(copy()), replace(update, attempts=1)) == Nothing(), "it was written before"


def test_an_exception_that_is_to_go_is_written_as_the_rule_has_it() -> None:
    there = replace(SERIES, series=WEEKLY.with_modified(moved()))
    step = next_step(there, SERIES)
    assert (step.occurrence, step.content) == (SECOND, SERIES)


# -- what was seen ---------------------------------------------------------------------------------------------------


def test_an_item_that_is_back_lets_go_on_what_waited_for_a_decision_about_it() -> None:
    wanted = replace(PLAN, title="Renamed")
    asked = conflict(ConflictKind.EDIT_VS_DELETE, base=PLAN, local=wanted)
    waiting = case(of=event(wanted), operations=(parked(),), conflicts=(asked,))
    after = observe(waiting, setting().mailboxes[ZHANG], seen(), LATER)
    assert [(each.state, each.error) for each in after.operations] == [(OperationState.QUEUED, None)]
    [closed] = after.conflicts
    assert (closed.resolved_at, closed.resolved_by) == (LATER.now, "roomd")
    assert after.event.content.title == "Renamed"


def test_what_the_store_forgot_is_known_again_by_its_key() -> None:
    forgotten = case(of=replace(event(origin=Origin.EXCHANGE), key=None))
    mine = observe(forgotten, setting().mailboxes[ZHANG], seen(own_key="here.other"), LATER)
    assert (mine.event.origin, mine.event.key) == (Origin.LOCAL, "here.other")
    for stranger in (seen(own_key="elsewhere.key", uid="outlook"), seen(uid="outlook")):
        theirs = observe(forgotten, setting().mailboxes[ZHANG], stranger, LATER)
        assert (theirs.event.origin, theirs.event.key) == (Origin.EXCHANGE, None)


def test_a_zone_keeps_its_name_where_exchange_has_another_for_the_same_clocks() -> None:
    vienna = replace(PLAN, zone="Europe/Vienna")
    moved = replace(vienna, start=PLAN.start + HOUR, end=PLAN.end + HOUR)
    known = case(copy(), of=event(moved, base=vienna))
    mailbox = setting().mailboxes[ZHANG]

    after = observe(known, mailbox, seen(zone="Europe/Berlin"), setting())
    assert (after.event.content, after.event.base, after.conflicts) == (moved, vienna, ())

    after = observe(case(copy(), of=event(vienna, base=vienna)), mailbox, seen(zone="Europe/London"), setting())
    assert after.event.content.zone == "Europe/London"


def test_the_best_copy_that_was_read_decides() -> None:
    room, person = copy(MOON), copy(LI)
    theirs = event(origin=Origin.EXCHANGE)
    told = seen(MOON, title="Rewritten", is_organizer=False)
    later = observe(case(room, person, of=theirs), setting().mailboxes[MOON], told, LATER)
    assert later.event.content.title == "Planning", "a person knows more than a room"
    told = seen(LI, title="Renamed", is_organizer=False)
    later = observe(case(room, person, of=theirs), setting().mailboxes[LI], told, LATER)
    assert later.event.content.title == "Renamed"
    later = observe(case(copy(), person, of=theirs), setting().mailboxes[LI], told, LATER)
    assert later.event.content.title == "Planning", "the organizer knows best"


def test_what_a_merge_left_over_is_queued_once() -> None:
    left = case(copy(), of=event(replace(PLAN, title="Ours")))
    [update] = conclude(case(copy()), left, LATER).after.operations
    assert (update.id, update.event, update.mailbox, update.kind) == (0, "plan", ZHANG, OperationKind.UPDATE)
    assert (update.key, update.payload.title, update.created_at) == ("here.key", "Ours", LATER.now)
    for settled in (
        case(copy()),
        replace(left, items=()),
        replace(left, event=replace(left.event, status=EventStatus.CANCELLED)),
        *(replace(left, operations=(operation(kind, id=5),)) for kind in OperationKind),
    ):
        assert conclude(settled, settled, LATER).after.operations == settled.operations


def test_an_event_gets_another_version_when_what_a_person_edits_changes() -> None:
    before, renamed = (
        case(copy()),
        case(copy(), of=event(replace(PLAN, title="Ours"), base=replace(PLAN, title="Ours"))),
    )
    after = conclude(before, renamed, LATER).after.event
    assert (after.version, after.changed_at) == (2, LATER.now)
    heard = replace(before, event=replace(event(), responses=(Response(address=LI, answer=Answer.ACCEPTED),)))
    assert conclude(before, heard, LATER).after.event.version == 1, "answers alone are none"
    assert conclude(None, before, LATER).after.event.version == 1


def test_only_what_was_given_up_goes_on_when_an_item_is_back() -> None:
    asked = conflict(ConflictKind.EDIT_VS_DELETE, base=PLAN, local=replace(PLAN, title="Renamed"))
    looked_up = operation(id=2, state=OperationState.UNKNOWN, error="lost")
    waiting = case(of=event(asked.local), operations=(parked(), looked_up), conflicts=(asked,))
    after = observe(waiting, setting().mailboxes[ZHANG], seen(), LATER)
    assert {op.id: op.state for op in after.operations} == {1: OperationState.QUEUED, 2: OperationState.UNKNOWN}


def test_an_item_that_is_back_ends_that_exchange_refused_to_make_another() -> None:
    refused = conflict(ConflictKind.REJECTED)
    waiting = case(of=event(base=None), operations=(parked(OperationKind.CREATE),), conflicts=(refused,))
    seen_again = observe(waiting, setting().mailboxes[ZHANG], seen(own_key="old.key"), LATER)
    after = conclude(waiting, seen_again, LATER).after
    assert [op.state for op in after.operations] == [OperationState.DONE]
    assert [each.resolved_at for each in after.conflicts] == [LATER.now]
    assert (after.event.key, after.event.base) == (waiting.event.key, PLAN)


def test_two_events_that_are_one_meeting_become_one() -> None:
    calling_off = operation(OperationKind.CANCEL, id=7)
    renamed = replace(event(replace(PLAN, title="Renamed")), global_id=b"id", status=EventStatus.CANCELLED)
    twin = case(copy(MOON), of=renamed, operations=(calling_off,))
    one, other = absorb(case(copy()), twin, setting())
    assert [item.mailbox for item in one.items] == [ZHANG, MOON]
    assert (one.event.content.title, one.cancelled) == ("Renamed", True), "what was done to either is kept"
    assert [(op.kind, op.id, op.event) for op in one.operations] == [(OperationKind.CANCEL, 0, "plan")]
    assert (other.items, other.cancelled, other.event.global_id) == ((), True, None)
    again, _ = absorb(one, twin, setting())
    assert again.operations == one.operations, "it is called off once"
    assert not absorb(case(copy()), replace(twin, operations=()), setting())[0].cancelled


def test_what_was_saved_of_a_twin_whose_meeting_seemed_gone_is_asked_about() -> None:
    create = operation(OperationKind.CREATE)
    twin = case(copy(MOON), of=event(replace(PLAN, title="Saved"), base=None), operations=(create,))

    [asked] = absorb(case(copy()), twin, setting())[0].conflicts
    assert (asked.kind, asked.event, asked.units) == (ConflictKind.EDIT, "plan", ("title",))
    assert asked.local
    assert asked.remote
    assert (asked.local.title, asked.remote.title) == ("Saved", PLAN.title)

    one, _ = absorb(case(of=CANCELLED), twin, setting())
    [asked] = one.conflicts
    assert (asked.kind, asked.local, one.cancelled) == (ConflictKind.EDIT_VS_DELETE, twin.event.content, True)
    for alike in (replace(twin, operations=()), replace(twin, event=event(base=None))):
        assert absorb(case(copy()), alike, setting())[0].conflicts == ()


def test_of_two_events_a_copy_may_be_of_the_one_made_here_is_it_unless_it_is_over() -> None:
    mine = case(of=replace(event(base=None), id="mine"), operations=(operation(OperationKind.CREATE),))
    theirs = case(copy(MOON), of=replace(event(), id="theirs", uid="outlook", key=None, global_id=b"id"))
    told = seen(global_id=b"id")
    assert Cases([mine, theirs]).matching(ZHANG, told) == mine
    over = replace(mine, operations=(), event=replace(mine.event, status=EventStatus.CANCELLED))
    assert Cases([over, theirs]).matching(ZHANG, told) == theirs
    assert Cases([over, theirs]).matching(ZHANG, replace(told, own_key="here.key")) == theirs
    assert Cases([mine]).matching(ZHANG, replace(told, own_key="here.key")) == mine


def test_what_was_changed_of_a_twin_keeps_what_it_was_changed_from() -> None:
    twin = case(copy(), of=event(replace(PLAN, title="Renamed")))
    mailbox = setting().mailboxes[ZHANG]

    one, _ = absorb(case(of=event(base=None)), twin, setting())
    assert one.edited == ("title",), "nothing was agreed on of the other: what the twin agreed on is"
    assert observe(one, mailbox, seen(title="Planning"), setting()).event.content.title == "Renamed"

    one, _ = absorb(case(of=event(replace(PLAN, location="Attic"), base=PLAN)), twin, setting())
    assert (one.edited, one.event.base) == (("title", "location"), PLAN), "what was agreed on stays"

    one, _ = absorb(case(of=event(base=None), operations=(operation(OperationKind.CREATE),)), twin, setting())
    assert (one.event.content.title, one.event.base) == ("Renamed", None), "what is still to be made is made with it"


@pytest.mark.parametrize("kind", [ConflictKind.ROOM_DECLINED, ConflictKind.ROOM_DROPPED])
def test_a_room_that_is_asked_about_already_is_not_asked_about_anew_when_the_meeting_is_back(
    kind: ConflictKind,
) -> None:
    declined = replace(event(), responses=(Response(address=MOON, answer=Answer.DECLINED, at=NOW),))
    missing = conflict(ConflictKind.MISSING_REMOTE, id="missing")
    asked = conflict(kind, room=MOON, local=PLAN, remote=PLAN)
    before = case(copy(), of=declined, conflicts=(missing, asked))
    back = before.with_conflict(replace(missing, resolved_at=NOW))
    after = conclude(before, back, LATER).after
    assert [each.id for each in after.conflicts if not each.resolved_at] == [asked.id]


def test_a_page_that_tells_more_of_what_it_began_is_understood_as_a_whole() -> None:
    first = seen(ZHANG, detail=None, global_id=b"id")
    moved_since = replace(first, ref=ItemRef(item_id="other", change_key="3"), start=at(12), end=at(13))
    page = ChangePage(state="1", changed=(first, moved_since), deleted=(first.ref.item_id,), last=True)
    [revision] = plan_pull(page, Cases([]), setting().mailboxes[ZHANG], setting())
    assert (revision.before, revision.after.event.content.start) == (None, at(12))
    assert [item.ref.item_id for item in revision.after.items] == ["other"]
    [change] = revision.entries
    assert change.kind is ChangeKind.CREATED


def test_a_deletion_of_what_is_cancelled_here_ends_the_cancellation() -> None:
    calling_off = operation(OperationKind.CANCEL)
    after = observe_absence(case(copy(), of=CANCELLED, operations=(calling_off,)), ZHANG, copy().ref.item_id, LATER)
    assert [(op.state, op.error) for op in after.operations] == [(OperationState.DONE, "the item was gone already")]
    known = case(copy(), of=CANCELLED)
    assert observe_absence(known, ZHANG, copy().ref.item_id, LATER) == case(of=CANCELLED)
    assert observe_absence(known, ZHANG, "another item", LATER) == known


def test_an_event_whose_creation_is_on_its_way_is_not_cancelled_by_its_old_item_vanishing() -> None:
    create = operation(OperationKind.CREATE)
    after = observe_absence(case(copy(), operations=(create,)), ZHANG, copy().ref.item_id, LATER)
    assert not after.cancelled
    assert after.operations == (create,)


def test_an_exception_read_in_part_keeps_what_is_known_of_it() -> None:
    told = RemoteException(item_id="x", original_start=SECOND, start=SECOND + HOUR, end=SECOND + 2 * HOUR)
    series = RemoteSeries(recurrence=WEEKLY.recurrence, modified=(told,))
    master = seen(kind=ItemKind.MASTER, detail=replace(seen().detail, series=series))
    known = WEEKLY.with_modified(replace(moved(), title="Own", rooms=(LAKE,)))
    found = series_in(master, known)
    assert found is not None
    assert found.modified == (replace(moved(), title="Own", rooms=(LAKE,)),)
    assert series_in(master, None) == WEEKLY.with_modified(moved())


def test_what_is_no_series_is_told_of_as_it_is() -> None:
    page = ChangePage(state="1", changed=(seen(), seen(LI, detail=None)), deleted=(), last=True)
    assert with_exceptions(page, {}) == page


# -- what rooms say --------------------------------------------------------------------------------------------------


def test_an_event_found_cancelled_is_missed_no_more() -> None:
    asked = conflict(ConflictKind.MISSING_REMOTE)
    revision = conclude(case(conflicts=(asked,)), case(of=CANCELLED, conflicts=(asked,)), LATER)
    assert [each.resolved_at for each in revision.after.conflicts] == [LATER.now]


@pytest.mark.parametrize("origin", list(Origin))
def test_a_room_that_declined_did_not_lose_the_event(origin: Origin) -> None:
    lost = conflict(ConflictKind.ROOM_DROPPED, room=MOON, remote=PLAN)
    refused = Response(address=MOON, answer=Answer.DECLINED)
    before = case(copy(), of=event(origin=origin), conflicts=(lost,))
    [asked] = reconsider(before, [refused], LATER).conflicts
    if origin is Origin.LOCAL:
        assert (asked.kind, asked.resolved_at) == (ConflictKind.ROOM_DECLINED, None)
    else:
        assert (asked.kind, asked.resolved_at, asked.resolved_by) == (
            ConflictKind.ROOM_DROPPED, LATER.now, "roomd",
        )  # fmt: skip
    accepted = Response(address=MOON, answer=Answer.ACCEPTED)
    assert reconsider(before, [accepted, replace(refused, address=LAKE)], LATER) == before


def test_a_room_that_drifts_on_is_the_same_question() -> None:
    room = copy(MOON, start=at(12), end=at(13), drift=Drift.SEEN)
    asked = conflict(ConflictKind.DRIFT, room=MOON, opened_at=NOW - HOUR)
    after = review_drift(case(copy(), room, conflicts=(asked,)), LATER)
    [question] = after.conflicts
    assert (question.id, question.opened_at) == (asked.id, asked.opened_at)
    assert (question.local, question.remote and question.remote.start) == (PLAN, at(12))
    assert [item.drift for item in after.items] == [Drift.NONE, Drift.ASKED]


def test_a_room_with_an_exception_nobody_else_knows_has_drifted() -> None:
    known = event(SERIES, base=SERIES)
    agreed = copy(kind=ItemKind.MASTER)
    room = copy(MOON, kind=ItemKind.MASTER, exceptions=(moved(),))
    found = disagreement(case(agreed, room, of=known), room, setting())
    assert found is not None
    assert (found.units, found.day) == (("recurrence",), SECOND)
    usual = replace(room, exceptions=(moved(by=timedelta()),))
    assert disagreement(case(agreed, usual, of=known), usual, setting()) is None
    over = setting(SECOND + timedelta(days=1))
    assert disagreement(case(agreed, room, of=known), room, over) is None


# -- why a room is booked twice --------------------------------------------------------------------------------------


def test_the_likeliest_cause_of_a_double_booking_is_told() -> None:
    def cause(**fields: object) -> str:
        ours = Booking(event=event(origin=Origin.LOCAL), copy=copy(MOON))
        theirs = Booking(event=event(origin=Origin.EXCHANGE), copy=copy(MOON))
        return likely_cause(ours, replace(theirs, **fields), MOON, setting())

    written = copy(MOON, is_organizer=True)
    assert cause(copy=written) == ("“Planning” was written straight into the room's calendar, past its attendant.")
    assert cause(copy=None) == "The room has not received “Planning” yet: it is on its way."
    for answer in (Answer.NONE, Answer.TENTATIVE):
        assert cause(copy=copy(MOON, answer=answer)) == "The room has not accepted “Planning” yet."
    assert cause(event=event(SERIES)) == (
        "“Planning” is a series: attendants accept one although some of its occurrences are taken, and when a room "
        "is added to it later."
    )
    assert cause(event=event()) == "Both were booked here: one of them was moved or accepted in Exchange since."
    assert cause() == (f"{MOON} accepted both: its attendant allows conflicts, or a delegate accepted one by hand.")


# -- what a person decided -------------------------------------------------------------------------------------------


def test_deciding_what_is_decided_changes_nothing() -> None:
    decided = conflict(ConflictKind.EDIT, resolved_at=NOW, local=PLAN)
    assert resolve(case(copy()), decided, Side.LOCAL, LATER, actor=ACTOR) == case(copy())


def test_an_edit_kept_of_an_event_cancelled_since_makes_it_anew() -> None:
    wanted = replace(PLAN, title="Mine")
    asked = conflict(ConflictKind.EDIT, units=("title",), base=PLAN, local=wanted, remote=PLAN)
    after = resolve(case(of=CANCELLED, conflicts=(asked,)), asked, Side.LOCAL, LATER, actor=ACTOR)
    assert (after.event.status, after.event.content.title, after.event.base) == (
        EventStatus.CONFIRMED, "Mine", None,
    )  # fmt: skip
    [create] = after.operations
    assert (create.kind, create.key, create.mailbox) == (OperationKind.CREATE, after.event.key, ZHANG)
    [closed] = after.conflicts
    assert (closed.kept, closed.resolved_by, closed.resolved_at) == (Side.LOCAL, ACTOR, LATER.now)


def test_deciding_about_a_refusal_touches_only_what_was_refused() -> None:
    other = operation(id=2, state=OperationState.QUEUED)
    asked = conflict(ConflictKind.REJECTED)
    before = case(copy(), of=event(replace(PLAN, title="Mine")), operations=(parked(), other), conflicts=(asked,))
    tried = resolve(before, asked, Side.LOCAL, LATER, actor=ACTOR)
    assert {op.id: op.state for op in tried.operations} == {1: OperationState.QUEUED, 2: OperationState.QUEUED}
    given_up = resolve(before, asked, Side.EXCHANGE, LATER, actor=ACTOR)
    assert {op.id: (op.state, op.error) for op in given_up.operations} == {
        1: (OperationState.DONE, "a person decided"),
        2: (OperationState.QUEUED, None),
    }
    assert given_up.event.content == PLAN


# -- what became of a copy -------------------------------------------------------------------------------------------


def test_what_vanished_is_believed_only_where_somebody_saw_it() -> None:
    item = copy()
    assert fate_of(case(item), item, None, observed=True) is Fate.GONE
    assert fate_of(case(item), item, None, observed=False) is Fate.UNACCOUNTED
    for nobody_asks in (case(item, of=CANCELLED), case(item, operations=(operation(),)), case(copy(MOON))):
        mine = nobody_asks.items[0]
        assert fate_of(nobody_asks, mine, None, observed=False) is Fate.GONE


def test_each_fate_is_taken_in() -> None:
    item = copy()
    gone = vanish(case(item), item, Fate.GONE, LATER)
    assert (gone.items, gone.cancelled) == ((), True)
    kept = vanish(case(item), item, Fate.KEPT, LATER)
    assert ([each.missing for each in kept.items], kept.cancelled, kept.conflicts) == ([True], False, ())
    asked = vanish(case(item), item, Fate.UNACCOUNTED, LATER)
    assert [each.kind for each in asked.conflicts] == [ConflictKind.MISSING_REMOTE]
    assert vanish(asked, asked.items[0], Fate.UNACCOUNTED, LATER) == asked, "it is asked once"
    again = vanish(case(item), item, Fate.MADE_AGAIN, LATER)
    assert [op.kind for op in again.operations] == [OperationKind.CREATE]
    assert again.items == ()
    for settled in (
        case(item, of=CANCELLED),
        case(item, operations=(operation(OperationKind.CREATE),)),
    ):
        assert vanish(settled, item, Fate.MADE_AGAIN, LATER) == replace(settled, items=())


def test_a_series_without_a_rule_has_no_days_to_be_missed() -> None:
    alone = Series(recurrence=None, modified=(moved(),))
    assert series_in(seen(original_start=SECOND, start=SECOND + HOUR, end=SECOND + 2 * HOUR), None) == alone
