"""What a copy that was read means for its event: from a case to a case."""

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
    answers,
    called_off,
    case,
    conflict,
    copy,
    event,
    lost,
    operation,
    saw,
    seen,
    setting,
)
from core.sync.house import LAKE, LI, MOON, NOW, STRANGER, at
from roomd_core.merge import Policy
from roomd_core.model import (
    Answer,
    ConflictKind,
    Content,
    Drift,
    Event,
    EventStatus,
    ItemKind,
    ItemRef,
    OperationKind,
    OperationState,
    Origin,
    Reply,
    Response,
    Side,
)
from roomd_core.recurrence import Daily, ModifiedOccurrence, Numbered, Recurrence, Series
from roomd_core.sync.case import Case
from roomd_core.sync.observe import rank
from roomd_core.sync.remote import RemoteException, RemoteItem, RemoteSeries

HOUR = timedelta(hours=1)
CREATE, _, CANCEL = (operation(kind) for kind in OperationKind)
THEIRS = event(origin=Origin.EXCHANGE)
BACK = ItemRef(item_id="back", change_key="1")


# -- changed on one side, or on both ---------------------------------------------------------------------------------


def test_what_was_cancelled_here_and_changed_there_stands_until_somebody_decides() -> None:
    after = saw(case(copy(), of=called_off(), operations=(CANCEL,)), seen(title="Renamed"))
    assert (after.event.status, after.event.content, after.event.base) == (EventStatus.CONFIRMED, RENAMED, RENAMED)
    [given_up] = after.operations
    assert (given_up.state, given_up.error) == (
        OperationState.DONE, "the event was changed in Exchange meanwhile",
    )  # fmt: skip
    [asked] = after.conflicts
    assert (asked.kind, asked.event, asked.units) == (ConflictKind.EDIT_VS_DELETE, "plan", ("title",))
    assert (asked.base, asked.local, asked.remote, asked.opened_at) == (PLAN, None, RENAMED, LATER.now)
    assert asked.summary == "“Renamed” was changed in Exchange while it was cancelled here."


def test_what_was_cancelled_here_and_written_otherwise_there_stays_cancelled() -> None:
    otherwise = replace(PLAN, body=f"{PLAN.body}\r\n")
    told = seen(detail=replace(seen().detail, body=otherwise.body))
    after = saw(case(copy(), of=called_off(), operations=(CANCEL,)), told)
    assert (after.cancelled, after.event.base, after.event.content) == (True, otherwise, PLAN)
    assert (after.operations, after.conflicts) == ((CANCEL,), ())


def test_what_both_sides_changed_differently_is_asked_about_or_decided_by_policy() -> None:
    ours = case(copy(), of=event(replace(RENAMED, location="Attic")))
    told = seen(title="Theirs")
    after = saw(ours, told)
    [asked] = after.conflicts
    assert (asked.kind, asked.units, asked.resolved_at) == (ConflictKind.EDIT, ("title",), None)
    assert (asked.base, asked.local, asked.remote) == (PLAN, ours.event.content, replace(PLAN, title="Theirs"))
    assert (after.event.content.title, after.event.content.location) == ("Theirs", "Attic")
    assert after.event.base == replace(PLAN, title="Theirs")
    for policy, side, title in ((Policy.EXCHANGE, Side.EXCHANGE, "Theirs"), (Policy.LOCAL, Side.LOCAL, "Renamed")):
        after = saw(ours, told, by=replace(LATER, policy={"title": policy}))
        [decided] = after.conflicts
        assert (decided.kept, decided.resolved_by, decided.resolved_at) == (side, "policy", LATER.now)
        assert (decided.units, decided.base, decided.remote) == (("title",), PLAN, replace(PLAN, title="Theirs"))
        assert after.event.content.title == title


def test_what_the_deciding_copy_tells_is_agreed_on() -> None:
    told = seen(title="Renamed", organizer_name="Zhang San")
    after = saw(case(copy(), of=called_off(replace(event(), organizer_name="zs"))), told)
    assert (after.event.content, after.event.base) == (RENAMED, RENAMED)
    assert after.event.status is EventStatus.CONFIRMED
    assert after.event.organizer_name == "Zhang San"
    assert saw(after, replace(told, organizer_name="")).event.organizer_name == "Zhang San", "it tells none"


def test_a_room_that_puts_its_organizers_name_for_the_title_is_known_by_it() -> None:
    known = case(copy(MOON), of=replace(THEIRS, organizer=STRANGER))
    told = seen(MOON, title="Zhang San", organizer_name="Zhang San", organizer=STRANGER)
    assert saw(known, told, MOON).event.title_is_organizer
    assert not saw(known, replace(told, title="Planning"), MOON).event.title_is_organizer


def test_what_the_feed_does_not_tell_is_as_it_was_agreed_on() -> None:
    ours = replace(PLAN, body="Ours.")
    after = saw(case(copy(), of=event(ours)), replace(seen(title="Renamed"), detail=None))
    assert (after.event.content, after.event.base) == (replace(ours, title="Renamed"), RENAMED)


def test_a_room_that_somebody_took_off_is_asked_about() -> None:
    told = seen(detail=replace(seen().detail, rooms=()))
    [asked] = saw(case(copy(), copy(MOON)), told).conflicts
    assert (asked.kind, asked.room, asked.opened_at) == (ConflictKind.ROOM_DROPPED, MOON, LATER.now)
    assert asked.summary == f"{MOON} was taken off “Planning” in Exchange."


def test_a_room_that_seemed_to_have_lost_the_event_may_have_declined_it() -> None:
    lost_it = conflict(ConflictKind.ROOM_DROPPED, room=MOON, remote=PLAN)
    told = seen(detail=replace(seen().detail, responses=(Response(address=MOON, answer=Answer.DECLINED),)))
    [asked] = saw(case(copy(), conflicts=(lost_it,)), told).conflicts
    assert (asked.kind, asked.summary) == (ConflictKind.ROOM_DECLINED, f"{MOON} declined “Planning”.")


def test_only_what_was_made_here_and_forgotten_is_known_again_by_its_key() -> None:
    told = seen(own_key="here.other")
    for known in (replace(event(), key=None), replace(THEIRS, key="here.key")):
        after = saw(case(of=known), told)
        assert (after.event.origin, after.event.key) == (known.origin, known.key)


def test_answers_come_with_the_deciding_copy_read_in_full() -> None:
    told = (Response(address=STRANGER, answer=Answer.TENTATIVE), Response(address=LAKE, answer=Answer.ACCEPTED))
    known = case(copy(), copy(MOON))
    after = saw(known, seen(detail=replace(seen().detail, responses=told)))
    assert answers(after) == {LAKE: Answer.ACCEPTED, STRANGER: Answer.TENTATIVE}
    assert answers(saw(after, replace(seen(), detail=None))) == answers(after), "the feed tells none"


def test_a_guests_copy_tells_what_its_mailbox_answered() -> None:
    told = seen(MOON, answer=Answer.DECLINED, modified_at=NOW)
    after = saw(case(copy(), copy(MOON)), told, MOON)
    [said] = after.event.responses
    assert (said.address, said.answer, said.at) == (MOON, Answer.DECLINED, NOW)
    undated = saw(case(copy()), replace(told, modified_at=None), MOON)
    assert [each.at for each in undated.event.responses] == [event().changed_at]
    assert answers(saw(case(copy()), seen())) == {}, "an organizer is not asked"
    assert answers(saw(case(copy()), replace(told, original_start=SECOND), MOON)) == {}, "one day is not the whole"
    note = saw(case(), seen(is_organizer=False, is_meeting=False))
    assert [(item.is_organizer, item.answer) for item in note.items] == [(True, Answer.ACCEPTED)]


def test_a_copy_keeps_that_a_person_was_asked_about_what_it_says() -> None:
    asked = copy(MOON, start=at(12), end=at(13), drift=Drift.ASKED)
    told = seen(MOON, start=at(12), end=at(13))

    def drift(told: RemoteItem) -> Drift:
        found = saw(case(copy(), asked), told, MOON).copy_in(MOON)
        assert found
        return found.drift

    assert drift(told) is Drift.ASKED
    assert drift(replace(told, start=at(11))) is Drift.NONE
    assert drift(replace(told, end=at(14))) is Drift.NONE


def test_a_calendar_that_has_a_copy_again_has_lost_none() -> None:
    gone, guest, older = copy(missing=True), copy(MOON, missing=True), copy(ref=replace(BACK, item_id="older"))
    after = saw(case(gone, guest, older), seen(ref=BACK))
    assert [item.ref.item_id for item in after.items] == [guest.ref.item_id, "older", "back"]


# -- who decides -----------------------------------------------------------------------------------------------------


def test_copies_rank_by_how_much_they_know() -> None:
    ranks = [rank(item, setting()) for item in (copy(), copy(LI), copy(MOON), copy(MOON, is_organizer=True))]
    assert ranks[0] < ranks[1] < ranks[2]
    assert ranks[3] == ranks[0]


def test_guests_decide_nothing_of_what_was_made_here_or_anew_or_called_off() -> None:
    told = seen(LI, title="Renamed")
    for known in (
        case(copy(LI)),
        case(copy(LI), of=event(origin=Origin.EXCHANGE, base=None)),
        case(copy(LI), of=called_off(THEIRS)),
    ):
        after = saw(known, told, LI)
        assert (after.event.content, after.event.status) == (PLAN, known.event.status)
    assert saw(case(copy(LI), of=THEIRS), told, LI).event.content == RENAMED
    unread = called_off(replace(THEIRS, organizer=STRANGER))
    back = saw(case(copy(LI), of=unread), told, LI)
    assert (back.event.content, back.cancelled) == (RENAMED, False), "nobody reads its organizer's calendar"


def test_an_occurrence_somebody_was_invited_to_alone_outranks_no_copy_of_the_whole() -> None:
    alone = copy(LI, original_start=SECOND)
    known = case(copy(MOON), alone, of=replace(THEIRS, organizer=STRANGER))
    assert saw(known, seen(MOON, title="Renamed"), MOON).event.content.title == "Renamed"


def test_a_meeting_made_anew_is_named_by_its_organizers_copy_alone() -> None:
    anew = event(base=None)
    assert saw(case(of=anew), seen(MOON, global_id=b"old"), MOON).event.global_id is None
    assert saw(case(of=event()), seen(MOON, global_id=b"id"), MOON).event.global_id == b"id"
    assert saw(case(of=anew, operations=(CREATE,)), seen(global_id=b"new")).event.global_id == b"new"
    renamed = saw(case(of=replace(anew, global_id=b"old")), seen(global_id=b"new", own_key="here.key"))
    assert renamed.event.global_id == b"new", "it is the item made for it"
    assert saw(case(of=replace(anew, global_id=b"old")), seen(global_id=b"new")).event.global_id == b"old"


# -- writes whose answer was lost ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [OperationState.UNKNOWN, OperationState.SENDING])
def test_of_a_lost_update_all_that_is_there_so_is_agreed_on(state: OperationState) -> None:
    written = replace(RENAMED, location="Attic")
    waiting = operation(state=state, payload=written)
    since = replace(written, title="Renamed twice", location="Cellar")
    known = case(copy(), of=event(since), operations=(waiting,))
    after = saw(known, seen(title="Renamed", location="Attic"))
    assert (after.event.content, after.event.base, after.conflicts) == (since, written, ())
    [asked] = saw(known, seen(title="Renamed", location="Roof")).conflicts
    assert (asked.units, asked.base) == (("location",), RENAMED), "the title is there, the rest somebody changed"
    untouched = saw(known, seen())
    assert (untouched.event.content, untouched.event.base, untouched.conflicts) == (since, PLAN, ())


def test_of_an_update_that_was_never_sent_nothing_is_agreed_on() -> None:
    ours = event(replace(PLAN, title="Ours"))
    waiting = operation(payload=RENAMED)
    [asked] = saw(case(copy(), of=ours, operations=(waiting,)), seen(title="Renamed")).conflicts
    assert asked.base == PLAN
    unknown = replace(waiting, state=OperationState.UNKNOWN)
    assert saw(case(copy(), of=ours, operations=(unknown,)), seen(title="Renamed")).conflicts == ()


def test_a_lost_update_that_moved_a_series_is_agreed_on() -> None:
    shifted = replace(SERIES, start=PLAN.start + HOUR, end=PLAN.end + HOUR)
    waiting = operation(state=OperationState.UNKNOWN, payload=shifted)
    known = case(copy(kind=ItemKind.MASTER), of=event(shifted, base=SERIES), operations=(waiting,))
    rule = Numbered(count=4)
    told = RemoteSeries(recurrence=Recurrence(pattern=Daily(interval=7), first=PLAN.start.date(), range=rule))
    master = seen(kind=ItemKind.MASTER, start=shifted.start, end=shifted.end)
    after = saw(known, replace(master, detail=replace(seen().detail, series=told)))
    assert (after.event.content, after.event.base, after.conflicts) == (shifted, shifted, ())


def test_what_a_room_said_of_an_occurrence_is_known_as_long_as_that_cannot_be_read() -> None:
    moved = RemoteException(item_id="x", original_start=SECOND, start=SECOND + HOUR, end=SECOND + 2 * HOUR)
    said = Reply(original_start=SECOND, answer=Answer.TENTATIVE)
    room = copy(MOON, kind=ItemKind.MASTER, replies=(said, replace(said, original_start=SECOND + timedelta(days=7))))

    def told(exception: RemoteException) -> RemoteItem:
        series = RemoteSeries(recurrence=WEEKLY.recurrence, modified=(exception,))
        return seen(MOON, ref=room.ref, kind=ItemKind.MASTER, detail=replace(seen().detail, series=series))

    known = case(copy(kind=ItemKind.MASTER), room, of=event(SERIES, base=SERIES))
    read = replace(moved, seen=seen(MOON, kind=ItemKind.EXCEPTION))
    for exception, replies in ((moved, (said,)), (read, ())):
        after = saw(known, told(exception), MOON).copy_in(MOON)
        assert after is not None
        assert after.replies == replies


def test_words_that_exchange_put_below_a_text_are_agreed_on_with_it() -> None:
    written = replace(PLAN, body="Bring tea.")
    waiting = operation(state=OperationState.UNKNOWN, payload=written)

    def told(body: str) -> Case:
        shown = seen(detail=replace(seen().detail, body=body))
        return saw(case(copy(), of=event(written), operations=(waiting,)), shown)

    after = told("Bring tea.\n\nJoin online: example.com")
    assert (after.event.content.body, after.conflicts) == ("Bring tea.\n\nJoin online: example.com", ())
    assert [each.units for each in told("Bring cake.").conflicts] == [("body",)]


def test_a_created_item_is_known_by_its_key() -> None:
    lost_create = operation(OperationKind.CREATE, state=OperationState.UNKNOWN, not_before=NOW, error="lost")
    waiting = case(of=event(RENAMED, base=None), operations=(lost_create,))
    after = saw(waiting, seen(own_key="here.key", title="Planning"))
    assert [(each.state, each.not_before, each.error) for each in after.operations] == [
        (OperationState.DONE, None, None),
    ]
    assert (after.event.content, after.event.base, after.conflicts) == (RENAMED, PLAN, ()), (
        "it was changed here since"
    )


@pytest.mark.parametrize("state", [OperationState.UNKNOWN, OperationState.SENDING])
def test_while_a_create_is_in_doubt_another_item_decides_nothing(state: OperationState) -> None:
    waiting = case(of=event(RENAMED, base=None), operations=(replace(CREATE, state=state),))
    after = saw(waiting, seen(own_key="old.key"))
    assert (after.event, after.operations, after.conflicts) == (waiting.event, waiting.operations, ())
    assert [item.ref for item in after.items] == [seen().ref]


def test_an_item_that_is_back_before_another_is_made_is_gone_on_with() -> None:
    waiting = case(of=event(RENAMED, base=None), operations=(CREATE,))
    after = saw(waiting, seen(own_key="old.key", organizer_name="Zhang San"))
    assert [(each.state, each.error) for each in after.operations] == [
        (OperationState.DONE, "its item is in the calendar again"),
    ]
    [asked] = after.conflicts
    assert (asked.kind, asked.units, asked.base) == (ConflictKind.EDIT, ("title",), None)
    assert (asked.local, asked.remote) == (RENAMED, PLAN)
    assert (after.event.base, after.event.organizer_name) == (PLAN, "Zhang San")
    gone = saw(replace(waiting, event=called_off(waiting.event)), seen(own_key="old.key"))
    assert (gone.event.content, gone.cancelled, gone.conflicts) == (PLAN, False, ()), "nothing of it was to stay"
    otherwise = replace(PLAN, body=f"{PLAN.body}\r\n")
    told = seen(own_key="old.key", detail=replace(seen().detail, body=otherwise.body))
    gone = saw(replace(waiting, event=called_off(event(base=None))), told)
    assert gone.event.content == otherwise, "to the letter"
    [decided] = saw(waiting, seen(own_key="old.key"), by=replace(LATER, policy={"title": Policy.LOCAL})).conflicts
    assert (decided.kept, decided.resolved_by) == (Side.LOCAL, "policy")


def test_an_item_that_is_back_ends_that_it_is_missed() -> None:
    asked = conflict(ConflictKind.MISSING_REMOTE)
    [closed] = saw(case(copy(missing=True), conflicts=(asked,)), seen()).conflicts
    assert (closed.resolved_at, closed.resolved_by) == (LATER.now, "roomd")


def test_what_was_deleted_there_and_cancelled_here_waits_on() -> None:
    asked = conflict(ConflictKind.EDIT_VS_DELETE, local=PLAN)
    for known in (
        case(of=called_off(), conflicts=(asked,), operations=(CANCEL,)),
        case(conflicts=(replace(asked, remote=RENAMED),)),
    ):
        assert saw(known, seen()).conflicts == known.conflicts


# -- invited to one occurrence alone ---------------------------------------------------------------------------------


def alone(start: datetime = SECOND) -> RemoteItem:
    return seen(MOON, original_start=start, start=SECOND + HOUR, end=SECOND + 2 * HOUR, organizer=STRANGER)


def occurrence(start: datetime = SECOND) -> ModifiedOccurrence:
    return ModifiedOccurrence(original_start=start, start=SECOND + HOUR, end=SECOND + 2 * HOUR)


UNKNOWN_SERIES = replace(PLAN, rooms=(), series=Series(recurrence=None))


def invited(content: Content = UNKNOWN_SERIES, **fields: object) -> Event:
    return replace(event(content, base=content, origin=Origin.EXCHANGE), **fields)


def test_a_room_invited_to_one_occurrence_tells_of_that() -> None:
    after = saw(case(of=invited()), alone(), MOON)
    assert after.event.content.series == Series(recurrence=None, modified=(occurrence(),))
    assert (after.event.content.rooms, after.event.base) == ((MOON,), after.event.content)
    [item] = after.items
    assert (item.original_start, after.event.responses) == (SECOND, ())
    assert saw(after, alone(), MOON).event == after.event
    known = case(of=invited(SERIES))
    assert saw(known, alone(), MOON).event == known.event, "the series is known, and it with it"


def test_an_occurrence_of_what_was_called_off_stands_by_itself() -> None:
    before = replace(
        UNKNOWN_SERIES, series=UNKNOWN_SERIES.series and UNKNOWN_SERIES.series.with_modified(occurrence())
    )
    third = SECOND + timedelta(days=7)
    told = alone(third)
    gone = called_off(invited(before))
    after = saw(case(of=gone), told, MOON)
    assert after.event.content.series == Series(recurrence=None, modified=(occurrence(third),))
    assert after.event.status is EventStatus.CONFIRMED
    after = saw(case(of=invited(before)), told, MOON)
    assert after.event.content.series == Series(recurrence=None, modified=(occurrence(), occurrence(third)))
    mine = saw(case(of=replace(gone, origin=Origin.LOCAL)), told, MOON)
    assert mine.event.content.series == Series(recurrence=None, modified=(occurrence(), occurrence(third)))


def test_an_occurrence_nobody_is_invited_to_any_more_is_forgotten() -> None:
    item, other = copy(MOON, original_start=SECOND), copy(LAKE, original_start=SECOND)
    content = replace(UNKNOWN_SERIES, series=Series(recurrence=None, modified=(occurrence(),)))
    guest = copy(LI, original_start=SECOND + timedelta(days=7))
    after = lost(case(item, guest, of=invited(content)), item)
    assert after.event.content.series == Series(recurrence=None)
    assert (after.event.base, after.cancelled) == (after.event.content, False)
    assert lost(case(item, other, of=invited(content)), item).event == invited(content), "another room has it"
    series = replace(SERIES, series=WEEKLY.with_modified(occurrence()))
    assert lost(case(item, guest, of=invited(series)), item).event == invited(series), "the series is known"
    assert lost(case(item, guest, of=invited(PLAN)), item).event == invited(PLAN)


@pytest.mark.parametrize("twice", [False, True])
def test_what_the_other_of_two_items_says_is_not_taken_for_what_a_lost_write_did(*, twice: bool) -> None:
    """The write made this one's title; or the event has another title since because the other item was read."""
    written = replace(PLAN, body="Ours.")
    known = event(replace(written, title="Read there"), base=replace(PLAN, title="Read there"))
    lost = operation(payload=written, state=OperationState.UNKNOWN)
    other = (replace(copy(), ref=ItemRef(item_id="other", change_key="1")),) if twice else ()
    after = saw(case(copy(), *other, of=known, operations=(lost,)), seen())
    assert after.event.content.title == (PLAN.title if twice else "Read there")
    assert after.event.content.body == "Ours."


@pytest.mark.parametrize("attempts", [1, 2])
def test_an_item_of_an_earlier_attempt_takes_back_nothing_that_was_saved_since(attempts: int) -> None:
    sent = operation(OperationKind.CREATE, payload=RENAMED, state=OperationState.UNKNOWN, attempts=attempts)
    before = case(of=event(RENAMED, base=None), operations=(sent,))
    after = saw(before, seen(own_key="here.key"))
    assert after.event.content.title == PLAN.title
    asked = [(each.kind, each.units, each.local) for each in after.conflicts]
    assert asked == ([] if attempts == 1 else [(ConflictKind.EDIT, ("title",), RENAMED)])
    assert saw(before, seen(own_key="here.key", title=RENAMED.title)).conflicts == ()


def test_a_guest_of_one_occurrence_does_not_bring_back_a_series_that_was_called_off() -> None:
    waiting = operation(OperationKind.CANCEL, payload=SERIES)
    before = case(copy(), of=called_off(event(SERIES, base=SERIES, origin=Origin.EXCHANGE)), operations=(waiting,))
    alone = seen(MOON, original_start=SECOND, start=SECOND, end=SECOND + timedelta(hours=1))
    after = saw(before, alone, MOON)
    assert (after.event.status, after.event.content) == (EventStatus.CANCELLED, SERIES)
    assert after.operations == (waiting,)


def test_an_item_that_was_gone_takes_back_nothing_that_was_saved_of_what_its_rooms_still_had() -> None:
    saved = event(RENAMED, base=None, origin=Origin.EXCHANGE)
    after = saw(case(copy(MOON), of=saved, operations=(operation(payload=RENAMED),)), seen())
    assert [(each.kind, each.units, each.local) for each in after.conflicts] == [
        (ConflictKind.EDIT, ("title",), RENAMED)
    ]
