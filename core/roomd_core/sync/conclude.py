"""What follows once something happened to a case: answers, occupancy, conflicts, version, entries. Pure."""

from msgspec.structs import replace

from roomd_core.model import (
    EXCHANGE,
    Answer,
    Conflict,
    ConflictKind,
    Operation,
    OperationKind,
    Origin,
)
from roomd_core.sync import conflicts
from roomd_core.sync.answers import answer_of, occupancies_of, settle_answers
from roomd_core.sync.case import ROOMD, Case, Revision, Setting
from roomd_core.sync.declining import declined_occurrences, review_occurrences
from roomd_core.sync.drift import review_drift
from roomd_core.sync.dropping import is_dropped
from roomd_core.sync.narrate import narrate


def conclude(before: Case | None, case: Case, setting: Setting, *, actor: str = EXCHANGE) -> Revision:
    """Derive everything that depends on what happened, and tell it. Nothing happened: nothing to write."""
    case = settle_answers(case)
    case = _queue_what_is_left(case, setting)
    case = _review_rooms(before, case, setting)
    case = review_drift(case, setting)
    case = replace(case, occupancies=occupancies_of(case, setting))
    case = _stamp(before, case, setting)
    return Revision(before=before, after=case, entries=narrate(before, case, setting, actor))


def close(case: Case, conflict: Conflict, setting: Setting, *, by: str = ROOMD) -> Case:
    """Close a conflict that is no longer one."""
    return case.with_conflict(replace(conflict, resolved_at=setting.now, resolved_by=by))


def _queue_what_is_left(case: Case, setting: Setting) -> Case:
    """Make sure that a local edit which a merge left over is on its way."""
    copy = case.organizer_copy
    waiting = case.operation(OperationKind.CREATE, OperationKind.UPDATE, OperationKind.CANCEL)
    if case.cancelled or copy is None or waiting or not case.edited:
        return case
    return case.with_operation(
        Operation(
            id=0,
            event=case.event.id,
            mailbox=copy.mailbox,
            kind=OperationKind.UPDATE,
            key=case.event.key or setting.new_id(),
            payload=case.event.content,
            created_at=setting.now,
        )
    )


def _review_rooms(before: Case | None, case: Case, setting: Setting) -> Case:
    """Open a conflict for each room that has just declined, close it for each that no longer does."""
    for conflict in case.conflicts:
        if (
            conflict.kind is ConflictKind.ROOM_DECLINED
            and not conflict.resolved_at
            and not _still_declined(case, conflict)
        ):
            case = close(case, conflict, setting)
        if conflict.kind is ConflictKind.ROOM_DROPPED and not conflict.resolved_at and not is_dropped(case, conflict):
            case = close(case, conflict, setting)
    case = _close_duplicate(_close_refusal(case, setting), setting)
    missing = case.conflict(ConflictKind.MISSING_REMOTE)
    if missing and case.cancelled:
        case = close(case, missing, setting)
    if before is None or case.cancelled or missing or case.event.origin is not Origin.LOCAL:
        return case
    for room in case.event.content.rooms:
        declined = answer_of(case.event, room) is Answer.DECLINED
        news = declined and answer_of(before.event, room) is not Answer.DECLINED
        known = case.conflict(ConflictKind.ROOM_DECLINED, room=room) or case.conflict(
            ConflictKind.ROOM_DROPPED, room=room
        )
        if news and not known:
            case = case.with_conflict(conflicts.declined(case, room, setting))
        elif declined and not known and _is_back(before, case):
            case = case.with_conflict(conflicts.dropped(case, room, setting))
        case = review_occurrences(before, case, room, setting)
    return case


def _close_refusal(case: Case, setting: Setting) -> Case:
    """What was refused is no question any more once it no longer waits."""
    refused = case.conflict(ConflictKind.REJECTED)
    return case if refused is None or case.parked else close(case, refused, setting)


def _close_duplicate(case: Case, setting: Setting) -> Case:
    """What was there twice is no question any more once one of the two is gone."""
    twice = case.conflict(ConflictKind.DUPLICATE)
    return case if twice is None or case.is_doubled else close(case, twice, setting)


def _is_back(before: Case, case: Case) -> bool:
    """Say whether an item that was missing is there again: only whether the event stands was asked until now."""
    was_missing = before.conflict(ConflictKind.MISSING_REMOTE) and not case.conflict(ConflictKind.MISSING_REMOTE)
    return bool(was_missing) and case.event.base is not None


def _still_declined(case: Case, conflict: Conflict) -> bool:
    room = conflict.room or ""
    invited = room in case.event.content.rooms
    declined = answer_of(case.event, room) is Answer.DECLINED or bool(declined_occurrences(case, room))
    return not case.cancelled and invited and declined


def _stamp(before: Case | None, case: Case, setting: Setting) -> Case:
    """Count the version up when something changed that a person could have edited; answers alone do not."""
    if before is None or _edition(before) == _edition(case):
        return case
    return case.with_event(replace(case.event, version=before.event.version + 1, changed_at=setting.now))


def _edition(case: Case) -> tuple[object, ...]:
    return case.event.content, case.event.status, case.event.organizer
