"""What a person should decide: both sides beside what they last agreed on."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from textual.widget import Widget

from roomd_core.api.client import DaemonUnreachable, ProblemError
from roomd_core.api.wire import ConflictView, Notice
from roomd_core.model import Side
from roomd_tui import actions
from roomd_tui.actions import Situation, bindings
from roomd_tui.decisions import choice_text
from roomd_tui.live import Refresher
from roomd_tui.moments import moment_text
from roomd_tui.screens.acting import Session
from roomd_tui.screens.confirm import ConfirmScreen
from roomd_tui.screens.listing import ListingScreen
from roomd_tui.state import Board, summary
from roomd_tui.widgets.comparison import Comparison
from roomd_tui.widgets.listing import Column, Entry, Listing

COLUMNS = (Column("Kind", 14), Column("About", 20), Column("Since", 22), Column("What happened", 0))
NONE_OPEN = "Nothing to decide: both sides agree."
LOADING = "Reading the conflicts ..."
SIDES = {Side.EXCHANGE: "Exchange's side", Side.LOCAL: "the local side"}


class ConflictsScreen(ListingScreen):
    """The open conflicts, and the one under the cursor in full."""

    ACTIONS = (
        actions.KEEP_EXCHANGE, actions.KEEP_LOCAL, actions.SHOW_SYNC, actions.HELP, actions.BACK, *actions.LISTING,
    )  # fmt: skip
    BINDINGS = bindings(ACTIONS)

    def __init__(self, session: Session, board: Board) -> None:
        self.listing = Listing(COLUMNS, empty=LOADING)
        self.comparison = Comparison(session.zone)
        super().__init__(session, board)
        self._conflicts: tuple[ConflictView, ...] = ()
        self._empty = LOADING
        self._reading = Refresher(self._read)

    def body(self) -> Iterable[Widget]:
        """Make the list, and the comparison of one conflict."""
        return (self.listing, self.comparison)

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self.run_worker(self._reading.run())
        self._reading.ask()

    def heard(self, notice: Notice) -> None:
        """Read the conflicts again when one may have come or gone."""
        if notice.status or notice.events or notice.run:
            self._reading.ask()

    async def _read(self) -> None:
        try:
            self._conflicts = (await self.session.client.conflicts()).conflicts
        except (ProblemError, DaemonUnreachable) as error:
            self.trouble = f"Cannot read the conflicts: {error}"
        else:
            self.trouble, self._empty = "", NONE_OPEN
        self.show()

    @property
    def chosen(self) -> ConflictView | None:
        """The conflict under the cursor."""
        return next((one for one in self._conflicts if one.id == self.listing.key), None)

    def situation(self) -> Situation:
        """Tell how the daemon stands and which conflict is under the cursor."""
        return Situation(board=self.board, conflict=self.chosen)

    def show(self) -> None:
        """Show the conflicts as they are known now."""
        super().show()
        self.title_line.show("Conflicts", summary(self.board))
        entries = [entry(conflict, self.session.zone) for conflict in self._conflicts]
        self.listing.show(entries, empty=self.trouble or self._empty)
        self.show_chosen()
        self.key_bar.show(self.situation())

    def show_chosen(self) -> None:
        """Show the conflict under the cursor."""
        self.comparison.show(self.chosen)

    def do_keep_exchange(self) -> None:
        """Keep Exchange's side."""
        self._keep(Side.EXCHANGE)

    def do_keep_local(self) -> None:
        """Keep the local side."""
        self._keep(Side.LOCAL)

    def _keep(self, side: Side) -> None:
        conflict = self.chosen
        if conflict:
            self.attempt(lambda: self._decide(conflict, side))

    async def _decide(self, conflict: ConflictView, side: Side) -> None:
        texts = (f"Keep {SIDES[side]}? {conflict.summary}", choice_text(conflict, side))
        if await self.app.push_screen_wait(
            ConfirmScreen(self.session, self.board, texts, ("Keep it", "Decide later"))
        ):
            await self.session.client.resolve(conflict.id, side)
            self.notify(f"Kept {SIDES[side]} of '{conflict.about}'", markup=False)
            self._reading.ask()


def entry(conflict: ConflictView, zone: ZoneInfo) -> Entry:
    """Write a conflict as a line."""
    cells = (conflict.kind, conflict.about, moment_text(conflict.opened_at, zone), conflict.summary)
    return Entry(key=conflict.id, cells=cells)
