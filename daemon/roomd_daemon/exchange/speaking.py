"""A request on a connection that is open already, and its answer: HTTP/1.1 as httptools reads it (RFC 9112).

requests and urllib3 know how to open a connection, check its certificate and sign in on it. That happens once; what
is asked on it afterwards, again and again, they make several times as expensive as it is.
"""

import socket
from collections.abc import Sequence
from http.client import HTTPMessage
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from httptools import HttpParserError, HttpResponseParser
from msgspec import Struct
from requests.cookies import MockRequest, MockResponse
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from roomd_daemon.exchange.soap import LARGEST_BODY, Malformed
from roomd_daemon.exchange.trouble import Reply

_CHUNK = 64 * 1024
_FIRST_FINAL = 200
_BODY_UNTIL_THE_END = frozenset({"content-length", "transfer-encoding"})


class Answer(Struct, frozen=True, kw_only=True):
    """A whole answer. ``cookies`` are its Set-Cookie headers; ``stays`` says that the connection stays open."""

    reply: Reply
    cookies: Sequence[str]
    stays: bool


def opening(url: str) -> str:
    """Return the first two lines of every POST to a URL (RFC 9112 section 3)."""
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n"


def speak(connection: socket.socket, request: requests.PreparedRequest, *, opening: str) -> Answer:
    """Send a POST, and return the whole answer. Raise OSError where the connection ends before, and Malformed."""
    connection.sendall(_written(request, opening))
    heard = _Heard()
    try:
        while not heard.is_whole:
            piece = connection.recv(_CHUNK)
            if not piece:
                heard.end()
                break
            heard.take(piece)
    except HttpParserError as error:
        raise Malformed(f"it is not HTTP ({error})") from error
    return heard.answer()


def keep_cookies(session: requests.Session, request: requests.PreparedRequest, answer: Answer) -> None:
    """Let the session say with its next request what this answer told it to (RFC 6265)."""
    if answer.cookies:
        told = HTTPMessage()
        for cookie in answer.cookies:
            told["Set-Cookie"] = cookie
        jar: Any = session.cookies  # typed as what urllib.request brings, which requests has its stand-ins for
        jar.extract_cookies(MockResponse(told), MockRequest(request))


def _written(request: requests.PreparedRequest, opening: str) -> bytes:
    """Return the bytes of a request. Raise ValueError for a header that would be more than one line."""
    headers = "".join([f"{name}: {_text(value)}\r\n" for name, value in request.headers.items()])
    if headers.count("\n") != len(request.headers) or headers.count("\r") != len(request.headers):
        raise ValueError("a header of a request holds a line break")
    assert isinstance(request.body, bytes)
    return b"".join((f"{opening}{headers}\r\n".encode("latin-1"), request.body))


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


class _Heard:
    """What has come of an answer so far. httptools calls what begins with ``on_``."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()
        self._has_head = False
        self._stays = False
        self.is_whole = False

    def take(self, piece: bytes) -> None:
        """Read on. Raise Malformed for an answer that is too large."""
        self._parser.feed_data(piece)
        if len(self._body) > LARGEST_BODY:
            raise _too_large()

    def end(self) -> None:
        """Take note that nothing more comes: an answer that tells no length is whole then. Raise OSError."""
        if not self._has_head or _BODY_UNTIL_THE_END & {name.lower() for name, _ in self._headers}:
            raise ConnectionResetError("the connection ended before the answer did")

    def answer(self) -> Answer:
        """Return the answer."""
        headers = CaseInsensitiveDict(self._headers)
        reply = Reply(
            status=self._parser.get_status_code(),
            headers=headers,
            body=_decoded(bytes(self._body), headers.get("Content-Encoding", "")),
        )
        cookies = [value for name, value in self._headers if name.lower() == "set-cookie"]
        return Answer(reply=reply, cookies=cookies, stays=self.is_whole and self._stays)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._has_head = self._parser.get_status_code() >= _FIRST_FINAL
        self._stays = self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        self._body += piece

    def on_message_complete(self) -> None:
        self.is_whole = self._has_head
        if not self._has_head:  # an interim answer (RFC 9110 section 15.2): the one that counts follows
            self._headers.clear()


def _decoded(body: bytes, encoding: str) -> bytes:
    """Return a body as it was before it was packed for the way (RFC 9110 section 8.4)."""
    if not encoding:
        return body
    packed = HTTPResponse(BytesIO(body), {"Content-Encoding": encoding}, preload_content=False)
    opened = bytearray()
    for piece in packed.stream(_CHUNK):
        opened += piece
        if len(opened) > LARGEST_BODY:
            raise _too_large()
    return bytes(opened)


def _too_large() -> Malformed:
    return Malformed(f"it is larger than {LARGEST_BODY // 1024 // 1024} MiB")
