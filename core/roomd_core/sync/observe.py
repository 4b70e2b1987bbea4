"""Understanding what was seen in a mailbox: a copy, or that a copy is gone. Pure: a case in, a case out."""

from datetime import datetime

from msgspec.structs import replace

from roomd_core.merge import Merge, compare, diff, merge, normalize, take
from roomd_core.model import (
    ConflictKind,
    Content,
    EventStatus,
    Item,
    Mailbox,
    Operation,
    OperationKind,
    OperationState,
    Origin,
    Side,
)
from roomd_core.recurrence import Series
from roomd_core.sync import conflicts
from roomd_core.sync.answers import hear, speak
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.conclude import close
from roomd_core.sync.content import content_of, item_of, title_is_organizer
from roomd_core.sync.copies import with_alone
from roomd_core.sync.dropping import given_away, reconsider, taken_off
from roomd_core.sync.match import tells_its_id
from roomd_core.sync.remote import RemoteItem
from roomd_core.sync.steps import after_write

_ORGANIZER, _PERSON, _ROOM = range(3)
_IN_DOUBT = (OperationState.UNKNOWN, OperationState.SENDING)


def observe(case: Case, mailbox: Mailbox, seen: RemoteItem, setting: Setting) -> Case:
    """Take in one copy as it was read. A copy of a cancelled meeting is as good as gone."""
    if seen.is_cancelled:
        return observe_absence(case, mailbox.address, seen.ref.item_id, setting, withdrawn=True)
    known = case.copy_in(mailbox.address)
    item = _still_drifting(item_of(seen, mailbox, case.event.id, known), known)
    case = _without_missing(case, mailbox.address).with_item(item)
    if not item.is_organizer and item.original_start is None:
        case = speak(case, item)
    if tells_its_id(case, seen) and _is_of_this_meeting(case, item):
        case = case.with_event(replace(case.event, global_id=seen.global_id))
    if seen.original_start is not None:
        return _take_alone(case, mailbox, seen, seen.original_start)
    if item.is_organizer:
        case = _recognize(case, seen, setting)
    return _take(case, mailbox, seen, setting) if _decides(case, item, setting) else case


def observe_absence(case: Case, mailbox: str, item_id: str, setting: Setting, *, withdrawn: bool = False) -> Case:
    """Take in that a copy is gone; ``withdrawn`` says that its organizer called it back."""
    gone = next((item for item in case.items if (item.mailbox, item.ref.item_id) == (mailbox, item_id)), None)
    if gone is None:
        return case
    case = case.without_item(mailbox, item_id)
    unaccounted = case.conflict(ConflictKind.MISSING_REMOTE)
    if unaccounted and withdrawn:
        return _cancel(close(case, unaccounted, setting))
    if gone.is_organizer and not case.organizer_copy:
        return _deleted_there(case, setting)
    if gone.original_start is not None:
        case = _forget_alone(case, gone.original_start)
    elif (
        case.copy_in(mailbox) is None
        and case.organizer_copy
        and _counts_as_no(case, mailbox, setting)
        and not withdrawn
    ):
        return given_away(case, mailbox, setting)
    if not case.items and not case.operations and not case.conflict(ConflictKind.EDIT_VS_DELETE):
        return _cancel(case)
    return case


def absorb(case: Case, twin: Case, setting: Setting) -> tuple[Case, Case]:
    """Move the copies of one case to another that is the same meeting, and what was changed of it here meanwhile.

    What is left has none and is cancelled. A change of one and a cancellation of the other are asked about.
    """
    called_off = case.cancelled or twin.operation(OperationKind.CANCEL) is not None
    changed = [one for one in (case, twin) if one.edited and not one.cancelled]
    for item in twin.items:
        case = case.with_item(replace(item, event=case.event.id))
    case = _with_what_was_saved(_with_edits(case, twin, setting), twin, setting)
    cancel = twin.operation(OperationKind.CANCEL)
    if cancel and not case.cancelled:
        case = _cancel(case).with_operation(replace(cancel, id=0, event=case.event.id))
    if called_off and changed:
        case = case.with_conflict(conflicts.called_off_meanwhile(case, changed[0], setting))
    return case, _cancel(replace(twin, items=(), event=replace(twin.event, global_id=None)))


def _with_edits(case: Case, twin: Case, setting: Setting) -> Case:
    """Take over what was changed of the twin here, and what it was changed from. Ask where both were changed."""
    mine, theirs = set(_unsent(case)), set(twin.edited)
    units = theirs - mine
    torn = [unit for unit in diff(case.event.content, twin.event.content) if unit in mine & theirs]
    if torn and not case.cancelled and not twin.cancelled:
        case = case.with_conflict(conflicts.edited_twice(case, twin, tuple(torn), setting))
    if not units or twin.event.base is None:
        return case
    event = case.event
    base = event.base
    if base is None and not case.operation(OperationKind.CREATE):
        base = take(event.content, twin.event.base, units)
    return case.with_event(replace(event, content=take(event.content, twin.event.content, units), base=base))


def _unsent(case: Case) -> tuple[str, ...]:
    """Name what was changed here since it was last agreed on, or since the item that is looked for was sent."""
    create = case.operation(OperationKind.CREATE)
    if case.event.base is None and create and create.state in _IN_DOUBT:
        return diff(create.payload, case.event.content)
    return case.edited


def _with_what_was_saved(case: Case, twin: Case, setting: Setting) -> Case:
    """Ask about what was saved of the twin when its meeting seemed to be gone: nothing tells what it was before."""
    saved, units = twin.event.content, diff(case.event.content, twin.event.content)
    if not units or twin.cancelled or twin.operation(OperationKind.CREATE) is None:
        return case
    if case.cancelled:
        case = case.with_event(replace(case.event, content=saved))
        return case.with_conflict(conflicts.called_off_meanwhile(case, twin, setting))
    there = case.event.content
    asked = conflicts.edited_on_both_sides(case.with_event(twin.event), None, there, units, setting)
    return case.with_conflict(replace(asked, event=case.event.id))


def rank(item: Item, setting: Setting) -> int:
    """Order copies by how much they know: the organizer's, a person's, a room's with its rewritten title."""
    if item.is_organizer:
        return _ORGANIZER
    return _ROOM if setting.is_room(item.mailbox) else _PERSON


def _recognize(case: Case, seen: RemoteItem, setting: Setting) -> Case:
    """Know again what this installation made and its store forgot: it is one made here, never to be made again."""
    forgotten = case.event.origin is Origin.EXCHANGE and case.event.key is None
    if not forgotten or not setting.made_here(seen.own_key, seen.uid):
        return case
    return case.with_event(replace(case.event, origin=Origin.LOCAL, key=seen.own_key))


def _still_drifting(item: Item, known: Item | None) -> Item:
    """Remember that a person was asked about what a copy says, for as long as it says that."""
    if known is None or (known.start, known.end, known.exceptions) != (item.start, item.end, item.exceptions):
        return item
    return replace(item, drift=known.drift)


def _without_missing(case: Case, mailbox: str) -> Case:
    """Forget the copies a mailbox had lost: it has one again."""
    return replace(case, items=tuple(item for item in case.items if item.mailbox != mailbox or not item.missing))


def _is_of_this_meeting(case: Case, item: Item) -> bool:
    """Say whether a copy may name the meeting: while it is made anew, guests still have the one that is gone."""
    return item.is_organizer or case.event.base is not None


def _decides(case: Case, item: Item, setting: Setting) -> bool:
    """The best copy known decides the content; that of an event made here is decided by the organizer's alone.

    So is that of an event made anew here: what guests still have of it is the meeting that is gone. And none but
    the organizer's copy brings back what was called off, where that calendar is read.
    """
    called_off = case.cancelled and case.event.organizer in setting.mailboxes
    if case.event.origin is Origin.LOCAL or case.event.base is None or called_off:
        return item.is_organizer
    whole = (other for other in case.items if other.original_start is None)
    return all(rank(item, setting) <= rank(other, setting) for other in whole)


def _take(case: Case, mailbox: Mailbox, seen: RemoteItem, setting: Setting) -> Case:
    """Bring in the content the deciding copy tells, by a three-way merge with what is here."""
    remote = content_of(seen, mailbox, case.event.base or case.event.content)
    base, unagreed = _base(case, seen, remote), _was_never_agreed_on(case, seen, remote)
    case = _adopt(_welcome_back(case, setting), seen)
    cancel = case.operation(OperationKind.CANCEL)
    if case.cancelled and cancel:
        return _keep_remote(case, cancel, base, remote, setting)
    if create := case.operation(OperationKind.CREATE):
        if create.state in _IN_DOUBT:
            return case
        return _agreed(_returned(case, create, remote, setting), mailbox, seen, remote)
    local = case.event.content
    if unagreed:
        case = _merged(case, compare(local, remote, setting.policy), None, remote, setting)
    else:
        case = _merged(case, merge(base, local, remote, setting.policy), base, remote, setting)
    case = taken_off(_agreed(case, mailbox, seen, remote), base, local, remote, setting)
    if seen.detail is None:
        return case
    return reconsider(hear(case, seen.detail.responses), seen.detail.responses, setting)


def _returned(case: Case, create: Operation, remote: Content, setting: Setting) -> Case:
    """Go on with the item that was thought gone instead of making another. What differs was never agreed on."""
    case = case.with_operation(done(create, because="its item is in the calendar again"))
    local = remote if case.cancelled else case.event.content
    case = case.with_event(replace(case.event, content=local))
    return _merged(case, compare(local, remote, setting.policy), None, remote, setting)


def _merged(case: Case, merged: Merge, base: Content | None, remote: Content, setting: Setting) -> Case:
    """Bring in what a merge came to, and tell or ask about what was changed on both sides."""
    for side, units in ((Side.EXCHANGE, merged.kept_remote), (Side.LOCAL, merged.kept_local)):
        if units:
            case = case.with_conflict(conflicts.decided_by_policy(case, base, remote, units, setting, kept=side))
    if merged.conflicts:
        case = case.with_conflict(conflicts.edited_on_both_sides(case, base, remote, merged.conflicts, setting))
    if not diff(case.event.content, merged.content):
        return case
    return case.with_event(replace(case.event, content=merged.content))


def _agreed(case: Case, mailbox: Mailbox, seen: RemoteItem, remote: Content) -> Case:
    """Note that the event stands, and what both sides know of it."""
    return case.with_event(
        replace(
            case.event,
            base=remote,
            status=EventStatus.CONFIRMED,
            organizer_name=seen.organizer_name or case.event.organizer_name,
            title_is_organizer=title_is_organizer(seen, mailbox),
        )
    )


def _take_alone(case: Case, mailbox: Mailbox, seen: RemoteItem, original_start: datetime) -> Case:
    """Bring in an occurrence its mailbox was invited to alone. Where the series is known, it is known already.

    It does not bring back what was called off here while Exchange is still to hear of that.
    """
    content = case.event.content
    if case.cancelled and case.operation(OperationKind.CANCEL):
        return case
    if case.cancelled and case.event.origin is Origin.EXCHANGE:
        content = replace(content, series=Series(recurrence=None))
    content = with_alone(content, seen, original_start, mailbox)
    if content == case.event.content:
        return case
    return case.with_event(replace(case.event, content=content, base=content, status=EventStatus.CONFIRMED))


def _forget_alone(case: Case, original_start: datetime) -> Case:
    """Forget an occurrence nobody is invited to alone any more, unless it is one of a series that is known."""
    series = case.event.content.series
    known = series is None or series.recurrence is not None
    if series is None or known or any(item.original_start == original_start for item in case.items):
        return case
    content = replace(case.event.content, series=series.without_modified(original_start))
    return case.with_event(replace(case.event, content=content, base=content))


def _base(case: Case, seen: RemoteItem, remote: Content) -> Content:
    """What both sides last agreed on. A write whose answer was lost, but which was applied, moved it forward.

    Of an event that is there twice nobody can tell: what differs may be what the other item says.
    """
    for operation in case.operations:
        if _made(operation, seen):
            return after_write(case.event.base, operation.payload, remote)
        in_doubt = operation.kind is OperationKind.UPDATE and operation.state in _IN_DOUBT and not case.is_doubled
        if in_doubt and case.event.base:
            return _as_far_as_seen(case.event.base, operation.payload, remote)
    return case.event.base or case.event.content


def _as_far_as_seen(base: Content, written: Content, remote: Content) -> Content:
    """Return what is agreed on after an update whose answer was lost: of what it wrote, all that is there so.

    What is there otherwise was changed by somebody after it, or instead of it. Nobody can tell which, so it counts as
    changed on both sides.
    """
    there = set(diff(base, written)) - set(diff(written, remote))
    if written.body.strip() and normalize(written).body in normalize(remote).body:
        there |= {"body"} & set(diff(base, written))  # Exchange may have put words of its own below it
    return take(base, after_write(base, written, remote), there) if there else base


def _made(operation: Operation, seen: RemoteItem) -> bool:
    """Say whether the item is what this create was to make: by our key in it.

    The uid tells nothing: an item made anew has that of the one that was gone, and that one may be brought back.
    """
    is_ours = seen.own_key == operation.key
    return operation.kind is OperationKind.CREATE and operation.state is not OperationState.DONE and is_ours


def _was_never_agreed_on(case: Case, seen: RemoteItem, remote: Content) -> bool:
    """Say whether nothing tells what was here when an item was as it is: whatever differs is disputed then.

    It may be what an earlier attempt made, before the event was saved again: it was thought absent, as one is that
    somebody deleted and then restored. Or it was gone, and the event was saved since.
    """
    saved = case.event.base is None and case.operation(OperationKind.UPDATE) is not None
    return saved or any(
        _made(one, seen) and one.attempts > 1 and diff(one.payload, remote) for one in case.operations
    )


def _adopt(case: Case, seen: RemoteItem) -> Case:
    """Mark the create done whose item this is, so that it is never sent again."""
    for operation in case.operations:
        if _made(operation, seen):
            case = case.with_operation(done(operation))
    return case


def done(operation: Operation, *, because: str | None = None) -> Operation:
    """Return the operation as done; ``because`` says why nothing had to be written."""
    return replace(operation, state=OperationState.DONE, not_before=None, error=because)


def _welcome_back(case: Case, setting: Setting) -> Case:
    """An item thought deleted is there again: what waited for a decision about that goes on."""
    missing = case.conflict(ConflictKind.MISSING_REMOTE)
    if missing:
        case = close(case, missing, setting)
    conflict = case.conflict(ConflictKind.EDIT_VS_DELETE)
    if conflict is None or conflict.remote is not None or case.cancelled:
        return case
    for operation in case.parked:
        case = case.with_operation(replace(operation, state=OperationState.QUEUED, error=None))
    return close(case, conflict, setting)


def _deleted_there(case: Case, setting: Setting) -> Case:
    """The organizer's copy is gone: the event is cancelled, unless it was edited here and that would be lost."""
    if case.cancelled:
        cancel = case.operation(OperationKind.CANCEL)
        return case.with_operation(done(cancel, because="the item was gone already")) if cancel else case
    if case.operation(OperationKind.CREATE):
        return case
    return _keep_edit(case, setting) if case.edited else _cancel(case)


def _cancel(case: Case) -> Case:
    return case.with_event(replace(case.event, status=EventStatus.CANCELLED))


def _keep_edit(case: Case, setting: Setting) -> Case:
    reason = "the item was deleted in Exchange while it was edited here"
    for operation in case.operations:
        case = case.with_operation(replace(operation, state=OperationState.PARKED, error=reason))
    return case.with_conflict(conflicts.deleted_there(case, setting))


def _keep_remote(case: Case, cancel: Operation, base: Content, remote: Content, setting: Setting) -> Case:
    """Cancelled here, not yet there: it stays so, unless it was edited there and that would be lost."""
    units = diff(base, remote)
    if not units:
        return case.with_event(replace(case.event, base=remote))
    case = case.with_operation(done(cancel, because="the event was changed in Exchange meanwhile"))
    case = case.with_event(replace(case.event, status=EventStatus.CONFIRMED, content=remote, base=remote))
    return case.with_conflict(conflicts.edited_there(case, base, remote, units, setting))


def _counts_as_no(case: Case, mailbox: str, setting: Setting) -> bool:
    """A room that removed its copy of a standing meeting has given the time away."""
    return setting.is_room(mailbox) and mailbox in case.event.content.rooms
