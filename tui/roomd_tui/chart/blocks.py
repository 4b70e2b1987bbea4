"""Bookings on an axis, and the runs of cells a line is drawn from."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise

from msgspec import Struct

from roomd_core.api.wire import Span
from roomd_core.model import OccupancyState, Origin
from roomd_tui.cells import fill
from roomd_tui.chart.axis import Axis
from roomd_tui.chart.day import Stop
from roomd_tui.words import CLASH, MARK, OUTSIDE

HOUR_MARK = "."
NOW_MARK = ":"
EARLIER = "<"
"""The first cell of what began before the axis does."""


class Block(Struct, frozen=True, kw_only=True):
    """A booking that covers ``first`` up to, without, ``last`` cells of an axis."""

    span: Span
    first: int
    last: int
    mark: str

    @property
    def lines(self) -> tuple[str, str]:
        """What is written in it: the title, and below, where there is room for it, who booked it."""
        outside = OUTSIDE if self.span.origin is Origin.EXCHANGE else ""
        return f"{outside}{self.span.title}", self.span.organizer


class Run(Struct, frozen=True, kw_only=True):
    """Neighbouring cells of one kind. ``block`` is None on free time; ``now`` marks the cell of the present."""

    text: str
    block: Block | None = None
    edge: bool = False
    past: bool = False
    now: bool = False
    cursor: bool = False


class RoomLine(Struct, frozen=True, kw_only=True):
    """Line ``number`` of a room, over an axis, as it looks ``now``.

    ``cursor`` is the step the cursor is on, if it is in this room; ``padding`` fills a block behind its text.
    """

    axis: Axis
    now: datetime
    number: int = 0
    cursor: Stop | None = None
    padding: str = " "


def blocks(spans: Sequence[Span], axis: Axis) -> tuple[Block, ...]:
    """Lay bookings over an axis, in the order to draw them: what holds the room comes over what it declined."""
    clashing = _clashing(spans)
    ordered = sorted(spans, key=lambda span: (span.state is not OccupancyState.DECLINED, span.start, span.end))
    laid = ((span, axis.cells(span.start, span.end)) for span in ordered if span.end > axis.start)
    return tuple(
        Block(span=span, first=cells.start, last=cells.stop, mark=_mark(span, axis, clash=span in clashing))
        for span, cells in laid
        if len(cells)
    )


def _mark(span: Span, axis: Axis, *, clash: bool) -> str:
    if clash:
        return CLASH
    began_earlier = span.start < axis.start and span.state is OccupancyState.ACCEPTED
    return EARLIER if began_earlier else MARK[span.state]


def _clashing(spans: Iterable[Span]) -> list[Span]:
    """Bookings that hold the room at one time: it happens when two people are quick in Outlook."""
    holding = [span for span in spans if span.state is not OccupancyState.DECLINED]
    clashing: list[Span] = []
    longest: Span | None = None
    for span in sorted(holding, key=lambda span: span.start):
        if longest and span.start < longest.end:
            clashing += [longest, span]
        longest = span if longest is None or span.end > longest.end else longest
    return clashing


def runs(laid: Sequence[Block], line: RoomLine) -> tuple[Run, ...]:
    """Draw one line of a room: its blocks over the free time, the later block over the earlier one."""
    owners: list[Block | None] = [None] * line.axis.width
    for block in laid:
        owners[block.first : block.last] = [block] * (block.last - block.first)
    pieces = groupby(range(line.axis.width), key=owners.__getitem__)
    return tuple(run for owner, cells in pieces for run in _piece(owner, list(cells), line))


def _piece(owner: Block | None, cells: Sequence[int], line: RoomLine) -> Iterable[Run]:
    if owner is None:
        return _free(range(cells[0], cells[-1] + 1), line)
    text = owner.lines[line.number] if line.number < len(owner.lines) else ""
    past = owner.span.end <= line.now
    cursor = line.cursor is not None and line.cursor.span == owner.span
    edge = Run(text=owner.mark, block=owner, edge=True, past=past, cursor=cursor)
    return (edge, Run(text=_padded(text, len(cells) - 1, line.padding), block=owner, past=past, cursor=cursor))


def _padded(text: str, width: int, padding: str) -> str:
    shown = fill(text, width)
    blank = len(shown) - len(shown.rstrip(" "))
    return shown[: len(shown) - blank] + padding * blank


def _free(cells: range, line: RoomLine) -> Iterator[Run]:
    """Cut free time where the present and the cursor are."""
    present = math.floor(line.axis.position(line.now))
    cursor = line.axis.cells(line.cursor.start, line.cursor.end) if line.cursor and not line.cursor.span else range(0)
    cuts = {cells.start, cells.stop, *({present, present + 1, cursor.start, cursor.stop} & set(cells))}
    for first, last in pairwise(sorted(cuts)):
        text = NOW_MARK if first == present else _grid(range(first, last), line)
        yield Run(text=text, past=first < present, now=first == present, cursor=first in cursor)


def _grid(cells: range, line: RoomLine) -> str:
    """Mark the hours, on the first line of a room alone."""
    return "".join(HOUR_MARK if line.number == 0 and line.axis.starts_hour(cell) else " " for cell in cells)
