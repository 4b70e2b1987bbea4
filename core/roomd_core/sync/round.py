"""Reading many mailboxes at once: a few at a time, each with its own luck, all stopped when Exchange is away."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add

from msgspec import Struct

from roomd_core.errors import RoomdError
from roomd_core.model import EXCHANGE, Mailbox, MailboxError, MailboxKind
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.pull import Pulled, Puller
from roomd_core.sync.remote import NO_SUCH_MAILBOX, ExchangeUnavailable, MailboxUnavailable

logger = logging.getLogger(__name__)


class Reading(Struct, frozen=True, kw_only=True):
    """How reading one mailbox went. ``error`` is None if it was read to the end; ``skipped`` if it was not tried."""

    mailbox: Mailbox
    pulled: Pulled = Pulled()
    error: Exception | None = None
    skipped: bool = False


class Readings(Struct, frozen=True, kw_only=True):
    """How a round of reading went."""

    readings: tuple[Reading, ...]

    @property
    def pulled(self) -> Pulled:
        """What was brought in, all mailboxes together."""
        return reduce(add, (reading.pulled for reading in self.readings), Pulled())

    @property
    def read(self) -> int:
        """How many mailboxes were read to the end."""
        return sum(not reading.skipped and reading.error is None for reading in self.readings)

    @property
    def unavailable(self) -> ExchangeUnavailable | None:
        """Why the round was ended early, if it was."""
        errors = (reading.error for reading in self.readings)
        return next((error for error in errors if isinstance(error, ExchangeUnavailable)), None)

    def errors(self) -> tuple[MailboxError, ...]:
        """List what went wrong: one entry if it is Exchange as a whole, else one for each mailbox."""
        if self.unavailable:
            return (MailboxError(mailbox=EXCHANGE, message=str(self.unavailable)),)
        return tuple(
            MailboxError(mailbox=reading.mailbox.address, message=message_of(reading.error))
            for reading in self.readings
            if reading.error
        )


class Reader:
    """Reads mailboxes, at most ``concurrency`` at a time."""

    def __init__(self, ledger: Ledger, puller: Puller, locks: MailboxLocks, *, concurrency: int) -> None:
        self._ledger = ledger
        self._puller = puller
        self._locks = locks
        self._slots = asyncio.Semaphore(concurrency)

    async def read(self, mailboxes: Iterable[Mailbox]) -> Readings:
        """Read these mailboxes, people first: that a meeting was cancelled is best learned from its organizer."""
        stop = asyncio.Event()
        ordered = sorted(mailboxes, key=lambda mailbox: mailbox.kind is MailboxKind.ROOM)
        readings = await asyncio.gather(*(self._read(mailbox, stop) for mailbox in ordered))
        await self._note(readings)
        return Readings(readings=tuple(readings))

    async def _read(self, mailbox: Mailbox, stop: asyncio.Event) -> Reading:
        async with self._slots, self._locks.of(mailbox.address):
            if stop.is_set():
                return Reading(mailbox=mailbox, skipped=True)
            try:
                return Reading(mailbox=mailbox, pulled=await self._puller.pull(mailbox))
            except ExchangeUnavailable as error:
                stop.set()
                return Reading(mailbox=mailbox, error=error)
            except RoomdError as error:
                return Reading(mailbox=mailbox, error=error)
            except Exception as error:
                logger.exception("reading %s failed unexpectedly", mailbox.address)
                return Reading(mailbox=mailbox, error=error)

    async def _note(self, readings: Sequence[Reading]) -> None:
        """Note in one transaction how old the knowledge of each mailbox is."""
        tried = [reading for reading in readings if not reading.skipped and not reading.pulled.noted]
        if not tried:
            return
        now = (await self._ledger.setting()).now
        async with self._ledger.store.write() as tables:
            await tables.mailboxes.note_all_read([each.mailbox.address for each in tried if not each.error], now)
            for reading in tried:
                if reading.error:
                    message, unknown = message_of(reading.error), is_unknown(reading.error)
                    await tables.mailboxes.note_failure(reading.mailbox.address, now, message, unknown=unknown)


def is_unknown(error: Exception) -> bool:
    """Tell whether Exchange said that it knows no such mailbox."""
    return isinstance(error, MailboxUnavailable) and error.code == NO_SUCH_MAILBOX


def message_of(error: Exception | None) -> str:
    """Return what to show of an error: its own words if it was meant for people."""
    if isinstance(error, RoomdError):
        return str(error)
    return f"An unexpected error ({type(error).__name__}); the log has the details. The next run tries again."
