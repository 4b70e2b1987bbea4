"""uvicorn's HTTP protocol with who is asking, and with bounds on what a request's head may cost."""

import asyncio
import socket
import struct
from typing import Any

from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from roomd_core.api.problems import MALFORMED, MEDIA
from roomd_daemon.http.encoding import encode

HEAD_LIMIT = 16 * 1024
"""Bytes of a request's line and headers together."""
HEAD_PATIENCE = 10.0
"""Seconds from the first byte of a request to the end of its headers."""
IDLE_PATIENCE = 60.0
"""Seconds a connection may say nothing before its first request."""

_UCRED = struct.Struct("3i")


class Peer(Struct, frozen=True):
    """The process at the other end, as the kernel knew it when it connected (unix(7), SO_PEERCRED).

    ``uid`` is the identity; ``pid`` is for the log alone, because it may be somebody else's by now.
    """

    pid: int
    uid: int
    gid: int


def peer_of(sock: Any) -> Peer | None:
    """Ask the kernel who connected; None when it does not say, as for anything but a Unix socket."""
    if sock is None or sock.family != socket.AF_UNIX:
        return None
    try:
        return Peer(*_UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)))
    except OSError:
        return None


class PeerProtocol(HttpToolsProtocol):
    """One connection. Its peer is in every request's ``scope["state"]["peer"]``; without one it is closed."""

    _deadline: asyncio.TimerHandle | None = None
    _received = 0
    """Bytes since the request began, of a head that is not complete yet."""
    _parsed = 0
    """Bytes of the head that are understood."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Find out who it is before anything is read."""
        peer = peer_of(transport.get_extra_info("socket"))
        if peer is None:
            self.transport = transport
            transport.abort()
            return
        self.app_state = {**self.app_state, "peer": peer}
        super().connection_made(transport)
        self._deadline = self.loop.call_later(IDLE_PATIENCE, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._end_of_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that has grown too large without an end is refused."""
        super().data_received(data)
        if self._deadline is not None:
            self._received += len(data)
            if self._received > HEAD_LIMIT:
                self._refuse_head()

    def on_message_begin(self) -> None:
        """Start to count."""
        super().on_message_begin()
        self._received = self._parsed = 0
        self._end_of_head()
        self._deadline = self.loop.call_later(HEAD_PATIENCE, self._refuse_head)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count one header. Raising makes the parser give up, which is answered with 400."""
        super().on_header(name, value)
        self._parsed += len(name) + len(value)
        if len(self.url) + self._parsed > HEAD_LIMIT:
            raise ValueError("the head of the request is too large")

    def on_headers_complete(self) -> None:
        """Stop to count."""
        self._end_of_head()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP request with a problem, and close."""
        self._end_of_head()
        body = encode(MALFORMED.problem(f"{msg} The head of a request may have {HEAD_LIMIT} bytes."))
        head = (
            f"HTTP/1.1 400 Bad Request\r\ncontent-type: {MEDIA}\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _refuse_head(self) -> None:
        self.send_400_response(
            f"The request's head was not complete after {HEAD_PATIENCE:.0f} seconds or is too large."
        )

    def _end_of_head(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
