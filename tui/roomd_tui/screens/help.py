"""What the keys do, and what the marks mean: made from the actions themselves."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from roomd_tui import actions, words
from roomd_tui.actions import Action, bindings
from roomd_tui.cells import table
from roomd_tui.chart.blocks import EARLIER, NOW_MARK
from roomd_tui.screens.acting import Dialog, Session
from roomd_tui.state import Board


def help_text(described: Sequence[Action]) -> str:
    """Write a line for each action, and a line for each mark."""
    keys = [(action.key_text, action.help) for action in described]
    marks = [
        *((mark, words.OCCUPANCY[state]) for state, mark in words.MARK.items()),
        (words.OUTSIDE, "made in Outlook, by somebody who does not use roomd"),
        (words.CLASH, "two bookings hold the room at one time"),
        (EARLIER, "began before the hours that are shown"),
        (NOW_MARK, "now"),
    ]
    return table([*keys, ("ctrl+p", "Find any action, or a room, by name"), ("", ""), *marks])


class HelpScreen(Dialog[None]):
    """Help for the screen it lies over."""

    ACTIONS: ClassVar[tuple[Action, ...]] = (actions.BACK,)
    BINDINGS = bindings(ACTIONS)
    AUTO_FOCUS = "VerticalScroll"

    def __init__(self, session: Session, board: Board, described: Sequence[Action]) -> None:
        super().__init__(session, board)
        self._text = help_text(described)

    def compose(self) -> ComposeResult:
        """Lay out the help."""
        with Vertical(classes="dialog"):
            with VerticalScroll():
                yield Static(self._text, markup=False)
            yield Static("up down Scroll  esc Back", classes="hint")
