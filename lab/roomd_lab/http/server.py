"""The listening server: takes connections, serves each, and closes them all at the end."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from roomd_lab.http.connection import Connection, Handler

_FAREWELL_SECONDS = 1.0


class Server:
    """Serves every connection with a handler of its own."""

    def __init__(self, new_handler: Callable[[], Handler]) -> None:
        self._new_handler = new_handler
        self._open: set[asyncio.Task[None]] = set()
        self._closing = False

    @asynccontextmanager
    async def listen(self, host: str, port: int, context: ssl.SSLContext) -> AsyncIterator[int]:
        """Listen while the context is open; gives the port."""
        self._closing = False
        server = await asyncio.start_server(
            self._accept, host, port, ssl=context, ssl_shutdown_timeout=_FAREWELL_SECONDS
        )
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            self._closing = True
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
            # Since Python 3.12 this waits for connections too, also for one whose handshake never ends.
            with suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), _FAREWELL_SECONDS)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(OSError, TimeoutError, asyncio.CancelledError):
                if not self._closing:
                    await Connection(reader, writer, self._new_handler()).serve()
                    await _close(writer)
        finally:
            self._open.discard(task)
            writer.transport.abort()


async def _close(writer: asyncio.StreamWriter) -> None:
    """Let what was written reach the client before the connection goes."""
    writer.close()
    await writer.wait_closed()
