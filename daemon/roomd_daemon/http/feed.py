"""The change feed as a caller may read it, and waiting for it to grow."""

import asyncio

from msgspec.structs import replace

from roomd_core.access import Caller
from roomd_core.api import params, wire
from roomd_core.booking.views import may_read
from roomd_core.model import Change, Event, OperationState
from roomd_core.store import Store


async def newest_change(store: Store) -> int:
    """Return the number of the newest change."""
    async with store.read() as tables:
        return await tables.changes.last_seq()


async def changes(store: Store, caller: Caller, query: params.ChangesQuery) -> wire.Changes:
    """Return what happened after ``since``; when nothing did, wait for it as long as was asked."""
    if query.wait:
        await store.wait_beyond(query.since, timeout=query.wait)
    async with store.read() as tables:
        found = await tables.changes.since(query.since, query.limit)
        events = await tables.events.many({change.event for change in found if change.event})
    shown = tuple(_readable(change, events.get(change.event or ""), caller) for change in found)
    return wire.Changes(changes=shown, next=found[-1].seq if found else query.since)


def _readable(change: Change, event: Event | None, caller: Caller) -> Change:
    """Leave out what a private event of somebody else is, or was, about."""
    if change.event is None or (event is not None and may_read(caller, event)):
        whole = wire.WholeContent.of
        return replace(change, before=whole(change.before), after=whole(change.after))
    return replace(change, before=None, after=None, note="")


async def until_settled(store: Store, event_id: str, patience: float) -> None:
    """Wait until Exchange has the event as it is, or refused it for good, at most ``patience`` seconds.

    Every step of an operation is in the change feed: waiting for the next entry misses none.
    """
    try:
        async with asyncio.timeout(patience):
            while True:
                async with store.read() as tables:
                    seq = await tables.changes.last_seq()
                    waiting = await tables.operations.open_of_event(event_id)
                if all(operation.state is OperationState.PARKED for operation in waiting):
                    return
                await store.wait_beyond(seq)
    except TimeoutError:
        return
