"""A lab at whose door somebody writes down what comes in, and servers that behave worse than Exchange."""

import asyncio
import base64
import dataclasses
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from roomd_daemon.exchange import Auth, ExchangeSettings, Secret
from roomd_lab import CertificateKind, Company, Lab, LabAddress
from roomd_lab.http.certificate import issue
from roomd_lab.http.connection import Handler
from roomd_lab.http.messages import HangUp, HttpRequest, HttpResponse

_OPERATION = re.compile(rb"Body>\s*<(?:\w+:)?(\w+)")
_EXTENDED_PROPERTY = re.compile(rb"<t:ExtendedProperty>.*?</t:ExtendedProperty>", re.DOTALL)
_THIRD_NTLM_MESSAGE = b"NTLMSSP\x00\x03"


class WatchedLab(Lab):
    """A lab that remembers the operations it let in, who connected, and how often somebody signed in.

    ``affinity`` holds the operation, the X-AnchorMailbox and whether the affinity cookie came with it.
    """

    def __init__(self, company: Company, **world: Any) -> None:
        super().__init__(company, **world)
        self.operations: list[str] = []
        self.anchors: set[str] = set()
        self.affinity: list[tuple[str, str, bool]] = []
        self.connections = 0
        self.sign_ins = 0
        self.feed_has_extended_properties = True

    def count(self, operation: str) -> int:
        """How often an operation was asked for by somebody signed in."""
        return self.operations.count(operation)

    def _new_handler(self, gate: Any) -> Handler:
        handler = super()._new_handler(gate)
        self.connections += 1

        def watch(request: HttpRequest) -> HttpResponse | HangUp:
            self.sign_ins += _is_sign_in(request.headers.get("authorization", ""))
            self.anchors.add(request.headers.get("x-anchormailbox", ""))
            response = handler(request)
            if isinstance(response, HttpResponse) and response.status == 401:
                return response
            operations = [name.decode() for name in _OPERATION.findall(request.body)]
            self.operations += operations
            self.affinity += [(name, *_affinity(request)) for name in operations]
            return self._as_strict_as_told(operations, response)

        return watch

    def _as_strict_as_told(self, operations: list[str], response: HttpResponse | HangUp) -> HttpResponse | HangUp:
        if self.feed_has_extended_properties or operations != ["SyncFolderItems"] or isinstance(response, HangUp):
            return response
        return dataclasses.replace(response, body=_EXTENDED_PROPERTY.sub(b"", response.body))


def _affinity(request: HttpRequest) -> tuple[str, bool]:
    """Say which server a request wants, and whether it brings the cookie that keeps to one."""
    return request.headers.get("x-anchormailbox", ""), "X-BackEndOverrideCookie=" in request.headers.get("cookie", "")


def _is_sign_in(authorization: str) -> bool:
    scheme, _, token = authorization.partition(" ")
    return scheme == "Basic" or (bool(token) and base64.b64decode(token).startswith(_THIRD_NTLM_MESSAGE))


def settings_for(lab: Lab, address: LabAddress, *, account: str = "svc-roomd", **changes: Any) -> ExchangeSettings:
    """Return settings that work with this lab, but for ``changes``."""
    known = lab.account(account)
    settings = ExchangeSettings(
        endpoint=address.endpoint,
        username=known.username,
        password=Secret(known.password),
        ca_file=address.ca_file,
        deadline=20.0,
        rooms=frozenset(lab.company.rooms()),
    )
    return msgspec.structs.replace(settings, **changes)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def misbehaving_server(folder: Path, answer: Serve) -> AsyncIterator[ExchangeSettings]:
    """Serve TLS connections with ``answer``; give settings that reach it without NTLM."""
    certificates = issue(folder, "127.0.0.1")
    open_now: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await answer(reader, writer)
        writer.transport.abort()

    tls = certificates.server_context(lambda: CertificateKind.VALID)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield ExchangeSettings(
            endpoint=f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/EWS/Exchange.asmx",
            username="EXAMPLE\\svc-roomd",
            password=Secret("right"),
            auth=Auth.BASIC,
            ca_file=certificates.ca_file,
            deadline=20.0,
        )
    finally:
        server.close()
        for task in open_now:
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)
        await server.wait_closed()


class Relay:
    """A way to a server that can be cut, or go dead without a word, as networks do."""

    def __init__(self) -> None:
        self.port = 0
        self.is_open = True
        self._dead: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """End every connection there is now."""
        for writer in self._open:
            writer.transport.abort()

    def go_dead(self) -> None:
        """Let nothing through any more on the connections there are now."""
        self._dead |= self._open

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        if not self.is_open:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        self._open |= {writer, there_writer}
        try:
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
        finally:
            self._open -= {writer, there_writer}
            writer.transport.abort()
            there_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                if writer not in self._dead:
                    writer.write(piece)
            writer.close()


@asynccontextmanager
async def relayed(port: int) -> AsyncIterator[Relay]:
    """Relay a port of this host to ``port``."""
    relay, ways = Relay(), set[asyncio.Task[Any]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        ways.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await relay.pass_on(reader, writer, port)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await server.wait_closed()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Read one request with its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    assert length is not None
    return head + await reader.readexactly(int(length[1]))


def http(status: str, body: bytes, *headers: str) -> bytes:
    """Return an HTTP answer, correctly framed."""
    lines = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body
