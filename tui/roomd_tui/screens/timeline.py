"""The timeline: rooms down, time across, and everything that can be done from the cursor."""

from collections.abc import Iterable
from datetime import date, timedelta

from textual.widget import Widget

from roomd_core.api.client import DaemonUnreachable, ProblemError
from roomd_core.api.params import TimelineQuery
from roomd_core.api.wire import Notice, Span, Timeline
from roomd_tui import actions
from roomd_tui.actions import Situation, bindings
from roomd_tui.chart import Cursor, Selection, beside, carried, climbed, day_of, emptied, selected, stepped
from roomd_tui.live import Refresher
from roomd_tui.moments import clock_text, short_day_text
from roomd_tui.screens import errands
from roomd_tui.screens.acting import RoomdScreen, Session
from roomd_tui.selection_text import room_texts, stop_texts
from roomd_tui.state import Board, summary
from roomd_tui.widgets.line import Line
from roomd_tui.widgets.room_timeline import RoomTimeline

LEAP = timedelta(hours=3)
LOADING = "Reading the rooms ..."
NO_ROOMS = "No rooms are configured: add a [[room]] to roomd's configuration."


class TimelineScreen(RoomdScreen):
    """One day of all rooms. It keeps what it last read when the daemon is away."""

    ACTIONS = (
        actions.OPEN, actions.BOOK, actions.MOVE, actions.CANCEL, actions.SHOW_SYNC, actions.SHOW_CONFLICTS,
        actions.HELP, actions.PREVIOUS_DAY, actions.NEXT_DAY, actions.TODAY, actions.EARLIER, actions.LATER,
        actions.LEAP_EARLIER, actions.LEAP_LATER, *actions.LISTING, actions.QUIT,
    )  # fmt: skip
    BINDINGS = bindings(ACTIONS)

    def __init__(self, session: Session, board: Board) -> None:
        super().__init__(session, board)
        now = session.clock.now()
        self._known: Timeline | None = None
        self.day = day_of(None, now.astimezone(session.zone).date(), session.zone)
        self.cursor = Cursor(room="", at=now)
        self.rooms = RoomTimeline(self.day, self.cursor, now)
        self._room_line = Line(classes="status")
        self._stop_line = Line(classes="status")
        self._reading = Refresher(self._read)

    def body(self) -> Iterable[Widget]:
        """Make the timeline, and two lines on what is under its cursor."""
        return (self.rooms, self._room_line, self._stop_line)

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self.run_worker(self._reading.run())
        self._reading.ask()
        self._await_next_cell()

    def _await_next_cell(self) -> None:
        """Move the mark of the present when it is due, and not before: between cells nothing is written."""
        now = self.session.clock.now()
        self.set_timer((self.rooms.next_cell(now) - now).total_seconds(), self._show_time)

    def _show_time(self) -> None:
        self.show()
        self._await_next_cell()

    def heard(self, notice: Notice) -> None:
        """Read the day again when anything in it may have changed."""
        if notice.status or notice.events or notice.mailboxes or notice.run:
            self._reading.ask()

    async def _read(self) -> None:
        asked = self.day.day
        query = TimelineQuery(day=asked, zone=self.session.zone.key)
        try:
            timeline = await self.session.client.timeline(query)
        except (ProblemError, DaemonUnreachable) as error:
            self.trouble = f"Cannot read the rooms: {error}"
        else:
            self.trouble = ""
            if asked == self.day.day:
                self._known = timeline
                self.day = day_of(timeline, asked, self.session.zone)
        self.show()

    def show(self) -> None:
        """Show the day, the cursor, and how the daemon stands."""
        super().show()
        empty = self.trouble or (NO_ROOMS if self._known else LOADING)
        self.rooms.show(self.day, self.cursor, self.session.clock.now(), empty=empty)
        self._show_title()
        self._show_selection()

    def _show_title(self) -> None:
        zone, now = self.session.zone, self.session.clock.now()
        today = now.astimezone(zone).date()
        when = f"today {clock_text(now, zone)}" if self.day.day == today else "t today"
        self.title_line.show(f"[ {short_day_text(self.day.day, today)} ]  {when} {zone.key}", summary(self.board))

    def _show_selection(self) -> None:
        if self.selection:
            self._room_line.show(*room_texts(self.selection, self.session.zone, len(self.day.rooms)))
            self._stop_line.show(*stop_texts(self.selection.stop, self.session.zone))
        self.key_bar.show(self.situation())

    @property
    def selection(self) -> Selection | None:
        """What the cursor is on."""
        return selected(self.day, self.cursor)

    def situation(self) -> Situation:
        """Tell how the daemon stands and what the cursor is on."""
        return Situation(board=self.board, selection=self.selection)

    def point(self, cursor: Cursor) -> None:
        """Move the cursor."""
        self.cursor = cursor
        self.rooms.point(cursor)
        self._show_selection()

    def on_room_timeline_clicked(self, message: RoomTimeline.Clicked) -> None:
        """Go where the mouse points."""
        self.point(Cursor(room=message.room, at=message.at))

    def do_earlier(self) -> None:
        """Step back in time."""
        self.point(stepped(self.day, self.cursor, -1))

    def do_later(self) -> None:
        """Step on in time."""
        self.point(stepped(self.day, self.cursor, 1))

    def do_leap_earlier(self) -> None:
        """Leap back in time, staying in the day."""
        self.point(beside(self.day, self.cursor.room, self.cursor.at - LEAP))

    def do_leap_later(self) -> None:
        """Leap on in time, staying in the day."""
        self.point(beside(self.day, self.cursor.room, self.cursor.at + LEAP))

    def do_up(self) -> None:
        """Go to the room above."""
        self.point(climbed(self.day, self.cursor, -1))

    def do_down(self) -> None:
        """Go to the room below."""
        self.point(climbed(self.day, self.cursor, 1))

    def do_page_up(self) -> None:
        """Go half a page of rooms up."""
        self.point(climbed(self.day, self.cursor, -self.rooms.page))

    def do_page_down(self) -> None:
        """Go half a page of rooms down."""
        self.point(climbed(self.day, self.cursor, self.rooms.page))

    def do_first(self) -> None:
        """Go to the first room."""
        self.point(climbed(self.day, self.cursor, -len(self.day.rooms)))

    def do_last(self) -> None:
        """Go to the last room."""
        self.point(climbed(self.day, self.cursor, len(self.day.rooms)))

    def go_to_room(self, address: str) -> None:
        """Go to a room by its address."""
        self.point(beside(self.day, address, self.cursor.at))

    def do_previous_day(self) -> None:
        """Show the day before."""
        self._turn_to(self.day.day - timedelta(days=1))

    def do_next_day(self) -> None:
        """Show the day after."""
        self._turn_to(self.day.day + timedelta(days=1))

    def do_today(self) -> None:
        """Show today, with the cursor on now."""
        now = self.session.clock.now()
        self._turn_to(now.astimezone(self.session.zone).date())
        self.point(beside(self.day, self.cursor.room, now))

    def _turn_to(self, day: date) -> None:
        """Show another day at once, its rooms without bookings, and read it."""
        if day != self.day.day:
            self.day = day_of(emptied(self._known), day, self.session.zone)
            self.cursor = carried(self.day, self.cursor)
            self.show()
        self._reading.ask()

    def do_quit(self) -> None:
        """Leave the interface."""
        self.app.exit()

    def do_open(self) -> None:
        """Book free time, open a booking."""
        selection = self.selection
        if selection and selection.stop.span:
            event = selection.stop.span.event
            self.attempt(lambda: errands.look(self, event, selection))
        else:
            self.action_do("book")

    def do_book(self) -> None:
        """Book from the cursor on."""
        selection = self.selection
        if selection:
            self.attempt(lambda: errands.book(self, selection))

    def do_move(self) -> None:
        """Change the booking under the cursor."""
        self.attempt(lambda: errands.move(self, self._span))

    def do_cancel(self) -> None:
        """Cancel the booking under the cursor."""
        self.attempt(lambda: errands.cancel(self, self._span))

    @property
    def _span(self) -> Span:
        span = self.selection.stop.span if self.selection else None
        assert span is not None, "the actions that need a booking are blocked without one"
        return span
