"""One client connection: requests in, responses out, until either side has had enough."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

import h11

from roomd_lab.http.messages import HangUp, HttpRequest, HttpResponse, HttpStream, Reply
from roomd_lab.http.writing import ResponseWriter

_READ = 64 * 1024
_LARGEST_BODY = 35 * 1024 * 1024
_IDLE_SECONDS = 120

Handler = Callable[[HttpRequest], Reply]


class BodyTooLargeError(Exception):
    """The request is larger than the server takes."""


class Connection:
    """Serves one connection with its own handler, which may remember who signed in on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler) -> None:
        self._reader = reader
        self._writer = writer
        self._handler = handler
        self._http = h11.Connection(h11.SERVER)
        self._responses = ResponseWriter(self._http, reader, writer)

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
        if not await self._reply(self._handler(request)):
            return False
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _reply(self, reply: Reply) -> bool:
        match reply:
            case HttpResponse():
                return await self._responses.write(reply)
            case HttpStream():
                return await self._responses.stream(reply)
            case HangUp():
                self._writer.transport.abort()
                return False

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

    async def _refuse(self, response: HttpResponse) -> None:
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await self._responses.write(response)

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
