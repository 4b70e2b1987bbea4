"""Waiting for the change feed to grow, without asking the database again and again."""

import asyncio


class FeedWatch:
    """The newest committed entry's number, and those who wait for the next."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self._grown = asyncio.Event()

    def grow(self, seq: int) -> None:
        """Note that entries up to ``seq`` are committed, and wake everybody who waits."""
        self.seq = seq
        self._grown.set()
        self._grown = asyncio.Event()

    async def beyond(self, seq: int, timeout: float | None) -> int:  # noqa: ASYNC109 - part of the answer
        """Return the newest number once it is above ``seq``, or after ``timeout`` seconds as it is."""
        try:
            async with asyncio.timeout(timeout):
                while self.seq <= seq:
                    await self._grown.wait()
        except TimeoutError:
            pass
        return self.seq
