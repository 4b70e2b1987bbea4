"""Every request the server got, for tests that count and for people who wonder."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from roomd_lab.faults import FaultKind

_KEPT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLogEntry:
    """One request. `account` is who signed in, `acts_as` who was impersonated, `anchor` the X-AnchorMailbox header.

    `status` is what was meant to be answered, 0 for a connection that was hung up. `fault` is what went wrong on
    demand.
    """

    at: datetime
    operation: str
    account: str | None
    acts_as: str | None = None
    anchor: str | None = None
    status: int = 200
    fault: FaultKind | None = None


class RequestLog:
    """The latest 20,000 requests, oldest first. It may be read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[RequestLogEntry] = deque(maxlen=_KEPT)

    def add(self, entry: RequestLogEntry) -> None:
        """Write a request down."""
        with self._lock:
            self._entries.append(entry)

    def of(self, operation: str | None = None, account: str | None = None) -> list[RequestLogEntry]:
        """The requests of an operation, an account, both, or all of them."""
        with self._lock:
            return [
                entry
                for entry in self._entries
                if operation in {None, entry.operation} and account in {None, entry.account}
            ]

    def clear(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._entries.clear()
