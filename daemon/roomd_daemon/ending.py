"""How the daemon is told to end, and what happens when it does not."""

import asyncio
import os
import signal
import threading

import structlog

log = structlog.get_logger()

LONGEST = 9.0
"""Seconds the end may take; then the process ends as it stands. The store loses nothing by that."""

FORCED = 1


class Ending:
    """SIGTERM and SIGINT ask for the end; a second one, or ``LONGEST`` seconds, force it."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def listen(self) -> None:
        """Take the signals; nothing happens in them but the setting of an event."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ask, signal.Signals(number).name)

    async def asked(self) -> None:
        """Wait until somebody asks."""
        await self._asked.wait()

    def _ask(self, by: str) -> None:
        if self._asked.is_set():
            _force(f"a second {by}")
        log.info("stopping", signal=by)
        self._asked.set()
        # A thread, because the loop, or what is left after it, may be what does not end.
        watch = threading.Timer(LONGEST, _force, (f"stopping took longer than {LONGEST:.0f} s",))
        watch.daemon = True
        watch.start()


def _force(reason: str) -> None:
    log.error("forced to end", reason=reason)
    os._exit(FORCED)
