"""The reckoning: the invariants, from the history, the server's log and mails, and the rows on disk alone.

Nothing of the engine is asked, so that it cannot agree with itself. S2 and S12 are watched where they would break,
in the server and at its door; S8 and S10 by the world; S17 by whoever runs a seed twice.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from core.sync.house import LAKE, LI, MOON
from core.sync.simulated_copy import Copy, invited
from core.sync.simulation.clocks import TwoClocks
from core.sync.simulation.disk import Disk
from core.sync.simulation.history import (
    ROOMD,
    Command,
    History,
    Write,
    unit_of,
    units_between,
    units_in,
)
from core.sync.simulation.mails import check_mails, removals
from core.sync.simulation.server import LISTED, RecordingExchange
from roomd_core.merge import diff
from roomd_core.model import ConflictKind, Content, Finding, Side

HALF_AN_HOUR = 1800.0
TRIES = 3


@dataclass(frozen=True)
class Row:
    """An event as it is on disk."""

    id: str
    origin: str
    organizer: str
    status: str
    uid: str
    content: Content
    base: Content | None


@dataclass(frozen=True)
class Asked:
    """A conflict as it is on disk, decided or not."""

    event: str
    kind: str
    units: tuple[str, ...]
    local: Content | None
    remote: Content | None
    kept: str | None
    is_open: bool


class Checker:
    """Looks at one world from outside."""

    def __init__(
        self, exchange: RecordingExchange, history: History, clock: TwoClocks, uids: Sequence[tuple[str, str]]
    ) -> None:
        self._exchange = exchange
        self._history = history
        self._clock = clock
        self._anew = uids

    # -- after every crash -----------------------------------------------------------------------------------------

    def look_at_disk(self, disk: Disk) -> None:
        """Check what a crash left: the file is whole (SQLite), S5 and S6."""
        store = disk.look()
        try:
            verdict = store.execute("PRAGMA quick_check").fetchone()[0]
            if verdict != "ok":
                self._history.breaks("S7", f"the database is damaged: {verdict}")
            self._check_feed(store)
            self._check_deletions(store)
        finally:
            store.close()

    def _check_feed(self, store: sqlite3.Connection) -> None:
        """S6: a stored sync state never runs ahead of the rows it covers."""
        states = store.execute("SELECT address, sync_state FROM mailbox WHERE sync_state IS NOT NULL").fetchall()
        for address, state in states:
            epoch, position = map(int, state.split(":")[1:])
            calendar = self._exchange.calendars[address]
            if epoch == calendar.epoch:
                self._check_covered(store, address, position)

    def _check_covered(self, store: sqlite3.Connection, address: str, position: int) -> None:
        calendar = self._exchange.calendars[address]
        rows = store.execute("SELECT item_id, change_key FROM item WHERE mailbox = ? AND NOT missing", (address,))
        known = dict(rows.fetchall())
        doubtful = self._in_doubt(store, address)
        for item_id in set(calendar.feed[:position]) - set(calendar.feed[position:]):
            copy = calendar.copies.get(item_id)
            wanted = copy.ref.change_key if copy and not copy.is_cancelled else None
            if known.get(item_id) != wanted and (wanted or item_id not in doubtful):
                self._history.breaks("S6", f"{address} is stored up to {position}, without {item_id}")

    def _in_doubt(self, store: sqlite3.Connection, address: str) -> set[str]:
        """Name the items a write to which is in doubt: it is looked up, and then known to be gone."""
        rows = store.execute(
            "SELECT item_id FROM item JOIN operation ON operation.event = item.event"
            " AND operation.mailbox = item.mailbox WHERE item.mailbox = ? AND state IN ('unknown', 'sending')",
            (address,),
        )
        return {item_id for (item_id,) in rows}

    def _unaccounted(self, store: sqlite3.Connection) -> set[str]:
        """Name the events whose item is kept here though it is gone: asked about, or decided to be kept so."""
        rows = store.execute(
            "SELECT c.event FROM conflict c JOIN event e ON e.id = c.event WHERE c.kind = ?"
            " AND (c.resolved_at IS NULL OR (e.recurring AND c.kept = ?))",
            (ConflictKind.MISSING_REMOTE, Side.LOCAL),
        )
        kept = store.execute(
            "SELECT missing FROM conflict WHERE missing NOT NULL AND kind = ? AND kept = ?",
            (ConflictKind.MASS_DELETE, Side.LOCAL),
        )
        return {event for (event,) in rows} | {event for (raw,) in kept for event in msgspec.json.decode(raw)}

    # -- at the end ------------------------------------------------------------------------------------------------

    def check(self, store: sqlite3.Connection) -> None:
        """Check everything that holds once both sides had the time to agree."""
        self._check_agreement(store)
        self._check_rooms(store)
        self._check_nothing_waits(store)
        self._check_no_loss(store)
        self._check_overwrites(store)
        check_mails(self._history, self._events_of)
        self._check_deletions(store)
        self._check_sign_ins()
        self._check_feed(store)

    def _check_agreement(self, store: sqlite3.Connection) -> None:
        """S2 and S9: one item for each event that stands, as it is here, and none for one that does not."""
        asked = self._conflicts(store)
        owners = dict(store.execute("SELECT item_id, event FROM item").fetchall())
        behind = {event for event, _ in self._behind(store)}
        for event in self._events(store):
            if event.organizer not in LISTED or event.id in behind:
                continue
            copies = [copy for copy in self._live(event.organizer) if copy.uid == event.uid and copy.is_organizer]
            if not copies and event.id in self._one_kept(asked):
                copies = [c for c in self._live(event.organizer) if owners.get(c.item_id) == event.id]
            if event.status == "cancelled":
                copies = [copy for copy in copies if owners.get(copy.item_id, event.id) == event.id]
            kinds = {each.kind for each in asked if each.event == event.id and (each.is_open or _is_lived_with(each))}
            if event.id in self._unaccounted(store):
                kinds.add(ConflictKind.MISSING_REMOTE)
            self._check_event(event, copies, kinds)
        for address in LISTED:
            for copy in self._live(address):
                if copy.item_id not in owners:
                    self._history.breaks("S9", f"{copy.uid} in {address} is not known here")

    def _one_kept(self, asked: list[Asked]) -> set[str]:
        """Name the events of which somebody kept one item of two: it may be that of the meeting it was before."""
        return {each.event for each in asked if each.kind == ConflictKind.DUPLICATE and each.kept == Side.LOCAL}

    def _check_event(self, event: Row, copies: list[Copy], asked: set[str]) -> None:
        if ConflictKind.DUPLICATE in asked:
            return  # which of them the event is, is what is asked
        refused = event.status == "cancelled" and ConflictKind.REJECTED in asked
        if len(copies) > 1 and not refused:  # what Exchange refuses to cancel, somebody may copy: both would go
            self._history.breaks("S2", f"{event.uid} is there {len(copies)} times")
        if event.status == "cancelled":
            if copies and ConflictKind.REJECTED not in asked:
                self._history.breaks("S9", f"{event.uid} is cancelled here and stands in Exchange")
            return
        if not copies:
            guests = any(copy.uid == event.uid for address in LISTED for copy in self._live(address))
            if event.origin == "exchange" and guests:
                return  # the organizer deleted his own copy, and the others still have theirs
            if not asked & {ConflictKind.EDIT_VS_DELETE, ConflictKind.REJECTED, ConflictKind.MISSING_REMOTE}:
                self._history.breaks("S9", f"{event.uid} stands here and is not in Exchange")
            return
        differs = set(diff(event.content, copies[0].content))
        if event.organizer in (MOON, LAKE):
            differs.discard("rooms")  # a room's own appointment invites nobody, and has the room here
        if differs and ConflictKind.REJECTED not in asked:
            self._history.breaks("S9", f"{event.uid}: {differs} differ, and nobody is asked")

    def _check_rooms(self, store: sqlite3.Connection) -> None:
        """S9: every copy in a room's or a guest's calendar is shown with its time.

        Not what a room has otherwise of a series: that is asked about, and is seen to in Outlook.
        """
        standing = {event.uid: event for event in self._events(store)}
        asked = self._conflicts(store)
        twice = {each.event for each in asked if _is_twice(each)}
        drifting = {each.event for each in asked if each.kind == ConflictKind.DRIFT and each.is_open}
        for address in (MOON, LAKE, LI):
            shown = Counter(
                store.execute("SELECT start_at, end_at FROM occupancy WHERE mailbox = ?", (address,)).fetchall()
            )
            for copy in self._live(address):
                known = standing.get(copy.uid)
                if self._is_left_over(address, copy) or (
                    known and (known.status == "cancelled" or known.id in twice)
                ):
                    continue
                if known and known.content.series and known.id in drifting:
                    continue
                for start, end in copy.spans():
                    if not shown[int(start.timestamp()), int(end.timestamp())]:
                        self._history.breaks("S9", f"{copy.uid} occupies {address} from {start}, unseen here")

    def _check_nothing_waits(self, store: sqlite3.Connection) -> None:
        """S9: the outbox is empty, but for what a person was asked about."""
        waiting = store.execute(
            "SELECT o.id, o.kind, o.state, o.event, o.error FROM operation o WHERE state <> 'done'"
            " AND NOT (state = 'parked' AND EXISTS"
            " (SELECT 1 FROM conflict c WHERE c.event = o.event AND c.resolved_at IS NULL))"
        ).fetchall()
        behind = {operation for _, operation in self._behind(store)}
        waiting = [each for each in waiting if each[0] not in behind]
        if waiting:
            self._history.breaks("S9", f"the outbox still holds {waiting}")

    def _behind(self, store: sqlite3.Connection) -> list[tuple[str, int]]:
        """Name what waits behind a question: half of a series, until it is clear what becomes of the other half."""
        return store.execute(
            "SELECT o.event, o.id FROM operation o JOIN operation first ON first.id = o.after"
            " WHERE o.state <> 'done' AND first.state = 'parked' AND EXISTS"
            " (SELECT 1 FROM conflict c WHERE c.event = first.event AND c.resolved_at IS NULL)"
        ).fetchall()

    def _given_up_with(self) -> set[str]:
        """Name the series that were called off because somebody gave up the end of those they were to follow."""
        given_up = [c for c in self._history.commands if c.kind == "resolve rejected exchange"]
        return {
            c.event
            for c in self._history.commands
            if any(c.follows == each.event and c.at < each.at for each in given_up)
        }

    def _check_no_loss(self, store: sqlite3.Connection) -> None:
        """S1: whatever was acknowledged here is in Exchange, was there, was superseded, or is asked about."""
        asked = self._conflicts(store)
        last: dict[tuple[str, str], Command] = {}
        for command in self._history.commands:
            if command.acked and command.asked and not command.kind.startswith("resolve"):
                last = {
                    each: c for each, c in last.items() if each[0] != command.event or not command.replaces(each[1])
                }
                last.update({(command.event, unit): command for unit in command.concerned})
        cancelled = {c.event: c.at for c in self._history.commands if c.kind == "cancelled"}
        behind = {event for event, _ in self._behind(store)} | self._given_up_with()
        for (event, unit), command in last.items():
            if event in behind:
                continue
            if cancelled.get(event, -1) > command.at or command.asked is None:
                continue
            one = self._one_meeting(event)
            held = {unit_of(each.local, unit) for each in asked if each.event in one and each.local}
            if unit_of(command.asked, unit) in held:
                continue
            kept = self._was_there(command, unit) or self._replaced(command, unit, held)
            if not kept and not self._put_back(command, unit):
                self._history.breaks("S1", f"{unit} of {event} was saved at {command.at} and is nowhere")
        self._check_cancellations(asked)

    def _replaced(self, command: Command, unit: str, held: set[object]) -> bool:
        """Say whether somebody saved over it here, though the process died before it was told.

        What was saved then is there, or a conflict has it: it is among what is ``held``.
        """
        later = (c for c in self._history.commands if c.event == command.event and c.at > command.at and c.asked)
        return any(
            c.replaces(unit) and (unit_of(c.asked, unit) in held or self._was_there(c, unit))
            for c in later
            if c.asked
        )

    def _put_back(self, command: Command, unit: str) -> bool:
        """Say whether it only took back what was saved here before and not yet sent: nothing is left of that."""
        sent = [w.at for w in self._writes_of(command.event) if w.by == ROOMD and w.at < command.at]
        unsent = (c for c in self._history.commands if c.event == command.event and max(sent, default=-1) < c.at)
        return any(
            c.at < command.at and unit in c.units and c.seen and unit_of(c.seen, unit) == unit_of(command.asked, unit)
            for c in unsent
        )

    def _was_there(self, command: Command, unit: str) -> bool:
        """Say whether Exchange had the unit as saved, at that moment or at any time after."""
        assert command.asked is not None
        value = unit_of(command.asked, unit)
        writes = [w for w in self._writes_of(command.event) if w.after and w.mailbox == w.organizer]
        earlier = [w for w in writes if w.at < command.at][-1:]
        later = [w for w in writes if w.at > command.at]
        return any(unit_of(w.after, unit) == value for w in [*earlier, *later] if w.after)

    def _check_cancellations(self, asked: list[Asked]) -> None:
        """S1: what was cancelled here is gone there, or somebody is or was asked, or it was brought back.

        A second item not read yet when the first was cancelled brings the meeting back, as a restored one does.
        """
        last: dict[str, Command] = {}
        for command in self._history.commands:
            if command.kind in ("created", "changed", "cancelled") or command.kind.startswith("resolve"):
                last[command.event] = command
        for event, command in last.items():
            if command.kind != "cancelled" or not command.acked:
                continue
            uids = self._uids(event)
            stands = any(copy.uid in uids and copy.is_organizer for a in LISTED for copy in self._live(a))
            restored = any(w.kind in ("restore", "double") and w.uid in uids for w in self._history.writes)
            one = self._one_meeting(event)
            if stands and not restored and not any(each.event in one for each in asked):
                self._history.breaks("S1", f"{event} was cancelled at {command.at} and stands in Exchange")

    def _check_overwrites(self, store: sqlite3.Connection) -> None:
        """S3: roomd replaced only what it had read, and what the person who asked for it had seen, or was asked."""
        asked = self._conflicts(store)
        author: dict[tuple[str, str], str] = {}
        for write in self._history.writes:
            if write.mailbox != write.organizer or not write.after:
                continue
            if write.kind == "double":
                author.update({(write.item, unit): by for (item, unit), by in author.items() if item == write.of})
            if write.kind not in ("create", "update", "restore"):
                continue
            changed = units_between(write.before, write.after) if write.before else units_in(write.after)
            if write.by == ROOMD and write.before:
                self._check_write(write, changed, author, asked)
            author.update({(write.item, unit): write.by for unit in changed})

    def _check_write(
        self, write: Write, changed: tuple[str, ...], author: dict[tuple[str, str], str], asked: list[Asked]
    ) -> None:
        assert write.before is not None
        assert write.after is not None
        events = self._events_of(write.uid)
        for unit in changed:
            there = unit_of(write.before, unit)
            if write.believed and unit_of(write.believed, unit) != there:
                self._history.breaks("S3", f"{unit} of {write.uid} was replaced at {write.at} without being read")
            if author.get((write.item, unit), ROOMD) == ROOMD:
                continue
            seen = any(
                c.seen is not None and unit in c.units and unit_of(c.seen, unit) == there
                for c in self._history.commands
                if c.event in events and c.at < write.at
            )
            told = any(each.event in events and each.remote and unit_of(each.remote, unit) == there for each in asked)
            if not seen and not told:
                self._history.breaks("S3", f"{unit} of {write.uid}, written in Outlook, was replaced at {write.at}")

    def check_view(self, store: sqlite3.Connection, finding: Finding) -> None:
        """S14: who is occupied when, is as Exchange's own calendar view has it.

        A meeting whose organizer's item went away once is left out: guests may still have what they had of it. So is
        one that is there twice, while that is asked about or because somebody chose to leave it so, and what somebody
        chose to keep here of an emptied calendar.
        """
        copies = (
            copy for copy in self._live(finding.mailbox)
            if finding.title in copy.titles and (finding.start, finding.end) in copy.spans()
        )  # fmt: skip
        uids = {copy.series_uid or copy.uid for copy in copies} | {
            event.uid for event in self._events(store) if event.id == finding.event
        }
        uids |= self._uids(finding.event) if finding.event else set()
        twice = {each.event for each in self._conflicts(store) if _is_twice(each)}
        if finding.shown_by is Side.LOCAL and finding.event in self._kept_in(store, finding.mailbox):
            return
        if not any(removals(self._history, uid) for uid in uids) and not any(
            self._events_of(uid) & twice for uid in uids
        ):
            self._history.breaks("S14", f"Exchange's view of {finding.mailbox} differs: {finding}")

    def _kept_in(self, store: sqlite3.Connection, mailbox: str) -> set[str]:
        """Name the events that somebody decided to keep here though a calendar lost them."""
        rows = store.execute(
            "SELECT missing FROM conflict WHERE kind = ? AND mailbox = ? AND kept = ?",
            (ConflictKind.MASS_DELETE, mailbox, Side.LOCAL),
        )
        return {event for (raw,) in rows for event in msgspec.json.decode(raw)}

    def _check_deletions(self, store: sqlite3.Connection) -> None:
        """S5: nothing is called off, here or there, that nobody called off."""
        commands = self._history.commands
        wanted = {c.event for c in commands if c.kind == "cancelled" or c.kind.startswith("resolve")}
        wanted |= self._given_up_with()
        for write in self._history.writes:
            removes = write.kind == "remove" and write.by == ROOMD and write.mailbox == write.organizer
            if removes and not wanted & self._events_of(write.uid):
                self._history.breaks("S5", f"{write.uid} was removed at {write.at}, which nobody asked for")
        removed = {w.uid for w in self._history.writes if w.kind == "remove"}
        withdrawn = {copy.uid for each in self._exchange.calendars.values() for copy in each.copies.values()
                     if copy.is_cancelled}  # fmt: skip
        for event in self._events(store):
            known = self._uids(event.id) | {event.uid}
            if event.status == "cancelled" and event.id not in wanted and not known & (removed | withdrawn):
                twin = store.execute("SELECT count(*) FROM item WHERE event = ?", (event.id,)).fetchone()[0]
                if twin or event.origin == "local":
                    self._history.breaks("S5", f"{event.uid} counts as cancelled, and nobody cancelled it")

    def _check_sign_ins(self) -> None:
        """S11: at most three refused sign-ins in any half hour, over restarts too; a clone's are its own."""
        if self._clock.jumps:
            return
        for refused in (self._history.refused_sign_ins, *self._history.refused_to_clones):
            for first, last in zip(refused, refused[TRIES:], strict=False):
                if last - first < HALF_AN_HOUR:
                    self._history.breaks("S11", f"{TRIES + 1} refused sign-ins from {first} to {last}")

    # -- what is there ---------------------------------------------------------------------------------------------

    def rows(self, store: sqlite3.Connection) -> list[object]:
        """Return everything in the store but the times of readings and the list of runs."""
        tables = ("event", "item", "occupancy", "operation", "conflict", "change", "meta", "request")
        states = store.execute("SELECT address, sync_state FROM mailbox").fetchall()
        return [states, *(store.execute(f"SELECT * FROM {table}").fetchall() for table in tables)]

    def seen(self, store: sqlite3.Connection) -> Counter[str]:
        """Count what this run had to do with."""
        counts: Counter[str] = Counter()
        for kind, is_open, kept in store.execute("SELECT kind, resolved_at IS NULL, kept FROM conflict"):
            counts[f"conflict: {kind}"] += 1
            counts[f"conflict: {kind}, kept {kept}"] += kept is not None
            counts[f"conflict {'left open' if is_open else 'decided'}"] += 1
        for kind, state in store.execute("SELECT kind, state FROM operation"):
            counts[f"operation {kind} ended {state}"] += 1
        counts["runs with non-empty stores"] += bool(self._events(store)) and bool(self._history.writes)
        return counts

    def _live(self, address: str) -> list[Copy]:
        return self._exchange.copies(address)

    def _is_left_over(self, address: str, copy: Copy) -> bool:
        """Say whether a guest's copy is what is left of a meeting whose organizer deleted his own, telling nobody."""
        own = [
            mine for each in self._exchange.calendars.values() for mine in each.copies.values()
            if mine.uid == copy.uid and mine.is_organizer
        ]  # fmt: skip
        return not any(mine is copy or address in invited(mine.content) for mine in own)

    def _events(self, store: sqlite3.Connection) -> list[Row]:
        rows = store.execute(
            "SELECT id, origin, organizer, status, uid, content, base, global_id FROM event"
        ).fetchall()
        return [
            Row(*row[:4], self._real_uid(row[7], row[4]), _content(row[5]), row[6] and _content(row[6]))
            for row in rows
        ]

    def _real_uid(self, global_id: str | None, uid: str) -> str:
        """Name a meeting as Exchange does: not every feed tells."""
        return self._exchange.uids.get(bytes.fromhex(global_id or ""), uid)

    def _conflicts(self, store: sqlite3.Connection) -> list[Asked]:
        rows = store.execute(
            "SELECT event, kind, units, local, remote, kept, resolved_at IS NULL FROM conflict"
        ).fetchall()
        return [
            Asked(event, kind, tuple(msgspec.json.decode(units)), local and _content(local),
                  remote and _content(remote), kept, bool(is_open))
            for event, kind, units, local, remote, kept, is_open in rows
        ]  # fmt: skip

    def _uids(self, event: str) -> set[str]:
        """Name the uids an event has had: as people saw it, and as its operations made items of it."""
        asked = {uid for command in self._history.commands if command.event == event for uid in command.uids}
        return asked | {uid for made, uid in self._anew if made == event}

    def _one_meeting(self, event: str) -> set[str]:
        """Name the events that were known as one meeting with this one: what was asked of it may be kept there."""
        return {event, *(other for uid in self._uids(event) for other in self._events_of(uid))}

    def _events_of(self, uid: str) -> set[str]:
        asked = {command.event for command in self._history.commands if uid in command.uids}
        return asked | {event for event, made in self._anew if made == uid}

    def _writes_of(self, event: str) -> Iterator[Write]:
        uids = self._uids(event)
        return (write for write in self._history.writes if write.uid in uids)


def _is_twice(asked: Asked) -> bool:
    return asked.kind == ConflictKind.DUPLICATE and (asked.is_open or _is_lived_with(asked))


def _is_lived_with(asked: Asked) -> bool:
    return asked.kind == ConflictKind.DUPLICATE and asked.kept == Side.EXCHANGE


def _content(raw: bytes) -> Content:
    return msgspec.json.decode(raw, type=Content)
