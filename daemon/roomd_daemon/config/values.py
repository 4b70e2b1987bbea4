"""The kinds of value a setting can have, and how each is read from TOML.

Every reader raises ``PydanticCustomError`` without repeating the input: what is expected is told by the setting.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationInfo
from pydantic_core import PydanticCustomError

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_DURATION = re.compile(r"(\d{1,6})([smhd])")
_PATTERN = re.compile(r"[^\s@<>,;:\"'\[\]]+@[^\s@<>,;:\"'\[\]]+")
_ADDRESS = re.compile(r"[^\s@<>,;:\"']+@[^\s@<>,;:\"']+")


def parse_duration(text: Any) -> timedelta:
    """Read ``90s``, ``10m``, ``2h`` or ``30d``."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise _wrong()
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _positive(duration: timedelta) -> timedelta:
    if duration <= timedelta(0):
        raise _wrong()
    return duration


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise _wrong()
    return text.lower()


def _pattern(text: str) -> str:
    if not _PATTERN.fullmatch(text) or not set("*?") & set(text):
        raise _wrong()
    return text.lower()


def _room_list(text: str) -> str:
    return _address(text) if "@" in text else _not_blank(text)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise _wrong()
    return text.strip()


def _endpoint(text: str) -> str:
    parts = urlsplit(text)
    if "@" in parts.netloc:  # a password may stand there: it must not be shown
        raise PydanticCustomError("hidden", "a user name or password inside the address")
    if parts.scheme != "https" or not parts.hostname or not parts.path.strip("/"):
        raise _wrong()
    return text


def _path(text: Any, info: ValidationInfo) -> Path:
    """Resolve against the folder of the configuration file, which is the validation's context."""
    if not isinstance(text, str) or not text:
        raise _wrong()
    return Path(info.context or ".") / Path(text).expanduser()


def _wrong() -> PydanticCustomError:
    return PydanticCustomError("wrong", "not as expected")


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
PositiveDuration = Annotated[Duration, AfterValidator(_positive)]
Address = Annotated[str, AfterValidator(_address)]
AddressPattern = Annotated[str, AfterValidator(_pattern)]
RoomList = Annotated[str, AfterValidator(_room_list)]
Name = Annotated[str, AfterValidator(_not_blank)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
FilePath = Annotated[Path, BeforeValidator(_path)]
