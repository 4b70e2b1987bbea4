"""The question which occurrences of a series are meant."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from roomd_core.api.wire import Scope
from roomd_tui import actions
from roomd_tui.actions import Action, bindings
from roomd_tui.screens.acting import Dialog, Session
from roomd_tui.state import Board
from roomd_tui.widgets.key_bar import KeyBar


class ScopeScreen(Dialog[Scope]):
    """Asks: this one, this and the following, or all. Leaving it does nothing."""

    ACTIONS: ClassVar[tuple[Action, ...]] = (actions.THIS_ONE, actions.FOLLOWING, actions.ALL, actions.BACK)
    BINDINGS = bindings(ACTIONS)

    def __init__(self, session: Session, board: Board, question: str) -> None:
        super().__init__(session, board)
        self._question = question
        self._key_bar = KeyBar(self.ACTIONS)

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="dialog"):
            yield Static(self._question, markup=False, classes="question")
            yield Static("This one, this and the following, or all?", markup=False, classes="consequence")
            yield self._key_bar

    def on_mount(self) -> None:
        """Show the keys."""
        self._key_bar.show(self.situation())

    def do_this_one(self) -> None:
        """Mean this occurrence alone."""
        self.dismiss(Scope.THIS)

    def do_following(self) -> None:
        """Mean this occurrence and the following."""
        self.dismiss(Scope.FOLLOWING)

    def do_all(self) -> None:
        """Mean every occurrence."""
        self.dismiss(Scope.ALL)
