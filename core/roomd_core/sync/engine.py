"""The sync engine: what brings both sides together, and when."""

import asyncio
import logging
import random as randomness
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from msgspec.structs import replace

from roomd_core.clock import Clock
from roomd_core.merge import ASK_ALWAYS, Policy
from roomd_core.model import Conflict, Finding, PlannedWrite, Run, Side, Trigger
from roomd_core.store import Store
from roomd_core.sync.aftercare import Aftercare
from roomd_core.sync.attend import RoomAttendant
from roomd_core.sync.auditing import Auditor
from roomd_core.sync.clearing import Clearer
from roomd_core.sync.dispatch import Dispatcher
from roomd_core.sync.doubles import Doubles
from roomd_core.sync.fenced import FencedRemote
from roomd_core.sync.foresight import Foresight
from roomd_core.sync.health import Gate, RemoteHealth
from roomd_core.sync.inviting import Inviter
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.loss_guard import LossGuard
from roomd_core.sync.losses import Limits
from roomd_core.sync.outbox import Outbox
from roomd_core.sync.pull import Puller
from roomd_core.sync.releasing import Releaser
from roomd_core.sync.remote import ExchangeUnavailable, Remote, RemoteError
from roomd_core.sync.resolution import Check, carry_out
from roomd_core.sync.rolling import WindowRoller
from roomd_core.sync.round import Reader, Readings
from roomd_core.sync.view_auditor import ViewAuditor
from roomd_core.sync.watched import WatchedRemote
from roomd_core.sync.window import Window

logger = logging.getLogger(__name__)

SETTLE = timedelta(seconds=120)
ROOM_GRACE = timedelta(seconds=30)
_LIMITS = Limits()


class SyncEngine:
    """Brings the store and Exchange together. One for each store; every method may be called at any time.

    ``settle`` is how long a request whose answer was lost may still be carried out by Exchange; ``room_grace`` how
    long a room's own booking attendant is waited for, and both together how long copies that differ may;
    ``limits`` how much may vanish from a mailbox unasked;
    ``policy`` who decides about units changed on both sides; ``random`` spreads waits, from 0 up to 1.
    """

    def __init__(  # noqa: PLR0913 - its three ports and the settings of its patience
        self,
        store: Store,
        remote: Remote,
        clock: Clock,
        *,
        window: Window,
        settle: timedelta = SETTLE,
        room_grace: timedelta = ROOM_GRACE,
        concurrency: int = 4,
        limits: Limits = _LIMITS,
        policy: Mapping[str, Policy] = ASK_ALWAYS,
        random: Callable[[], float] = randomness.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._gate = Gate(clock, random, opened=self._opened)
        watched, locks = FencedRemote(WatchedRemote(remote, self._gate), store), MailboxLocks()
        self._ledger = Ledger(store, clock, window, patience=settle + room_grace, policy=policy)
        puller = Puller(self._ledger, watched, LossGuard(self._ledger, watched, limits))
        self._reader = Reader(self._ledger, puller, locks, concurrency=concurrency)
        attendant = RoomAttendant(self._ledger, watched, locks, grace=room_grace)
        inviter = Inviter(self._ledger, wake=self.wake)
        releaser = Releaser(self._ledger, watched, locks)
        self._aftercare = Aftercare(
            self._ledger,
            self._reader,
            self._gate,
            attendant=attendant,
            inviter=inviter,
            releaser=releaser,
            window=window,
        )
        clearer = Clearer(self._ledger, watched, locks)
        outbox = Outbox(self._ledger, watched, puller, locks, clearer, settle=settle, random=random)
        self._foresight = Foresight(self._ledger, attendant, self._aftercare)
        self._roller = WindowRoller(self._ledger)
        self._view_auditor = ViewAuditor(self._ledger, watched, puller, locks)
        self._doubles = Doubles(self._ledger, watched, locks)
        self._auditor = Auditor(self._ledger, window=window)
        self._dispatcher = Dispatcher(
            self._ledger, outbox, self._gate, concurrency=concurrency, pushed=self._aftercare.begin
        )
        self._round: tuple[Run, asyncio.Task[Run]] | None = None
        self._reading: frozenset[str] | None = None
        self._beginning = asyncio.Lock()

    @property
    def syncing(self) -> bool:
        """Whether a run is under way."""
        return self._round is not None

    @property
    def exchange(self) -> RemoteHealth:
        """How Exchange is doing, as the newest calls tell."""
        return self._gate.health

    async def run(self, trigger: Trigger) -> Run:
        """Read every listed mailbox, push what is due, answer for rooms; join a run under way. Raise StoreError."""
        _, task = await self.begin(trigger)
        return await asyncio.shield(task)

    async def begin(self, trigger: Trigger, *, of_all: bool = False) -> tuple[Run, asyncio.Task[Run]]:
        """Start a run, or join the one under way: return it as begun, and the task that ends with it finished.

        With ``of_all`` one that misses mailboxes listed since it began is not joined: another follows it.
        """
        async with self._beginning:
            if of_all and self._round is not None and await self._misses_some():
                await asyncio.wait([self._round[1]])
            if self._round is None:
                async with self._store.write() as tables:
                    run = await tables.runs.begin(trigger, self._clock.now())
                task = asyncio.create_task(self._bring_together(run), name=f"sync run {run.id}")
                self._round, self._reading = (run, task), None
                task.add_done_callback(self._ended)
            return self._round

    async def relist(self) -> None:
        """Take note that other mailboxes are listed now."""
        await self._ledger.list_mailboxes()

    async def refresh(self, mailboxes: Sequence[str]) -> None:
        """Read just these mailboxes. Errors are noted with each; raise the first RemoteError if none was read."""
        listed = await self._ledger.list_mailboxes()
        wanted = [listed[address] for address in dict.fromkeys(mailboxes) if address in listed]
        readings = await self._reader.read(wanted)
        errors = (reading.error for reading in readings.readings)
        failure = next((error for error in errors if isinstance(error, RemoteError)), None)
        if failure and not readings.read:
            raise failure

    async def plan(self) -> list[PlannedWrite]:
        """Return every write that a run would make now, in order, and whom each mails. Nothing is written."""
        return await self._foresight.plan()

    async def audit(self, mailbox: str) -> list[Finding]:
        """Compare a listed mailbox with Exchange's own calendar view; return, and keep, what differs.

        Raise RemoteError.
        """
        return await self._view_auditor.audit(mailbox)

    async def audit_some(self) -> None:
        """Audit the few mailboxes whose turn it is, as happens after each run."""
        await self._view_auditor.audit_some()

    async def push_due(self) -> int:
        """Work on every operation that is due; return how many were done. Ends early when Exchange is away."""
        return await self._dispatcher.push_due()

    async def follow_up(self) -> None:
        """Look after every push whose time for that has come: read the calendars concerned, answer for rooms."""
        await self._aftercare.look_due()

    def wake(self) -> None:
        """Say that something was queued."""
        self._dispatcher.wake()

    async def serve(self) -> None:
        """Work on the outbox and look after pushes until cancelled. Waits for events and due times, never polls."""
        await self.recover()
        async with asyncio.TaskGroup() as workers:
            workers.create_task(self._dispatcher.serve(), name="outbox")
            workers.create_task(self._aftercare.serve(), name="aftercare")
            workers.create_task(self._view_auditor.serve(), name="audit")

    async def release(self) -> None:
        """End the quarantine of the store: what waits is sent, what may have been sent is looked up first."""
        await self._store.release()
        self.wake()

    def try_again(self) -> asyncio.Event:
        """Ask Exchange again at once: somebody mended what kept it away.

        Return what is set when Exchange has answered, or has failed again.
        """
        return self._gate.reopen()

    async def recover(self) -> int:
        """Take what was being sent when roomd stopped as unknown; return how many operations that concerns."""
        async with self._store.write() as tables:
            return await tables.operations.recover()

    async def resolve(self, conflict_id: str, keep: Side, *, actor: str, check: Check | None = None) -> Conflict:
        """Decide a conflict. Raise NotFound, VersionMismatch if it has changed, and what ``check`` raises."""
        conflict = await carry_out(self._ledger, conflict_id, keep, actor=actor, check=check)
        if conflict.mailbox:
            with suppress(RemoteError):
                await self.refresh([conflict.mailbox])
        self.wake()
        return conflict

    async def _misses_some(self) -> bool:
        """Say whether mailboxes are listed that the run under way does not read."""
        listed = (await self._ledger.setting()).mailboxes
        return self._reading is not None and not self._reading.issuperset(listed)

    async def _bring_together(self, run: Run) -> Run:
        mailboxes = await self._ledger.list_mailboxes()
        self._reading = frozenset(mailboxes)
        await self._roller.roll()
        readings = await self._reader.read(mailboxes.values())
        pushed = 0
        if readings.unavailable is None:
            pushed = await self._dispatcher.push_due()
            await self._aftercare.look_due()
            await self._aftercare.attend_all()
            await self._audit()
        finished = self._finished(run, readings, pushed)
        async with self._store.write() as tables:
            await tables.runs.put(finished)
        if readings.unavailable is None:
            self._view_auditor.wake()
        return finished

    async def _audit(self) -> None:
        """Look for double bookings once a day and for doubled items now; remove what was decided."""
        await self._auditor.audit()
        try:
            await self._doubles.go_on()
            await self._doubles.audit()
        except ExchangeUnavailable as error:
            logger.info("items that are there twice are seen to later: %s", error)

    def _finished(self, run: Run, readings: Readings, pushed: int) -> Run:
        pulled = readings.pulled
        return replace(
            run,
            finished_at=self._clock.now(),
            mailboxes=readings.read,
            fetched=pulled.fetched,
            created=pulled.created,
            changed=pulled.changed,
            deleted=pulled.deleted,
            conflicts=pulled.conflicts,
            pushed=pushed,
            errors=readings.errors(),
        )

    def _opened(self) -> None:
        """Exchange answers again: what waited for that goes on."""
        self._dispatcher.wake()
        self._aftercare.wake()

    def _ended(self, task: asyncio.Task[Run]) -> None:
        """A run that failed has told whoever waits for it; nobody has to."""
        self._round = None
        if not task.cancelled():
            task.exception()
