"""What becomes of an event whose copy is no longer there, by what a person said about that."""

from datetime import timedelta

from msgspec.structs import replace

from core.sync.cases import PLAN, case, copy, event, setting
from core.sync.house import MOON, NOW
from roomd_core.model import ConflictKind, OperationKind, Origin, Side
from roomd_core.sync.losses import Believed
from roomd_core.sync.vanished import Fate, fate_of, vanish

LATER = setting(NOW + timedelta(hours=1))
RENAMED = replace(PLAN, title="Renamed")
KEEP, DROP = (Believed(keep=side, events=("plan",)) for side in (Side.LOCAL, Side.EXCHANGE))


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
