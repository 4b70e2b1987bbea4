"""What follows once something happened: who answered, who is occupied, what is asked, what is queued and told."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from core.sync.cases import (
    LATER,
    PLAN,
    RENAMED,
    SECOND,
    SERIES,
    WEEKLY,
    called_off,
    case,
    conflict,
    copy,
    event,
    operation,
    parked,
    setting,
)
from core.sync.house import LAKE, LI, MOON, NOW, STRANGER, ZHANG, at
from roomd_core.model import (
    EXCHANGE,
    Answer,
    ChangeKind,
    ConflictKind,
    Drift,
    Event,
    Item,
    ItemKind,
    ItemRef,
    Occupancy,
    OccupancyState,
    OperationKind,
    OperationState,
    Origin,
    Reply,
    Response,
)
from roomd_core.sync.answers import answer_of, ask_again, hear, occupancies_of, say, settle_answers, speak
from roomd_core.sync.case import Case
from roomd_core.sync.conclude import close, conclude

HOUR = timedelta(hours=1)
ACCEPTED, TENTATIVE, DECLINED, PENDING = (
    OccupancyState.ACCEPTED,
    OccupancyState.TENTATIVE,
    OccupancyState.DECLINED,
    OccupancyState.PENDING,
)


def said(address: str, answer: Answer, moment: datetime | None = None) -> Response:
    return Response(address=address, answer=answer, at=moment)


def heard(*responses: Response, of: Event | None = None) -> Event:
    return replace(of or event(), responses=responses)


def concluded(before: Case | None, after: Case) -> Case:
    return conclude(before, after, LATER).after


def opened(of: Case) -> list[tuple[ConflictKind, str | None]]:
    return [(each.kind, each.room) for each in of.conflicts if each.resolved_at is None]


NO = said(MOON, Answer.DECLINED, NOW)
YES = said(MOON, Answer.ACCEPTED, NOW)


# -- who said what ---------------------------------------------------------------------------------------------------


def test_each_address_has_one_answer() -> None:
    known = case(of=heard(said(LI, Answer.ACCEPTED), YES))
    assert answer_of(known.event, MOON) is Answer.ACCEPTED
    assert answer_of(known.event, LAKE) is Answer.NONE
    after = say(known, MOON, Answer.DECLINED, LATER.now)
    assert after.event.responses == (replace(NO, at=LATER.now), said(LI, Answer.ACCEPTED))
    assert say(known, LAKE, Answer.TENTATIVE, NOW).event.responses == (
        YES, said(LAKE, Answer.TENTATIVE, NOW), said(LI, Answer.ACCEPTED),
    )  # fmt: skip


def test_a_copy_that_says_what_is_known_changes_nothing() -> None:
    known = case(of=heard(YES))
    assert speak(known, copy(MOON, modified_at=LATER.now)) == known
    dated = speak(known, copy(MOON, answer=Answer.DECLINED, modified_at=LATER.now))
    assert dated.event.responses == (replace(NO, at=LATER.now),)
    undated = speak(known, copy(MOON, answer=Answer.DECLINED))
    assert undated.event.responses == (replace(NO, at=event().changed_at),)


def test_what_the_organizers_copy_tells_replaces_what_was_known() -> None:
    known = case(of=heard(YES, said(LI, Answer.NONE)))
    after = hear(known, [said(STRANGER, Answer.ACCEPTED), said(LAKE, Answer.TENTATIVE)])
    assert after.event.responses == (said(LAKE, Answer.TENTATIVE), said(STRANGER, Answer.ACCEPTED))
    assert hear(known, [NO]).event.responses == (NO,)


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        (said(MOON, Answer.ACCEPTED, NOW + HOUR), True),
        (said(MOON, Answer.ACCEPTED, NOW), False),
        (said(MOON, Answer.ACCEPTED, NOW - HOUR), False),
        (said(MOON, Answer.ACCEPTED), False),
        (said(MOON, Answer.NONE, NOW + HOUR), False),
        (said(MOON, Answer.DECLINED), True),
    ],
    ids=["later", "as late", "earlier", "undated", "no answer", "the same"],
)
def test_tracking_that_lags_does_not_take_back_that_a_room_was_released(told: Response, *, taken: bool) -> None:
    known = heard(NO)
    assert hear(case(copy(), of=known), [told]).event.responses == ((told,) if taken else (NO,))
    assert hear(case(copy(), copy(MOON), of=known), [told]).event.responses == (told,), "its own copy is read"
    undated = heard(replace(NO, at=None))
    if told.answer is not Answer.DECLINED:
        assert hear(case(copy(), of=undated), [told]).event.responses == undated.responses


def test_rooms_are_asked_again_and_people_are_not() -> None:
    person, answered = said(LI, Answer.ACCEPTED), heard(YES, said(LI, Answer.ACCEPTED))
    own = copy(LAKE, is_organizer=True)
    after = ask_again(case(copy(), copy(LI), copy(MOON), own, of=answered), setting())
    assert after.event.responses == (person,)
    assert [item.answer for item in after.items] == [Answer.ACCEPTED] * 2 + [Answer.NONE, Answer.ACCEPTED]


def test_each_guests_copy_decides_what_its_mailbox_said() -> None:
    room = copy(MOON, answer=Answer.TENTATIVE, modified_at=LATER.now)
    after = settle_answers(case(copy(), room, copy(LI), of=heard(YES)))
    assert after.event.responses == (
        said(MOON, Answer.TENTATIVE, LATER.now), said(LI, Answer.ACCEPTED, event().changed_at),
    )  # fmt: skip
    assert answer_of(settle_answers(case(copy())).event, ZHANG) is Answer.NONE, "an organizer answers nobody"
    told_before = case(copy(), copy(MOON, modified_at=LATER.now), of=heard(YES))
    assert settle_answers(told_before) == told_before


def test_the_newest_of_two_copies_speaks() -> None:
    new = copy(MOON, answer=Answer.TENTATIVE, modified_at=NOW)
    old = copy(MOON, ref=ItemRef(item_id="old", change_key="1"), modified_at=NOW - HOUR)
    for items in ((new, old), (old, new)):
        assert answer_of(settle_answers(case(copy(), *items)).event, MOON) is Answer.TENTATIVE


def test_one_occurrence_speaks_for_no_series_that_is_known() -> None:
    alone = copy(MOON, original_start=SECOND, answer=Answer.TENTATIVE)
    assert answer_of(settle_answers(case(alone, of=event(SERIES))).event, MOON) is Answer.NONE
    assert answer_of(settle_answers(case(alone)).event, MOON) is Answer.TENTATIVE
    unknown = replace(PLAN, series=replace(WEEKLY, recurrence=None))
    assert answer_of(settle_answers(case(alone, of=event(unknown))).event, MOON) is Answer.TENTATIVE


def test_a_refusal_that_was_told_since_outlasts_a_copy_about_to_be_found_gone() -> None:
    def settled(response: Response, modified_at: datetime | None) -> Answer:
        known = case(copy(), copy(MOON, modified_at=modified_at), of=heard(response))
        return answer_of(settle_answers(known).event, MOON)

    assert settled(NO, NOW) is Answer.DECLINED
    assert settled(NO, NOW - HOUR) is Answer.DECLINED
    assert settled(NO, NOW + HOUR) is Answer.ACCEPTED, "the copy is newer"
    assert settled(replace(NO, at=NOW + timedelta(milliseconds=400)), NOW) is Answer.DECLINED
    assert settled(replace(NO, at=None), NOW) is Answer.ACCEPTED
    assert settled(NO, None) is Answer.ACCEPTED
    assert settled(said(MOON, Answer.TENTATIVE, NOW), NOW) is Answer.ACCEPTED, "it is no refusal"
    other = case(copy(), copy(MOON, modified_at=NOW), of=heard(said(LAKE, Answer.DECLINED, NOW)))
    assert answer_of(settle_answers(other).event, MOON) is Answer.ACCEPTED


# -- who is occupied -------------------------------------------------------------------------------------------------


def states(of: Case) -> dict[str, OccupancyState]:
    return {each.mailbox: each.state for each in occupancies_of(of, setting())}


def test_whoever_has_a_copy_is_occupied_as_it_answers() -> None:
    for answer, state in (
        (Answer.ACCEPTED, ACCEPTED),
        (Answer.TENTATIVE, TENTATIVE),
        (Answer.NONE, TENTATIVE),
        (Answer.DECLINED, DECLINED),
    ):
        found = states(case(copy(), copy(MOON, answer=answer), copy(STRANGER), copy(LAKE, original_start=SECOND)))
        assert found == {ZHANG: ACCEPTED, MOON: state}
    assert states(case(copy(), copy(MOON), of=called_off())) == {}


def test_an_occupancy_is_of_whole_seconds() -> None:
    crumbs = timedelta(milliseconds=300)
    exact = replace(PLAN, start=PLAN.start + crumbs, end=PLAN.end + crumbs)
    [found] = occupancies_of(case(copy(), of=event(exact, base=exact, origin=Origin.EXCHANGE)), setting())
    assert found == Occupancy(
        mailbox=ZHANG, start=PLAN.start, end=PLAN.end, event="plan", original_start=PLAN.start, state=ACCEPTED
    )


def test_what_a_local_event_asks_for_is_taken_before_exchange_has_it() -> None:
    assert states(case(of=event(base=None))) == {MOON: PENDING, ZHANG: PENDING}
    assert states(case(of=event(base=None, origin=Origin.EXCHANGE))) == {}
    strange = replace(event(replace(PLAN, rooms=(LI, MOON, STRANGER)), base=None), organizer=STRANGER)
    assert states(case(of=strange)) == {MOON: PENDING}, "only listed rooms are asked for"


def test_a_room_that_is_asked_already_is_taken_as_it_answered() -> None:
    both = replace(PLAN, rooms=(LAKE, MOON))
    added = event(both, base=PLAN)
    for answer, state in ((Answer.ACCEPTED, ACCEPTED), (Answer.NONE, TENTATIVE), (Answer.DECLINED, DECLINED)):
        known = case(copy(), of=heard(said(MOON, answer), said(LAKE, Answer.ACCEPTED), of=added))
        assert states(known) == {ZHANG: ACCEPTED, MOON: state, LAKE: PENDING}


def test_a_time_that_is_on_its_way_is_pending_for_everybody() -> None:
    later = event(replace(PLAN, start=at(14), end=at(15)))
    assert states(case(copy(), copy(MOON), copy(LI), of=later)) == {ZHANG: PENDING, MOON: PENDING, LI: PENDING}
    assert states(case(copy(), of=replace(later, responses=(YES,)))) == {ZHANG: PENDING, MOON: PENDING}
    assert states(case(copy(), copy(MOON), of=event(RENAMED))) == {ZHANG: ACCEPTED, MOON: ACCEPTED}


def test_a_room_taken_off_here_is_free_at_once() -> None:
    without = replace(PLAN, rooms=())
    mine, own = event(without), copy(LAKE, is_organizer=True)
    assert states(case(copy(), copy(MOON), copy(LI), own, of=mine)) == {ZHANG: ACCEPTED, LI: ACCEPTED, LAKE: ACCEPTED}
    theirs = event(without, base=without, origin=Origin.EXCHANGE)
    assert states(case(copy(), copy(MOON), of=theirs)) == {ZHANG: ACCEPTED, MOON: ACCEPTED}


def held(of: Case) -> set[tuple[str, datetime, datetime, datetime, OccupancyState]]:
    found = occupancies_of(of, setting())
    assert {each.event for each in found} <= {"plan"}
    return {(each.mailbox, each.start, each.end, each.original_start, each.state) for each in found}


MOVED = event(replace(PLAN, start=at(14), end=at(15)))
THERE = (MOON, at(10), at(11), at(10), ACCEPTED)
HERE = (MOON, at(14), at(15), at(14), PENDING)


@pytest.mark.parametrize(
    "undecided",
    [{"operations": (parked(),)}, {"conflicts": (conflict(ConflictKind.EDIT),)}],
    ids=["refused", "changed on both sides"],
)
def test_while_a_person_has_to_decide_both_times_are_taken(undecided: dict[str, object]) -> None:
    known = case(copy(MOON), of=replace(MOVED, organizer=STRANGER))
    assert held(known) == {HERE}
    assert held(replace(known, **undecided)) == {THERE, HERE}
    for untold in (copy(MOON, start=None), copy(MOON, end=None), copy(MOON, kind=ItemKind.MASTER)):
        assert held(replace(known, items=(untold,), **undecided)) == {HERE}
    stranger = replace(known, items=(copy(MOON), copy(STRANGER)), **undecided)
    assert held(stranger) == {THERE, HERE}


def test_what_a_room_holds_of_what_was_called_off_is_taken_while_that_is_asked_about() -> None:
    refused = case(copy(MOON), of=called_off(), operations=(parked(OperationKind.CANCEL),))
    assert held(refused) == {THERE}
    assert held(replace(refused, operations=(operation(OperationKind.CANCEL),))) == set()
    assert held(replace(refused, operations=(), conflicts=(conflict(ConflictKind.EDIT),))) == set()
    drifted = replace(refused, operations=(), items=(copy(MOON, drift=Drift.ASKED),))
    assert held(drifted) == {THERE}
    assert held(replace(drifted, items=(copy(MOON, drift=Drift.SEEN),))) == set()


def test_of_a_series_both_rules_are_taken_while_a_person_has_to_decide() -> None:
    later = replace(SERIES, start=at(14), end=at(15))
    room = copy(MOON, kind=ItemKind.MASTER)
    known = case(room, of=replace(event(later, base=SERIES), organizer=STRANGER))
    weeks = [timedelta(days=7 * each) for each in range(4)]
    here = {(MOON, at(14) + week, PENDING) for week in weeks}
    there = {(MOON, at(10) + week, ACCEPTED) for week in weeks}
    assert {(each[0], each[1], each[4]) for each in held(known)} == here
    refused = replace(known, operations=(parked(),))
    assert {(each[0], each[1], each[4]) for each in held(refused)} == here | there


# -- rooms that decline ----------------------------------------------------------------------------------------------


def test_a_room_that_declines_an_event_made_here_is_asked_about_once() -> None:
    before, no = case(copy(), of=heard(YES)), case(copy(), of=heard(NO))
    after = concluded(before, no)
    assert opened(after) == [(ConflictKind.ROOM_DECLINED, MOON)]
    assert opened(concluded(after, after)) == [(ConflictKind.ROOM_DECLINED, MOON)]
    assert opened(concluded(no, no)) == [], "it is no news"
    assert opened(concluded(None, no)) == []
    theirs = case(copy(), of=heard(NO, of=event(origin=Origin.EXCHANGE)))
    assert opened(concluded(before, theirs)) == []
    assert opened(concluded(before, replace(no, event=called_off(no.event)))) == []
    tentative = case(copy(), of=heard(said(MOON, Answer.TENTATIVE)))
    assert opened(concluded(before, tentative)) == []
    both = event(replace(PLAN, rooms=(LAKE, MOON)), base=replace(PLAN, rooms=(LAKE, MOON)))
    each = case(copy(), of=heard(said(LAKE, Answer.DECLINED), NO, of=both))
    assert opened(concluded(before, each)) == [(ConflictKind.ROOM_DECLINED, LAKE), (ConflictKind.ROOM_DECLINED, MOON)]


def test_nothing_is_asked_about_rooms_while_the_meeting_is_missing() -> None:
    asked = conflict(ConflictKind.MISSING_REMOTE, id="missing")
    before, missed = case(copy(), of=heard(YES)), case(copy(), of=heard(NO), conflicts=(asked,))
    assert opened(concluded(before, missed)) == [(ConflictKind.MISSING_REMOTE, None)]
    back = replace(missed, conflicts=(replace(asked, resolved_at=NOW),))
    assert opened(concluded(missed, back)) == [(ConflictKind.ROOM_DROPPED, MOON)], "it stands, without its room"
    anew = replace(back, event=replace(back.event, base=None))
    assert opened(concluded(missed, anew)) == []
    accepted = replace(back, event=heard(YES))
    assert opened(concluded(missed, accepted)) == []


@pytest.mark.parametrize(
    ("fields", "stands"),
    [
        ({}, True),
        ({"event": heard(YES)}, False),
        ({"event": called_off(heard(NO))}, False),
        ({"event": heard(NO, of=event(replace(PLAN, rooms=(LAKE,)), base=replace(PLAN, rooms=(LAKE,))))}, False),
    ],
    ids=["declined", "accepted", "called off", "another room"],
)
def test_a_question_about_a_room_is_closed_when_it_is_none_any_more(
    fields: dict[str, object], *, stands: bool
) -> None:
    asked = conflict(ConflictKind.ROOM_DECLINED, room=MOON)
    other = conflict(ConflictKind.DOUBLE_BOOKING, id="other", room=MOON)
    known = case(copy(), of=heard(NO), conflicts=(asked, other))
    after = concluded(known, replace(known, **fields))
    found = {each.id: each for each in after.conflicts}
    assert (found[asked.id].resolved_at is None) is stands
    assert found[asked.id].resolved_by == (None if stands else "roomd")
    assert found["other"] == other


def test_a_question_is_closed_once_and_others_with_it() -> None:
    before = conflict(ConflictKind.ROOM_DECLINED, id="before", room=MOON, resolved_at=NOW, resolved_by="unix:li")
    dropped = conflict(ConflictKind.ROOM_DROPPED, id="dropped", room=LAKE, remote=replace(PLAN, rooms=(LAKE,)))
    settled = conflict(ConflictKind.ROOM_DROPPED, id="settled", room=LAKE, resolved_at=NOW, resolved_by="unix:li")
    declined = conflict(ConflictKind.ROOM_DECLINED, id="declined", room=LAKE)
    known = case(copy(), conflicts=(before, dropped, settled, declined))
    found = {each.id: (each.resolved_at, each.resolved_by) for each in concluded(known, known).conflicts}
    assert found == {
        "before": (NOW, "unix:li"),
        "settled": (NOW, "unix:li"),
        "dropped": (LATER.now, "roomd"),
        "declined": (LATER.now, "roomd"),
    }


def test_a_room_out_of_single_occurrences_is_asked_about_until_it_is_in_them_all() -> None:
    def series(*replies: Reply, conflicts: tuple[object, ...] = ()) -> Case:
        room = copy(MOON, kind=ItemKind.MASTER, replies=replies)
        mine: Item = copy(kind=ItemKind.MASTER)
        return case(mine, room, of=event(SERIES, base=SERIES), conflicts=conflicts)

    out = Reply(original_start=SECOND, answer=Answer.DECLINED)
    after = concluded(series(), series(out))
    assert opened(after) == [(ConflictKind.ROOM_DECLINED, MOON)]
    assert opened(concluded(after, after)) == [(ConflictKind.ROOM_DECLINED, MOON)]
    assert opened(concluded(after, series(conflicts=after.conflicts))) == []


# -- refusals and leftovers ------------------------------------------------------------------------------------------


def test_what_was_refused_is_asked_about_as_long_as_it_waits() -> None:
    asked = conflict(ConflictKind.REJECTED)
    waiting = case(copy(), of=event(RENAMED), operations=(parked(),), conflicts=(asked,))
    assert concluded(waiting, waiting).conflicts == (asked,)
    for state in (OperationState.QUEUED, OperationState.SENDING, OperationState.UNKNOWN, OperationState.DONE):
        goes_on = replace(waiting, operations=(operation(state=state),))
        [closed] = concluded(waiting, goes_on).conflicts
        assert (closed.resolved_at, closed.resolved_by) == (LATER.now, "roomd")
    both = replace(waiting, operations=(operation(id=2), parked()))
    assert concluded(waiting, both).conflicts == (asked,)


def test_a_question_is_closed_by_whom_it_was_closed() -> None:
    asked = conflict(ConflictKind.REJECTED)
    [closed] = close(case(conflicts=(asked,)), asked, LATER, by="unix:li").conflicts
    assert closed == replace(asked, resolved_at=LATER.now, resolved_by="unix:li")


def test_an_event_that_is_missed_stays_missed_until_it_is_cancelled() -> None:
    asked = conflict(ConflictKind.MISSING_REMOTE)
    missed = case(copy(), conflicts=(asked,))
    assert concluded(missed, missed).conflicts == (asked,)


def test_what_is_left_to_write_gets_a_key_if_the_event_has_none() -> None:
    [update] = concluded(None, case(copy(), of=replace(event(RENAMED), key=None))).operations
    assert update.key.startswith("id-")
    done = operation(state=OperationState.DONE)
    again = concluded(None, case(copy(), of=event(RENAMED), operations=(done,))).operations
    assert [each.state for each in again] == [OperationState.DONE, OperationState.QUEUED]


# -- editions and entries --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edited",
    [event(RENAMED, base=RENAMED), called_off(), replace(event(), organizer=LI)],
    ids=["content", "status", "organizer"],
)
def test_each_edition_has_a_version_of_its_own(edited: Event) -> None:
    before = case(copy(), of=replace(event(), version=4))
    after = concluded(before, replace(before, event=replace(edited, version=4))).event
    assert (after.version, after.changed_at) == (5, LATER.now)
    assert concluded(before, before).event == before.event


def test_what_happened_is_told_with_who_did_it() -> None:
    before = case(copy())
    renamed = case(copy(), of=event(RENAMED, base=RENAMED))
    for actor, told in ((None, EXCHANGE), ("unix:li", "unix:li")):
        revision = conclude(before, renamed, LATER, actor=actor) if actor else conclude(before, renamed, LATER)
        [entry] = revision.entries
        assert (entry.kind, entry.actor, entry.before, entry.after) == (ChangeKind.CHANGED, told, PLAN, RENAMED)
        assert (revision.before, entry.at) == (before, LATER.now)
    assert conclude(before, before, LATER).entries == ()


def test_what_is_concluded_is_whole() -> None:
    room = copy(MOON, answer=Answer.TENTATIVE, start=at(12), end=at(13))
    after = concluded(case(copy(), of=heard(YES)), case(copy(), room, of=heard(YES)))
    assert answer_of(after.event, MOON) is Answer.TENTATIVE
    assert {each.mailbox: each.state for each in after.occupancies if each.start == PLAN.start} == {
        ZHANG: ACCEPTED, MOON: TENTATIVE,
    }  # fmt: skip
    assert opened(after) == [(ConflictKind.DRIFT, MOON)]
