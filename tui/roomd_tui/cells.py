"""Text measured in terminal cells: a room called 2楼广寒宫 is nine cells wide and six characters long."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

__all__ = ["cell_len", "cut", "fill", "printable", "table", "wrap"]

GAP = "  "

_UNPRINTABLE = dict.fromkeys((*range(32), *range(127, 160), 8232, 8233, *range(8234, 8239), *range(8294, 8298)), " ")
"""Control characters, and those that turn the direction of text: a title from Outlook must not steer a terminal."""


def printable(text: str) -> str:
    """Replace by a space every character that would steer the terminal instead of being shown."""
    return text.translate(_UNPRINTABLE)


def fill(text: str, width: int) -> str:
    """Make ``text`` exactly ``width`` cells: spaces at the end, or cut; a wide character cut in half is a space."""
    return set_cell_size(printable(text), max(width, 0))


def cut(text: str, width: int) -> str:
    """Cut ``text`` to at most ``width`` cells, ``~`` telling that there was more."""
    shown = printable(text)
    return shown if cell_len(shown) <= width else fill(shown, width - 1) + "~"


def wrap(text: str, width: int) -> list[str]:
    """Break ``text`` into lines of at most ``width`` cells, at spaces where there are any. Never empty."""
    return [piece for line in text.split("\n") for piece in _wrapped(printable(line), max(width, 2))]


def _wrapped(line: str, width: int) -> list[str]:
    lines = [""]
    for word in line.split():
        rest = word
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += " " + word
            continue
        if lines[-1]:
            lines.append("")
        while cell_len(rest) > width:
            piece = fill(rest, width).rstrip(" ")
            lines[-1] = piece
            rest = rest[len(piece) :]
            lines.append("")
        lines[-1] = rest
    return lines


def table(rows: Sequence[Sequence[str]]) -> str:
    """Align ``rows`` of equal length in columns, the last one ragged."""
    widths = [max(cell_len(printable(cell)) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        GAP.join(fill(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
