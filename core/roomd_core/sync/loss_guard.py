"""Guarding mailboxes against mass deletion: asking once, remembering what was said, acting on it."""

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from roomd_core.model import Change, ChangeKind, Conflict, Item, Mailbox, Side
from roomd_core.store import Tables
from roomd_core.sync.case import ROOMD, Case, Setting
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.loading import load_for
from roomd_core.sync.losses import Believed, Limits, Loss, lost_in, question
from roomd_core.sync.match import Cases, is_the_one_made
from roomd_core.sync.remote import ChangePage, Remote, RemoteItem
from roomd_core.sync.vanished import Fate, fate_of, vanish

AT_ONCE = timedelta(minutes=10)
"""What vanishes within this time counts together: one deletion in Outlook may arrive in many small readings."""
_decode = msgspec.json.Decoder(Believed).decode


class Fates(Struct, frozen=True, kw_only=True):
    """What to make of the copies a page says are gone, but for those that were simply deleted, by item id.

    ``found`` are copies that are there after all; ``decided`` names the events a person decided about.
    """

    by_item: Mapping[str, Fate] = {}
    found: tuple[RemoteItem, ...] = ()
    decided: tuple[str, ...] = ()

    def apply(self, page: ChangePage, cases: Cases, mailbox: Mailbox, setting: Setting) -> ChangePage:
        """Put what becomes of these copies into the cases, and return the page that is left to understand."""
        for item_id, fate in self.by_item.items():
            case, item = cases.holding(mailbox.address, item_id), cases.item(mailbox.address, item_id)
            if case and item:
                cases.put(vanish(case, item, fate, setting))
        deleted = tuple(item_id for item_id in page.deleted if item_id not in self.by_item)
        return replace(page, deleted=deleted, changed=(*page.changed, *self.found))


class LossGuard:
    """Knows what may be believed to be gone from a mailbox."""

    def __init__(self, ledger: Ledger, remote: Remote, limits: Limits) -> None:
        self._ledger = ledger
        self._remote = remote
        self._limits = limits
        self._earlier: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)

    async def doubt(self, mailbox: Mailbox, page: ChangePage, *, is_empty: bool = False) -> Loss | None:
        """Return what a page says is gone if that is too much to be believed unasked."""
        if not page.deleted:
            return None
        async with self._ledger.store.read() as tables:
            cases = await load_for(tables, mailbox, page)
            believed = await _believed(tables, mailbox)
            lost = lost_in(page, cases, mailbox.address, believed.events if believed else ())
            known = await tables.items.count_standing(mailbox.address)
        loss = Loss(events=lost, known=known, earlier=self._lost_earlier(mailbox), is_empty=is_empty)
        return loss if loss.is_doubtful(self._limits) else None

    async def ask(self, mailbox: Mailbox, loss: Loss) -> Conflict:
        """Ask a person whether to believe it; the same question is asked once, and grows with what it is about."""
        setting = await self._ledger.setting()
        async with self._ledger.store.write() as tables:
            opened = await tables.conflicts.open_of_mailbox(mailbox.address)
            if opened and opened.missing == loss.events:
                return opened
            asked = question(mailbox, loss, opened, setting)
            await tables.conflicts.put(asked)
            if opened is None:
                await tables.changes.append_many([_entry(ChangeKind.CONFLICT_OPENED, asked, setting)])
        return asked

    async def fates(self, mailbox: Mailbox, page: ChangePage, *, observed: bool) -> Fates:
        """Find out what becomes of the copies a page says are gone.

        ``observed`` says that the feed told so. What is not simply deleted is looked for by every name it has.
        """
        if not page.deleted:
            return Fates()
        async with self._ledger.store.read() as tables:
            believed = await _believed(tables, mailbox)
            cases = await load_for(tables, mailbox, page) if believed or not observed else Cases()
        by_item: dict[str, Fate] = {}
        found: list[RemoteItem] = []
        for item_id in page.deleted:
            case, item = cases.holding(mailbox.address, item_id), cases.item(mailbox.address, item_id)
            if case is None or item is None:
                continue
            fate = fate_of(case, item, believed, observed=observed)
            looked_for = fate in (Fate.MADE_AGAIN, Fate.UNACCOUNTED)
            if looked_for and (there := await self._look_for(case, item)):
                found += there
                fate = Fate.GONE
            if fate is not Fate.GONE:
                by_item[item_id] = fate
        return Fates(by_item=by_item, found=tuple(found), decided=believed.events if believed else ())

    def note(self, mailbox: Mailbox, lost: int) -> None:
        """Note how much was believed to be gone just now."""
        if lost:
            self._earlier[mailbox.address].append((self._ledger.clock.steady(), lost))

    async def settle(self, tables: Tables, mailbox: Mailbox, setting: Setting) -> None:
        """Close what was asked about a mailbox that was read to its end: it is no longer so, or has been acted on."""
        await tables.meta.remove(_name(mailbox.address))
        opened = await tables.conflicts.open_of_mailbox(mailbox.address)
        if opened:
            await close(tables, replace(opened, resolved_at=setting.now, resolved_by=ROOMD), setting)

    async def _look_for(self, case: Case, item: Item) -> list[RemoteItem]:
        """Look for an item by everything it is known by before it is made again."""
        event = case.event
        found = await self._remote.find_by_key(item.mailbox, event.key) if event.key else []
        found = [seen for seen in found if is_the_one_made(case, seen)]
        if not found and event.global_id:
            found = await self._remote.find_by_global_id(item.mailbox, event.global_id)
        return [seen for seen in found if not seen.is_cancelled]

    def _lost_earlier(self, mailbox: Mailbox) -> int:
        noted, now = self._earlier[mailbox.address], self._ledger.clock.steady()
        while noted and noted[0][0] < now - AT_ONCE.total_seconds():
            noted.popleft()
        return sum(count for _, count in noted)


async def believe(tables: Tables, conflict: Conflict, keep: Side, setting: Setting, *, actor: str) -> None:
    """Store what a person decided about a mailbox as a whole; the next reading of it acts on that."""
    if conflict.resolved_at or conflict.mailbox is None:
        return
    believed = Believed(keep=keep, events=conflict.missing)
    await tables.meta.put(_name(conflict.mailbox), msgspec.json.encode(believed).decode())
    closed = replace(conflict, resolved_at=setting.now, kept=keep, resolved_by=actor)
    await close(tables, closed, setting)


async def close(tables: Tables, conflict: Conflict, setting: Setting) -> None:
    """Store a conflict about a mailbox as decided, and tell it."""
    await tables.conflicts.put(conflict)
    await tables.changes.append_many([_entry(ChangeKind.CONFLICT_RESOLVED, conflict, setting)])


async def _believed(tables: Tables, mailbox: Mailbox) -> Believed | None:
    stored = await tables.meta.get(_name(mailbox.address))
    return _decode(stored) if stored else None


def _name(mailbox: str) -> str:
    return f"mass-delete:{mailbox}"


def _entry(kind: ChangeKind, conflict: Conflict, setting: Setting) -> Change:
    return Change(
        seq=0,
        at=setting.now,
        kind=kind,
        event=None,
        actor=conflict.resolved_by or ROOMD,
        mailbox=conflict.mailbox,
        note=conflict.summary,
    )
