"""One client connection: requests in, responses out, until either side has had enough."""

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus

import h11

from roomd_lab.http.messages import HangUp, HttpRequest, HttpResponse

_READ = 64 * 1024
_LARGEST_BODY = 35 * 1024 * 1024
_IDLE_SECONDS = 120

Handler = Callable[[HttpRequest], HttpResponse | HangUp]


class BodyTooLargeError(Exception):
    """The request is larger than the server takes."""


class Connection:
    """Serves one connection with its own handler, which may remember who signed in on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
        self._reader = reader
        self._writer = writer
        self._handler = handler
        self._http = h11.Connection(h11.SERVER)

    async def serve(self) -> None:
        """Answer requests until the client leaves, misbehaves, or is hung up on."""
        try:
            while await self._serve_one():
                self._http.start_next_cycle()
        except h11.RemoteProtocolError:
            await self._refuse(HttpResponse(HTTPStatus.BAD_REQUEST))
        except BodyTooLargeError:
            await self._refuse(HttpResponse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))

    async def _serve_one(self) -> bool:
        request = await self._read_request()
        if request is None:
            return False
        response = self._handler(request)
        if isinstance(response, HangUp):
            self._writer.transport.abort()
            return False
        await self._write(response)
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _read_request(self) -> HttpRequest | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = await self._next_event()
            match event:
                case h11.Request():
                    head = event
                case h11.Data():
                    body += event.data
                    if len(body) > _LARGEST_BODY:
                        raise BodyTooLargeError
                case h11.EndOfMessage():
                    return None if head is None else _request(head, bytes(body))
                case _:
                    return None

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            async with asyncio.timeout(_IDLE_SECONDS):
                self._http.receive_data(await self._reader.read(_READ))
        return event

    async def _write(self, response: HttpResponse) -> None:
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
            ("Server", "Microsoft-IIS/10.0"),
            ("Date", formatdate(usegmt=True)),
            *response.headers,
        ]
        reason = HTTPStatus(response.status).phrase.encode()
        head = self._http.send(h11.Response(status_code=response.status, headers=headers, reason=reason)) or b""
        body = self._http.send(h11.Data(data=response.body)) or b""
        self._writer.write(head + body + (self._http.send(h11.EndOfMessage()) or b""))
        await self._writer.drain()

    async def _refuse(self, response: HttpResponse) -> None:
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await self._write(response)

    async def _send(self, event: h11.InformationalResponse) -> None:
        self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()


def _request(head: h11.Request, body: bytes) -> HttpRequest:
    return HttpRequest(
        method=head.method.decode("ascii"),
        path=head.target.decode("latin-1").partition("?")[0],
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers},
        body=body,
    )
