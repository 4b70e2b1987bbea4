"""One event in full."""

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from roomd_core.api.wire import EventView
from roomd_tui import actions
from roomd_tui.actions import Action, Situation, bindings
from roomd_tui.chart import Selection
from roomd_tui.commands.views import event_text
from roomd_tui.screens.acting import Dialog, Session
from roomd_tui.state import Board
from roomd_tui.widgets.key_bar import KeyBar

Wish = Literal["move", "cancel"]
"""What a person wants to do with the event shown."""


class DetailsScreen(Dialog[Wish]):
    """Everything known of an event; from here it can be moved and cancelled."""

    ACTIONS: ClassVar[tuple[Action, ...]] = (actions.MOVE, actions.CANCEL, actions.BACK)
    BINDINGS = bindings(ACTIONS)

    def __init__(self, session: Session, board: Board, event: EventView, selection: Selection | None) -> None:
        super().__init__(session, board)
        self._event = event
        self._selection = selection
        self._key_bar = KeyBar(self.ACTIONS)

    def compose(self) -> ComposeResult:
        """Lay out the facts."""
        with Vertical(classes="dialog"):
            with VerticalScroll():
                yield Static(event_text(self._event, self.session.zone, self.session.clock.now()), markup=False)
            yield self._key_bar

    def on_mount(self) -> None:
        """Show which keys work for this event."""
        self._key_bar.show(self.situation())

    def situation(self) -> Situation:
        """Tell what the event is to the caller."""
        return Situation(board=self.board, selection=self._selection)

    def do_move(self) -> None:
        """Leave, to change the event."""
        self.dismiss("move")

    def do_cancel(self) -> None:
        """Leave, to cancel the event."""
        self.dismiss("cancel")
