"""Looking through the whole store once a day for double bookings no reading brought up."""

from collections.abc import Collection, Iterable

from roomd_core.model import Conflict, ConflictKind
from roomd_core.store import Tables
from roomd_core.sync.case import Setting
from roomd_core.sync.cause import Parties
from roomd_core.sync.double_booking import overlap_of, review
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.overlap import Overlap, overlaps
from roomd_core.sync.window import Window

_AUDITED = "audited-on"


class Auditor:
    """Compares what rooms hold with what was asked about."""

    def __init__(self, ledger: Ledger, *, window: Window) -> None:
        self._ledger = ledger
        self._window = window

    async def audit(self) -> int:
        """Look through every room if this has not been done today; return how many conflicts that changed.

        Only those are looked through in which something overlaps, or is thought to.

        Raise ExchangeUnavailable, StoreError.
        """
        setting = await self._ledger.setting()
        today = setting.now.date().isoformat()
        async with self._ledger.store.read() as tables:
            if await tables.meta.get(_AUDITED) == today:
                return 0
            known = await tables.conflicts.of_kind(ConflictKind.DOUBLE_BOOKING)
            rooms = [address for address in setting.mailboxes if setting.is_room(address)]
            crowded = await tables.occupancies.crowded(rooms, setting.now, setting.now + self._window.future)
        asked = {conflict.room for conflict in known if conflict.resolved_at is None}
        found = 0
        for room in rooms:
            if room in crowded or room in asked:
                found += await self._audit(room, [each for each in known if each.room == room], setting)
        async with self._ledger.store.write() as tables:
            await tables.meta.put(_AUDITED, today)
        return found

    async def _audit(self, room: str, known: Collection[Conflict], setting: Setting) -> int:
        """Look through one room: what was ever asked about is not asked again, what is over is closed."""
        async with self._ledger.store.glance() as tables:
            held = await tables.occupancies.holding([room], setting.now, setting.now + self._window.future)
        current = overlaps(held)
        asked = {overlap_of(conflict) for conflict in known}
        opened = [conflict for conflict in known if conflict.resolved_at is None]
        fresh = current - asked
        if not fresh and all(overlap_of(conflict) in current for conflict in opened):
            return 0
        async with self._ledger.store.write() as tables:
            return await _store(tables, current, fresh, opened, setting)


async def _store(
    tables: Tables, current: set[Overlap], fresh: set[Overlap], opened: Iterable[Conflict], setting: Setting
) -> int:
    named = {event for pair in fresh for event in (pair.first, pair.second)}
    parties = Parties(events=await tables.events.many(named), copies=await tables.items.of_events(named))
    conflicts, entries = review(current, fresh, opened, parties, setting)
    for conflict in conflicts:
        await tables.conflicts.put(conflict)
    await tables.changes.append_many(entries)
    return len(conflicts)
