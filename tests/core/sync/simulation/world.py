"""One seed's world: an Exchange, a daemon, people on both sides, and bad luck; then good luck, and the reckoning."""

import shutil
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from unittest.mock import patch
from uuid import UUID

from core.sync.house import LAKE, LI, MOON, ZHANG
from core.sync.simulated_exchange import Crash
from core.sync.simulation.checker import Checker
from core.sync.simulation.clocks import TwoClocks
from core.sync.simulation.daemon import Daemon
from core.sync.simulation.disk import Disk, no_strike
from core.sync.simulation.faults import Weather
from core.sync.simulation.history import History
from core.sync.simulation.people import Outlook
from core.sync.simulation.series_here import SeriesHere
from core.sync.simulation.server import LISTED, RecordingExchange
from roomd_core import ids
from roomd_core.errors import StoreError
from roomd_core.model import ConflictKind, Mailbox, MailboxKind, RoomAnswer, Trigger
from roomd_core.sync.remote import RemoteError

STEPS = 50
ROUNDS_TO_AGREE = 3
A_WHILE = 1000
"""Seconds from one of the last rounds to the next: longer than every wait of the engine's own."""


@dataclass
class Result:
    """What came of one seed."""

    seed: int
    broken: list[str]
    digest: str
    trace: list[str]
    counts: Counter[str] = field(default_factory=Counter)


class World:
    """Everything of one seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._may_clone = seed % 2 == 1  # in every second one the store is copied, and a second daemon works on that
        self.random = Random(seed)
        self.history = History()
        self.counts: Counter[str] = Counter()
        self.clock = TwoClocks()
        self.exchange = self.make_exchange()
        self.weather = self.make_weather()
        self.exchange.luck = self.weather.at_call
        answers = self.random.choice([RoomAnswer.EXCHANGE, RoomAnswer.EXCHANGE, RoomAnswer.ROOMD])
        self.exchange.add(ZHANG, LI)
        self.exchange.add(MOON, LAKE, attended=answers is RoomAnswer.EXCHANGE)
        self.exchange.names_in_feed = self.random.random() < 0.7
        self.exchange.page = self.random.choice([2, 5, 512])
        self.mailboxes = _mailboxes(answers)
        self.folder = folder
        self.daemon = Daemon(
            Disk(folder / "first", self.counts),
            self.exchange,
            self.mailboxes,
            self.random,
            strike=self.weather.at_commit,
        )
        self.outlook = Outlook(self.exchange, self.random, self.counts)
        by_address = {mailbox.address: mailbox for mailbox in self.mailboxes}
        self.here = SeriesHere(self.daemon, by_address, self.random, self.exchange, self.counts)
        self.checker = Checker(self.exchange, self.history, self.clock, self.daemon.disk.uids)
        self.weather.power_cut = self.daemon.power_cut
        self.weather.meddle = self.outlook.meddle
        self.clone: Daemon | None = None
        self._clones = 0

    def make_exchange(self) -> RecordingExchange:
        return RecordingExchange(self.clock, self.history)

    def make_weather(self) -> Weather:
        return Weather(self.random, self.clock, self.history, self.counts)

    # -- the safety phase ------------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Let people act and things go wrong, then let everything go right, and check."""
        await self.daemon.start()
        for _ in range(self.random.choice([0, 3])):
            self.outlook.meet()
        self.weather.is_calm = False
        for _ in range(STEPS):
            await self.step()
            if self.history.broken:
                return
        await self.reckon()

    async def step(self) -> None:
        act = self.random.choice(self._acts())
        self.clock.advance(self.random.choice([1, 1, 20, 200]))
        self.exchange.come_true()
        self.history.tell(f"{self.clock.now():%d %H:%M:%S} {act.__name__}")
        self.counts[f"act: {act.__name__}"] += 1
        await self._survive(act)

    def _acts(self) -> list[Callable[[], Awaitable[None]]]:
        here, clones = self.here, [self.clone_machine] if self._may_clone else []
        return [
            here.book, here.book, here.change, here.change, here.cancel, here.resolve, self.collide, self.collide,
            here.book_series, here.change_series, here.change_series, here.call_some_off,
            self.in_outlook, self.in_outlook, self.in_outlook, self.in_outlook, self.sync, self.sync, self.sync,
            self.sync_and_change, self.push, self.hear, self.restart, self.unplug, self.jump, self.poison,
            self.change_password, self.start_twice, *clones,
        ]  # fmt: skip

    async def _survive(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do something. If the process dies of it, look at what its disk holds, and start it again."""
        try:
            await act()
        except Crash:
            await self._begin_again()
        except (StoreError, RemoteError) as error:
            self.history.tell(f"  told: {type(error).__name__}")
            if not self.daemon.disk.is_on:  # it died just then
                await self._begin_again()

    async def _begin_again(self) -> None:
        """Look at what the dead process left, and start another, as often as it takes."""
        while True:
            await self.daemon.bury()
            self.daemon.power_cut()
            self.checker.look_at_disk(self.daemon.disk)
            self.counts["crashes"] += 1
            self.history.tell("  starts again")
            try:
                return await self._start()
            except Crash:
                continue

    async def _start(self) -> None:
        try:
            await self.daemon.start()
        except StoreError:
            self.history.tell("  an administrator makes room on the disk")
            self.daemon.power_cut()
            self.weather.is_calm = True
            await self.daemon.start()
            self.weather.is_calm = False

    async def in_outlook(self) -> None:
        act = self.outlook.choose()
        self.history.tell(f"  in Outlook: {act.__name__}")
        act()

    async def collide(self) -> None:
        """Change the same meeting here and in Outlook, before either hears of the other."""
        told = len(self.history.commands)
        await self.random.choice([self.here.change, self.here.change, self.here.change_series])()
        for command in self.history.commands[told:]:
            self.outlook.edit_same(command.uids)

    async def sync(self) -> None:
        struck = self.weather.struck
        run = await self.daemon.engine.run(Trigger.HAND)
        undisturbed = struck == self.weather.struck and not self.weather.wrong_password
        waits = {mailbox for mailbox, until in self.daemon.door.wished.items() if until > self.clock.steady()}
        waits |= {error.mailbox for error in run.errors if "Nothing was deleted here" in error.message}
        if undisturbed and self.weather.poisoned and not run.errors[0].message.startswith("Exchange refused"):
            self.counts["rounds beside a poisoned mailbox"] += 1
            if run.mailboxes < len(LISTED) - len({self.weather.poisoned, *waits}):
                self.history.breaks("S10", f"a poisoned mailbox kept others from being read: {run.errors}")

    async def sync_and_change(self) -> None:
        """Let somebody save while a round is under way."""
        _, task = await self.daemon.engine.begin(Trigger.HAND)
        here = self.here
        await self.random.choice([here.book, here.change, here.cancel, here.resolve, here.change_series])()
        await task

    async def push(self) -> None:
        """Push, and look after it, as the daemon does between the rounds."""
        await self.daemon.engine.push_due()
        for seconds in (0, 1, 3):
            self.clock.advance(seconds)
            self.exchange.come_true()
            await self.daemon.engine.follow_up()

    async def hear(self) -> None:
        """Read one calendar because of a notification, which may well be a stale one."""
        await self.daemon.engine.refresh([self.random.choice(LISTED)])

    async def restart(self) -> None:
        await self.daemon.store.close()
        await self._start()

    async def unplug(self) -> None:
        self.daemon.power_cut()
        raise Crash

    async def jump(self) -> None:
        """Set the wall clock, a day or a little, forth or back, and back again some time later."""
        self.clock.jump(self.random.choice([-86400, -3600, -2, 2, 3600, 86400]))

    async def poison(self) -> None:
        self.weather.poison(None if self.weather.poisoned else self.random.choice(LISTED))

    async def change_password(self) -> None:
        """Make the service account's password wrong, or right again; an operator restarts roomd then."""
        if self.weather.wrong_password:
            self.weather.wrong_password = False
        elif self.random.random() < 0.3:
            self.weather.wrong_password = True

    async def start_twice(self) -> None:
        """Start a second daemon on the same store, which must be refused: S16."""
        try:
            self.daemon.disk.switch_on(self.clock)
        except StoreError:
            self.counts["second daemons refused"] += 1
        else:
            self.history.breaks("S16", "two daemons have one store")

    async def clone_machine(self) -> None:
        """Start a copy of the store beside the first, let it sync a little, and stop it: S16."""
        self._clones += 1
        disk = self.daemon.disk.copy_to(self.folder / f"clone{self._clones}")
        clone = Daemon(disk, self.exchange, self.mailboxes, self.random, strike=no_strike)
        cut, self.weather.power_cut = self.weather.power_cut, clone.power_cut
        refused, self.weather.refused_sign_ins = self.weather.refused_sign_ins, [*self.weather.refused_sign_ins]
        self.history.refused_to_clones.append(self.weather.refused_sign_ins)
        try:
            await clone.start()
            await clone.engine.run(Trigger.HAND)
            self.clock.advance(130)
            await clone.engine.run(Trigger.HAND)
        except Crash:
            self.history.tell("  the clone dies")
        finally:
            await clone.bury()
            clone.power_cut()
            self.weather.power_cut, self.weather.refused_sign_ins = cut, refused

    # -- the liveness phase ----------------------------------------------------------------------------------------

    async def reckon(self) -> None:
        """Let everything go right, and check that both sides agree after three rounds."""
        self.weather.is_calm, self.weather.wrong_password = True, False
        self.weather.poison(None)
        self.history.tell("from here on everything goes right")
        if self.clock.jumps:
            self.counts["runs with clock jumps"] += 1
        self.clock.advance(4 * 3600)
        self.exchange.come_true()
        await self._agree()
        self.history.tell("people decide what they are asked about whole copies")
        await self.here.decide(ConflictKind.MISSING_REMOTE, ConflictKind.MASS_DELETE, ConflictKind.DUPLICATE)
        await self._agree()
        await self._check_views()
        await self._check_idle()
        with_looks = self.daemon.disk.look()
        try:
            self.checker.check(with_looks)
            self.counts.update(self.checker.seen(with_looks))
        finally:
            with_looks.close()
        await self.daemon.store.close()

    async def _agree(self) -> None:
        for number in range(ROUNDS_TO_AGREE):
            self.history.tell(f"round {number + 1}")
            await self.daemon.engine.run(Trigger.HAND)
            await self.push()
            await self.daemon.engine.audit_some()
            self.clock.advance(A_WHILE)

    async def _check_views(self) -> None:
        for address in LISTED:
            for finding in await self.daemon.engine.audit(address):
                store = self.daemon.disk.look()
                self.checker.check_view(store, finding)
                store.close()

    async def _check_idle(self) -> None:
        """S8: a round in which nothing happened writes nothing, here or there. What time brings is done before."""
        await self.daemon.engine.run(Trigger.HAND)
        calls, mails, writes = len(self.exchange.calls), len(self.exchange.mails), len(self.history.writes)
        before = self.daemon.disk.look()
        rows = self.checker.rows(before)
        await self.daemon.engine.run(Trigger.HAND)
        if self.checker.rows(before) != rows:
            self.history.breaks("S8", "an idle round wrote to the store")
        before.close()
        asked = {call for call, _ in self.exchange.calls[calls:]}
        if asked != {"changes"} or len(self.exchange.mails) > mails or len(self.history.writes) > writes:
            self.history.breaks("S8", f"an idle round asked for {asked}")


async def live_one(folder: Path, seed: int) -> Result:
    """Live one seed to its end, in a folder of its own that is gone afterwards."""
    world = World(folder / f"seed{seed}", seed)
    try:
        with same_ids(seed):
            await world.live()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this seed's result
        world.history.breaks("S9", f"{type(error).__name__}: {error}")
        world.history.trace += traceback.format_exc().splitlines()
    finally:
        await world.daemon.bury()
        world.daemon.power_cut()
        shutil.rmtree(world.folder, ignore_errors=True)
    history = world.history
    world.counts["seeds"] += 1
    return Result(seed, history.broken, history.digest(), history.trace, world.counts)


@contextmanager
def same_ids(seed: int) -> Iterator[None]:
    """Let the seed decide every id that is made."""
    numbers = Random(f"ids {seed}")
    count = iter(range(1, 1 << 40))

    def in_order() -> UUID:
        return UUID(int=next(count) << 80 | 7 << 76 | 2 << 62)

    with (
        patch.object(ids, "uuid7", in_order),
        patch.object(ids, "uuid4", lambda: UUID(int=numbers.getrandbits(128), version=4)),
    ):
        yield


def _mailboxes(answers: RoomAnswer) -> list[Mailbox]:
    return [
        Mailbox(address=ZHANG, kind=MailboxKind.PERSON, name="Zhang San"),
        Mailbox(address=LI, kind=MailboxKind.PERSON, name="Li Si"),
        Mailbox(address=MOON, kind=MailboxKind.ROOM, name="2楼广寒宫", answers=answers),
        Mailbox(address=LAKE, kind=MailboxKind.ROOM, name="Lake", answers=answers),
    ]
