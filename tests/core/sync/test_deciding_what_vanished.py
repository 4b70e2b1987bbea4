"""What becomes of an event when a copy of it is gone, by who called it off and what a person said about that."""

from msgspec.structs import replace

from core.sync.cases import (
    LATER,
    PLAN,
    RENAMED,
    SECOND,
    answers,
    case,
    conflict,
    copy,
    event,
    lost,
    operation,
    saw,
    seen,
)
from core.sync.house import LAKE, LI, MOON, ZHANG
from roomd_core.model import (
    Answer,
    ConflictKind,
    ItemRef,
    OperationKind,
    OperationState,
    Origin,
    Response,
    Side,
)
from roomd_core.sync.losses import Believed
from roomd_core.sync.vanished import Fate, fate_of, vanish

KEEP, DROP = (Believed(keep=side, events=("plan",)) for side in (Side.LOCAL, Side.EXCHANGE))
CREATE, UPDATE, _ = (operation(kind) for kind in OperationKind)
THEIRS = event(origin=Origin.EXCHANGE)
BACK = ItemRef(item_id="back", change_key="1")


# -- what is gone ----------------------------------------------------------------------------------------------------


def test_an_edit_of_what_was_deleted_there_is_kept_and_asked_about() -> None:
    other = operation(id=2, state=OperationState.UNKNOWN)
    after = lost(case(copy(), copy(MOON), of=event(RENAMED), operations=(UPDATE, other)), copy())
    assert not after.cancelled
    reason = "the item was deleted in Exchange while it was edited here"
    assert [(each.state, each.error) for each in after.operations] == [(OperationState.PARKED, reason)] * 2
    [asked] = after.conflicts
    assert (asked.kind, asked.units, asked.opened_at) == (ConflictKind.EDIT_VS_DELETE, ("title",), LATER.now)
    assert (asked.base, asked.local, asked.remote) == (PLAN, RENAMED, None)
    assert lost(case(copy(), copy(MOON)), copy()).cancelled, "nothing would be lost"


def test_a_copy_its_organizer_called_back_is_gone() -> None:
    known = case(copy(), copy(MOON))
    after = saw(known, seen(MOON, is_cancelled=True, answer=Answer.DECLINED), MOON)
    assert (after.items, after.event) == ((copy(),), known.event)
    assert saw(known, seen(is_cancelled=True)).cancelled
    asked = conflict(ConflictKind.MISSING_REMOTE)
    missed = case(copy(missing=True), copy(MOON), conflicts=(asked,))
    told = saw(missed, seen(MOON, is_cancelled=True), MOON)
    assert (told.cancelled, [each.resolved_at for each in told.conflicts]) == (True, [LATER.now])
    assert [item.mailbox for item in told.items] == [ZHANG]
    unasked = lost(missed, copy(MOON))
    assert (unasked.cancelled, unasked.conflicts) == (False, (asked,)), "it was deleted by its own"


def test_a_room_without_its_copy_of_a_standing_meeting_has_declined() -> None:
    accepted = replace(event(), responses=(Response(address=MOON, answer=Answer.ACCEPTED),))
    after = lost(case(copy(), copy(MOON), of=accepted), copy(MOON))
    assert answers(after) == {MOON: Answer.DECLINED}
    [asked] = after.conflicts
    assert (asked.kind, asked.room, after.cancelled) == (ConflictKind.ROOM_DROPPED, MOON, False)


def test_nobody_else_declines_by_having_no_copy() -> None:
    older = copy(MOON, ref=BACK)
    withdrawn = lost(case(copy(), copy(MOON)), copy(MOON), withdrawn=True)
    for after in (
        withdrawn,
        lost(case(copy(), copy(LAKE)), copy(LAKE)),
        lost(case(copy(), copy(LI), of=event(replace(PLAN, rooms=(LI,)))), copy(LI)),
        lost(case(copy(), copy(MOON), older), copy(MOON)),
        lost(case(copy(LI), copy(MOON)), copy(MOON)),
        lost(case(copy(), copy(MOON, original_start=SECOND)), copy(MOON)),
    ):
        assert answers(after) == {}
        assert (after.cancelled, len(after.items)) == (False, 2 if older in after.items else 1)


def test_an_event_stands_while_its_organizer_has_another_copy() -> None:
    after = lost(case(copy(), copy(ref=BACK), copy(MOON)), copy())
    assert not after.cancelled
    assert [item.ref.item_id for item in after.items] == ["back", f"item-{MOON}"]


def test_an_event_of_which_nobody_has_a_copy_is_over_unless_something_waits() -> None:
    guest = copy(LI)
    assert lost(case(guest, of=THEIRS), guest).cancelled
    assert not lost(case(guest, copy(MOON), of=THEIRS), guest).cancelled
    assert not lost(case(guest, of=THEIRS, operations=(CREATE,)), guest).cancelled
    waits = conflict(ConflictKind.EDIT_VS_DELETE)
    assert not lost(case(guest, of=THEIRS, conflicts=(waits,)), guest).cancelled
    assert lost(case(guest, of=THEIRS, conflicts=(conflict(ConflictKind.EDIT),)), guest).cancelled


# -- what a person said of it ----------------------------------------------------------------------------------------


def test_a_person_decides_what_becomes_of_what_vanished() -> None:
    mine, theirs = case(copy(), copy(MOON)), case(copy(), of=event(origin=Origin.EXCHANGE))
    for observed in (True, False):
        assert fate_of(mine, copy(), KEEP, observed=observed) is Fate.MADE_AGAIN
        assert fate_of(mine, copy(MOON), KEEP, observed=observed) is Fate.KEPT, "a room's copy is not ours to make"
        assert fate_of(theirs, copy(), KEEP, observed=observed) is Fate.KEPT, "nor is another's meeting"
        assert fate_of(mine, copy(), DROP, observed=observed) is Fate.GONE


def test_what_a_person_said_of_other_events_decides_nothing() -> None:
    others = replace(KEEP, events=("other",))
    assert fate_of(case(copy()), copy(), others, observed=True) is Fate.GONE
    assert fate_of(case(copy()), copy(), others, observed=False) is Fate.UNACCOUNTED
    edited = case(copy(), of=event(RENAMED))
    assert fate_of(edited, copy(), None, observed=False) is Fate.GONE, "what was changed has a question of its own"


def test_a_copy_nobody_accounts_for_stays_known_as_missing() -> None:
    after = vanish(case(copy(), copy(MOON)), copy(), Fate.UNACCOUNTED, LATER)
    assert [(item.mailbox, item.missing) for item in after.items] == [(MOON, False), (copy().mailbox, True)]
    [asked] = after.conflicts
    assert (asked.kind, asked.local, asked.opened_at) == (ConflictKind.MISSING_REMOTE, PLAN, LATER.now)


def test_an_edit_of_what_was_deleted_is_asked_about() -> None:
    [asked] = vanish(case(copy(), of=event(RENAMED)), copy(), Fate.GONE, LATER).conflicts
    assert (asked.kind, asked.opened_at) == (ConflictKind.EDIT_VS_DELETE, LATER.now)


def test_what_is_made_again_is_made_as_it_is_here() -> None:
    after = vanish(case(copy(), of=event(RENAMED)), copy(), Fate.MADE_AGAIN, LATER)
    [create] = after.operations
    assert (create.kind, create.payload, create.key) == (OperationKind.CREATE, RENAMED, after.event.key)
    assert (after.event.content, after.event.base, after.items) == (RENAMED, None, ())
