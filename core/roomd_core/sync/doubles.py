"""Items of roomd's own that are in a calendar twice. There should never be one; looked for with every run.

A creation is looked up before it is sent again, and an item is looked for before it is made anew. So two mean that
something else copied one, that Exchange carried a request out long after it had given up on it, or that somebody
restored one at the moment it was made anew.
"""

from collections.abc import Sequence

from roomd_core.model import Answer, ConflictKind, Side
from roomd_core.store import Tables
from roomd_core.sync import conflicts
from roomd_core.sync.alone import Alone
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.observe import observe
from roomd_core.sync.reading import with_their_exceptions
from roomd_core.sync.reminders import Reminders
from roomd_core.sync.remote import Mail, Remote, RemoteItem

_REMOVALS = Reminders("remove-double")


async def remember(tables: Tables, event: str) -> None:
    """Remember that all items of an event but one are to be removed."""
    await _REMOVALS.put(tables, event)


def surplus(found: Sequence[RemoteItem]) -> list[RemoteItem]:
    """Return all but the one to keep: that with the most answers, of several the one not changed for longest."""
    return sorted(found, key=_worth)[1:]


class Doubles:
    """Finds items that are there twice, asks about them, and removes what a person decided to remove."""

    def __init__(self, ledger: Ledger, remote: Remote, locks: MailboxLocks) -> None:
        self._ledger = ledger
        self._remote = remote
        self._locks = locks

    async def audit(self) -> None:
        """Ask about every event that has two items of the organizer's. Raise ExchangeUnavailable, StoreError."""
        async with self._ledger.store.read() as tables:
            doubled = await tables.items.doubled()
            known = await tables.conflicts.of_kind(ConflictKind.DUPLICATE)
            decided = {event for (event,) in await _REMOVALS.all(tables)}
        decided |= {conflict.event for conflict in known if conflict.event and conflict.kept is Side.EXCHANGE}
        for event in doubled:
            if event not in decided:
                await self._examine(event)

    async def go_on(self) -> None:
        """Remove what was decided. Raise ExchangeUnavailable; what fails otherwise is tried again later."""
        async with self._ledger.store.read() as tables:
            waiting = await _REMOVALS.all(tables)
        for (event,) in waiting:
            with Alone("removing a second item"):
                await self._remove(event)
                async with self._ledger.store.write() as tables:
                    await _REMOVALS.done(tables, event)

    async def _examine(self, event: str) -> None:
        """Believe what Exchange has this moment: an item that moved may be known under two ids."""
        case = await self._ledger.case(event)
        with Alone("looking at two items of one event"):
            async with self._locks.of(case.event.organizer):
                await self._believe(case, await self._live(case))

    async def _believe(self, case: Case, live: Sequence[RemoteItem]) -> None:
        """Forget the items that are not there; ask where more than one is."""
        there = {seen.ref.item_id for seen in live}

        def examined(current: Case, setting: Setting) -> Case:
            for item in current.organizer_items:
                if item.ref.item_id not in there and there:
                    current = current.without_item(item.mailbox, item.ref.item_id)
            if len(live) == 1:
                return _as_told(current, live, setting)
            asked = current.conflict(ConflictKind.DUPLICATE)
            if current.cancelled or asked or not there:
                return current
            return current.with_conflict(conflicts.twice_there(current, setting))

        await self._ledger.revise(case.event.id, examined)

    async def _remove(self, event: str) -> None:
        """Remove all but one, and take that one in as it is: the event may be as another of them said."""
        case = await self._ledger.case(event)
        organizer = case.event.organizer
        async with self._locks.of(organizer):
            for seen in surplus(await self._live(case)):
                await self._remote.cancel(organizer, seen.ref, mail=Mail.NOBODY)
                gone = seen.ref.item_id
                await self._ledger.revise(event, lambda c, _s, i=gone: c.without_item(organizer, i))  # type: ignore[misc]
            live = await self._live(await self._ledger.case(event))
            await self._ledger.revise(event, lambda c, s: _as_told(c, live, s))

    async def _live(self, case: Case) -> list[RemoteItem]:
        copies = case.organizer_items
        if not copies:
            return []
        organizer = case.event.organizer
        found = await self._remote.fetch(organizer, [item.ref.item_id for item in copies])
        live = [seen for seen in found if not seen.is_cancelled]
        return await with_their_exceptions(self._ledger, self._remote, organizer, live)


def _as_told(case: Case, live: Sequence[RemoteItem], setting: Setting) -> Case:
    """Take in what is left as it is."""
    for seen in live:
        case = observe(case, setting.mailboxes[case.event.organizer], seen, setting)
    return case


def _worth(seen: RemoteItem) -> tuple[int, float, str]:
    said = seen.detail.responses if seen.detail else ()
    answers = sum(one.answer is not Answer.NONE for one in said)
    return -answers, seen.modified_at.timestamp() if seen.modified_at else 0.0, seen.ref.item_id
