"""The service: a SOAP document in, a SOAP document out."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from roomd_lab.model.delivery import deliver
from roomd_lab.model.directory import Account
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.organization import Organization
from roomd_lab.soap.call import Call
from roomd_lab.soap.envelope import Request, caller_of, read_request, write_answer, write_fault
from roomd_lab.soap.operations import OPERATIONS

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and the document that goes with it."""

    status: int
    document: bytes


def read(document: bytes) -> Request | Answer:
    """Decode a request; a request that cannot be decoded is answered with a fault."""
    try:
        return read_request(document)
    except ExchangeError as error:
        return fault(error)


def perform(
    organization: Organization, request: Request, account: Account, *, sync_state_is_lost: bool = False
) -> Answer:
    """Do what a request asks. Mail it causes arrives after the answer is written, as it does in life."""
    answer = _answer(organization, request, account, sync_state_is_lost=sync_state_is_lost)
    deliver(organization)
    return answer


def _answer(organization: Organization, request: Request, account: Account, *, sync_state_is_lost: bool) -> Answer:
    try:
        operation = _operation(request.operation)
        call = Call(
            element=request.body,
            caller=caller_of(request, organization, account),
            organization=organization,
            zone=request.zone,
            sync_state_is_lost=sync_state_is_lost,
        )
        return Answer(200, write_answer(operation(call), request.version))
    except ExchangeError as error:
        return fault(error)
    except Exception:  # noqa: BLE001 - whatever is wrong with us, the client gets a fault
        _log.exception("cannot answer %s", request.operation)
        return fault(ExchangeError("ErrorInternalServerError", "An internal server error occurred."))


def _operation(name: str) -> Callable[[Call], str]:
    if name not in OPERATIONS:
        raise ExchangeError("ErrorInvalidOperation", f"The operation {name} is not supported.")
    return OPERATIONS[name]


def fault(error: ExchangeError, *, back_off_ms: int | None = None) -> Answer:
    """A refusal of the whole request."""
    return Answer(500, write_fault(error, back_off_ms=back_off_ms))
