"""uvicorn as a task of ours: on our socket, with our protocol, without its signals and without its log."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from roomd_daemon.http.protocol import PeerProtocol

CONNECTIONS = 256
"""Connections at once; more are answered 503."""
GRACE = 3
"""Seconds that answers under way are given at the end."""


class _Server(uvicorn.Server):
    """Signals belong to the service: it decides what stops in which order. Idle, it does nothing at all."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepts = asyncio.Event()
        self.ends = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        """Wait for the end, instead of looking for it ten times a second."""
        self.accepts.set()
        await self.ends.wait()


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, sock: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """Answer on a listening socket for as long as the block lasts; the socket is closed at the end.

    The block gets the task that answers: it must not end before.
    """
    server = _Server(_config(app))
    task = asyncio.create_task(server.serve(sockets=[sock]), name="control socket")
    task.add_done_callback(lambda _: server.accepts.set())
    await server.accepts.wait()
    try:
        yield task
    finally:
        server.ends.set()
        await task


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PeerProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=GRACE,
    )
