"""The interface: the screens, the one stream they live from, and what is known of the daemon."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from textual.app import App, SystemCommand
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from roomd_core.api.client import Client, DaemonUnreachable, ProblemError
from roomd_core.api.wire import Notice
from roomd_core.clock import SystemClock
from roomd_tui.live import RETRY_DELAYS, Refresher, follow
from roomd_tui.screens.acting import Place, RoomdScreen, Session
from roomd_tui.screens.conflicts import ConflictsScreen
from roomd_tui.screens.help import HelpScreen
from roomd_tui.screens.sync import SyncScreen
from roomd_tui.screens.timeline import TimelineScreen
from roomd_tui.screens.waiting import WaitingScreen
from roomd_tui.state import Board, abandoned, informed, told
from roomd_tui.widgets.too_small import HORIZONTAL, VERTICAL


class RoomdApp(App[None]):
    """Follows the daemon and hands what it hears to every screen. It never leaves by itself."""

    TITLE = "roomctl"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = HORIZONTAL
    VERTICAL_BREAKPOINTS = VERTICAL
    board: var[Board] = var(Board())

    class Heard(Message):
        """The daemon said something."""

        def __init__(self, notice: Notice) -> None:
            super().__init__()
            self.notice = notice

    class Lost(Message):
        """The daemon went away."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, session: Session, *, retry_delays: Sequence[float] = RETRY_DELAYS) -> None:
        colourless = "NO_COLOR" in os.environ
        # A theme of the terminal's own colours is the only one that Textual can take all colour from.
        super().__init__(ansi_color=True if colourless else None)
        self.theme = "ansi-dark" if colourless else self.theme
        if "SSH_CONNECTION" in os.environ:
            self.animation_level = "none"
        self.session = session
        self._retry_delays = retry_delays
        self._status = Refresher(self._read_status)

    def on_mount(self) -> None:
        """Open the timeline, and begin to follow."""
        self.push_screen(TimelineScreen(self.session, self.board))
        self.run_worker(self._status.run())
        self.run_worker(
            follow(
                self.session.client,
                lambda notice: self.post_message(self.Heard(notice)),
                lambda reason: self.post_message(self.Lost(reason)),
                self._retry_delays,
            )
        )

    def on_roomd_app_heard(self, message: Heard) -> None:
        """Hand what was heard to every screen."""
        notice = message.notice
        self.board = told(self.board, notice, self.session.clock.now())
        for screen in self._screens():
            screen.heard(notice)
        if notice.status is None and (notice.events or notice.mailboxes or notice.run):
            self._status.ask()

    def on_roomd_app_lost(self, message: Lost) -> None:
        """Say that the daemon is away; keep everything that is known."""
        self.board = abandoned(self.board, message.reason)

    def watch_board(self, board: Board) -> None:
        """Show it on every screen."""
        for screen in self._screens():
            screen.board = board

    def _screens(self) -> list[RoomdScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, RoomdScreen)]

    async def _read_status(self) -> None:
        try:
            self.board = informed(self.board, await self.session.client.status())
        except (ProblemError, DaemonUnreachable):
            return  # the stream tells when the daemon is away, and begins with a status when it is back

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action of the screen, and every room, in the palette."""
        if not isinstance(screen, RoomdScreen):
            return
        for action in screen.ACTIONS:
            yield SystemCommand(action.help, action.key_text, lambda name=action.name: screen.action_do(name))
        if isinstance(screen, TimelineScreen):
            for room in self.board.rooms:
                yield SystemCommand(
                    f"Go to {room.name}", room.address, lambda address=room.address: screen.go_to_room(address)
                )
        yield SystemCommand("Theme", "Choose other colours", self.action_change_theme)

    def on_roomd_screen_visit(self, message: RoomdScreen.Visit) -> None:
        """Open the screen that another one asks for; beside the timeline there is one at a time."""
        screen = self.screen
        if not isinstance(screen, RoomdScreen):
            return
        if message.place == "help":
            self.push_screen(HelpScreen(self.session, self.board, screen.ACTIONS))
        elif isinstance(screen, TimelineScreen):
            self.push_screen(self._place(message.place))
        else:
            self.switch_screen(self._place(message.place))

    def _place(self, place: Place) -> RoomdScreen:
        screens: dict[Place, type[SyncScreen | WaitingScreen | ConflictsScreen]] = {
            "sync": SyncScreen,
            "waiting": WaitingScreen,
            "conflicts": ConflictsScreen,
        }
        return screens[place](self.session, self.board)


def open_interface(socket: Path, *, zone: ZoneInfo, mouse: bool) -> int:
    """Open the interface on the daemon's socket until it is left; return the exit code."""
    return asyncio.run(_run(socket, zone, mouse=mouse))


async def _run(socket: Path, zone: ZoneInfo, *, mouse: bool) -> int:
    async with Client(socket) as client:
        app = RoomdApp(Session(client=client, clock=SystemClock(), zone=zone))
        await app.run_async(mouse=mouse)
        return app.return_code or 0
