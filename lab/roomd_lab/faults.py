"""Faults on demand: what shall go wrong with the next requests of an operation."""

import threading
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from roomd_lab.model.errors import ExchangeError

ANY_OPERATION = "*"
STREAMING_OPERATION = "GetStreamingEvents"


class FaultKind(StrEnum):
    """The ways a request can fail."""

    # Refused by Exchange.
    SERVER_BUSY = "server-busy"
    SOAP_FAULT = "soap-fault"
    ITEM_ERROR = "item-error"
    BATCH_STOPPED = "batch-stopped"
    INVALID_SYNC_STATE = "invalid-sync-state"
    STUCK_SYNC_STATE = "stuck-sync-state"
    SUBSCRIPTION_LOST = "subscription-lost"
    MAILBOX_MOVED = "mailbox-moved"
    # Answered by something before Exchange.
    HTTP_STATUS = "http-status"
    HTTP_401 = "http-401"
    HTTP_403 = "http-403"
    HTTP_404 = "http-404"
    HTTP_407 = "http-407"
    HTTP_429 = "http-429"
    HTTP_500 = "http-500"
    HTTP_502 = "http-502"
    HTTP_503 = "http-503"
    HTTP_504 = "http-504"
    LOCKED_OUT = "locked-out"
    ERROR_PAGE = "redirect-to-error-page"
    OTHER_HOST = "redirect-to-other-host"
    LOGIN_PAGE = "login-page"
    EMPTY = "empty"
    # The server shows another certificate.
    CERTIFICATE_NOT_YET = "certificate-not-yet-valid"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_WRONG_HOST = "certificate-wrong-host"
    # Spoiled on the way.
    CLOSE_BEFORE = "close-before"
    CLOSE_AFTER = "close-after"
    CUT = "cut"
    TRUNCATE = "truncate"
    CLOSE_DELIMITED = "close-delimited"
    WRONG_LENGTH = "wrong-length"
    TRICKLE = "trickle"
    STALL = "stall"
    HUGE = "huge"
    ENTITIES = "entities"
    WRONG_DATE = "wrong-date"
    STREAM_CUT = "stream-cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault for the next `times` requests of `operation` (`*` for all).

    `back_off_ms` goes with server-busy, `retry_after` (seconds) and `status` with http-..., `code` with soap-fault,
    item-error and subscription-lost, `inner_code` with the first two of these, `item` (counted from 0; None for all)
    with item-error. `applied` says that
    soap-fault, item-error and http-... come after the request was carried out. `keep` is the share of the answer that
    is left of a spoiled one. `seconds` is how long trickle and stall take, how wrong wrong-date is, and how long a
    wrong certificate is shown; `size` what huge grows to, `location` where redirect-to-other-host points. `after` is
    how many envelopes of a stream stream-cut lets through before one is cut to the share `keep`; it waits for a
    GetStreamingEvents, whatever `operation` says.
    """

    kind: FaultKind
    operation: str = ANY_OPERATION
    times: int = 1
    back_off_ms: int = 1000
    retry_after: int | None = None
    status: int = 503
    code: str = ""
    inner_code: str = ""
    item: int | None = None
    applied: bool = False
    keep: float = 0.5
    seconds: float = 5.0
    size: int = 64 * 1024 * 1024
    location: str = "https://elsewhere.example.net/EWS/Exchange.asmx"
    after: int = 1

    def befalls(self, operation: str) -> bool:
        """Whether it can happen to a request of an operation."""
        if self.kind is FaultKind.STREAM_CUT and operation != STREAMING_OPERATION:
            return False
        return self.operation in {ANY_OPERATION, operation}

    def refusal(self) -> ExchangeError:
        """What soap-fault and item-error refuse a request with: ErrorInternalServerError around an inner code."""
        usual = "ErrorInternalServerError" if self.inner_code else "ErrorInternalServerTransientError"
        code = self.code or usual
        return ExchangeError(code, f"{code}, on demand.", inner_code=self.inner_code)


class Plan(Protocol):
    """Something that decides, request by request, what shall go wrong."""

    def next(self, operation: str) -> Fault | None:
        """The fault for this request; None to let it go well."""


class Faults:
    """The faults still to come, in the order they were asked for; after them, a plan if there is one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []
        self._plan: Plan | None = None

    def add(self, kind: FaultKind | str, operation: str = ANY_OPERATION, **details: Any) -> None:
        """Plan a fault; the details are those of `Fault`.

        Raises ValueError for an unknown kind, TypeError for an unknown detail.
        """
        planned = Fault(kind=FaultKind(kind), operation=operation, **details)
        with self._lock:
            self._planned.append(planned)

    def follow(self, plan: Plan | None) -> None:
        """Let a plan decide about every request that no fault was asked for."""
        with self._lock:
            self._plan = plan

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._planned.clear()
            self._plan = None

    def pending(self) -> tuple[Fault, ...]:
        """What is still to come."""
        with self._lock:
            return tuple(self._planned)

    def take(self, operation: str) -> Fault | None:
        """The fault for this request, if one was planned; it is then used up by one."""
        with self._lock:
            for index, planned in enumerate(self._planned):
                if planned.befalls(operation):
                    left = replace(planned, times=planned.times - 1)
                    self._planned[index : index + 1] = [left] if left.times > 0 else []
                    return planned
            return self._plan.next(operation) if self._plan else None
