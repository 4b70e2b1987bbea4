"""Finding rooms whose copy of a meeting says something else than the organizer's. Pure.

An update reaches a room by mail and is worked on there: for a while both may rightly differ. What still differs when
nothing has happened to either copy for ``Setting.patience`` will not settle by itself.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.clock import whole_second
from roomd_core.model import Answer, Conflict, ConflictKind, Content, Drift, Item, OperationState
from roomd_core.recurrence import ModifiedOccurrence, Series, WallTimes, ends_before
from roomd_core.sync import conflicts
from roomd_core.sync.case import ROOMD, Case, Setting


class Disagreement(Struct, frozen=True, kw_only=True):
    """What a room holds instead: ``room`` is the content its copy amounts to, ``meeting`` what is agreed elsewhere.

    ``meeting`` is None if the meeting no longer stands. ``day`` is the occurrence of a series it is about.
    """

    room: Content
    meeting: Content | None
    units: tuple[str, ...]
    day: datetime | None = None


def disagreement(case: Case, item: Item, setting: Setting) -> Disagreement | None:
    """Return how a room's copy differs from what its organizer's copy tells; None where it does not.

    Nothing is said of what is over, of whole days (they are other instants in another zone), of what was not read
    in full yet, and where the organizer's calendar is not read.
    """
    agreed = case.event.base or (case.event.content if case.cancelled else None)
    told = case.organizer_copy is not None or case.cancelled
    if agreed is None or not told or not _is_room_copy(item, setting) or item.start is None or item.end is None:
        return None
    if agreed.all_day or _is_over(agreed, max(item.end, agreed.end), setting.now):
        return None
    held = replace(agreed, start=item.start, end=item.end, rooms=tuple(sorted({*agreed.rooms, item.mailbox})))
    if case.cancelled:
        return Disagreement(room=held, meeting=None, units=())
    if item.mailbox not in agreed.rooms:
        return Disagreement(room=held, meeting=agreed, units=("rooms",))
    if (whole_second(agreed.start), whole_second(agreed.end)) != (item.start, item.end):
        return Disagreement(room=held, meeting=agreed, units=("time",))
    day = next(_differing(agreed.series, item, setting), None) if agreed.series else None
    return Disagreement(room=held, meeting=agreed, units=("recurrence",), day=day) if day else None


def review_drift(case: Case, setting: Setting) -> Case:
    """Note which rooms' copies differ; ask about each that will not settle by itself; close what has settled."""
    for item in case.items:
        if setting.is_room(item.mailbox) and not item.is_organizer:
            case = _review(case, item, setting)
    for conflict in case.conflicts:
        if conflict.kind is ConflictKind.DRIFT and not conflict.resolved_at and not _still(case, conflict):
            case = case.with_conflict(replace(conflict, resolved_at=setting.now, resolved_by=ROOMD))
    return case


def is_stale(conflict: Conflict) -> bool:
    """Say whether a room holds what it should not have at all, rather than at another time."""
    return conflict.local is None or "rooms" in conflict.units


def _review(case: Case, item: Item, setting: Setting) -> Case:
    found = disagreement(case, item, setting)
    if found is None:
        return case if item.drift is Drift.NONE else case.with_item(replace(item, drift=Drift.NONE))
    if item.drift is Drift.NONE:
        item = replace(item, drift=Drift.SEEN)
        case = case.with_item(item)
    if item.drift is Drift.ASKED or _may_settle(case, item, setting):
        return case
    conflict = conflicts.drifted(
        case, item.mailbox, setting,
        local=found.meeting, remote=found.room, units=found.units, day=found.day,
    )  # fmt: skip
    known = case.conflict(ConflictKind.DRIFT, room=item.mailbox)
    if known:
        conflict = replace(conflict, id=known.id, opened_at=known.opened_at)
    return case.with_item(replace(item, drift=Drift.ASKED)).with_conflict(conflict)


def _still(case: Case, conflict: Conflict) -> bool:
    return any(item.mailbox == conflict.room and item.drift is not Drift.NONE for item in case.items)


def _may_settle(case: Case, item: Item, setting: Setting) -> bool:
    """Say whether an update may still be under way: something waits to be sent, or a copy changed just now.

    A change further in the future than that is one of before the clock was set back.
    """
    if any(op.state not in (OperationState.DONE, OperationState.PARKED) for op in case.operations):
        return True
    copy = case.organizer_copy
    touched = [item.modified_at, copy.modified_at if copy else None, case.event.changed_at]
    return any(moment and abs(setting.now - moment) < setting.patience for moment in touched)


def _is_over(agreed: Content, end: datetime, now: datetime) -> bool:
    if agreed.series is None:
        return end <= now
    times = WallTimes.of(agreed.start, agreed.end, agreed.zone, agreed.series.recurrence)
    return ends_before(agreed.series, times, now)


def _is_room_copy(item: Item, setting: Setting) -> bool:
    guest = not item.is_organizer and item.original_start is None and not item.missing
    return setting.is_room(item.mailbox) and guest and item.answer is not Answer.DECLINED


def _differing(series: Series, item: Item, setting: Setting) -> Iterator[datetime]:
    """Name the occurrences, by original start, of which a room holds another time or one that was called off."""
    left = {reply.original_start for reply in item.replies if reply.answer is Answer.DECLINED}
    held = {whole_second(each.original_start): each for each in item.exceptions}
    for moment in series.deleted:
        if moment not in left and moment > setting.now:
            yield moment
    for each in series.modified:
        invited = each.rooms is None or item.mailbox in each.rooms
        if invited and each.original_start not in left and each.end > setting.now and _moved(each, held):
            yield each.original_start
    known = {whole_second(each.original_start) for each in series.modified} | {
        whole_second(each) for each in series.deleted
    }
    for moment, occurrence in held.items():
        if moment not in known and occurrence.end > setting.now and occurrence.start != occurrence.original_start:
            yield occurrence.original_start


def _moved(agreed: ModifiedOccurrence, held: dict[datetime, ModifiedOccurrence]) -> bool:
    """Say whether a room holds an exception at another time; one it does not list is where the series has it."""
    room = held.get(whole_second(agreed.original_start))
    if room is None:
        return agreed.start != agreed.original_start
    return (whole_second(room.start), whole_second(room.end)) != (
        whole_second(agreed.start),
        whole_second(agreed.end),
    )
