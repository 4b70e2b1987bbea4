"""A response that goes on: envelopes as they come, heartbeats in between."""

import asyncio
import threading
from collections.abc import AsyncGenerator

from roomd_lab.soap.service import Streamed


async def envelopes(stream: Streamed, lock: threading.RLock, heartbeat_seconds: float) -> AsyncGenerator[bytes, None]:
    """Everything a stream says until its time is up. `lock` guards what it tells about."""
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    ends = loop.time() + stream.seconds
    try:
        with lock:
            first = stream.open(lambda: loop.call_soon_threadsafe(news.set))
        yield first
        while not stream.is_over:
            news.clear()
            with lock:
                told = stream.news()
            if told:
                yield told
            elif loop.time() >= ends:
                yield stream.farewell()
            elif not await _heard(news, min(ends, loop.time() + heartbeat_seconds)) and loop.time() < ends:
                yield stream.heartbeat()
    finally:
        with lock:
            stream.close()


async def _heard(news: asyncio.Event, until: float) -> bool:
    try:
        async with asyncio.timeout_at(until):
            return await news.wait()
    except TimeoutError:
        return False
