"""What screens with a list have in common: going through it."""

from roomd_core.api.client import DaemonUnreachable, ProblemError
from roomd_core.api.wire import Notice
from roomd_tui.live import Refresher
from roomd_tui.screens.acting import RoomdScreen, Session
from roomd_tui.state import Board
from roomd_tui.widgets.listing import Listing

FAR = 1_000_000
"""More lines than any list has."""


class ListingScreen(RoomdScreen):
    """A screen around one list; subclasses make the list, and show what its cursor is on."""

    listing: Listing

    def show_chosen(self) -> None:
        """Show what the cursor is on."""
        raise NotImplementedError

    def step(self, by: int) -> None:
        """Move the cursor."""
        self.listing.step(by)
        self.show_chosen()
        self.key_bar.show(self.situation())

    def do_up(self) -> None:
        """Go a line up."""
        self.step(-1)

    def do_down(self) -> None:
        """Go a line down."""
        self.step(1)

    def do_page_up(self) -> None:
        """Go half a page up."""
        self.step(-self.listing.page)

    def do_page_down(self) -> None:
        """Go half a page down."""
        self.step(self.listing.page)

    def do_first(self) -> None:
        """Go to the first line."""
        self.step(-FAR)

    def do_last(self) -> None:
        """Go to the last line."""
        self.step(FAR)

    def do_back(self) -> None:
        """Go back to the timeline."""
        self.app.pop_screen()


class ReadListingScreen(ListingScreen):
    """A list that is asked for, and asked for again whenever something in it may have changed."""

    UNREAD = "Cannot read the list"
    """What to say when the daemon did not give it; the reason follows."""

    def __init__(self, session: Session, board: Board) -> None:
        super().__init__(session, board)
        self.reading = Refresher(self._read)

    async def ask(self) -> None:
        """Ask the daemon for the list and keep it."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self.run_worker(self.reading.run())
        self.reading.ask()

    def heard(self, notice: Notice) -> None:
        """Read again when something may have come or gone."""
        if notice.status or notice.events or notice.run:
            self.reading.ask()

    async def _read(self) -> None:
        try:
            await self.ask()
        except (ProblemError, DaemonUnreachable) as error:
            self.trouble = f"{self.UNREAD}: {error}"
        else:
            self.trouble = ""
        self.show()
