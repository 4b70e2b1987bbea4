"""The service: a SOAP document in, a SOAP document out."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from roomd_lab.faults import Fault
from roomd_lab.model.delivery import deliver
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.organization import Organization
from roomd_lab.model.people import Account
from roomd_lab.soap.call import Call
from roomd_lab.soap.envelope import Request, caller_of, read_request, write_answer, write_fault, write_streamed
from roomd_lab.soap.event_stream import EventStream
from roomd_lab.soap.misfortune import suffer
from roomd_lab.soap.operations import OPERATIONS, Operation

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and the document that goes with it."""

    status: int
    document: bytes


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer that goes on: an event stream whose every word is a document."""

    stream: EventStream
    version: str

    @property
    def seconds(self) -> float:
        """How long it was asked to last."""
        return self.stream.seconds

    @property
    def is_over(self) -> bool:
        """Whether the last word has been said."""
        return self.stream.is_over

    def open(self, wake: Callable[[], object]) -> bytes:
        """Begin; `wake` is called, from any thread, when there is news."""
        return write_streamed(self.stream.open(wake), self.version)

    def news(self) -> bytes:
        """What happened since last asked; empty for nothing."""
        content = self.stream.news()
        return write_streamed(content, self.version) if content else b""

    def heartbeat(self) -> bytes:
        """A sign of life."""
        return write_streamed(self.stream.heartbeat(), self.version)

    def farewell(self) -> bytes:
        """The last word."""
        return write_streamed(self.stream.farewell(), self.version)

    def close(self) -> None:
        """The connection is gone."""
        self.stream.close()


def read(document: bytes) -> Request | Answer:
    """Decode a request; a request that cannot be decoded is answered with a fault."""
    try:
        return read_request(document)
    except ExchangeError as error:
        return fault(error)


def perform(
    organization: Organization, request: Request, account: Account, planned: Fault | None = None
) -> Answer | Streamed:
    """Do what a request asks. Mail it causes arrives after the answer is written, as it does in life."""
    answer = _answer(organization, request, account, planned)
    deliver(organization)
    return answer


def _answer(
    organization: Organization, request: Request, account: Account, planned: Fault | None
) -> Answer | Streamed:
    try:
        operation = _operation(request.operation)
        call = Call(
            element=request.body,
            caller=caller_of(request, organization, account),
            organization=organization,
            zone=request.zone,
            version=request.version,
            fault=planned,
        )
        suffer(call)
        content = operation(call)
        if isinstance(content, EventStream):
            return Streamed(content, request.version)
        return Answer(200, write_answer(content, request.version))
    except ExchangeError as error:
        return fault(error)
    except Exception:  # noqa: BLE001 - whatever is wrong with us, the client gets a fault
        _log.exception("cannot answer %s", request.operation)
        return fault(ExchangeError("ErrorInternalServerError", "An internal server error occurred."))


def _operation(name: str) -> Operation:
    if name not in OPERATIONS:
        raise ExchangeError("ErrorInvalidOperation", f"The operation {name} is not supported.")
    return OPERATIONS[name]


def fault(error: ExchangeError, *, back_off_ms: int | None = None) -> Answer:
    """A refusal of the whole request."""
    return Answer(500, write_fault(error, back_off_ms=back_off_ms))
