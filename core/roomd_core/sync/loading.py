"""Loading the cases that something may concern, in a few queries however many they are."""

from collections.abc import Iterable

from roomd_core.model import Mailbox
from roomd_core.store import Tables
from roomd_core.sync.case import Case
from roomd_core.sync.match import Cases
from roomd_core.sync.remote import ChangePage


async def load_case(tables: Tables, event: str) -> Case | None:
    """Load everything about one event."""
    return next(iter(await load_cases(tables, [event])), None)


async def load_cases(tables: Tables, events: Iterable[str]) -> list[Case]:
    """Load everything about these events; those that do not exist are left out."""
    found = await tables.events.many(events)
    if not found:
        return []
    items = await tables.items.of_events(found)
    occupancies = await tables.occupancies.of_events(found)
    operations = await tables.operations.open_of_events(found)
    conflicts = await tables.conflicts.open_of_events(found)
    return [
        Case(
            event=event,
            items=tuple(items.get(number, ())),
            occupancies=tuple(occupancies.get(number, ())),
            operations=tuple(operations.get(number, ())),
            conflicts=tuple(conflicts.get(number, ())),
        )
        for number, event in found.items()
    ]


async def load_for(tables: Tables, mailbox: Mailbox, page: ChangePage) -> Cases:
    """Load every case a page of changes may concern."""
    seen = page.changed
    ids = [*(item.ref.item_id for item in seen), *page.deleted]
    known = await tables.items.get_many(mailbox.address, ids)
    named = await tables.events.named(
        keys=[item.own_key for item in seen if item.own_key],
        global_ids=[item.global_id for item in seen if item.global_id],
        uids=[item.uid for item in seen if item.uid],
    )
    return Cases(await load_cases(tables, dict.fromkeys([*(item.event for item in known.values()), *named])))
