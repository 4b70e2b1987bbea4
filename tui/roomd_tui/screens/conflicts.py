"""What a person should decide: both sides beside what they last agreed on."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from textual.widget import Widget

from roomd_core.api.wire import Alternative, ConflictView
from roomd_core.model import Side
from roomd_tui import actions
from roomd_tui.actions import Situation, bindings
from roomd_tui.decisions import alternative_texts, choice_text
from roomd_tui.moments import moment_text
from roomd_tui.screens.acting import Session
from roomd_tui.screens.confirm import ConfirmScreen
from roomd_tui.screens.listing import ReadListingScreen
from roomd_tui.state import Board, summary
from roomd_tui.widgets.comparison import Comparison
from roomd_tui.widgets.listing import Column, Entry, Listing

COLUMNS = (Column("Kind", 14), Column("About", 20), Column("Since", 22), Column("What happened", 0))
NONE_OPEN = "Nothing to decide: both sides agree."
LOADING = "Reading the conflicts ..."
SIDES = {Side.EXCHANGE: "Exchange's side", Side.LOCAL: "the local side"}


class ConflictsScreen(ReadListingScreen):
    """The open conflicts, and the one under the cursor in full."""

    ACTIONS = (
        actions.KEEP_EXCHANGE, actions.KEEP_LOCAL, *actions.TAKE_ROOM, actions.SHOW_SYNC, actions.HELP, actions.BACK,
        *actions.LISTING,
    )  # fmt: skip
    BINDINGS = bindings(ACTIONS)
    UNREAD = "Cannot read the conflicts"

    def __init__(self, session: Session, board: Board) -> None:
        self.listing = Listing(COLUMNS, empty=LOADING)
        self.comparison = Comparison(session.zone)
        super().__init__(session, board)
        self._conflicts: tuple[ConflictView, ...] = ()
        self._empty = LOADING

    def body(self) -> Iterable[Widget]:
        """Make the list, and the comparison of one conflict."""
        return (self.listing, self.comparison)

    async def ask(self) -> None:
        """Ask for the open conflicts."""
        self._conflicts = (await self.session.client.conflicts()).conflicts
        self._empty = NONE_OPEN

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

    def do_take_1(self) -> None:
        """Take the first room offered instead."""
        self._take(1)

    def do_take_2(self) -> None:
        """Take the second."""
        self._take(2)

    def do_take_3(self) -> None:
        """Take the third."""
        self._take(3)

    def do_take_4(self) -> None:
        """Take the fourth."""
        self._take(4)

    def do_take_5(self) -> None:
        """Take the fifth."""
        self._take(5)

    def _take(self, number: int) -> None:
        conflict = self.chosen
        if conflict:
            self.attempt(lambda: self._move(conflict, conflict.alternatives[number - 1]))

    async def _move(self, conflict: ConflictView, room: Alternative) -> None:
        [told] = [
            text for one, text in zip(conflict.alternatives, alternative_texts(conflict), strict=True) if one is room
        ]
        texts = (f"Move '{conflict.about}' to {room.name}? {conflict.summary}", told)
        if await self._confirmed(texts, "Move it"):
            await self.session.client.resolve(conflict.id, Side.LOCAL, room=room.address, version=conflict.version)
            self.notify(f"'{conflict.about}' moves to {room.name}", markup=False)
            self.reading.ask()

    def _keep(self, side: Side) -> None:
        conflict = self.chosen
        if conflict:
            self.attempt(lambda: self._decide(conflict, side))

    async def _decide(self, conflict: ConflictView, side: Side) -> None:
        texts = (f"Keep {SIDES[side]}? {conflict.summary}", choice_text(conflict, side))
        if await self._confirmed(texts, "Keep it"):
            await self.session.client.resolve(conflict.id, side, version=conflict.version)
            self.notify(f"Kept {SIDES[side]} of '{conflict.about}'", markup=False)
            self.reading.ask()

    async def _confirmed(self, texts: tuple[str, str], yes: str) -> bool:
        """Ask before anything is written."""
        asking = ConfirmScreen(self.session, self.board, texts, (yes, "Decide later"))
        confirmed = await self.app.push_screen_wait(asking)
        return confirmed is True


def entry(conflict: ConflictView, zone: ZoneInfo) -> Entry:
    """Write a conflict as a line."""
    cells = (conflict.kind, conflict.about, moment_text(conflict.opened_at, zone), conflict.summary)
    return Entry(key=conflict.id, cells=cells)
