"""Asking each room's own calendar who answers its invitations, so that nobody has to wait to find out.

The setting is AutomateProcessing in the calendar options of a mailbox (MS-OXOCFG 2.2.5.1.1).
"""

import asyncio
import logging
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Protocol

from roomd_core.clock import Clock
from roomd_core.errors import RoomdError
from roomd_core.model import MailboxKind, RoomAnswer, RoomAnswers
from roomd_core.store import Store
from roomd_core.sync.remote import ExchangeUnavailable, RemoteError, RetryLater

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(days=1)
"""How long what a room's setting said is believed without asking again."""
MOST_AT_ONCE = 100
"""Rooms asked in one go: the rest comes with the next."""


class Automation(IntEnum):
    """What a mailbox does with a meeting request by itself (AutomateProcessing)."""

    NONE = 0
    UPDATE = 1
    """It is put into the calendar, and nobody answers."""
    ACCEPT = 2
    """The booking attendant answers, or asks a delegate to."""


class Attendants(Protocol):
    """What can be asked of a room about its booking attendant."""

    async def automation(self, room: str) -> Automation | None:
        """Return what the room does with requests, None where its options do not say. Raise RemoteError."""
        ...


class AutomationReader:
    """Reads the setting of every listed room that ``answers = "auto"``, and again after a day."""

    def __init__(self, store: Store, attendants: Attendants, clock: Clock) -> None:
        self._store = store
        self._attendants = attendants
        self._clock = clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Have a look whether a room is to be asked."""
        self._woken.set()

    async def serve(self) -> None:
        """Look now, and whenever woken, until cancelled."""
        while True:
            try:
                await self.look()
            except (RetryLater, ExchangeUnavailable) as error:
                logger.info("who answers for rooms is asked later: %s", error)
            except RoomdError as error:
                logger.warning("who answers for rooms could not be noted: %s", error)
            except Exception:
                logger.exception("asking who answers for rooms met something unexpected; it is tried again")
            await self._woken.wait()
            self._woken.clear()

    async def look(self) -> None:
        """Ask every room whose time has come, one after the other. Raise RetryLater and ExchangeUnavailable."""
        for address in (await self._due())[:MOST_AT_ONCE]:
            await self._ask(address)

    async def _due(self) -> list[str]:
        async with self._store.read() as tables:
            mailboxes = await tables.mailboxes.all()
            known = await tables.room_answers.all()
        rooms = [each for each in mailboxes if each.kind is MailboxKind.ROOM and each.answers is RoomAnswer.AUTO]
        now = self._clock.now()
        return [room.address for room in rooms if is_due(known.get(room.address), now)]

    async def _ask(self, address: str) -> None:
        why = "its calendar options do not say who answers"
        automation: Automation | None = None
        try:
            automation = await self._attendants.automation(address)
        except (RetryLater, ExchangeUnavailable):
            raise
        except RemoteError as error:
            why = str(error)
        async with self._store.write() as tables:
            if automation is None:
                await tables.room_answers.note_unread(address, why, self._clock.now())
            else:
                await tables.room_answers.note_setting(address, who_answers(automation), self._clock.now())


def who_answers(automation: Automation) -> RoomAnswer:
    """Return who answers for a room with this setting: where its attendant does not, roomd has to."""
    return RoomAnswer.EXCHANGE if automation is Automation.ACCEPT else RoomAnswer.ROOMD


def is_due(known: RoomAnswers | None, now: datetime) -> bool:
    """Tell whether a room is to be asked."""
    return known is None or known.tried_at is None or not timedelta(0) <= now - known.tried_at < AGAIN_AFTER
