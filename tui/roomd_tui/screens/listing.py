"""What screens with a list have in common: going through it."""

from roomd_tui.screens.acting import RoomdScreen
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
