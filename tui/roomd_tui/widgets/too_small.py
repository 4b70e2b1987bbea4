"""What stands there when the terminal is too small for anything else."""

from textual.content import Content
from textual.widget import Widget

SMALLEST = (60, 16)
"""The smallest terminal, in cells and lines."""

HORIZONTAL: list[tuple[int, str]] = [(0, "-too-narrow"), (SMALLEST[0], "-narrow"), (100, "-wide")]
VERTICAL: list[tuple[int, str]] = [(0, "-too-short"), (SMALLEST[1], "-tall")]
"""Classes that Textual puts on screens by their size; the style sheet shows this widget, and this alone, by them."""


class TooSmall(Widget):
    """The size there is, and the size that is needed."""

    DEFAULT_CSS = "TooSmall { display: none; width: 100%; height: 100%; }"

    def render(self) -> Content:
        """Say what is needed."""
        size, (width, height) = self.app.size, SMALLEST
        return Content(f"This terminal is {size.width}x{size.height}.\nroomctl needs {width}x{height}. q quits.")
