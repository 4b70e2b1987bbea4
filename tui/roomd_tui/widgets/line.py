"""A line of text that holds one thing to the left and another to the right."""

from textual.content import Content
from textual.widget import Widget

from roomd_tui.cells import cell_len, cut, fill


class Line(Widget):
    """Text at both ends of one line; the left one is cut when there is no room for both."""

    DEFAULT_CSS = "Line { height: 1; padding: 0 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._left = self._right = ""

    def show(self, left: str, right: str = "") -> None:
        """Show two texts."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render(self) -> Content:
        """Draw the line."""
        room = self.content_size.width - cell_len(self._right) - (1 if self._right else 0)
        left = fill(cut(self._left, room), room)
        return Content(f"{left} {self._right}" if self._right else left)
