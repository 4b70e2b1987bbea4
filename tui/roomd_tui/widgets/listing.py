"""A list drawn line by line, for any number of lines: columns under a heading, and a cursor."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from roomd_tui.cells import cut, fill

PREFIX = "listing--"
GAP = 2


class Column(Struct, frozen=True):
    """A column's heading, and its width in cells; the last column takes what is left."""

    heading: str
    width: int


class Entry(Struct, frozen=True, kw_only=True):
    """A line: a text for each column. ``key`` is what it stands for; ``tone`` is normal, warning or error."""

    key: str
    cells: tuple[str, ...]
    tone: str = "normal"


class Listing(Widget):
    """Lines of text with a cursor that stays on the line it is on when lines come and go."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"{PREFIX}{name}" for name in ("heading", "normal", "warning", "error", "cursor", "empty")
    }

    def __init__(self, columns: Sequence[Column], *, empty: str) -> None:
        super().__init__()
        self._columns = columns
        self._empty = empty
        self._entries: tuple[Entry, ...] = ()
        self._at = 0
        self._top = 0

    @property
    def key(self) -> str | None:
        """What the cursor is on; None on an empty list."""
        return self._entries[self._at].key if self._entries else None

    @property
    def page(self) -> int:
        """How many lines half a page has."""
        return max(self._shown // 2, 1)

    @property
    def _shown(self) -> int:
        return max(self.size.height - 1, 1)

    def show(self, entries: Sequence[Entry], *, empty: str | None = None) -> None:
        """Show these lines; ``empty`` is what to say when there are none."""
        key, self._entries = self.key, tuple(entries)
        self._empty = self._empty if empty is None else empty
        keys = [entry.key for entry in self._entries]
        self._at = keys.index(key) if key in keys else min(self._at, max(len(keys) - 1, 0))
        self._follow()
        self.refresh()

    def step(self, by: int) -> None:
        """Move the cursor ``by`` lines, staying on the list; only the lines it touches are painted."""
        before, top = self._at, self._top
        self._at = min(max(self._at + by, 0), max(len(self._entries) - 1, 0))
        self._follow()
        if top != self._top:
            self.refresh()
            return
        self.refresh(*(Region(0, 1 + at - self._top, self.size.width, 1) for at in (before, self._at)))

    def _follow(self) -> None:
        if not self._top <= self._at < self._top + self._shown:
            self._top = max(min(self._at - self.page, len(self._entries) - self._shown), 0)

    def on_resize(self, _event: events.Resize) -> None:
        """Keep the cursor in sight."""
        self._follow()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line: the headings first."""
        if y == 0:
            return self._line([column.heading for column in self._columns], self._style("heading"))
        index = self._top + y - 1
        if index < len(self._entries):
            entry = self._entries[index]
            style = self._style(entry.tone) + (self._style("cursor") if index == self._at else Style.null())
            return self._line(entry.cells, style)
        is_message = y == 2 and not self._entries  # noqa: PLR2004 - a line below the headings
        return self._line([self._empty if is_message else ""], self._style("empty"), whole=True)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"{PREFIX}{name}")

    def _line(self, cells: Sequence[str], style: Style, *, whole: bool = False) -> Strip:
        widths = [self.size.width] if whole else [column.width for column in self._columns]
        written = [fill(cut(cell, width), width) for cell, width in zip(cells[:-1], widths[:-1], strict=True)]
        text = " " + (" " * GAP).join([*written, cells[-1]])
        return Strip([Segment(fill(cut(text, self.size.width), self.size.width), style)])
