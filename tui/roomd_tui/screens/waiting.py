"""What waits to be written to Exchange, and everybody each write would mail."""

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from roomd_core.api.wire import EventView, Plan
from roomd_core.model import PlannedWrite
from roomd_tui import actions
from roomd_tui.actions import bindings
from roomd_tui.commands.planned import write_text
from roomd_tui.moments import span_text
from roomd_tui.screens.acting import Session
from roomd_tui.screens.listing import ReadListingScreen
from roomd_tui.state import Board, banner, summary
from roomd_tui.widgets.listing import Column, Entry, Listing
from roomd_tui.words import count

COLUMNS = (Column("Write", 8), Column("Event", 24), Column("When", 27), Column("Mails", 0))
NOTHING = "Nothing waits: Exchange has everything."
LOADING = "Reading what waits ..."


class WaitingScreen(ReadListingScreen):
    """Every write that waits, in order; below, the one under the cursor in full."""

    ACTIONS = (
        actions.SYNC_NOW, actions.SHOW_SYNC, actions.SHOW_CONFLICTS, actions.HELP, actions.BACK, *actions.LISTING,
    )  # fmt: skip
    BINDINGS = bindings(ACTIONS)
    UNREAD = "Cannot read what waits"

    def __init__(self, session: Session, board: Board) -> None:
        self.listing = Listing(COLUMNS, empty=LOADING)
        super().__init__(session, board)
        self._plan: Plan | None = None
        self._held = Static("", markup=False, classes="facts")
        self._chosen = Static("", markup=False, classes="chosen")

    def body(self) -> Iterable[Widget]:
        """Make what is in the way, the list, and one write in full."""
        return (self._held, self.listing, self._chosen)

    async def ask(self) -> None:
        """Ask what waits."""
        self._plan = await self.session.client.plan()

    def show(self) -> None:
        """Show what is known to wait."""
        super().show()
        writes = self._plan.writes if self._plan else ()
        held = self._plan.held if self._plan else ""
        self.title_line.show(f"Waiting for Exchange  {count(len(writes), 'write')}", summary(self.board))
        self._held.update(f"Nothing is sent now: {held}")
        self._held.display = bool(held and writes) and held not in banner(self.board, self.session.zone)
        self.listing.show(self._entries(), empty=self.trouble or (NOTHING if self._plan else LOADING))
        self.show_chosen()

    def show_chosen(self) -> None:
        """Show the write under the cursor in full."""
        chosen = next((write for key, write in self._keyed() if key == self.listing.key), None)
        self._chosen.update(self._text(chosen) if chosen else "")

    def do_sync_now(self) -> None:
        """Bring both sides together, which sends what may be sent."""
        self.attempt(self._sync)

    async def _sync(self) -> None:
        await self.session.client.sync()

    def _entries(self) -> list[Entry]:
        return [self._entry(key, write) for key, write in self._keyed()]

    def _entry(self, key: str, write: PlannedWrite) -> Entry:
        event = next(event for event in self._events() if event.id == write.event)
        when = span_text(event.start, event.end, self.session.zone)
        mails = count(len(write.mails), "address", "addresses") if write.mails else "nobody"
        return Entry(key=key, cells=(write.kind, event.title, when, mails))

    def _text(self, write: PlannedWrite) -> str:
        event = next(event for event in self._events() if event.id == write.event)
        return write_text(write, event, self.session.zone, self.size.width - 2)

    def _keyed(self) -> list[tuple[str, PlannedWrite]]:
        """Name each write, so that the cursor stays on it while others come and go."""
        writes = self._plan.writes if self._plan else ()
        return [(f"{write.event} {write.kind} {write.mailbox}", write) for write in writes]

    def _events(self) -> Iterable[EventView]:
        return self._plan.events if self._plan else ()
