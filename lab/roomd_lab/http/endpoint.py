"""What each path of the server answers."""

from collections.abc import Callable
from http import HTTPStatus

from roomd_lab.faults import Fault, FaultKind, Faults
from roomd_lab.http.messages import HangUp, HttpRequest, HttpResponse
from roomd_lab.http.sign_in import OFFERS, Denied, Gate, SignIn
from roomd_lab.model.directory import Account
from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.envelope import Request
from roomd_lab.soap.service import Answer, fault, read

EWS_PATH = "/EWS/Exchange.asmx"
CONTROL_PREFIX = "/lab/"

Perform = Callable[[Request, Account, bool], Answer]
Control = Callable[[HttpRequest], HttpResponse]


class Endpoint:
    """Answers the requests of one connection, and remembers who signed in on it."""

    def __init__(self, gate: Gate, faults: Faults, perform: Perform, control: Control) -> None:
        self._sign_in = SignIn(gate)
        self._faults = faults
        self._perform = perform
        self._control = control

    def answer(self, request: HttpRequest) -> HttpResponse | HangUp:
        """One response, or a hang-up when a fault on demand says so."""
        if request.path.startswith(CONTROL_PREFIX):
            return self._control(request)
        if request.path.lower() != EWS_PATH.lower():
            return HttpResponse(HTTPStatus.NOT_FOUND)
        account = self._sign_in.check(request.headers.get("authorization"))
        if isinstance(account, Denied):
            return _unauthorized(account.challenges)
        if request.method != "POST":
            return HttpResponse(HTTPStatus.METHOD_NOT_ALLOWED, headers=(("Allow", "POST"),))
        return self._soap(request, account)

    def _soap(self, request: HttpRequest, account: Account) -> HttpResponse | HangUp:
        decoded = read(request.body)
        if isinstance(decoded, Answer):
            return HttpResponse(decoded.status, decoded.document)
        planned = self._faults.take(decoded.operation)
        if planned is not None and (early := _before(planned)) is not None:
            return early
        lost = planned is not None and planned.kind is FaultKind.INVALID_SYNC_STATE
        answer = self._perform(decoded, account, lost)
        return HttpResponse(answer.status, answer.document) if planned is None else _after(planned, answer)


def _before(planned: Fault) -> HttpResponse | HangUp | None:
    """What a fault answers instead of doing what was asked; None when it is done first."""
    match planned.kind:
        case FaultKind.SERVER_BUSY:
            error = ExchangeError("ErrorServerBusy", "The server cannot service this request right now.")
            busy = fault(error, back_off_ms=planned.back_off_ms)
            return HttpResponse(busy.status, busy.document)
        case FaultKind.HTTP_503:
            return HttpResponse(HTTPStatus.SERVICE_UNAVAILABLE, b"Service Unavailable", "text/html")
        case FaultKind.HTTP_401:
            return _unauthorized(OFFERS)
        case FaultKind.CLOSE_BEFORE:
            return HangUp()
    return None


def _after(planned: Fault, answer: Answer) -> HttpResponse | HangUp:
    """What becomes of the answer after what was asked has been done."""
    match planned.kind:
        case FaultKind.CLOSE_AFTER:
            return HangUp()
        case FaultKind.TRUNCATE:
            kept = int(len(answer.document) * planned.keep)
            return HttpResponse(answer.status, answer.document[:kept])
    return HttpResponse(answer.status, answer.document)


def _unauthorized(challenges: tuple[str, ...]) -> HttpResponse:
    return HttpResponse(
        HTTPStatus.UNAUTHORIZED, headers=tuple(("WWW-Authenticate", challenge) for challenge in challenges)
    )
