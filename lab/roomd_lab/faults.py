"""Faults on demand: what shall go wrong with the next requests of an operation."""

import threading
from dataclasses import dataclass, replace
from enum import StrEnum

ANY_OPERATION = "*"


class FaultKind(StrEnum):
    """The ways a request can fail."""

    SERVER_BUSY = "server-busy"
    HTTP_503 = "http-503"
    HTTP_401 = "http-401"
    CLOSE_BEFORE = "close-before"
    CLOSE_AFTER = "close-after"
    TRUNCATE = "truncate"
    INVALID_SYNC_STATE = "invalid-sync-state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault for the next `times` requests of `operation` (`*` for all).

    `back_off_ms` goes with server-busy; `keep` is the share of the answer that truncate leaves.
    """

    kind: FaultKind
    operation: str = ANY_OPERATION
    times: int = 1
    back_off_ms: int = 1000
    keep: float = 0.5


class Faults:
    """The faults still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []

    def add(
        self,
        kind: FaultKind | str,
        operation: str = ANY_OPERATION,
        *,
        times: int = 1,
        back_off_ms: int = 1000,
        keep: float = 0.5,
    ) -> None:
        """Plan a fault."""
        planned = Fault(kind=FaultKind(kind), operation=operation, times=times, back_off_ms=back_off_ms, keep=keep)
        with self._lock:
            self._planned.append(planned)

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._planned.clear()

    def pending(self) -> tuple[Fault, ...]:
        """What is still to come."""
        with self._lock:
            return tuple(self._planned)

    def take(self, operation: str) -> Fault | None:
        """The fault for this request, if one was planned; it is then used up by one."""
        with self._lock:
            for index, planned in enumerate(self._planned):
                if planned.operation in {ANY_OPERATION, operation}:
                    left = replace(planned, times=planned.times - 1)
                    self._planned[index : index + 1] = [left] if left.times > 0 else []
                    return planned
        return None
