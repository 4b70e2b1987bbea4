"""Responses on the wire: as HTTP has it, and spoiled in the ways networks spoil them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from email.utils import formatdate
from http import HTTPStatus
from itertools import count

import h11

from roomd_lab.http.messages import Framing, HttpResponse, HttpStream, StreamCut

_READ = 64 * 1024
_PIECES = 50


class ResponseWriter:
    """Writes the responses of one connection."""

    def __init__(self, http: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._http = http
        self._reader = reader
        self._writer = writer

    async def write(self, response: HttpResponse) -> bool:
        """Write a response; False when the connection must not be used again."""
        delivery = response.delivery
        await asyncio.sleep(delivery.wait)
        length = delivery.claimed if delivery.claimed is not None else len(response.body)
        framed = delivery.framing is Framing.LENGTH
        framing = ("Content-Length", str(length)) if framed else ("Connection", "close")
        head = _head(response.status, response.content_type, (framing, *response.headers))
        if delivery.sent is None and delivery.claimed is None and framed:
            await self._send_whole(head, response.body, delivery.seconds)
            return True
        await self._send_raw(head, response.body[: delivery.sent])
        return False

    async def stream(self, stream: HttpStream) -> bool:
        """Write chunks as they come, until there are no more or the client has gone."""
        gone = asyncio.create_task(self._reader.read(_READ))
        try:
            async with aclosing(stream.chunks) as chunks:
                return await self._pump(chunks, stream, gone)
        finally:
            gone.cancel()

    async def _pump(self, chunks: AsyncGenerator[bytes, None], stream: HttpStream, gone: asyncio.Task[bytes]) -> bool:
        for number in count():
            following = asyncio.ensure_future(anext(chunks, None))
            await asyncio.wait({following, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                following.cancel()
                await asyncio.wait({following})
                return False
            chunk = following.result()
            if chunk is None:
                break
            if number == 0:
                await self._send(_head(HTTPStatus.OK, stream.content_type, ()))
            if stream.cut and number >= stream.cut.after:
                return await self._break_off(chunk, stream.cut)
            await self._send(h11.Data(data=chunk))
        await self._send(h11.EndOfMessage())
        return False

    async def _break_off(self, chunk: bytes, cut: StreamCut) -> bool:
        """Announce a whole chunk, send a part of it, and no end of the stream."""
        announced = self._http.send(h11.Data(data=chunk)) or b""
        self._writer.write(announced[: int(len(announced) * cut.keep)])
        await self._writer.drain()
        return False

    async def _send_whole(self, head: h11.Response, body: bytes, seconds: float) -> None:
        """One write for all of it, or, to trickle, many small ones spread over the time."""
        start = self._http.send(head) or b""
        pieces = _pieces(body, _PIECES if seconds else 1)
        self._writer.write(start + (self._http.send(h11.Data(data=pieces[0])) or b""))
        for piece in pieces[1:]:
            await self._writer.drain()
            await asyncio.sleep(seconds / _PIECES)
            self._writer.write(self._http.send(h11.Data(data=piece)) or b"")
        self._writer.write(self._http.send(h11.EndOfMessage()) or b"")
        await self._writer.drain()

    async def _send_raw(self, head: h11.Response, body: bytes) -> None:
        """What h11 would rightly refuse to send: a body that is not as long as its head says, or has no length."""
        lines = [b"HTTP/1.1 %d %s" % (head.status_code, head.reason)]
        lines += [name + b": " + value for name, value in head.headers.raw_items()]
        self._writer.write(b"\r\n".join([*lines, b"", body]))
        await self._writer.drain()

    async def _send(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
        self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()


def _head(status: int, content_type: str, headers: tuple[tuple[str, str], ...]) -> h11.Response:
    named = {name.lower() for name, _ in headers}
    date = () if "date" in named else (("Date", formatdate(usegmt=True)),)
    return h11.Response(
        status_code=status,
        headers=[("Content-Type", content_type), *headers, ("Server", "Microsoft-IIS/10.0"), *date],
        reason=HTTPStatus(status).phrase.encode(),
    )


def _pieces(body: bytes, number: int) -> list[bytes]:
    size = max(1, -(-len(body) // number))
    return [body[at : at + size] for at in range(0, len(body), size)] or [b""]
