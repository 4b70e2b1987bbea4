"""The configuration: one TOML file, every fault of it told in one line each."""

from roomd_daemon.config.faults import ConfigError, Fault
from roomd_daemon.config.load import Config, load
from roomd_daemon.config.password import read_password
from roomd_daemon.config.sections import ExchangeSection, PathsSection, PersonEntry, RoomEntry, SyncSection

__all__ = [
    "Config",
    "ConfigError",
    "ExchangeSection",
    "Fault",
    "PathsSection",
    "PersonEntry",
    "RoomEntry",
    "SyncSection",
    "load",
    "read_password",
]
