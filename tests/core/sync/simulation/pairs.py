"""S7: one history lived twice, once with deaths of the process and once without; both have to end alike.

People act while nothing is under way, and alike in both lives: what they choose depends on the phase and on what is
there. Then roomd begins to bring both sides together, and in the one life dies at some call or commit of that. What
follows is undisturbed. So a death is all that differs, and it may leave no trace.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from core.sync.house import at
from core.sync.simulated_copy import Copy
from core.sync.simulation.faults import Weather
from core.sync.simulation.people import Words
from core.sync.simulation.server import LISTED, RecordingExchange
from core.sync.simulation.world import A_WHILE, World, same_ids
from roomd_core.merge import normalize
from roomd_core.model import EventStatus, Trigger

PHASES = 5
ACTS = 3
UNDISTURBED = 3
MOST_MOMENTS = 30
"""A death comes at one of so many moments, before or after a call or a commit; if there are fewer, there is none."""
MINUTES = 2
BY_TITLE = "CAST(content AS TEXT) ->> '$.title', id"


class Deaths(Weather):
    """Good luck, but for one death when ``left`` more moments have passed."""

    left = 0

    def at_call(self, _number: int, when: str, call: str, mailbox: str) -> BaseException | None:
        if when == "before":
            self._history.tell(f"  {call} {mailbox}")
        return self._crash(f"crash {when} a call") if self._is_due() else None

    def at_commit(self, when: str) -> None:
        if self._is_due():
            raise self._crash(f"crash {when} a commit")

    def _is_due(self) -> bool:
        self.left -= 1
        return self.left == 0


class Apart(Words):
    """Gives every meeting minutes of its own: who gets a room would depend on which of two writes comes first."""

    def __init__(self, random: Random, whose: str, slots: Iterator[int]) -> None:
        super().__init__(random, whose)
        self._slots = slots

    def times(self) -> tuple[datetime, datetime]:
        hour, minute = self.random.randrange(8, 16), MINUTES * next(self._slots)
        return at(hour, minute), at(hour, minute + MINUTES - 1)


class Orderly(RecordingExchange):
    """Shows copies by title: in which order they were made, a death may change."""

    def copies(self, address: str) -> list[Copy]:
        return sorted(super().copies(address), key=lambda copy: (copy.content.title, copy.uid))


class Life(World):
    """One of the two."""

    def __init__(self, folder: Path, seed: int, *, dies: bool) -> None:
        super().__init__(folder, seed)
        self._seed, self._dies = seed, dies
        self.here.order = BY_TITLE
        slots = iter(range(60 // MINUTES))
        self.here._words = Apart(self.random, "Here", slots)
        self.outlook._words = Apart(self.random, "Outlook", slots)

    def make_exchange(self) -> RecordingExchange:
        return Orderly(self.clock, self.history)

    def make_weather(self) -> Weather:
        return Deaths(self.random, self.clock, self.history, self.counts)

    async def live(self) -> None:
        await self.daemon.start()
        for phase in range(PHASES):
            self.random.seed(f"{self._seed} acts {phase}")
            for _ in range(ACTS):
                await self._act()
            self.random.seed(f"{self._seed} sync {phase}")
            await self._sync_and_die(Random(f"{self._seed} death {phase}").randrange(1, MOST_MOMENTS))
            for _ in range(UNDISTURBED):
                await self._round()
            self.clock.advance((phase + 1) * 4 * 3600 - self.clock.steady())

    async def _act(self) -> None:
        here, outlook = self.here, self.outlook
        ours: list[Callable[[], Awaitable[None]]] = [
            here.book, here.change, here.cancel, here.book_series, here.change_series, here.call_some_off,
            self.collide,
        ]  # fmt: skip
        theirs: list[Callable[[], None]] = [
            outlook.meet, outlook.meet_often, outlook.edit, outlook.change_occurrence, outlook.drop_occurrence,
            outlook.call_off, outlook.delete_quietly,
        ]  # fmt: skip
        self.clock.advance(1)
        if self.random.random() < 0.6:
            act = self.random.choice(ours)
            self.history.tell(f"{act.__name__}")
            await act()
        else:
            done = self.random.choice(theirs)
            self.history.tell(f"in Outlook: {done.__name__}")
            done()

    async def _sync_and_die(self, moment: int) -> None:
        assert isinstance(self.weather, Deaths)
        self.weather.left = moment if self._dies else 0
        self.history.tell("sync")
        await self._survive(self._round)
        self.weather.left = 0

    async def _round(self) -> None:
        """Send what is due before anything is read, as a daemon does that has just started; then all the rest."""
        await self.push()
        await self.daemon.engine.run(Trigger.HAND)
        await self.push()
        self.clock.advance(A_WHILE)

    async def end(self) -> dict[str, Any]:
        """Return what both sides hold in the end, and who was mailed how often.

        Left out are the names that each life gives by itself (ids, uids, keys, change keys), when anything was made,
        found or asked, in which order, and what the log says: a death makes roomd look again, and take longer. So is
        what no longer stands, of which a life that read a room first may have had two.
        """
        async with self.daemon.store.read() as tables:
            events = await tables.events.many([row[0] for row in await tables.events._rows("SELECT id FROM event")])
            conflicts = await tables.conflicts.listing(resolved=False)
            held = await tables.occupancies.between(at(0, day=-30), at(0, day=400))
            waiting = await tables.operations.summary()
        standing = [event for event in events.values() if event.status is EventStatus.CONFIRMED]
        title = {event.id: event.content.title for event in events.values()}
        return {
            "items": sorted(
                (address, copy.is_organizer, copy.answer, sorted(copy.left), repr(normalize(copy.content)))
                for address in LISTED
                for copy in self.exchange.copies(address)
            ),
            "events": sorted((e.organizer, e.origin, repr(normalize(e.content)), e.base is None) for e in standing),
            "conflicts": sorted((c.kind, title[c.event or ""], c.room or "", c.units) for c in conflicts if c.event),
            "occupancy": sorted((o.mailbox, title[o.event], o.start, o.end, o.state) for o in held),
            "waiting": (waiting.queued, waiting.unknown, waiting.parked),
            "mails": sorted(Counter(self.exchange.mails).items()),
        }


async def live_twice(folder: Path, seed: int) -> tuple[dict[str, Any], dict[str, Any], Life]:
    """Live a history without and with deaths; return both ends, and the life that had deaths."""
    whole, _ = await _live(folder / "whole", seed, dies=False)
    torn, life = await _live(folder / "torn", seed, dies=True)
    return whole, torn, life


async def _live(folder: Path, seed: int, *, dies: bool) -> tuple[dict[str, Any], Life]:
    life = Life(folder, seed, dies=dies)
    with same_ids(seed):
        await life.live()
        end = await life.end()
    await life.daemon.store.close()
    await life.daemon.bury()
    life.daemon.power_cut()
    return end, life
