"""HTTP requests and responses as values."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A complete request. Header names are lower-case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Framing(Enum):
    """How a response says where its body ends."""

    LENGTH = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a response gets on the wire; the default is as it should be.

    `sent` is how many bytes of the body go out before the connection is cut, `claimed` a Content-Length that is not
    true, `seconds` the time over which the body trickles, `wait` the time before anything is sent.
    """

    framing: Framing = Framing.LENGTH
    sent: int | None = None
    claimed: int | None = None
    seconds: float = 0.0
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete response."""

    status: int
    body: bytes = b""
    content_type: str = "text/xml; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    delivery: Delivery = Delivery()


@dataclass(frozen=True, slots=True)
class StreamCut:
    """Where a stream breaks off: `after` whole chunks, and the share `keep` of the next one."""

    after: int
    keep: float


@dataclass(frozen=True, slots=True)
class HttpStream:
    """A response without an end in sight; each chunk is a complete envelope, as Exchange sends them.

    `cancel` gives up one that nobody began to read.
    """

    chunks: AsyncGenerator[bytes, None]
    cancel: Callable[[], None]
    content_type: str = "text/xml; charset=utf-8"
    cut: StreamCut | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection without a word."""


Reply = HttpResponse | HttpStream | HangUp
