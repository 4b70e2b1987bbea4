"""The requests under way, so that the end of the daemon need not wait for one that waits."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from roomd_core.api.problems import STOPPING
from roomd_daemon.http.asked import Unreadable


class UnderWay:
    """A set of tasks that answer requests."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._ending = asyncio.Event()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be interruptible for as long as the block lasts. Raise Unreadable when the daemon stops meanwhile."""
        if self._ending.is_set():
            raise _stopping()
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._ending.is_set():
                raise
            task.uncancel()
            raise _stopping() from None
        finally:
            self._tasks.discard(task)

    def end(self) -> None:
        """Interrupt them all: a change has then either been stored or not been made."""
        self._ending.set()
        for task in self._tasks:
            task.cancel()


def _stopping() -> Unreadable:
    return Unreadable(STOPPING.problem("roomd is stopping: ask again when it has started."))
