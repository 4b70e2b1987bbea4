"""Which event a copy belongs to, and which copies are worth reading: from a page of changes to revisions."""

from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from core.sync.cases import PLAN, SECOND, case, conflict, copy, event, operation, seen, setting
from core.sync.house import LAKE, LI, MOON, NOW, STRANGER, ZHANG, at
from roomd_core.model import (
    Answer,
    ChangeKind,
    ConflictKind,
    EventStatus,
    ItemKind,
    ItemRef,
    OperationKind,
    Origin,
)
from roomd_core.recurrence import Daily, Numbered, Recurrence
from roomd_core.sync.case import Case, Revision
from roomd_core.sync.match import Cases, is_the_one_made
from roomd_core.sync.plan import completed, exceptions_to_read, plan_pull, to_read, with_exceptions, worth_reading
from roomd_core.sync.remote import ChangePage, RemoteException, RemoteItem, RemoteSeries

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KNOWN = ItemRef(item_id=f"item-{ZHANG}", change_key="1")
THEIRS = replace(event(), id="theirs", uid="outlook", key=None, global_id=b"theirs", origin=Origin.EXCHANGE)


def page(*changed: RemoteItem, deleted: tuple[str, ...] = ()) -> ChangePage:
    return ChangePage(state="next", changed=changed, deleted=deleted, last=True)


def listed(mailbox: str = ZHANG, **fields: object) -> RemoteItem:
    """Return an item as the feed lists it."""
    return replace(seen(mailbox), detail=None, **fields)


def weekly(start: datetime, *exceptions: RemoteException, first: date | None = None) -> RemoteItem:
    """Return the master of a series of four weeks, read in full."""
    rule = Recurrence(pattern=Daily(interval=7), first=first or start.date(), range=Numbered(count=4))
    told = replace(seen().detail, series=RemoteSeries(recurrence=rule, modified=exceptions))
    return replace(seen(), kind=ItemKind.MASTER, start=start, end=start + HOUR, detail=told)


def exception(item_id: str, start: datetime, **fields: object) -> RemoteException:
    return replace(RemoteException(item_id=item_id, original_start=start, start=start, end=start + HOUR), **fields)


def plan(told: ChangePage, *cases: Case, mailbox: str = ZHANG) -> dict[str, Revision]:
    found = plan_pull(told, Cases(cases), setting().mailboxes[mailbox], setting())
    return {revision.after.event.id: revision for revision in found}


# -- our own writes coming back --------------------------------------------------------------------------------------


def test_a_copy_that_is_known_as_it_is_tells_nothing() -> None:
    cases = Cases([case(copy())])
    assert cases.is_echo(ZHANG, seen(ref=KNOWN))
    assert not cases.is_echo(ZHANG, seen(ref=replace(KNOWN, change_key="2"))), "it changed"
    assert not cases.is_echo(ZHANG, seen(ref=replace(KNOWN, item_id="other"))), "it is another"
    assert not cases.is_echo(LI, seen(ref=KNOWN)), "it is in another calendar"
    assert not cases.is_echo(ZHANG, seen(ref=KNOWN, global_id=b"id")), "it tells what the meeting is called"
    assert not Cases([case(copy(missing=True))]).is_echo(ZHANG, seen(ref=KNOWN)), "it was thought gone"


def test_a_copy_that_tells_again_what_its_meeting_is_called_is_an_echo() -> None:
    named = case(copy(), of=replace(event(), global_id=b"id"))
    assert Cases([named]).is_echo(ZHANG, seen(ref=KNOWN, global_id=b"id"))
    assert Cases([named]).is_echo(ZHANG, seen(ref=KNOWN, global_id=b"other")), "nobody else is known by that"
    assert Cases([named]).is_echo(ZHANG, seen(ref=KNOWN, own_key="here.key")), "it tells none"
    assert not Cases([named]).is_echo(ZHANG, seen(ref=KNOWN, global_id=b"new", own_key="here.key"))
    assert Cases([named]).is_echo(ZHANG, seen(ref=KNOWN, global_id=b"new", own_key="elsewhere"))


def test_what_is_remembered_of_a_copy_is_found_by_its_calendar_and_item() -> None:
    room = copy(MOON)
    cases = Cases([case(copy(), room)])
    assert cases.item(MOON, room.ref.item_id) == room
    assert cases.item(ZHANG, room.ref.item_id) is None
    assert cases.item(MOON, "unknown") is None


# -- whose it is -----------------------------------------------------------------------------------------------------


def test_a_copy_is_found_by_its_key_its_id_or_its_uid() -> None:
    mine = case(of=replace(event(), global_id=b"id"))
    cases = Cases([mine])
    new = ItemRef(item_id="new", change_key="1")
    for told in (
        seen(ref=new, uid=None, own_key="here.key", global_id=b"id"),
        seen(ref=new, uid=None, global_id=b"id"),
        seen(ref=new, uid="plan@roomd"),
    ):
        assert cases.matching(ZHANG, told) == mine
    unnamed = case(of=event())
    assert Cases([unnamed]).matching(ZHANG, seen(ref=new, uid=None, own_key="here.key")) == unnamed
    assert cases.matching(ZHANG, seen(ref=new, uid="other", own_key="other", global_id=b"other")) is None
    held = case(copy())
    assert Cases([held]).matching(ZHANG, seen(uid=None)) == held
    assert Cases([held]).matching(LI, seen(uid=None)) is None, "it is in another calendar"
    assert cases.matching(ZHANG, seen(ref=new, uid=None)) is None


def test_a_meeting_copied_in_outlook_is_another_though_it_has_the_key() -> None:
    mine = case(copy(), of=replace(event(), global_id=b"id"))
    duplicate = seen(ref=ItemRef(item_id="new", change_key="1"), uid="outlook", own_key="here.key", global_id=b"new")
    assert Cases([mine]).matching(ZHANG, duplicate) is None
    unnamed = case(of=event())
    assert Cases([unnamed]).matching(ZHANG, duplicate) == unnamed, "nothing tells it from the meeting yet"
    anew = case(of=replace(event(base=None), global_id=b"id"))
    assert Cases([anew]).matching(ZHANG, duplicate) == anew, "it is made under another id"


def test_an_item_made_anew_is_the_events_though_its_global_id_is_new() -> None:
    known = case(copy(), of=replace(event(), global_id=b"gone"))
    told = seen(own_key="here.key", global_id=b"new")
    assert is_the_one_made(known, told)
    assert not is_the_one_made(known, replace(told, uid="copied in Outlook"))


def test_what_was_called_off_still_has_what_is_left_of_it() -> None:
    called_off = replace(event(), status=EventStatus.CANCELLED)
    theirs = case(copy(MOON), of=THEIRS)
    told = seen(LI, uid=None, own_key="here.key", global_id=b"theirs")
    holding = case(copy(), of=called_off)
    waiting = case(of=called_off, operations=(operation(OperationKind.CANCEL),))
    for mine in (holding, waiting):
        assert Cases([mine, theirs]).matching(LI, told) == mine
    assert Cases([case(of=called_off), theirs]).matching(LI, told) == theirs
    assert Cases([case(of=called_off)]).matching(LI, told) == case(of=called_off), "no other goes on with it"


def test_a_copy_left_with_an_event_made_anew_goes_where_its_meeting_is_back() -> None:
    anew = case(copy(), copy(MOON, event="plan"), of=replace(event(), global_id=b"new"))
    back = case(copy(LAKE, event="theirs"), of=THEIRS)
    left = seen(MOON, ref=ItemRef(item_id=f"item-{MOON}", change_key="1"), uid="outlook", global_id=b"theirs")
    cases = Cases([anew, back])
    assert not cases.is_echo(MOON, left)
    assert cases.matching(MOON, left) == back
    found = plan(page(left), anew, back, mailbox=MOON)
    assert [item.mailbox for item in found["plan"].after.items] == [ZHANG]
    assert [(item.mailbox, item.event) for item in found["theirs"].after.items] == [
        (LAKE, "theirs"),
        (MOON, "theirs"),
    ]


def test_two_events_turn_out_to_be_one_when_a_copy_tells_what_its_meeting_is_called() -> None:
    mine, theirs = case(copy()), case(copy(MOON, event="theirs"), of=THEIRS)
    told = seen(global_id=b"theirs")
    assert Cases([mine, theirs]).twin(mine, told) == theirs
    assert Cases([mine, theirs]).twin(theirs, told) is None, "it is itself"
    assert Cases([mine]).twin(mine, told) is None
    named = case(copy(), of=replace(event(), global_id=b"mine"))
    assert Cases([named, theirs]).twin(named, told) is None, "it is called otherwise"
    found = plan(page(told), mine, theirs)
    assert [item.mailbox for item in found["plan"].after.items] == [MOON, ZHANG]
    assert found["plan"].after.event.global_id == b"theirs"
    assert (found["theirs"].after.items, found["theirs"].after.cancelled) == ((), True)
    cancel = operation(OperationKind.CANCEL, event="theirs")
    gone = replace(theirs, event=replace(THEIRS, status=EventStatus.CANCELLED), operations=(cancel,))
    renamed = replace(mine, event=event(replace(PLAN, title="Renamed")))
    asked = plan(page(told), renamed, gone)["plan"].after.conflicts
    assert [(each.kind, each.opened_at) for each in asked] == [(ConflictKind.EDIT_VS_DELETE, NOW)]


# -- what has to be read in full -------------------------------------------------------------------------------------


def reads(told: RemoteItem, *cases: Case, mailbox: str = ZHANG) -> bool:
    found = to_read(page(told), Cases(cases), setting().mailboxes[mailbox], setting())
    worth = worth_reading(page(told, deleted=("gone",)), setting().mailboxes[mailbox], setting())
    assert (worth.deleted, worth.state, worth.last) == ((), "next", True)
    assert found in ([], [told.ref.item_id])
    assert bool(found) <= bool(worth.changed), "nothing is read that is not worth it"
    return bool(found)


def test_the_copy_that_decides_is_read_in_full() -> None:
    assert reads(listed())
    assert reads(listed(is_organizer=False, organizer=STRANGER, is_meeting=False)), "a note of one's own"
    assert reads(listed(is_organizer=False)), "its organizer's calendar is this one"
    assert reads(listed(organizer=LI)), "it was taken over from another"
    assert reads(listed(is_organizer=False, organizer=LI, is_meeting=False))
    assert reads(listed(LI, organizer=STRANGER), mailbox=LI), "nobody reads its organizer's calendar"
    assert not reads(listed(LI), mailbox=LI), "its organizer's calendar is read"


def test_of_a_rooms_copies_only_series_are_read_in_full() -> None:
    assert not reads(listed(MOON, organizer=STRANGER), mailbox=MOON)
    assert not reads(listed(MOON), mailbox=MOON)
    assert reads(listed(MOON, kind=ItemKind.MASTER), mailbox=MOON)
    assert reads(listed(MOON, organizer=MOON), mailbox=MOON), "what stands in it alone"
    master, single = listed(MOON, kind=ItemKind.MASTER), listed(MOON)
    assert worth_reading(page(single, master), setting().mailboxes[MOON], setting()) == page(master)


def test_nothing_is_read_twice_or_in_vain() -> None:
    assert not reads(seen()), "it was read"
    assert not reads(listed(is_cancelled=True))
    assert not reads(listed(ref=KNOWN), case(copy())), "it is known as it is"
    assert not reads(listed(uid="old", end=NOW - 30 * DAY - HOUR)), "it is over"
    assert reads(listed(uid="old", end=NOW - 30 * DAY)), "it is just not"
    assert reads(listed(end=NOW - 31 * DAY), case(copy())), "it is over, and known otherwise"
    assert reads(listed(uid=None, end=NOW - 31 * DAY), case(copy())), "it is known as an item"
    assert reads(listed(uid="old", kind=ItemKind.MASTER, end=NOW - 99 * DAY)), "a series may go on"


def test_exceptions_that_are_shown_are_read_in_full() -> None:
    over, edge, shown = (NOW - 30 * DAY - each for each in (2 * HOUR, HOUR, timedelta()))
    read_before = exception("read", shown, seen=seen(LI))
    master = weekly(over, exception("over", over), exception("edge", edge), exception("shown", shown), read_before)
    assert exceptions_to_read(page(seen(), master, listed()), setting()) == ["edge", "shown"]


def test_full_readings_take_the_place_of_what_was_listed() -> None:
    first, gone, other = (listed(ref=ItemRef(item_id=each, change_key="1")) for each in ("first", "gone", "other"))
    full = seen(ref=first.ref, title="In full")
    found = completed(page(first, gone, other, deleted=("old",)), ["first", "gone"], {"first": full})
    assert found == page(full, other, deleted=("old",))


def test_full_readings_of_exceptions_are_put_into_their_master() -> None:
    before, after = seen(LI, title="Before"), seen(LI, title="After")
    known = (exception("a", SECOND, seen=before), exception("b", SECOND + DAY, seen=before), exception("c", SECOND))
    unlisted = listed(MOON, kind=ItemKind.MASTER)
    plain = weekly(at(10))
    found = with_exceptions(page(weekly(at(10), *known), unlisted, plain, seen()), {"b": after})
    put = (known[0], replace(known[1], seen=after), known[2])
    assert found == page(weekly(at(10), *put), unlisted, plain, seen())


# -- what a page means -----------------------------------------------------------------------------------------------


def test_an_event_made_in_exchange_begins_with_its_first_copy() -> None:
    told = seen(uid="outlook", global_id=b"id", organizer_name="Zhang San")
    for one in (told, replace(told, detail=None)):
        [revision] = plan(page(one)).values()
        made = revision.after.event
        assert revision.before is None
        assert (made.uid, made.global_id, made.organizer, made.origin) == ("outlook", b"id", ZHANG, Origin.EXCHANGE)
        assert (made.content.title, made.base, made.created_at) == ("Planning", made.content, NOW)
        assert [(item.mailbox, item.event) for item in revision.after.items] == [(ZHANG, made.id)]
        assert [entry.kind for entry in revision.entries] == [ChangeKind.CREATED]


def test_an_event_the_store_forgot_begins_as_one_made_here() -> None:
    [revision] = plan(page(listed(own_key="here.forgotten", uid="forgotten@roomd"))).values()
    assert (revision.after.event.origin, revision.after.event.key) == (Origin.LOCAL, "here.forgotten")


def test_what_is_over_or_called_off_does_not_begin() -> None:
    for told in (seen(), listed()):
        assert plan(page(replace(told, end=NOW - 30 * DAY - HOUR))) == {}
        assert plan(page(replace(told, is_cancelled=True))) == {}
    assert plan(page(), case(copy())) == {}
    assert plan(page(seen(ref=KNOWN), deleted=("unknown",)), case(copy())) == {}, "nothing is new"


@pytest.mark.parametrize(("ago", "begins"), [(60, False), (52, False), (51, True)])
def test_a_series_begins_if_an_occurrence_of_it_is_shown(ago: int, *, begins: bool) -> None:
    start = NOW - ago * DAY
    for first in (start.date(), start.date() - DAY):  # another zone's clocks may show another day
        assert bool(plan(page(weekly(start, first=first)))) is begins


def test_a_copy_that_moved_within_its_calendar_was_never_gone() -> None:
    moved = seen(ref=ItemRef(item_id="moved", change_key="1"))
    revision = plan(page(moved, deleted=(KNOWN.item_id,)), case(copy(), copy(MOON)))["plan"]
    assert not revision.after.cancelled
    assert [item.ref.item_id for item in revision.after.items] == [f"item-{MOON}", "moved"]
    assert list(plan(page(seen(uid=None, title="Renamed")), case(copy()))) == ["plan"], "it is known as an item"


def test_a_deletion_is_of_the_calendar_it_is_told_of() -> None:
    both = case(copy(), copy(LI, ref=KNOWN))
    revision = plan(page(deleted=(KNOWN.item_id,)), both, mailbox=LI)["plan"]
    assert [item.mailbox for item in revision.after.items] == [ZHANG]
    assert revision.before == both


def test_a_page_is_read_on_after_what_tells_nothing() -> None:
    renamed = seen(LI, uid="outlook", ref=ItemRef(item_id="second", change_key="1"), is_organizer=True, organizer=LI)
    found = plan(page(seen(ref=KNOWN), listed(uid="old", end=NOW - 40 * DAY), renamed), case(copy()), mailbox=LI)
    assert len(found) == 2
    asked = conflict(ConflictKind.MISSING_REMOTE)
    back = plan(page(seen(ref=KNOWN)), case(copy(missing=True), conflicts=(asked,)))["plan"].after
    assert [each.resolved_at for each in back.conflicts] == [NOW]
    assert (back.event.content, back.items[0].answer) == (PLAN, Answer.ACCEPTED)
