"""One thing at a time in each mailbox: a page read before a write of ours must not be stored after it."""

import asyncio
from collections import defaultdict


class MailboxLocks:
    """A lock for each mailbox, made when first asked for."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def of(self, mailbox: str) -> asyncio.Lock:
        """Return the lock of a mailbox. Nobody holds two at once."""
        return self._locks[mailbox]
