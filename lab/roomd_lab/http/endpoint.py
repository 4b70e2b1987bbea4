"""What each path of the server answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from roomd_lab.faults import Fault, FaultKind, Faults
from roomd_lab.http.autodiscover import AUTODISCOVER_PATHS
from roomd_lab.http.browsing import WEB_PATH
from roomd_lab.http.fault_replies import instead, spoil, spoils, wrong_certificate
from roomd_lab.http.messages import HangUp, HttpRequest, HttpResponse, HttpStream, Reply, StreamCut
from roomd_lab.http.pages import ERROR_PAGE_PATH, error_page, locked_out, unauthorized
from roomd_lab.http.sign_in import Denied, SignIn
from roomd_lab.http.visits import Visit, Visits
from roomd_lab.model.people import Account
from roomd_lab.shown_certificate import ShownCertificate
from roomd_lab.soap.envelope import Request
from roomd_lab.soap.service import Answer, Streamed, read

EWS_PATH = "/EWS/Exchange.asmx"
CONTROL_PREFIX = "/lab/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What stands behind the paths.

    `certificate` is what new connections are shown, `perform` carries a request out, under a fault if there is one,
    `stream` turns a hanging answer into chunks, and `browse` shows a person what there is.
    """

    faults: Faults
    certificate: ShownCertificate
    visits: Visits
    perform: Callable[[Request, Account, Fault | None], Answer | Streamed]
    stream: Callable[[Streamed], HttpStream]
    control: Callable[[HttpRequest], HttpResponse]
    discover: Callable[[HttpRequest], HttpResponse]
    browse: Callable[[HttpRequest, Account], HttpResponse]


class Endpoint:
    """Answers the requests of one connection, and remembers who signed in on it."""

    def __init__(self, sign_in: SignIn, backend: Backend) -> None:
        self._sign_in = sign_in
        self._backend = backend

    def answer(self, request: HttpRequest) -> Reply:
        """One response, a stream, or a hang-up when a fault on demand says so."""
        path = request.path.lower()
        if path.startswith(CONTROL_PREFIX):
            return self._backend.control(request)
        if path == ERROR_PAGE_PATH:
            return error_page()
        is_browsing = request.method == "GET" and path.startswith(WEB_PATH)
        if path != EWS_PATH.lower() and path not in AUTODISCOVER_PATHS and not is_browsing:
            return HttpResponse(HTTPStatus.NOT_FOUND)
        return self._signed_in(request)

    def _signed_in(self, request: HttpRequest) -> Reply:
        account = self._sign_in.check(request.headers.get("authorization"))
        if isinstance(account, Denied):
            return self._refused(request, account)
        if request.path.lower() in AUTODISCOVER_PATHS:
            return self._backend.discover(request)
        if request.method == "GET":
            return self._backend.browse(request, account)
        if request.method != "POST":
            return HttpResponse(HTTPStatus.METHOD_NOT_ALLOWED, headers=(("Allow", "GET, POST"),))
        return self._soap(request, account)

    def _refused(self, request: HttpRequest, denied: Denied) -> HttpResponse:
        if denied.is_final:
            self._backend.visits.refused(request)
        return locked_out() if denied.is_locked else unauthorized(denied.challenges)

    def _soap(self, request: HttpRequest, account: Account) -> Reply:
        decoded = read(request.body)
        if isinstance(decoded, Answer):
            return HttpResponse(decoded.status, decoded.document)
        planned = self._backend.faults.take(decoded.operation)
        visit = Visit(request, decoded, account.username, planned)
        return self._backend.visits.seen(visit, self._reply(decoded, account, planned))

    def _reply(self, decoded: Request, account: Account, planned: Fault | None) -> Reply:
        if planned is None:
            return self._shown(self._backend.perform(decoded, account, None))
        if wrong := wrong_certificate(planned):
            self._backend.certificate.show(wrong, planned.seconds)
        replacement = instead(planned)
        if replacement is not None and not planned.applied:
            return replacement
        reply = self._shown(self._backend.perform(decoded, account, planned))
        if isinstance(reply, HttpStream):
            return _befall_stream(reply, planned, replacement)
        return replacement or spoil(planned, reply)

    def _shown(self, answer: Answer | Streamed) -> HttpResponse | HttpStream:
        if isinstance(answer, Streamed):
            return self._backend.stream(answer)
        return HttpResponse(answer.status, answer.document)


def _befall_stream(stream: HttpStream, planned: Fault, replacement: Reply | None) -> Reply:
    """A stream is cut while it runs, does not begin, or has nothing to fear from this fault."""
    if planned.kind is FaultKind.STREAM_CUT:
        return replace(stream, cut=StreamCut(planned.after, planned.keep))
    if replacement is None and not spoils(planned):
        return stream
    stream.cancel()
    return replacement or HangUp()
