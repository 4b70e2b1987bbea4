"""Rooms down, time across, drawn line by line: a step of the cursor repaints two rooms, whatever their number."""

from datetime import datetime
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from roomd_core.api.wire import TimelineRow
from roomd_core.model import OccupancyState, Origin
from roomd_tui.cells import cut, fill
from roomd_tui.chart import Block, Cursor, Day, RoomLine, Run, blocks, runs, selected
from roomd_tui.chart.view import View, following, showing, sized
from roomd_tui.words import CLASH, count

PREFIX = "room-timeline--"
LABEL_GAP = 1
GAP_LINE = 2
"""The third line of a room, where it has three: nothing is booked in it."""


class RoomTimeline(Widget):
    """A day of rooms with a cursor. It asks nobody for anything: it draws what it was last shown."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"{PREFIX}{name}"
        for name in (
            "hours", "label", "facts", "free", "past", "now", "cursor-free", "cursor-block", "cursor-label", "clash",
            "accepted", "outside", "pending", "tentative", "declined", "empty",
        )
    }  # fmt: skip

    class Clicked(Message):
        """The mouse pointed at a room and an instant."""

        def __init__(self, room: str, at: datetime) -> None:
            super().__init__()
            self.room = room
            self.at = at

    def __init__(self, day: Day, cursor: Cursor, now: datetime) -> None:
        super().__init__()
        self._day = day
        self._cursor = cursor
        self._now = now
        self._empty = ""
        self._view = View()
        self._placed = False
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(512)

    @property
    def page(self) -> int:
        """How many rooms half a page has."""
        return max(self._view.rooms // 2, 1)

    def next_cell(self, now: datetime) -> datetime:
        """Tell when the mark of the present moves on."""
        return self._view.axis(self._day).after(now)

    def show(self, day: Day, cursor: Cursor, now: datetime, *, empty: str = "") -> None:
        """Show a day as it is known now; ``empty`` is what to say when it has no rooms."""
        self._placed = self._placed and day.day == self._day.day
        self._day, self._cursor, self._now, self._empty = day, cursor, now, empty
        self._arrange()

    def point(self, cursor: Cursor) -> None:
        """Move the cursor: repaint the rooms it leaves and enters, or everything when the view has to follow."""
        before = selected(self._day, self._cursor)
        self._cursor = cursor
        after = selected(self._day, cursor)
        view = following(self._view, self._day, after) if after else self._view
        if view != self._view:
            self._view = view
            self._repaint()
            return
        for selection in (before, after):
            if selection:
                self._repaint_room(selection.index)

    def _arrange(self) -> None:
        view = sized(self._view, self._day, self.size.width, self.size.height - 1)
        selection = selected(self._day, self._cursor)
        if not self._placed:
            view = showing(view, self._day, self._cursor.at)
            self._placed = bool(self._day.rooms) and self.size.width > 0
        self._view = following(view, self._day, selection) if selection else view
        self._repaint()

    def _repaint(self) -> None:
        self._strips.clear()
        self.refresh()

    def _repaint_room(self, index: int) -> None:
        height = self._view.room_height
        for line in range(height):
            self._strips.discard((index, line))
        self.refresh(Region(0, 1 + (index - self._view.top) * height, self.size.width, height))

    def on_resize(self, _event: events.Resize) -> None:
        """Fit the day to the size."""
        self._arrange()

    def notify_style_update(self) -> None:
        """Draw again in a theme's own colours."""
        super().notify_style_update()
        self._strips.clear()

    def on_click(self, event: events.Click) -> None:
        """Tell which room and instant the mouse points at."""
        index = self._view.top + (event.y - 1) // self._view.room_height
        cell = event.x - self._view.label_width
        if event.y > 0 and cell >= 0 and index < len(self._day.rooms):
            axis = self._view.axis(self._day)
            at = axis.start + (axis.end - axis.start) * cell / axis.width
            self.post_message(self.Clicked(self._day.rooms[index].address, at))

    def render_line(self, y: int) -> Strip:
        """Draw a line: the hours first, then the rooms."""
        if y == 0:
            return self._hours()
        index, line = divmod(y - 1, self._view.room_height)
        index += self._view.top
        if index >= len(self._day.rooms):
            return self._below(y)
        strip = self._strips.get((index, line))
        if strip is None:
            strip = self._strips[index, line] = self._room_line(index, line)
        return strip

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"{PREFIX}{name}")

    def _hours(self) -> Strip:
        hours = self._view.axis(self._day).hours(self._day.zone)
        return self._strip([(fill("", self._view.label_width) + hours, self._style("hours"))])

    def _below(self, y: int) -> Strip:
        text = self._empty if y == 2 and not self._day.rooms else ""  # noqa: PLR2004 - a line below the hours
        return self._strip([(f"  {text}", self._style("empty"))])

    def _room_line(self, index: int, number: int) -> Strip:
        room = self._day.rooms[index]
        selection = selected(self._day, self._cursor)
        here = selection is not None and selection.index == index
        is_gap = number == GAP_LINE
        line = RoomLine(
            axis=self._view.axis(self._day),
            now=self._now,
            number=number,
            cursor=selection.stop if selection and here and not is_gap else None,
        )
        laid = () if is_gap else blocks(room.occupancies, line.axis)
        drawn = [(run.text, self._run_style(run)) for run in runs(laid, line)]
        return self._strip([self._label(room, number, here=here), *drawn])

    def _run_style(self, run: Run) -> Style:
        if run.block is None:
            return self._style("cursor-free" if run.cursor else "now" if run.now else "past" if run.past else "free")
        if run.cursor:
            return self._style("cursor-block")
        style = self._style(_tone(run.block))
        return style + Style(bold=run.edge or run.block.span.mine, dim=run.past and not run.edge)

    def _label(self, room: TimelineRow, line: int, *, here: bool) -> tuple[str, Style]:
        width = self._view.label_width - LABEL_GAP
        seats = [count(room.capacity, "seat")] if room.capacity else []
        text = (room.name, ", ".join([*seats, *room.features]), "")[line]
        name = "cursor-label" if here and line == 0 else "facts" if line else "label"
        return fill(f" {cut(text, width - 1)}", width) + " " * LABEL_GAP, self._style(name)

    def _strip(self, pieces: list[tuple[str, Style]]) -> Strip:
        """Make a strip of the widget's width. Every segment has a style: one without crashes under NO_COLOR."""
        strip = Strip([Segment(text, style) for text, style in pieces if text])
        return strip.adjust_cell_length(self.size.width, self._style("free")).simplify()


def _tone(block: Block) -> str:
    if block.mark == CLASH:
        return "clash"
    accepted_outside = block.span.state is OccupancyState.ACCEPTED and block.span.origin is Origin.EXCHANGE
    return "outside" if accepted_outside else block.span.state.value
