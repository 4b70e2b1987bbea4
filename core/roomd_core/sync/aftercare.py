"""Looking after pushes: reading what became of them, until every room has answered."""

import asyncio
import logging

from roomd_core.model import Mailbox, MailboxKind
from roomd_core.spans import rooms_ever
from roomd_core.sync.attend import RoomAttendant
from roomd_core.sync.case import Case
from roomd_core.sync.followup import FollowUps
from roomd_core.sync.health import Gate
from roomd_core.sync.inviting import Inviter
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.releasing import Releaser
from roomd_core.sync.remote import ExchangeUnavailable
from roomd_core.sync.round import Reader
from roomd_core.sync.waiting import woken
from roomd_core.sync.window import Window

logger = logging.getLogger(__name__)
_AT_LEAST = 0.1
"""Seconds between two looks, so that nothing ever spins."""


class Aftercare:
    """Follows events after a push, at growing intervals, without waiting for the next run."""

    def __init__(  # noqa: PLR0913 - what it works with
        self,
        ledger: Ledger,
        reader: Reader,
        gate: Gate,
        *,
        attendant: RoomAttendant,
        inviter: Inviter,
        releaser: Releaser,
        window: Window,
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._attendant = attendant
        self._inviter = inviter
        self._releaser = releaser
        self._gate = gate
        self._window = window
        self._follow_ups = FollowUps()
        self._begun = asyncio.Event()

    def begin(self, event: str) -> None:
        """Follow an event: something about it was pushed just now."""
        self._follow_ups.begin(event, self._ledger.clock.steady())
        self._begun.set()

    def wake(self) -> None:
        """Say that Exchange answers again."""
        self._begun.set()

    async def look_due(self) -> None:
        """Look after every event whose time has come."""
        for event in self._follow_ups.due(self._ledger.clock.steady()):
            settled = await self._look(event)
            self._follow_ups.looked(event, self._ledger.clock.steady(), settled=settled)

    async def attend_all(self) -> None:
        """See to every room that has not answered, whenever the event was pushed. Ends when Exchange is away."""
        await self._inviter.go_on()
        try:
            await self._releaser.go_on()
            for case in await self.unanswered():
                await self._attendant.attend(case.event.id)
        except ExchangeUnavailable as error:
            logger.info("rooms are answered for later: %s", error)

    async def serve(self) -> None:
        """Look after pushes until cancelled."""
        while True:
            try:
                if not self._gate.is_shut:
                    await self.look_due()
            except Exception:
                logger.exception("looking after pushes met something unexpected; it goes on")
            await woken(self._begun, self._pause())

    async def _look(self, event: str) -> bool:
        """Read the calendars concerned, answer where it is our turn; say whether everything is settled."""
        case = await self._ledger.case(event)
        readings = await self._reader.read(await self._concerned(case))
        await self._inviter.go_on()
        if readings.unavailable:
            return False
        try:
            return await self._attendant.attend(event)
        except ExchangeUnavailable:
            return False

    async def _concerned(self, case: Case) -> list[Mailbox]:
        listed = (await self._ledger.setting()).mailboxes
        contents = [content for content in (case.event.content, case.event.base) if content]
        addresses = (case.event.organizer, *(room for content in contents for room in rooms_ever(content)))
        return [listed[address] for address in dict.fromkeys(addresses) if address in listed]

    async def unanswered(self) -> list[Case]:
        """Return the events made here that lie ahead and that a room has not answered."""
        setting = await self._ledger.setting()
        rooms = [mailbox.address for mailbox in setting.mailboxes.values() if mailbox.kind is MailboxKind.ROOM]
        async with self._ledger.store.read() as tables:
            events = await tables.occupancies.unanswered(setting.now, setting.now + self._window.future, rooms)
        return await self._ledger.cases(events) if events else []

    def _pause(self) -> float | None:
        at, wait = self._follow_ups.next_at(), self._gate.wait()
        if at is None or wait is None:
            return None
        return max(_AT_LEAST, wait.total_seconds(), at - self._ledger.clock.steady())
