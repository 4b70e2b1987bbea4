"""The form for a booking, made from the cursor or changed later."""

from collections.abc import Awaitable, Callable, Iterator
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from roomd_core.api.client import DaemonUnreachable, ProblemError
from roomd_core.api.wire import Booking, EventView, Problem
from roomd_tui.actions import Action, bindings
from roomd_tui.draft import FIELD_OF, Draft, Faults, Known, booked_from
from roomd_tui.refusals import sentence
from roomd_tui.screens.acting import Dialog, Session
from roomd_tui.state import Board
from roomd_tui.widgets.tick import Tick

LEAVE = Action(name="back", keys=("escape",), help="Leave the form")

Save = Callable[[Booking], Awaitable[EventView]]


class Purpose(Struct, frozen=True, kw_only=True):
    """What a form is for: its heading, what ``enter`` does, and how it is done."""

    heading: str
    verb: str
    save: Save
    choose_organizer: bool
    may_repeat: bool = True


class EventForm(Dialog[EventView]):
    """A field a line, what is wrong beside it. A refusal leaves everything as it was typed."""

    ACTIONS: ClassVar[tuple[Action, ...]] = (LEAVE,)
    BINDINGS = bindings(ACTIONS)
    AUTO_FOCUS = "#title"

    def __init__(self, session: Session, board: Board, draft: Draft, purpose: Purpose) -> None:
        super().__init__(session, board)
        self._draft = draft
        self._purpose = purpose
        self._inputs: dict[str, Input] = {}
        self._faults: dict[str, Label] = {}
        self._private = Tick("others see only that the room is taken", draft.private)
        self._message = Static("", markup=False, classes="message")

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        with Vertical(classes="dialog form"):
            yield Static(self._purpose.heading, markup=False, classes="heading")
            yield from self._fields()
            with Horizontal(classes="field"):
                yield Label("Private", classes="name")
                yield self._private
            yield self._message
            yield Static(f"enter {self._purpose.verb}  tab Next field  right Complete  esc Leave", classes="hint")

    def _fields(self) -> Iterator[Widget]:
        rooms = SuggestFromList([room.name for room in self.board.rooms], case_sensitive=False)
        names = [name for person in self.board.people for name in (person.name, person.address)]
        people = SuggestFromList(names, case_sensitive=False)
        yield self._field("title", "Title", "what the meeting is called")
        yield self._field("rooms", "Room", "names or addresses, with commas", rooms)
        yield self._field("date", "Date", "2026-12-01, tomorrow or +7")
        yield self._field("start", "Start", "14:00 or 930")
        yield self._field("end", "End", "15:00 or +45m")
        if self._purpose.choose_organizer:
            yield self._field("organizer", "As", "the person who invites", people)
        yield self._field("attendees", "Invite", "names or addresses, with commas", people)
        yield self._field("location", "Place", "in words, beside the room")
        if self._purpose.may_repeat:
            yield self._field("repeat", "Repeat", "every Tuesday until 2027-06-30; empty: once")

    def _field(self, name: str, label: str, hint: str, suggester: SuggestFromList | None = None) -> Horizontal:
        value: str = getattr(self._draft, name)
        self._inputs[name] = Input(value, hint, suggester=suggester, id=name, compact=True)
        self._faults[name] = Label("", markup=False, classes="fault")
        return Horizontal(Label(label, classes="name"), self._inputs[name], self._faults[name], classes="field")

    def draft(self) -> Draft:
        """Tell what stands in the form."""
        typed = {name: field.value for name, field in self._inputs.items()}
        if not self._purpose.choose_organizer:
            typed["organizer"] = self._draft.organizer
        if not self._purpose.may_repeat:
            typed["repeat"] = ""
        return Draft(**typed, private=self._private.value)

    @on(Input.Submitted)
    def submit(self) -> None:
        """Read the draft; when it can be read, save it."""
        session = self.session
        known = Known(rooms=self.board.rooms, people=self.board.people, zone=session.zone, now=session.clock.now())
        booking = booked_from(self.draft(), known)
        if not isinstance(booking, Booking):
            self._blame(booking)
            return
        self._blame({}, "Asking roomd ...")
        self.run_worker(self._save(booking), exclusive=True)

    async def _save(self, booking: Booking) -> None:
        try:
            self.dismiss(await self._purpose.save(booking))
        except ProblemError as error:
            self._refuse(error.problem)
        except DaemonUnreachable as error:
            self._blame({}, str(error))

    def _refuse(self, problem: Problem) -> None:
        """Show a refusal at the field it is about; who has a room, and until when, needs a line of its own."""
        field = FIELD_OF.get((problem.field or "").partition(".")[0], "")
        text = sentence(problem, self.session.zone)
        if problem.holder:
            self._blame({"rooms": "taken"}, text)
        elif field in self._faults:
            self._blame({field: text.removeprefix(f"{problem.field}: ")})
        else:
            self._blame({}, text)

    def _blame(self, faults: Faults, message: str = "") -> None:
        for name, label in self._faults.items():
            label.update(faults.get(name, ""))
        self._message.update(message)
        if faults:
            self._inputs[next(name for name in self._inputs if name in faults)].focus()
