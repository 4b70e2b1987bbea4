"""What each fault looks like on the wire."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

from roomd_lab.faults import Fault, FaultKind
from roomd_lab.http.messages import Delivery, Framing, HangUp, HttpResponse
from roomd_lab.http.pages import (
    ERROR_PAGE_PATH,
    application_error,
    html_page,
    locked_out,
    login_page,
    redirect,
    unauthorized,
)
from roomd_lab.http.sign_in import OFFERS
from roomd_lab.model.errors import ExchangeError
from roomd_lab.shown_certificate import CertificateKind
from roomd_lab.soap.service import fault

Spoiled = HttpResponse | HangUp
_PADDING = b"<!-- " + b"padding " * 128 + b"-->"
_ENTITIES = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/hostname">]>'
)


def instead(planned: Fault) -> Spoiled | None:
    """What a fault answers in place of Exchange; None for one that spoils Exchange's own answer."""
    if planned.kind in _STATUSES:
        return _status(replace(planned, status=_STATUSES[planned.kind]))
    write = _INSTEAD.get(planned.kind)
    return None if write is None else write(planned)


def wrong_certificate(planned: Fault) -> CertificateKind | None:
    """The certificate a fault lets the server show to the connections that come next."""
    return _WRONG_CERTIFICATES.get(planned.kind)


def spoils(planned: Fault) -> bool:
    """Whether a fault spoils an answer on its way."""
    return planned.kind in _SPOILED


def spoil(planned: Fault, answer: HttpResponse) -> Spoiled:
    """What becomes of an answer after what was asked has been done."""
    write = _SPOILED.get(planned.kind)
    return answer if write is None else write(planned, answer)


def _busy(planned: Fault) -> HttpResponse:
    error = ExchangeError("ErrorServerBusy", "The server cannot service this request right now. Try again later.")
    answer = fault(error, back_off_ms=planned.back_off_ms)
    return HttpResponse(answer.status, answer.document)


def _soap_fault(planned: Fault) -> HttpResponse:
    answer = fault(planned.refusal())
    return HttpResponse(answer.status, answer.document)


def _status(planned: Fault) -> HttpResponse:
    if planned.status == HTTPStatus.UNAUTHORIZED:
        return unauthorized(OFFERS)
    if planned.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return application_error()
    after = () if planned.retry_after is None else (("Retry-After", str(planned.retry_after)),)
    return html_page(HTTPStatus(planned.status), headers=after)


_STATUSES = {
    FaultKind.HTTP_401: 401,
    FaultKind.HTTP_403: 403,
    FaultKind.HTTP_404: 404,
    FaultKind.HTTP_407: 407,
    FaultKind.HTTP_429: 429,
    FaultKind.HTTP_500: 500,
    FaultKind.HTTP_502: 502,
    FaultKind.HTTP_503: 503,
    FaultKind.HTTP_504: 504,
}
_WRONG_CERTIFICATES = {
    FaultKind.CERTIFICATE_NOT_YET: CertificateKind.NOT_YET,
    FaultKind.CERTIFICATE_EXPIRED: CertificateKind.EXPIRED,
    FaultKind.CERTIFICATE_WRONG_HOST: CertificateKind.WRONG_HOST,
}
_INSTEAD: dict[FaultKind, Callable[[Fault], Spoiled]] = {
    FaultKind.SERVER_BUSY: _busy,
    FaultKind.SOAP_FAULT: _soap_fault,
    FaultKind.HTTP_STATUS: _status,
    FaultKind.LOCKED_OUT: lambda _: locked_out(),
    FaultKind.ERROR_PAGE: lambda _: redirect(f"{ERROR_PAGE_PATH}?aspxerrorpath=/EWS/Exchange.asmx"),
    FaultKind.OTHER_HOST: lambda planned: redirect(planned.location),
    FaultKind.LOGIN_PAGE: lambda _: login_page(),
    FaultKind.EMPTY: lambda _: HttpResponse(HTTPStatus.OK),
    FaultKind.CLOSE_BEFORE: lambda _: HangUp(),
    FaultKind.CERTIFICATE_NOT_YET: lambda _: HangUp(),
    FaultKind.CERTIFICATE_EXPIRED: lambda _: HangUp(),
    FaultKind.CERTIFICATE_WRONG_HOST: lambda _: HangUp(),
}


def _kept(planned: Fault, answer: HttpResponse) -> bytes:
    return answer.body[: int(len(answer.body) * planned.keep)]


def _huge(planned: Fault, answer: HttpResponse) -> HttpResponse:
    """Well-formed and useless: comments before the envelope ends."""
    body, tail = answer.body.rsplit(b"</", 1)
    padding = _PADDING * max(0, (planned.size - len(answer.body)) // len(_PADDING))
    return replace(answer, body=body + padding + b"</" + tail)


def _with_entities(answer: HttpResponse) -> HttpResponse:
    declaration, envelope = answer.body.split(b"?>", 1)
    return replace(answer, body=declaration + b"?>" + _ENTITIES + envelope.replace(b"NoError", b"NoError&b;", 1))


def _wrong_date(planned: Fault, answer: HttpResponse) -> HttpResponse:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=planned.seconds), usegmt=True)
    return replace(answer, headers=(*answer.headers, ("Date", date)))


_SPOILED: dict[FaultKind, Callable[[Fault, HttpResponse], Spoiled]] = {
    FaultKind.CLOSE_AFTER: lambda *_: HangUp(),
    FaultKind.CUT: lambda planned, a: replace(a, delivery=Delivery(sent=len(_kept(planned, a)))),
    FaultKind.TRUNCATE: lambda planned, a: replace(a, body=_kept(planned, a)),
    FaultKind.CLOSE_DELIMITED: lambda planned, a: replace(
        a, delivery=Delivery(framing=Framing.CLOSE, sent=len(_kept(planned, a)))
    ),
    FaultKind.WRONG_LENGTH: lambda _, a: replace(a, delivery=Delivery(claimed=len(a.body) + 100)),
    FaultKind.TRICKLE: lambda planned, a: replace(a, delivery=Delivery(seconds=planned.seconds)),
    FaultKind.STALL: lambda planned, a: replace(a, delivery=Delivery(wait=planned.seconds)),
    FaultKind.HUGE: _huge,
    FaultKind.ENTITIES: lambda _, a: _with_entities(a),
    FaultKind.WRONG_DATE: _wrong_date,
}
