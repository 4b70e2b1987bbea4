"""How values are written into columns: instants as whole seconds, what is compared as a whole as JSON.

Instants are rounded down to the second. Calendars count in minutes, so nothing a person can see is lost; contents
keep theirs to the microsecond, because they are JSON.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import msgspec

from roomd_core.model import Content

A = TypeVar("A")
B = TypeVar("B")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

encode = msgspec.json.encode
content = msgspec.json.Decoder(Content).decode
"""Read a content back from JSON."""


def word(member: StrEnum) -> str:
    """Return what a member is written as: sqlite3 takes three times as long over any class but its own."""
    return member._value_


def seconds(instant: datetime) -> int:
    """Return an aware instant as whole seconds since 1970 UTC, rounded down."""
    since = instant - _EPOCH
    return since.days * 86400 + since.seconds


def instant(seconds: int) -> datetime:
    """Return the aware instant, in UTC, that ``seconds`` since 1970 stands for."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe(convert: Callable[[A], B], value: A | None) -> B | None:
    """Convert a value; NULL stays NULL."""
    return None if value is None else convert(value)


def array(values: Iterable[str]) -> str:
    """Return strings as a JSON array, for ``IN (SELECT value FROM json_each(...))``."""
    return encode(list(values)).decode()
