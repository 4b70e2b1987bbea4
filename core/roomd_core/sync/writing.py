"""Writing what became of cases: exactly the rows that differ, and the double bookings that came of it."""

from collections.abc import Sequence
from itertools import chain
from typing import TypeVar

from roomd_core.model import Change, ConflictKind, Occupancy
from roomd_core.store import Tables
from roomd_core.sync.case import Revision, Setting
from roomd_core.sync.cause import Parties
from roomd_core.sync.double_booking import review
from roomd_core.sync.overlap import Overlap, overlaps

Row = TypeVar("Row")


async def write(tables: Tables, revisions: Sequence[Revision], setting: Setting) -> list[Change]:
    """Write the difference each revision makes, with its entries, and look for double bookings it makes or ends."""
    changed = [revision for revision in revisions if revision.before != revision.after]
    if not changed:
        return []
    occupied = [revision for revision in changed if _moved(revision)]
    near = await _held_near(tables, occupied, setting)
    await _write_events(tables, changed)
    await _write_items(tables, changed)
    await tables.occupancies.replace_many({r.after.event.id: r.after.occupancies for r in occupied if r.before})
    await tables.occupancies.add(chain.from_iterable(r.after.occupancies for r in occupied if r.before is None))
    await _write_operations(tables, changed)
    for conflict in chain.from_iterable(
        _new(r.after.conflicts, r.before.conflicts if r.before else ()) for r in changed
    ):
        await tables.conflicts.put(conflict)
    entries = [*chain.from_iterable(revision.entries for revision in changed)]
    if occupied:
        entries += await _review_overlaps(tables, occupied, near, setting)
    await tables.changes.record(entries)
    return entries


async def _write_events(tables: Tables, revisions: Sequence[Revision]) -> None:
    changed = [r.after.event for r in revisions if r.before is None or r.before.event != r.after.event]
    # What gave up its global id comes first: no two events may have the same one, not even for a moment.
    await tables.events.put(sorted(changed, key=lambda event: event.global_id is not None))


async def _write_items(tables: Tables, revisions: Sequence[Revision]) -> None:
    for revision in revisions:
        kept = {(item.mailbox, item.ref.item_id) for item in revision.after.items}
        for item in revision.before.items if revision.before else ():
            if (item.mailbox, item.ref.item_id) not in kept:
                await tables.items.remove(item.mailbox, [item.ref.item_id])
    await tables.items.put([i for r in revisions for i in _new(r.after.items, r.before.items if r.before else ())])


async def _write_operations(tables: Tables, revisions: Sequence[Revision]) -> None:
    for operation in chain.from_iterable(
        _new(r.after.operations, r.before.operations if r.before else ()) for r in revisions
    ):
        if operation.id:
            await tables.operations.put(operation)
        else:
            await tables.operations.add(
                event=operation.event,
                mailbox=operation.mailbox,
                kind=operation.kind,
                key=operation.key,
                payload=operation.payload,
                created_at=operation.created_at,
                after=operation.after,
            )


async def _review_overlaps(
    tables: Tables, revisions: Sequence[Revision], near: Sequence[Occupancy], setting: Setting
) -> list[Change]:
    current = _overlaps_after(near, revisions, setting)
    fresh = current - overlaps(near)
    known = [revision.after.event.id for revision in revisions if revision.before]
    touched = await tables.conflicts.open_of_events(known) if known else {}
    opened = {
        each.id: each for each in chain.from_iterable(touched.values()) if each.kind is ConflictKind.DOUBLE_BOOKING
    }
    named = {event for pair in fresh for event in (pair.first, pair.second)}
    parties = Parties(events=await tables.events.many(named), copies=await tables.items.of_events(named))
    conflicts, entries = review(current, fresh, opened.values(), parties, setting)
    for conflict in conflicts:
        await tables.conflicts.put(conflict)
    return entries


async def _held_near(tables: Tables, revisions: Sequence[Revision], setting: Setting) -> list[Occupancy]:
    """Return what holds the rooms at the time that these revisions are about, before they are written."""
    spans = [span for r in revisions for case in (r.before, r.after) if case for span in case.occupancies]
    rooms = {span.mailbox for span in spans if setting.is_room(span.mailbox)}
    if not rooms:
        return []
    start = min(span.start for span in spans)
    end = max(span.end for span in spans)
    return await tables.occupancies.holding(sorted(rooms), start, end)


def _overlaps_after(near: Sequence[Occupancy], revisions: Sequence[Revision], setting: Setting) -> set[Overlap]:
    """Find the double bookings there are once these revisions are written."""
    moved = {revision.after.event.id for revision in revisions}
    taken = [span for r in revisions for span in r.after.occupancies if setting.is_room(span.mailbox)]
    return overlaps([*(span for span in near if span.event not in moved), *taken])


def _moved(revision: Revision) -> bool:
    if revision.before is None:
        return bool(revision.after.occupancies)
    return set(revision.before.occupancies) != set(revision.after.occupancies)


def _new(after: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    return [row for row in after if row not in before]
