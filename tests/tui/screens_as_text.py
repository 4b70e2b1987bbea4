"""What a person would see: the screen as lines of text, and waiting for it without sleeping."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from textual.pilot import Pilot

from roomd_core.api.client import Client
from roomd_core.clock import Clock
from roomd_tui.app import RoomdApp
from roomd_tui.screens.acting import Session
from tui.example_house import NOW, ZONE

DEADLINE = 10.0
"""Seconds after which something that should have been seen counts as missing."""

SMALL = (80, 24)


class FixedClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOW) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def steady(self) -> float:
        return 0.0


class Seat:
    """A person in front of the terminal."""

    def __init__(self, app: RoomdApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    def lines(self) -> list[str]:
        """The screen, each line without the blanks at its end."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def segments(self) -> list[Any]:
        """The screen's pieces, as they are written to the terminal."""
        return [segment for strip in self.app.screen._compositor.render_strips() for segment in strip]

    def styles(self) -> list[Any]:
        return [segment.style for segment in self.segments() if segment.style]

    def text(self) -> str:
        return "\n".join(self.lines())

    def line(self, text: str) -> str:
        """The first line with ``text`` in it."""
        found = [line for line in self.lines() if text in line]
        assert found, f"{text!r} is not on the screen:\n{self.text()}"
        return found[0]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*text)

    async def sees(self, text: str) -> str:
        """Wait until ``text`` is on the screen; return the line it is in."""
        await self.until(lambda: text in self.text(), f"{text!r} on the screen")
        return self.line(text)

    async def sees_no(self, text: str) -> None:
        await self.until(lambda: text not in self.text(), f"no {text!r} on the screen")

    async def hears(self, text: str) -> None:
        """Wait for a notification that has ``text`` in it."""
        await self.until(
            lambda: any(text in one.message for one in self.app._notifications), f"a notification with {text!r}"
        )

    async def until(self, condition: Callable[[], Any], what: str) -> None:
        try:
            async with asyncio.timeout(DEADLINE):
                while not condition():
                    await self.pilot.pause(0.01)
        except TimeoutError:
            heard = [one.message for one in self.app._notifications]
            raise AssertionError(f"waited for {what}; notified: {heard}; the screen shows:\n{self.text()}") from None


@asynccontextmanager
async def seated(daemon: Any, size: tuple[int, int] = SMALL, *, clock: Clock | None = None) -> AsyncIterator[Seat]:
    """Open the interface on a daemon, in a terminal of a size."""
    async with Client(daemon.path) as client:
        session = Session(client=client, clock=clock or FixedClock(), zone=ZONE)
        app = RoomdApp(session, retry_delays=(0.01,))
        async with app.run_test(size=size) as pilot:
            yield Seat(app, pilot)
