"""Reading all that is known of an event, and writing what became of it, within one transaction."""

from datetime import datetime

from msgspec import Struct

from roomd_core.booking.outcome import Known, Outcome
from roomd_core.errors import NotFound
from roomd_core.ids import new_key
from roomd_core.merge import diff
from roomd_core.model import Change, ChangeKind, Content, Event, EventStatus
from roomd_core.store import Tables


class Deed(Struct, frozen=True, kw_only=True):
    """What somebody did, as the change feed tells it."""

    kind: ChangeKind
    actor: str
    at: datetime
    before: Content | None = None


async def known_event(tables: Tables, event_id: str) -> Known:
    """Read all that is known of an event. Raises NotFound."""
    event = await tables.events.get(event_id)
    if event is None:
        raise NotFound(f"There is no event {event_id}. Look it up on the timeline and use the id shown there.")
    return Known(
        event=event,
        mailboxes=await tables.mailboxes.all(),
        items=await tables.items.of_event(event_id),
        occupancies=await tables.occupancies.of_event(event_id),
        operations=await tables.operations.open_of_event(event_id),
        conflicts=await tables.conflicts.open_of_event(event_id),
        cancelled_by=await _cancelled_by(tables, event),
    )


async def _cancelled_by(tables: Tables, event: Event) -> str | None:
    if event.status is not EventStatus.CANCELLED:
        return None
    history = await tables.changes.of_event(event.id)
    return next((entry.actor for entry in reversed(history) if entry.kind is ChangeKind.CANCELLED), None)


async def save(tables: Tables, outcome: Outcome, deed: Deed, *, after: int | None = None) -> Event:
    """Write the rows and tell the feed; what is queued waits for operation ``after``. Returns the event as stored."""
    event = outcome.event
    await tables.events.put([event])
    await tables.occupancies.replace(event.id, outcome.occupancies)
    for operation in outcome.operations:
        await tables.operations.put(operation)
    for conflict in outcome.conflicts:
        await tables.conflicts.put(conflict)
    if outcome.queue:
        await tables.operations.add(
            event=event.id,
            mailbox=event.organizer,
            kind=outcome.queue,
            key=event.key or new_key(),
            payload=event.content,
            created_at=deed.at,
            after=after,
        )
    await tables.changes.append_many(_entries(outcome, deed))
    return event


def _entries(outcome: Outcome, deed: Deed) -> list[Change]:
    event = outcome.event
    done = Change(
        seq=0,
        at=deed.at,
        kind=deed.kind,
        event=event.id,
        actor=deed.actor,
        mailbox=event.organizer,
        before=deed.before,
        after=event.content,
        note=", ".join(diff(deed.before, event.content)).replace("_", " ") if deed.before else "",
    )
    decided = [
        Change(
            seq=0,
            at=deed.at,
            kind=ChangeKind.CONFLICT_RESOLVED,
            event=conflict.event,
            actor=deed.actor,
            mailbox=conflict.room,
            note=conflict.summary,
        )
        for conflict in outcome.conflicts
    ]
    return [done, *decided]
