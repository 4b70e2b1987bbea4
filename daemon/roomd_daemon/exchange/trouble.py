"""What went wrong with one call: the facts, before anybody decides what they mean."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from roomd_daemon.exchange.codes import LOCKED_OUT
from roomd_daemon.exchange.settings import Auth, ExchangeSettings
from roomd_daemon.exchange.soap import Element, Malformed, Payload, ServerFault, open_envelope

_OK = 200
_UNAUTHORIZED = 401
_SCHEMES = {Auth.NTLM: ("ntlm", "negotiate"), Auth.BASIC: ("basic",)}
"""The words of WWW-Authenticate that mean each: raw NTLM is also taken where only Negotiate is offered."""
MAY_CARRY_SOAP = (_OK, 500)
"""The HTTP statuses EWS itself answers with: faults come with 500 (SOAP 1.1 section 6.2)."""
_LOCKED_OUT_WORDS = b"The referenced account is currently locked out"


class Cause(Enum):
    """How a call failed."""

    UNREACHABLE = auto()
    """No connection came about: nothing was sent."""
    UNTRUSTED = auto()
    """TLS was not agreed on: nothing was sent."""
    NO_COMMON_SIGN_IN = auto()
    """The server offers no way of signing in that is configured: nothing was done."""
    INTERRUPTED = auto()
    """The connection ended before the whole answer was here."""
    DEADLINE = auto()
    """The time for the call was over."""
    MALFORMED = auto()
    """An answer came that is not a whole EWS answer."""
    WEB_PAGE = auto()
    """A web page came where EWS should be."""
    HTTP = auto()
    """The web server answered, not EWS: ``status`` says what."""
    CODE = auto()
    """EWS answered with a response code."""


class Trouble(Struct, frozen=True, kw_only=True):
    """One failed call. ``text`` is a reason in words, never a body; ``after`` the pause the server asks for."""

    cause: Cause
    operation: str
    mailbox: str
    is_write: bool
    host: str
    username: str
    status: int | None = None
    code: str | None = None
    text: str = ""
    after: timedelta | None = None


DIRECTORY = "the address book"
"""What a request is about that concerns no mailbox: it is made as the service account itself."""


class Request(Struct, frozen=True, kw_only=True):
    """One EWS request, about or as ``mailbox``."""

    operation: str
    mailbox: str
    payload: Payload
    is_write: bool = False


class Reply(Struct, frozen=True, kw_only=True):
    """A whole HTTP answer. ``headers`` are looked up without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class CallFailed(Exception):  # noqa: N818 - turned into the port's errors by the line
    """No whole answer came. ``text`` is the reason in a few words."""

    def __init__(self, cause: Cause, text: str) -> None:
        super().__init__(text)
        self.cause = cause
        self.text = text


class NotEws(Exception):  # noqa: N818 - turned into the port's errors by the line
    """The web server answered in place of EWS."""

    def __init__(self, reply: Reply, cause: Cause = Cause.HTTP, text: str = "") -> None:
        super().__init__(reply.status)
        self.reply = reply
        self.cause = cause
        self.text = text


Failure = CallFailed | NotEws | Malformed | ServerFault
UNDERSTOOD = (CallFailed, NotEws, Malformed, ServerFault)
"""The kinds of Failure, for ``except``."""


def believe(reply: Reply) -> Element:
    """Return the answer in a reply that is one. Raise NotEws, or ServerFault for a SOAP fault."""
    if reply.status not in MAY_CARRY_SOAP:
        raise NotEws(reply)
    try:
        return open_envelope(reply.body)
    except Malformed as fault:
        if reply.status != _OK:
            raise NotEws(reply) from None
        page = "html" in reply.headers.get("Content-Type", "").lower()
        raise NotEws(reply, Cause.WEB_PAGE if page else Cause.MALFORMED, str(fault)) from None


def trouble_of(failure: Failure, request: Request, settings: ExchangeSettings) -> Trouble:
    """Describe a failed request."""
    about = Trouble(
        cause=Cause.MALFORMED,
        operation=request.operation,
        mailbox=request.mailbox,
        is_write=request.is_write,
        host=settings.host,
        username=settings.username,
    )
    match failure:
        case CallFailed(cause=cause, text=text):
            return replace(about, cause=cause, text=text)
        case Malformed():
            return replace(about, text=str(failure))
        case ServerFault(code=code, text=text, back_off=back_off, about=mailbox):
            mailbox = mailbox or request.mailbox
            return replace(about, cause=Cause.CODE, code=code, text=text, after=back_off, mailbox=mailbox)
        case NotEws(reply=reply) if reply.status == _UNAUTHORIZED and not _offers(settings.auth, reply):
            offered = reply.headers["WWW-Authenticate"]
            return replace(about, cause=Cause.NO_COMMON_SIGN_IN, text=f"{settings.auth} is set, it offers {offered}")
        case elsewhere:
            return replace(about, cause=elsewhere.cause, status=elsewhere.reply.status, **_from_http(elsewhere))


def _offers(auth: Auth, reply: Reply) -> bool:
    offered = reply.headers.get("WWW-Authenticate", "").lower()
    return not offered or any(scheme in offered for scheme in _SCHEMES[auth])


def _from_http(failure: NotEws) -> dict[str, Any]:
    reply = failure.reply
    location = reply.headers.get("Location", "")
    locked = _LOCKED_OUT_WORDS in reply.body
    return {
        "text": failure.text or location,
        "code": LOCKED_OUT if locked else None,
        "after": _retry_after(reply.headers.get("Retry-After", "")),
    }


def _retry_after(seconds: str) -> timedelta | None:
    """Read Retry-After (RFC 9110 section 10.2.3) where it is a number; a date leaves the wait to the caller."""
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
