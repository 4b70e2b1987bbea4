"""The roster at work: reads the sources again, keeps what they gave, and tells who has to know."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from roomd_core.clock import Clock
from roomd_core.errors import Invalid, NotFound, RoomdError
from roomd_core.model import API, Mailbox, MailboxKind
from roomd_core.roster.directory import Directory
from roomd_core.roster.reading import Reading, read_source
from roomd_core.roster.sources import RoomSource, compose
from roomd_core.store import Store, Tables

logger = logging.getLogger(__name__)

Told = Callable[[list[Mailbox]], Awaitable[None]]
Read = Callable[[Sequence[str]], Awaitable[None]]


class Roster:
    """Which mailboxes are listed. ``begin`` comes first; ``serve`` reads the sources whenever it is woken."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        clock: Clock,
        *,
        configured: Sequence[Mailbox],
        sources: Sequence[RoomSource] = (),
    ) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._configured = configured
        self._sources = sources
        self._listed: list[Mailbox] = []
        self._warnings: dict[str, str] = {}
        self._newcomers: list[str] = []
        self._tell: Told | None = None
        self._reading = asyncio.Lock()
        self._changing = asyncio.Lock()
        self._woken = asyncio.Event()
        self._due = True

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of the sources, as they were last read."""
        return tuple(self._warnings.values())

    async def begin(self, tell: Told) -> list[Mailbox]:
        """List what is known without asking Exchange, and return it. ``tell`` is called now and at every change."""
        self._tell = tell
        async with self._changing, self._store.write() as tables:
            mailboxes = await self._compose(tables)
            await tables.mailboxes.configure(mailboxes)
        self._listed = mailboxes
        await tell(mailboxes)
        return mailboxes

    def wake(self) -> None:
        """Have the sources read again soon."""
        self._due = True
        self._woken.set()

    async def serve(self, read: Read) -> None:
        """Read the sources when woken, and ``read`` the calendars of whoever came new, until cancelled."""
        while True:
            if self._due:
                self._due = False
                await self._look()
            newcomers, self._newcomers = self._newcomers, []
            if newcomers:
                await _read_quietly(read, newcomers)
            await self._woken.wait()
            self._woken.clear()

    async def reread(self) -> None:
        """Read the sources now. What cannot be read, or reads empty, changes nothing and becomes a warning."""
        async with self._reading:
            readings = {source.name: await read_source(source, self._directory) for source in self._sources}
            self._note(readings)
            async with self._changing, self._store.write() as tables:
                known = await tables.rosters.all()
                for name, reading in readings.items():
                    kept = () if reading.believed else known.get(name, ())
                    places = {place.address: place for place in (*kept, *reading.places)}
                    await tables.rosters.replace(name, places.values())
                await self._list(tables)
            await self._told()

    async def look(self, source: RoomSource) -> Reading:
        """Return what Exchange gives for a source now, listed or not. Nothing is listed by it."""
        return await read_source(source, self._directory)

    async def put_person(self, address: str, *, name: str | None, unix_user: str | None, by: str) -> Mailbox:
        """List a person, or change one listed so before. Raise Invalid for who is listed otherwise."""
        person = Mailbox(
            address=address, kind=MailboxKind.PERSON, name=name or address, unix_user=unix_user, source=API
        )
        async with self._changing, self._store.write() as tables:
            _require_free(person, await tables.mailboxes.all())
            await tables.people.put(person, by=by, at=self._clock.now())
            await self._list(tables)
        await self._told()
        return person

    async def remove_person(self, address: str) -> Mailbox:
        """List a person no longer; their history stays. Raise NotFound, and Invalid for one of the configuration."""
        async with self._changing, self._store.write() as tables:
            person = await tables.mailboxes.get(address)
            if person is None or person.kind is not MailboxKind.PERSON:
                raise NotFound(f"There is no person {address}.")
            if person.source != API:
                raise Invalid("address", f"{address} is in the configuration: take it out there and restart roomd")
            await tables.people.remove(address)
            await self._list(tables)
        await self._told()
        return person

    async def _look(self) -> None:
        try:
            await self.reread()
        except RoomdError as error:
            logger.warning("the sources of rooms could not be read: %s", error)
        except Exception:
            logger.exception("reading the sources of rooms met something unexpected; the next run tries again")

    def _note(self, readings: Mapping[str, Reading]) -> None:
        """Log what is new to know, and remember it for the status."""
        warnings = {name: reading.warning for name, reading in readings.items() if reading.warning}
        for name, warning in warnings.items():
            if self._warnings.get(name) != warning:
                logger.warning(warning)
        self._warnings = warnings

    async def _compose(self, tables: Tables) -> list[Mailbox]:
        return compose(self._configured, self._sources, await tables.rosters.all(), await tables.people.all())

    async def _list(self, tables: Tables) -> None:
        mailboxes = await self._compose(tables)
        if mailboxes != await tables.mailboxes.all():
            await tables.mailboxes.configure(mailboxes)

    async def _told(self) -> None:
        """Tell of a change, once it is in the store."""
        async with self._changing:
            async with self._store.read() as tables:
                mailboxes = await tables.mailboxes.all()
            if mailboxes == self._listed:
                return
            before, now = ({each.address for each in those} for those in (self._listed, mailboxes))
            self._listed = mailboxes
            logger.info(
                "%d mailboxes are listed now: %d came, %d left", len(now), len(now - before), len(before - now)
            )
            self._newcomers += sorted(now - before)
            assert self._tell is not None
            await self._tell(mailboxes)
        self._woken.set()


def _require_free(person: Mailbox, listed: Sequence[Mailbox]) -> None:
    """Refuse an address, or a user of this host, that somebody else has."""
    for other in listed:
        if other.address == person.address and other.source != API:
            raise Invalid("address", f"{other.address} is listed by the {other.source} as a {other.kind} already")
        if person.unix_user and other.unix_user == person.unix_user and other.address != person.address:
            raise Invalid("unix_user", f"{person.unix_user} books as {other.address} already")


async def _read_quietly(read: Read, addresses: Sequence[str]) -> None:
    """Read who came new at once; where that fails, the mailbox says so, and the next run reads it."""
    try:
        await read(addresses)
    except RoomdError as error:
        logger.info("newly listed mailboxes are left to the next run: %s", error)
    except Exception:
        logger.exception("reading newly listed mailboxes met something unexpected; the next run reads them")
