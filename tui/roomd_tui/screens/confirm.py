"""A question before something that mails people."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from roomd_tui import actions
from roomd_tui.actions import Action, bindings
from roomd_tui.screens.acting import Dialog, Session
from roomd_tui.state import Board

YES = Action(name="yes", keys=("y",), help="Yes, do it")
NO = Action(name="no", keys=("n",), help="No, leave it")


class ConfirmScreen(Dialog[bool]):
    """Names what will be done and its effect. The safe answer is under the cursor."""

    ACTIONS: ClassVar[tuple[Action, ...]] = (YES, NO, actions.BACK)
    BINDINGS = bindings(ACTIONS)
    AUTO_FOCUS = "#no"

    def __init__(self, session: Session, board: Board, texts: tuple[str, str], answers: tuple[str, str]) -> None:
        super().__init__(session, board)
        self._question, self._consequence = texts
        self._yes, self._no = answers

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="dialog"):
            yield Static(self._question, markup=False, classes="question")
            yield Static(self._consequence, markup=False, classes="consequence")
            with Horizontal(classes="answers"):
                yield Button(f"{self._no} (n)", id="no", compact=True)
                yield Button(f"{self._yes} (y)", id="yes", compact=True, variant="warning")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button's meaning."""
        self.dismiss(event.button.id == "yes")

    def do_yes(self) -> None:
        """Answer yes."""
        self.dismiss(result=True)

    def do_no(self) -> None:
        """Answer no."""
        self.dismiss(result=False)
