"""What every screen has: its actions, a session to ask the daemon in, and what is known of the daemon."""

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import var
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from roomd_core.api.client import Client, DaemonUnreachable, ProblemError
from roomd_core.api.wire import Notice
from roomd_core.clock import Clock
from roomd_tui.actions import Action, Situation
from roomd_tui.refusals import sentence
from roomd_tui.state import Board, banner
from roomd_tui.widgets.key_bar import KeyBar
from roomd_tui.widgets.line import Line
from roomd_tui.widgets.too_small import TooSmall

Result = TypeVar("Result")
Severity = Literal["information", "warning", "error"]
Place = Literal["help", "sync", "waiting", "conflicts"]


class Session(Struct, frozen=True, kw_only=True):
    """The one door to the daemon, and the caller's clock and zone."""

    client: Client
    clock: Clock
    zone: ZoneInfo


class Acting(Protocol):
    """A screen that has actions."""

    ACTIONS: ClassVar[tuple[Action, ...]]

    def situation(self) -> Situation:
        """Tell what the actions may depend on."""
        ...

    def notify(self, message: str, *, severity: Severity = ..., markup: bool = ...) -> None:
        """Say something in a corner of the screen."""
        ...


def perform(screen: Acting, name: str) -> None:
    """Do what a key or the palette asks for: ``do_NAME``. What cannot be done now says why instead."""
    action = next(action for action in screen.ACTIONS if action.name == name)
    obstacle = action.obstacle(screen.situation())
    if obstacle:
        screen.notify(f"{action.help}: {obstacle}.", severity="warning", markup=False)
        return
    getattr(screen, f"do_{name}")()


class RoomdScreen(Screen[None]):
    """A whole screen: a title, a banner when something is wrong, its body, and the keys."""

    AUTO_FOCUS = ""
    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    board: var[Board] = var(Board(), init=False)

    class Visit(Message):
        """Another screen is asked for. The screens do not know each other; the app knows them all."""

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place: Place = place

    def __init__(self, session: Session, board: Board) -> None:
        super().__init__()
        self.session = session
        self.set_reactive(RoomdScreen.board, board)
        self.trouble = ""
        """What this screen could not read; what is shown is then as it was before."""
        self.title_line = Line(classes="title")
        self.banner = Static("", markup=False, classes="banner")
        self.key_bar = KeyBar(self.ACTIONS)

    def situation(self) -> Situation:
        """Tell what the actions may depend on."""
        return Situation(board=self.board)

    def action_do(self, name: str) -> None:
        """Do an action by its name."""
        perform(self, name)

    def body(self) -> Iterable[Widget]:
        """Make what stands between the title and the keys."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield TooSmall()
        with Vertical(classes="whole"):
            yield self.title_line
            yield self.banner
            yield from self.body()
            yield self.key_bar

    def on_mount(self) -> None:
        """Show what is known before anything is asked."""
        self.show()

    def watch_board(self) -> None:
        """Show what became known of the daemon."""
        self.show()

    def show(self) -> None:
        """Show everything as it is known now; subclasses add their own."""
        text = banner(self.board, self.session.zone) or self.trouble
        self.banner.update(text)
        self.banner.display = bool(text)
        self.key_bar.show(self.situation())

    def do_help(self) -> None:
        """Show what the keys do."""
        self.post_message(self.Visit("help"))

    def do_show_sync(self) -> None:
        """Show how well each mailbox is known."""
        self.post_message(self.Visit("sync"))

    def do_show_waiting(self) -> None:
        """Show what waits to be written to Exchange."""
        self.post_message(self.Visit("waiting"))

    def do_show_conflicts(self) -> None:
        """Show what a person should decide."""
        self.post_message(self.Visit("conflicts"))

    def heard(self, notice: Notice) -> None:
        """Take note of a line of the daemon's stream."""

    def attempt(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something with the daemon, off the message loop; what goes wrong is said, never raised."""

        async def tried() -> None:
            try:
                await work()
            except ProblemError as error:
                self.notify(sentence(error.problem, self.session.zone), severity="error", markup=False)
            except DaemonUnreachable as error:
                self.notify(str(error), severity="error", markup=False)

        self.run_worker(tried())


class Dialog(ModalScreen[Result | None]):
    """A screen that lies over another and ends with a result, or with None when it is left."""

    ACTIONS: ClassVar[tuple[Action, ...]] = ()

    def __init__(self, session: Session, board: Board) -> None:
        super().__init__()
        self.session = session
        self.board = board

    def situation(self) -> Situation:
        """Tell how the daemon stood when the dialog was opened."""
        return Situation(board=self.board)

    def action_do(self, name: str) -> None:
        """Do an action by its name."""
        perform(self, name)

    def do_back(self) -> None:
        """Leave, having done nothing."""
        self.dismiss(None)
