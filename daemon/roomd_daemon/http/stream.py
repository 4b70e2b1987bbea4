"""The stream: a snapshot, then what changes, one JSON object a line."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from roomd_core.access import Caller
from roomd_core.api.wire import Notice
from roomd_daemon.http.encoding import encode
from roomd_daemon.http.feed import newest_change
from roomd_daemon.http.glance import glance
from roomd_daemon.http.services import Services

HEARTBEAT = 30.0
"""Seconds of silence after which a line is sent that says nothing, so that a dead connection is noticed."""


def stream_response(services: Services, caller: Caller) -> Response:
    """Answer with a line for everything that happens, until either side has enough."""
    return StreamingResponse(_lines(services, caller), media_type="application/x-ndjson")


async def _lines(services: Services, caller: Caller) -> AsyncIterator[bytes]:
    """Listen first and read the snapshot then: what happens between the two is told twice rather than not at all."""
    with services.broadcast.subscription() as subscription:
        newest = await newest_change(services.store)
        yield _line(Notice(seq=newest, status=await glance(services, caller)))
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    notice = await subscription.next()
            except TimeoutError:
                notice = Notice(seq=newest)
            if notice is None:
                return
            newest = max(newest, notice.seq)
            yield _line(notice)


def _line(notice: Notice) -> bytes:
    return encode(notice) + b"\n"
