"""What people do here, through the rows the booking service writes, and what they are told of it."""

import dataclasses
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random

from msgspec.structs import replace

from core.sync.house import USER
from core.sync.simulation.daemon import Daemon
from core.sync.simulation.history import Command, units_between
from core.sync.simulation.people import OWNERS, Words
from core.sync.simulation.server import RecordingExchange
from roomd_core.booking.ledger import Deed, known_event, save
from roomd_core.booking.outcome import Known, Outcome, booked, cancelled, changed
from roomd_core.booking.rules import Draft
from roomd_core.errors import StoreError, VersionMismatch
from roomd_core.model import EXCHANGE, ChangeKind, Conflict, ConflictKind, Content, Event, EventStatus, Mailbox, Side


class Here:
    """Books, changes, cancels and decides; every command is in the history, with whether it was acknowledged."""

    def __init__(
        self,
        daemon: Daemon,
        mailboxes: dict[str, Mailbox],
        random: Random,
        exchange: RecordingExchange,
        counts: Counter[str],
    ) -> None:
        self._daemon = daemon
        self._exchange = exchange
        self._mailboxes = mailboxes
        self._random = random
        self.counts = counts
        self._history = exchange.history
        self._words = Words(random, "Here")
        self.order = "id"

    async def book(self, content: Content | None = None) -> None:
        whose = self._random.choice([OWNERS[0], OWNERS[0], OWNERS[1]])
        wanted = Draft(organizer=self._mailboxes[whose], content=content or self._words.a_meeting())
        outcome = booked(wanted, self._now())
        done = self._note(ChangeKind.CREATED, outcome.event, None, outcome.event.content)
        with suppress(StoreError):
            async with self._daemon.store.write() as tables:
                await save(tables, outcome, Deed(kind=ChangeKind.CREATED, actor=USER, at=self._now()))
            done()

    async def change(self) -> None:
        known = await self._choose(cancelled_too=self._random.random() < 0.2)
        fields = self._words.fields()
        if known and not known.in_step_with(replace(known.event.content, **fields)):
            await self._amend(
                ChangeKind.CHANGED,
                known,
                lambda newer: changed(newer, replace(newer.event.content, **fields), actor=USER, now=self._now()),
            )

    async def cancel(self) -> None:
        if known := await self._choose(cancelled_too=False):
            await self._amend(
                ChangeKind.CANCELLED, known, lambda newer: cancelled(newer, actor=USER, now=self._now())
            )

    async def resolve(self) -> None:
        async with self._daemon.store.read() as tables:
            conflicts = await tables.conflicts.listing(resolved=False)
        if conflicts:
            await self._decide(self._random.choice(conflicts))

    async def decide(self, *kinds: ConflictKind) -> None:
        """Decide every open conflict of these kinds, one way or the other."""
        async with self._daemon.store.read() as tables:
            conflicts = await tables.conflicts.listing(resolved=False)
        for conflict in conflicts:
            if conflict.kind in kinds:
                await self._decide(conflict)

    async def _decide(self, conflict: Conflict) -> None:
        keep = self._random.choice([Side.EXCHANGE, Side.LOCAL])
        if conflict.event is None:  # it is about a whole mailbox
            self._history.tell(f"  here: resolve {conflict.kind} {keep} {conflict.mailbox}")
            with suppress(StoreError):
                await self._daemon.engine.resolve(conflict.id, keep, actor=USER)
            return
        async with self._daemon.store.read() as tables:
            event = await tables.events.get(conflict.event)
        assert event is not None
        done = self._note(f"resolve {conflict.kind} {keep}", event, None, conflict.local)
        with suppress(StoreError, VersionMismatch):
            await self._daemon.engine.resolve(conflict.id, keep, actor=USER)
            done()

    async def _amend(self, kind: ChangeKind, seen: Known, act: Callable[[Known], Outcome]) -> None:
        """Save what somebody wants of an event as he saw it; it is refused if it has changed since."""
        before = seen.event.content
        with suppress(StoreError):
            async with self._daemon.store.write() as tables:
                newer = await known_event(tables, seen.event.id)
                if newer.event.version != seen.event.version:
                    return
                outcome = act(newer)
                asked = None if kind is ChangeKind.CANCELLED else outcome.event.content
                done = self._note(kind, outcome.event, before, asked)
                await save(tables, outcome, Deed(kind=kind, actor=USER, at=self._now(), before=before))
            done()

    def _note(self, kind: str, event: Event, seen: Content | None, asked: Content | None) -> Callable[[], None]:
        """Put a command into the history; call what is returned when it is acknowledged."""
        units = units_between(seen, asked) if seen and asked else ()
        what = f"“{asked.title}” {', '.join(units)}" if asked else ""
        uid = self._real_uid(event)
        at = self._history.tell(f"  here: {kind} {event.id} ({uid}) {what}")
        command = Command(
            at=at, kind=kind, event=event.id, uids=(uid, event.uid), acked=False, seen=seen, asked=asked, units=units
        )
        self._history.commands.append(command)

        place = len(self._history.commands) - 1

        def acknowledged() -> None:
            self._history.commands[place] = dataclasses.replace(self._history.commands[place], acked=True)

        return acknowledged

    async def _choose(self, *, cancelled_too: bool) -> Known | None:
        """Choose an event a person may change here: no series, and none that somebody here cancelled."""
        async with self._daemon.store.read() as tables:
            rows = await tables.events._rows(
                "SELECT id FROM event WHERE recurring = 0 AND organizer IN (SELECT value FROM json_each(:o))"
                f" AND status = :status ORDER BY {self.order}",
                o=f'["{OWNERS[0]}", "{OWNERS[1]}"]',
                status=EventStatus.CANCELLED if cancelled_too else EventStatus.CONFIRMED,
            )
            if not rows:
                return None
            known = await known_event(tables, self._random.choice(rows)[0])
        # Not told apart yet: what guests still have of a meeting that is gone, and the one made anew for it.
        made_anew_beside_old = known.event.status is EventStatus.CANCELLED and bool(known.items)
        return known if known.cancelled_by in (None, EXCHANGE) and not made_anew_beside_old else None

    def _real_uid(self, event: Event) -> str:
        """Name the meeting as Exchange does: not every feed tells."""
        return self._exchange.uids.get(event.global_id or b"", event.uid)

    def _now(self) -> datetime:
        return self._exchange.clock.now()
