"""exchangelib's sessions with roomd's TLS, and a way to cut a call that takes too long.

exchangelib keeps the pool of sessions and signs in (NTLM or Basic). What it does around a request is not used: it
repeats requests in several places (``EWSService._get_elements``, ``post_ratelimited``, ``_get_response_xml`` with
other versions), it believes half answers, and it logs whole bodies. Here a request is sent once, and what comes back
is raised or returned.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import Any

import requests
from exchangelib import DELEGATE, IMPERSONATION, UTC, Build, Configuration, Credentials, Identity, Version
from exchangelib.protocol import BaseProtocol, FailFast
from exchangelib.transport import BASIC, NTLM
from requests.adapters import HTTPAdapter
from spnego.exceptions import SpnegoError
from urllib3 import HTTPSConnectionPool

from roomd_core.sync.remote import ExchangeUnavailable
from roomd_daemon.exchange.envelope import post, wrap
from roomd_daemon.exchange.settings import Access, Auth, ExchangeSettings
from roomd_daemon.exchange.soap import LARGEST_BODY, Malformed, Payload
from roomd_daemon.exchange.speaking import Answer, keep_cookies, opening, speak
from roomd_daemon.exchange.trouble import (
    DIRECTORY,
    MAY_CARRY_SOAP,
    UNDERSTOOD,
    CallFailed,
    Cause,
    NotEws,
    Reply,
    believe,
)

VERSION = Version(build=Build(15, 0, 847, 0), api_version="Exchange2013_SP1")
"""The oldest schema with everything roomd asks for: every later server accepts it."""

_AUTH = {Auth.NTLM: NTLM, Auth.BASIC: BASIC}
_CONNECT_SECONDS = 10.0
_CHUNK = 64 * 1024
_TIME_IS_OVER = "the time for the call was over"


Shown = Callable[[Any], None]
"""Takes what ``SSLSocket.getpeercert`` tells of a server's certificate; from any thread."""


def _unseen(_certificate: Any) -> None:
    """Nobody looks at certificates."""


class Flight:
    """One call on its way. ``cut`` may come from any thread: the blocked one wakes up with an error."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._landed = False
        self.is_cut = False
        self.was_sent = False

    def cut(self) -> None:
        """End the call: shut its connection, and let no other be used. After it has landed, do nothing."""
        with self._lock:
            if self._landed:
                return
            self.is_cut = True
            if self._socket is not None:
                # Past SSLSocket.shutdown, which would pull the TLS state from under the thread that reads.
                with suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def use(self, connection: socket.socket) -> None:
        """Note that a request goes out on this connection now."""
        with self._lock:
            if self.is_cut:
                raise ConnectionAbortedError("the call was cut")
            self._socket = connection
            self.was_sent = True

    def land(self) -> None:
        """Note that the call is over; its connection may serve another."""
        with self._lock:
            self._landed = True
            self._socket = None


class _Pool(HTTPSConnectionPool):
    """One session's connection, told which flight uses it.

    urllib3's own check warns of every unverified connection; whoever says verify = false was warned once, at start.
    """

    def __init__(self, *args: Any, door: "_Door", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._door = door

    def _validate_conn(self, conn: Any) -> None:
        if conn.is_closed:
            conn.connect()
            self._door.shown(conn.sock.getpeercert())
        self._door.flight.use(conn.sock)

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Lend the connection if it is open, and the other end has not closed it meanwhile; else None."""
        conn = self._get_conn()
        try:
            yield None if conn.is_closed else conn
        finally:
            self._put_conn(conn)


class _Door(HTTPAdapter):
    """An HTTP adapter with one TLS context of ours and one connection."""

    def __init__(self, tls: ssl.SSLContext, shown: Shown) -> None:
        self._tls = tls
        self.shown = shown
        self._pool: Any = None
        self.flight = Flight()
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._tls)
        pools: dict[str, Any] = {"https": partial(_Pool, door=self)}
        self.poolmanager.pool_classes_by_scheme = pools

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Return the pool of the one endpoint, found once instead of looked up for every request."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        return self._pool

    def speak(self, request: requests.PreparedRequest, *, opening: str, quiet: float) -> Answer | None:
        """Send a request on the connection as it is. None where it is not open: then nothing was sent."""
        if self._pool is None:
            return None
        with self._pool.opened() as conn:
            if conn is None:
                return None
            self.flight.use(conn.sock)
            conn.sock.settimeout(quiet)
            answer = speak(conn.sock, request, opening=opening)
            if not answer.stays:
                conn.close()
            return answer

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._pool = None
        super().close()

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Leave every TLS decision to the context: requests would mix its own authorities in."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave every TLS decision to the context."""


class Principal:
    """As whom a request is made: what exchangelib's services ask of an account, without its discovery."""

    affinity_cookie = None
    default_timezone = UTC
    version = VERSION

    def __init__(self, protocol: "Connections", mailbox: str | None, access: Access) -> None:
        self.protocol = protocol
        self.primary_smtp_address = mailbox
        self.identity = Identity(primary_smtp_address=mailbox)
        self.access_type = IMPERSONATION if access is Access.IMPERSONATION else DELEGATE


class Connections(BaseProtocol):  # type: ignore[misc]  # exchangelib is untyped
    """The pool of signed-in sessions to one endpoint. Blocking: for worker threads."""

    def __init__(self, settings: ExchangeSettings, shown: Shown = _unseen) -> None:
        """``shown`` is told of the certificate of each new connection."""
        self._settings = settings
        self._shown = shown
        self.headers: dict[str, str] = {}
        """What every request says besides, or in place of what exchangelib would say under the same names."""
        self._tls = tls_context(settings)
        self._url = str(requests.Request("POST", settings.endpoint).prepare().url)
        self._opening = opening(self._url)
        super().__init__(
            Configuration(
                credentials=Credentials(settings.username, settings.password.reveal()),
                service_endpoint=settings.endpoint,
                auth_type=_AUTH[settings.auth],
                version=VERSION,
                retry_policy=FailFast(),
                max_connections=settings.max_connections,
            )
        )

    def create_session(self) -> Any:
        """Make a session that looks for no proxy or netrc and has our TLS."""
        session = super().create_session()
        session.trust_env = False
        session.mount(self.service_endpoint, _Door(self._tls, self._shown))
        return session

    def principal(self, mailbox: str) -> Principal:
        """Return whom to act as for that mailbox; the service account itself where it is about none."""
        if mailbox == DIRECTORY:
            return Principal(self, None, Access.DELEGATE)
        return Principal(self, mailbox, self._settings.access)

    def send(self, mailbox: str, payload: Payload, flight: Flight) -> Reply:
        """Send one request once, and return the whole answer. Raise CallFailed or Malformed."""
        with self._flying(flight) as session:
            request = self._prepared(session, mailbox, payload)
            reply = self._spoken(session, request) or self._posted(session, request)
        if flight.is_cut or reply.status not in MAY_CARRY_SOAP:
            self.retire_session(session)
        else:
            self.release_session(session)
        if flight.is_cut:  # an answer cut within its headers looks like a whole one without a body
            raise CallFailed(Cause.DEADLINE, _TIME_IS_OVER)
        return reply

    def listen(
        self, mailbox: str, payload: Payload, flight: Flight, hear: Callable[[bytes], bool], *, quiet: float
    ) -> None:
        """Send one request once, and hand on the pieces of its answer as they come.

        It ends when the server ends it, or ``hear`` returns False. ``quiet`` is how many seconds may pass without a
        byte. Raise CallFailed, and NotEws for an answer that is not HTTP 200. The session keeps its cookies, so that
        the next request reaches the same server behind a load balancer, but not its connection.
        """
        with self._flying(flight) as session:
            request = self._prepared(session, mailbox, payload)
            with self._post(session, request, quiet=quiet) as response:
                if response.status_code != HTTPStatus.OK:
                    reply = Reply(status=response.status_code, headers=response.headers, body=_read_body(response))
                    believe(reply)
                    raise NotEws(reply)
                for piece in response.iter_content(None):
                    if not hear(piece):
                        break
            if flight.is_cut:
                raise CallFailed(Cause.DEADLINE, _TIME_IS_OVER)
        session.get_adapter(self.service_endpoint).close()
        self.release_session(session)

    @contextmanager
    def _flying(self, flight: Flight) -> Iterator[Any]:
        """Lend a session for one flight; one whose flight failed is not used again."""
        session = self.get_session()
        session.get_adapter(self.service_endpoint).flight = flight
        try:
            yield session
        except BaseException as error:
            flight.land()
            self.retire_session(session)
            if isinstance(error, UNDERSTOOD) and not flight.is_cut:
                raise
            raise why_failed(error, flight) from error
        flight.land()

    def _spoken(self, session: requests.Session, request: requests.PreparedRequest) -> Reply | None:
        """Send a request on the session's connection. None where it is not open, or not signed in any more."""
        door: Any = session.get_adapter(self.service_endpoint)
        answer: Answer | None = door.speak(request, opening=self._opening, quiet=self._settings.deadline)
        if answer is None or (answer.reply.status == HTTPStatus.UNAUTHORIZED and not _carries_sign_in(request)):
            return None
        keep_cookies(session, request, answer)
        return answer.reply

    def _posted(self, session: requests.Session, request: requests.PreparedRequest) -> Reply:
        """Send a request as requests does it: open a connection if need be, and sign in."""
        with self._post(session, request, quiet=self._settings.deadline) as response:
            return Reply(status=response.status_code, headers=response.headers, body=_read_body(response))

    def _prepared(self, session: requests.Session, mailbox: str, payload: Payload) -> requests.PreparedRequest:
        anchor = {} if mailbox == DIRECTORY else {"X-AnchorMailbox": mailbox}
        impersonated = mailbox if anchor and self._settings.access is Access.IMPERSONATION else None
        body = wrap(payload, version=VERSION.api_version, as_whom=impersonated)
        return post(session, self._url, body, {**anchor, **self.headers})

    def _post(
        self, session: requests.Session, request: requests.PreparedRequest, *, quiet: float
    ) -> requests.Response:
        timeout = (_CONNECT_SECONDS, quiet)
        return session.send(request, allow_redirects=False, timeout=timeout, stream=True, proxies={})


def _carries_sign_in(request: requests.PreparedRequest) -> bool:
    """Say whether a request signs in by itself, as Basic does: a refusal of it is one of its password."""
    return "Authorization" in request.headers


def _read_body(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Malformed(f"it is larger than {LARGEST_BODY // 1024 // 1024} MiB")
    return bytes(body)


def tls_context(settings: ExchangeSettings) -> ssl.SSLContext:
    """Return the TLS rules of these settings: the host's authorities, the given file alone, or no check at all.

    Raise ExchangeUnavailable where the file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ExchangeUnavailable(
            f"ca_file {settings.ca_file} cannot be used ({error.strerror}): it must hold certificates in PEM form"
        ) from error
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def why_failed(error: BaseException, flight: Flight) -> CallFailed:
    """Say what an exception from the network means, by how far the call had come."""
    chain = list(_chain(error))
    if not flight.was_sent:
        return _never_sent(chain)
    if flight.is_cut:
        return CallFailed(Cause.DEADLINE, _TIME_IS_OVER)
    if isinstance(error, (SpnegoError, PermissionError)):
        return CallFailed(Cause.NO_COMMON_SIGN_IN, "it did not take part in NTLM")
    return CallFailed(Cause.INTERRUPTED, _reason(chain))


def _never_sent(chain: list[BaseException]) -> CallFailed:
    tls = next((error for error in chain if isinstance(error, ssl.SSLError)), None)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return CallFailed(Cause.UNTRUSTED, tls.verify_message)
    return CallFailed(Cause.UNREACHABLE if tls is None else Cause.UNTRUSTED, _reason(chain))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(chain: list[BaseException]) -> str:
    """Return the operating system's words for the innermost error, or the kind of the outermost."""
    for error in reversed(chain):
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
        if isinstance(error, TimeoutError):
            return "timed out"
    return type(chain[0]).__name__
