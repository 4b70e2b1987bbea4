"""What the rooms of a configuration that Exchange lists are at this moment, for ``roomd check-config --resolve``.

A daemon that runs is asked: it is signed in, or knows why it is not to be. Where none runs, sign-ins are counted
where the daemon counts its own.
"""

from collections.abc import Iterator

from msgspec import Struct
from pydantic import SecretStr

from roomd_core.api.client import Client, DaemonUnreachable
from roomd_core.roster import RoomSource
from roomd_core.roster.reading import Reading, read_source
from roomd_core.store.closed import closed_store
from roomd_daemon.config import Config
from roomd_daemon.exchange import Exchange
from roomd_daemon.exchange.breaker import Breaker, MemoryBreaker
from roomd_daemon.service import DATABASE, settings_of
from roomd_daemon.sign_in import FactsOfClosedStore, StoredBreaker

BY_DAEMON = "Asked by the roomd that runs, with the account and password it was started with."


class Resolved(Struct, frozen=True, kw_only=True):
    """A source of rooms, and what it gave."""

    source: RoomSource
    reading: Reading

    def lines(self) -> Iterator[str]:
        """Tell it to a person: how many rooms, each of them, and what is wrong."""
        yield f"{self.source.name}: {len(self.reading.places)} rooms"
        for place in self.reading.places:
            yield f"  {place.address}  {place.name}"
        if self.reading.warning:
            yield f"  {self.reading.warning}"


class Answer(Struct, frozen=True, kw_only=True):
    """What every source of a configuration gave; ``by_daemon`` says that the daemon asked Exchange."""

    sources: tuple[Resolved, ...]
    by_daemon: bool = False

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with any of them."""
        return not any(each.reading.warning for each in self.sources)

    def lines(self) -> Iterator[str]:
        """Tell it to a person."""
        if self.by_daemon:
            yield BY_DAEMON
        for each in self.sources:
            yield from each.lines()


async def resolved(config: Config, password: SecretStr) -> Answer:
    """Ask Exchange about every source, once. Raise StoreError, and ProblemError where the daemon says no."""
    try:
        return await _by_daemon(config)
    except DaemonUnreachable:
        return await _by_itself(config, password)


async def _by_daemon(config: Config) -> Answer:
    async with Client(config.paths.socket) as client:
        await client.status()
        found = [
            (source, await client.source(room_list=source.room_list, pattern=source.pattern))
            for source in config.sources()
        ]
    readings = ((source, Reading(places=told.rooms, warning=told.warning)) for source, told in found)
    return Answer(sources=tuple(Resolved(source=source, reading=each) for source, each in readings), by_daemon=True)


async def _by_itself(config: Config, password: SecretStr) -> Answer:
    with closed_store(config.paths.state_dir / DATABASE) as store:
        breaker: Breaker = MemoryBreaker()
        if store is not None:
            breaker = StoredBreaker(FactsOfClosedStore(store), config.exchange.username, password)
        exchange = Exchange(settings_of(config, password), breaker=breaker)
        try:
            found = [(source, await read_source(source, exchange)) for source in config.sources()]
        finally:
            await exchange.close()
    return Answer(sources=tuple(Resolved(source=source, reading=reading) for source, reading in found))
