"""Reading the file: syntax, then values, then what only the whole can tell."""

import ssl
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from roomd_core.model import Mailbox
from roomd_core.roster import RoomSource
from roomd_daemon.config.faults import ConfigError, Fault, fault_of_syntax, fault_of_value
from roomd_daemon.config.sections import (
    ExchangeSection,
    PathsSection,
    PersonEntry,
    RoomEntry,
    RoomsEntry,
    Section,
    SyncSection,
)

LONGEST_SOCKET_PATH = 107
"""Bytes of a Unix socket's path (unix(7): sun_path is 108 with its closing zero)."""


class Config(Section):
    """The whole file."""

    exchange: ExchangeSection = Field(description="Exchange.", json_schema_extra={"expected": "a table [exchange]"})
    sync: SyncSection = Field(
        default_factory=SyncSection, description="Sync runs.", json_schema_extra={"expected": "a table [sync]"}
    )
    paths: PathsSection = Field(
        default_factory=PathsSection, description="Places.", json_schema_extra={"expected": "a table [paths]"}
    )
    room: list[RoomEntry] = Field(
        default_factory=list, description="Rooms.", json_schema_extra={"expected": "tables [[room]]"}
    )
    rooms: list[RoomsEntry] = Field(
        default_factory=list, description="Many rooms.", json_schema_extra={"expected": "tables [[rooms]]"}
    )
    person: list[PersonEntry] = Field(
        default_factory=list, description="People.", json_schema_extra={"expected": "tables [[person]]"}
    )

    def sources(self) -> list[RoomSource]:
        """Return the rooms that are not named one by one, in the order of the file."""
        return [entry.source() for entry in self.rooms]

    def mailboxes(self) -> list[Mailbox]:
        """Return rooms, then people, in the order of the file."""
        return [*(room.mailbox() for room in self.room), *(person.mailbox() for person in self.person)]


def load(file: Path) -> Config:
    """Read and check a configuration file. Raise ConfigError with every fault that can be told at once."""
    tables = _parse(file)
    try:
        config = Config.model_validate(tables, context=file.absolute().parent)
    except ValidationError as error:
        faults = [fault_of_value(Config, details) for details in error.errors(include_url=False)]
        raise ConfigError(file, faults) from None
    if faults := [*_faults_of_whole(config)]:
        raise ConfigError(file, faults)
    return config


def _parse(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_bytes().decode())
    except OSError as error:
        raise ConfigError(file, [Fault("file", f"{error.strerror}", "a readable TOML file")]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(file, [Fault(f"line {line}", "bytes that are not UTF-8", "TOML in UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(file, [fault_of_syntax(error)]) from None


def _faults_of_whole(config: Config) -> Iterator[Fault]:
    yield from _certificate_faults(config.exchange)
    if len(bytes(config.paths.socket)) > LONGEST_SOCKET_PATH:
        yield Fault("paths.socket", f'"{config.paths.socket}"', f"a path of at most {LONGEST_SOCKET_PATH} bytes")
    yield from _source_faults(config)
    entries = [*_keyed("room", config.room), *_keyed("person", config.person)]
    yield from _doubled(entries, "address")
    yield from _doubled(_keyed("room", config.room), "name")
    yield from _doubled(_keyed("person", config.person), "unix_user")


def _source_faults(config: Config) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, entry in enumerate(config.rooms, 1):
        key = f"rooms[{number}]"
        if (entry.list is None) == (entry.pattern is None):
            found = "neither list nor pattern" if entry.list is None else "both list and pattern"
            yield Fault(key, found, "one of the two")
            continue
        before = first.setdefault(entry.source().name.casefold(), number)
        if before != number:
            yield Fault(key, f"the {entry.source().name}, which rooms[{before}] has too", "each list or pattern once")


def _certificate_faults(exchange: ExchangeSection) -> Iterator[Fault]:
    if exchange.ca_file is None:
        return
    if not exchange.verify:
        yield Fault("exchange.verify", "false together with ca_file", "one of the two")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(exchange.ca_file)
    except ssl.SSLError:
        yield Fault("exchange.ca_file", f'"{exchange.ca_file}" without a certificate', "a PEM file")
    except OSError as error:
        yield Fault("exchange.ca_file", f'"{exchange.ca_file}" ({error.strerror})', "a readable PEM file")


Keyed = list[tuple[str, RoomEntry | PersonEntry]]


def _keyed(table: str, entries: Sequence[RoomEntry | PersonEntry]) -> Keyed:
    return [(f"{table}[{number}]", entry) for number, entry in enumerate(entries, 1)]


def _doubled(entries: Keyed, field: str) -> Iterator[Fault]:
    """Find values that stand twice; names differ by more than case, as people read them."""
    first: dict[str, str] = {}
    for key, entry in entries:
        value = getattr(entry, field)
        if value is None:
            continue
        before = first.setdefault(value.casefold(), key)
        if before != key:
            yield Fault(f"{key}.{field}", f'"{value}", which {before} has too', f"each {field} once")
