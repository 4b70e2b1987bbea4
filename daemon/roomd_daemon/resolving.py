"""What the rooms of a configuration that Exchange lists are at this moment, for ``roomd check-config --resolve``."""

from collections.abc import Iterator

from msgspec import Struct
from pydantic import SecretStr

from roomd_core.roster import RoomSource
from roomd_core.roster.reading import Reading, read_source
from roomd_daemon.config import Config
from roomd_daemon.exchange import Exchange
from roomd_daemon.service import settings_of


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


async def resolved(config: Config, password: SecretStr) -> list[Resolved]:
    """Ask Exchange about every source, once."""
    exchange = Exchange(settings_of(config, password))
    try:
        return [Resolved(source=source, reading=await read_source(source, exchange)) for source in config.sources()]
    finally:
        await exchange.close()
