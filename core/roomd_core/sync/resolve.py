"""Carrying out what a person decided about a conflict. Pure: a case and a decision in, a case out."""

from collections.abc import Callable

from msgspec.structs import replace

from roomd_core.errors import VersionMismatch
from roomd_core.merge import diff, take
from roomd_core.merge_series import TOGETHER, mine_over
from roomd_core.model import (
    Conflict,
    ConflictKind,
    Content,
    EventStatus,
    Operation,
    OperationKind,
    OperationState,
    Side,
)
from roomd_core.occurrences import is_known_in_part, shape_of
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.observe import done

Resolver = Callable[[Case, Conflict, Side, Setting], Case]
_DECIDED = "a person decided"


def resolve(case: Case, conflict: Conflict, keep: Side, setting: Setting, *, actor: str) -> Case:
    """Carry a decision out and close the conflict. Deciding again what is decided changes nothing."""
    if conflict.resolved_at:
        return case
    closed = replace(conflict, resolved_at=setting.now, kept=keep, resolved_by=actor)
    resolver = _RESOLVERS.get(conflict.kind)
    return (resolver(case, conflict, keep, setting) if resolver else case).with_conflict(closed)


def outdated(case: Case, conflict: Conflict, keep: Side) -> Conflict | None:
    """Return the conflict as it has to be decided, if Exchange changed the same units since it was opened."""
    if conflict.kind is not ConflictKind.EDIT or keep is not Side.LOCAL or not conflict.remote or case.cancelled:
        return None
    moved_on = set(conflict.units) & set(diff(conflict.remote, case.event.content))
    still_wanted = moved_on & set(diff(conflict.local or conflict.remote, case.event.content))
    return replace(conflict, remote=case.event.content) if still_wanted else None


def refuse_outdated(title: str) -> VersionMismatch:
    """Return what to tell whoever decided on what is no longer so."""
    return VersionMismatch(f"“{title}” was changed since this conflict was opened. Look at it again, then decide.")


def _resolve_edit(case: Case, conflict: Conflict, keep: Side, setting: Setting) -> Case:
    """Exchange's side is live already; the local one is written over it, unit by unit."""
    if keep is Side.EXCHANGE or conflict.local is None:
        return case
    content = _decided_here(case.event.content, conflict, conflict.local)
    if case.cancelled:
        return create_again(case, content, setting)
    return case.with_event(replace(case.event, content=content))


def _decided_here(content: Content, conflict: Conflict, local: Content) -> Content:
    """Return the content with what was wanted here; of a series only the occurrences changed here.

    Where it happens at other times by now, when it happens and what is different in it are decided together.
    """
    if conflict.base is None or "recurrence" not in conflict.units or "time" in conflict.units:
        return take(content, local, conflict.units)
    wanted = replace(local, series=mine_over(content, conflict.base, local).series)
    together = TOGETHER if wanted.series == local.series and shape_of(local) != shape_of(content) else ()
    return take(content, wanted, {*conflict.units, *together})


def _resolve_edit_vs_delete(case: Case, conflict: Conflict, keep: Side, setting: Setting) -> Case:
    case = _drop_parked(case)
    if conflict.local is None:
        return case if keep is Side.EXCHANGE else _cancel_again(case, setting)
    if keep is Side.EXCHANGE:
        return _cancelled(case)
    if case.organizer_copy is None:
        return create_again(case, case.event.content, setting)
    return _queue(_standing(case), OperationKind.UPDATE, setting)


def _resolve_rejected(case: Case, _conflict: Conflict, keep: Side, _setting: Setting) -> Case:
    if keep is Side.LOCAL:
        return _send_parked(case)
    kinds = {operation.kind for operation in case.parked}
    case = _drop_parked(case)
    if OperationKind.CREATE in kinds or case.event.base is None:
        return _cancelled(case)
    return case.with_event(replace(case.event, content=case.event.base, status=EventStatus.CONFIRMED))


def _resolve_missing(case: Case, _conflict: Conflict, keep: Side, setting: Setting) -> Case:
    """Cancel the event here, or make its item anew: of a series then each exception, as when it is booked.

    Where only single occurrences of a series are known there is nothing to make: they are kept as they are here.
    """
    if keep is Side.LOCAL and is_known_in_part(case.event.content):
        return case
    for item in case.items:
        if item.is_organizer and item.missing:
            case = case.without_item(item.mailbox, item.ref.item_id)
    return _cancelled(case) if keep is Side.EXCHANGE else create_again(case, case.event.content, setting)


_RESOLVERS: dict[ConflictKind, Resolver] = {
    ConflictKind.EDIT: _resolve_edit,
    ConflictKind.EDIT_VS_DELETE: _resolve_edit_vs_delete,
    ConflictKind.REJECTED: _resolve_rejected,
    ConflictKind.MISSING_REMOTE: _resolve_missing,
}
"""How each kind is carried out. The others are decisions to live with what is: they write nothing."""


def _cancelled(case: Case) -> Case:
    return case.with_event(replace(case.event, status=EventStatus.CANCELLED))


def _standing(case: Case) -> Case:
    return case.with_event(replace(case.event, status=EventStatus.CONFIRMED))


def _cancel_again(case: Case, setting: Setting) -> Case:
    return _queue(_cancelled(case), OperationKind.CANCEL, setting)


def create_again(case: Case, content: Content, setting: Setting) -> Case:
    """Make a new item for the event, with a new key: the old one is not to be confused with it."""
    event = replace(case.event, content=content, base=None, key=setting.new_key(), status=EventStatus.CONFIRMED)
    return _queue(case.with_event(event), OperationKind.CREATE, setting)


def _queue(case: Case, kind: OperationKind, setting: Setting) -> Case:
    event = case.event
    copy = case.organizer_copy
    return case.with_operation(
        Operation(
            id=0,
            event=event.id,
            mailbox=copy.mailbox if copy else event.organizer,
            kind=kind,
            key=event.key or setting.new_key(),
            payload=event.content,
            created_at=setting.now,
        )
    )


def _send_parked(case: Case) -> Case:
    for operation in case.parked:
        queued = replace(operation, state=OperationState.QUEUED, attempts=0, not_before=None, error=None)
        case = case.with_operation(queued)
    return case


def _drop_parked(case: Case) -> Case:
    for operation in case.parked:
        case = case.with_operation(done(operation, because=_DECIDED))
    return case
