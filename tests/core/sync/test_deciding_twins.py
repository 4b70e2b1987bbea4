"""Two events that turn out to be one meeting: what was done to either is kept, or asked about."""

from msgspec.structs import replace

from core.sync.cases import LATER, PLAN, RENAMED, called_off, case, copy, event, operation
from core.sync.house import MOON, ZHANG
from roomd_core.model import ConflictKind, OperationKind, OperationState
from roomd_core.sync.observe import absorb

CREATE, _, CANCEL = (operation(kind) for kind in OperationKind)


def test_copies_move_to_the_event_they_are_of() -> None:
    twin = case(copy(MOON, event="twin"), of=replace(event(), id="twin", global_id=b"id"))
    one, other = absorb(case(copy()), twin, LATER)
    assert [(item.mailbox, item.event) for item in one.items] == [(ZHANG, "plan"), (MOON, "plan")]
    assert (one.event, one.operations, one.conflicts) == (event(), (), ())
    assert (other.event.id, other.items, other.cancelled, other.event.global_id) == ("twin", (), True, None)


def test_a_twin_cancelled_while_the_other_was_changed_is_asked_about() -> None:
    gone = case(of=replace(called_off(), id="twin"), operations=(replace(CANCEL, event="twin"),))
    one, _ = absorb(case(copy(), of=event(RENAMED)), gone, LATER)
    [asked] = one.conflicts
    assert (asked.kind, asked.event, asked.units) == (ConflictKind.EDIT_VS_DELETE, "plan", ("title",))
    assert (asked.base, asked.local, one.cancelled) == (PLAN, RENAMED, True)
    assert [(each.id, each.event, each.kind) for each in one.operations] == [(0, "plan", OperationKind.CANCEL)]
    changed = case(of=replace(event(RENAMED), id="twin"))
    [asked] = absorb(case(copy(), of=called_off()), changed, LATER)[0].conflicts
    assert (asked.kind, asked.summary) == (
        ConflictKind.EDIT_VS_DELETE,
        "“Renamed” was cancelled while it was changed, both here: it was taken for two meetings.",
    )
    cancelled_too = case(of=replace(called_off(event(RENAMED)), id="twin"))
    assert absorb(case(copy(), of=called_off()), cancelled_too, LATER)[0].conflicts == ()


def test_what_was_changed_of_both_is_kept_of_the_event_they_become() -> None:
    mine, theirs = event(RENAMED), event(replace(PLAN, title="Theirs", location="Attic"))
    one, _ = absorb(case(copy(), of=mine), case(of=replace(theirs, id="twin")), LATER)
    assert (one.event.content, one.event.base) == (replace(RENAMED, location="Attic"), PLAN)
    unagreed = event(base=None, content=RENAMED)
    one, _ = absorb(case(copy(), of=unagreed), case(of=replace(theirs, id="twin")), LATER)
    assert one.event.content == theirs.content
    assert one.event.base == PLAN, "of what was changed, what it was changed from"
    one, _ = absorb(case(copy(), of=unagreed), case(of=replace(event(), id="twin")), LATER)
    assert one.event == unagreed, "nothing was changed of the twin"


def test_what_was_saved_of_a_twin_called_off_is_asked_about_by_nobody() -> None:
    saved = replace(event(RENAMED, base=None), id="twin")
    waiting = replace(CREATE, event="twin")
    twin = case(of=saved, operations=(waiting,))
    [asked] = absorb(case(copy()), twin, LATER)[0].conflicts
    assert (asked.kind, asked.units, asked.base) == (ConflictKind.EDIT, ("title",), None)
    assert (asked.event, asked.opened_at) == ("plan", LATER.now)
    assert absorb(case(copy()), replace(twin, event=called_off(saved)), LATER)[0].conflicts == ()


def test_what_was_changed_of_both_otherwise_is_asked_about() -> None:
    """Whether what the first one wrote was agreed on, or its item was sent and not seen yet."""
    theirs = case(of=replace(event(replace(PLAN, title="Theirs")), id="twin"))
    sent = replace(CREATE, state=OperationState.UNKNOWN)
    for mine in (case(copy(), of=event(RENAMED)), case(of=event(RENAMED, base=None), operations=(sent,))):
        one, _ = absorb(mine, theirs, LATER)
        [asked] = one.conflicts
        assert (asked.kind, asked.event, asked.units) == (ConflictKind.EDIT, "plan", ("title",))
        assert (asked.base, asked.local, asked.remote) == (PLAN, theirs.event.content, RENAMED)
        assert asked.summary == "“Renamed” was changed twice here: title; it was taken for two meetings."
        assert one.event.content == RENAMED
