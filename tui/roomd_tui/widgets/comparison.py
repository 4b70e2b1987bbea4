"""A conflict side by side: what was last agreed, what Exchange has, what was made of it here."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from zoneinfo import ZoneInfo

from textual import events
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from roomd_core.api.wire import ConflictView
from roomd_core.model import Side
from roomd_tui.cells import cut, fill, wrap
from roomd_tui.comparison import Unit, compared
from roomd_tui.decisions import alternative_texts, choice_text, missing_lines, who_text

NAME_WIDTH = 14
GAP = 2
KEYS = {Side.EXCHANGE: "e", Side.LOCAL: "l"}


class Comparison(VerticalScroll):
    """What each choice does, then three columns; what differs is marked by a star, not by colour alone."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self._conflict: ConflictView | None = None
        self._text = Static("")

    def compose(self) -> Iterator[Static]:
        """Lay out the text."""
        yield self._text

    def show(self, conflict: ConflictView | None) -> None:
        """Show a conflict, or nothing."""
        self._conflict = conflict
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Break the lines anew."""
        self._draw()

    def _draw(self) -> None:
        lines = (
            comparison_lines(self._conflict, self.scrollable_content_region.width, self._zone)
            if self._conflict
            else []
        )
        self._text.update(Content("\n").join(lines))


def comparison_lines(conflict: ConflictView, width: int, zone: ZoneInfo) -> list[Content]:
    """Write a conflict in ``width`` cells."""
    column = max((width - NAME_WIDTH) // 3 - GAP, 8)
    choices = [
        line
        for side in Side
        for line in wrap(f"{KEYS[side]}  keep {side}: {choice_text(conflict, side)}", max(width, 20))
    ]
    return [
        *(Content(line) for line in wrap(f"{conflict.summary} {who_text(conflict)}".strip(), max(width, 20))),
        Content(""),
        *(Content(line) for line in choices),
        *(Content(line) for line in _other_rooms(conflict, max(width, 20))),
        Content(""),
        *_versions(conflict, column, zone),
        *(Content(cut(line, width)) for line in missing_lines(conflict, zone)),
    ]


def _other_rooms(conflict: ConflictView, width: int) -> Iterator[str]:
    """List the rooms offered instead, each with the number that takes it."""
    for number, text in enumerate(alternative_texts(conflict), 1):
        yield from wrap(f"{number}  move to {text}", width)


def _versions(conflict: ConflictView, column: int, zone: ZoneInfo) -> Iterator[Content]:
    """Write the versions beside each other, where there is something to compare."""
    units = compared(conflict, zone)
    if units:
        yield Content.styled(_row(["", "Last agreed", "Exchange", "Local"], column), "bold")
    for unit in units:
        yield from _unit_lines(unit, column)


def _unit_lines(unit: Unit, column: int) -> Iterator[Content]:
    name = f"{'*' if unit.differs else ' '} {unit.name.replace('_', ' ')}"
    texts = [[name], *(wrap(text, column) for text in (unit.base, unit.remote, unit.local))]
    for parts in zip_longest(*texts, fillvalue=""):
        yield Content.styled(_row(parts, column), "$warning bold" if unit.differs else "")


def _row(parts: Sequence[str], column: int) -> str:
    name, *sides = parts
    return fill(name, NAME_WIDTH) + "".join(fill(side, column) + " " * GAP for side in sides).rstrip()
