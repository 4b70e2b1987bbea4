"""What a person comes for: book, look, change, cancel. Each is a coroutine that asks, does, and tells the outcome."""

from uuid import NAMESPACE_OID, uuid4, uuid5

import msgspec

from roomd_core.api.wire import Booking, EventState, EventView
from roomd_tui import words
from roomd_tui.cancelling import consequence, question
from roomd_tui.chart import Selection
from roomd_tui.draft import drafted_at, drafted_of, patch_of
from roomd_tui.screens.acting import RoomdScreen, Session
from roomd_tui.screens.confirm import ConfirmScreen
from roomd_tui.screens.details import DetailsScreen
from roomd_tui.screens.event_form import EventForm, Purpose, Save


async def book(screen: RoomdScreen, selection: Selection) -> None:
    """Book from the cursor on."""
    status = screen.board.status
    organizer = (status.acts_as if status else None) or ""
    form = EventForm(
        screen.session,
        screen.board,
        drafted_at(selection, organizer, screen.session.zone),
        Purpose(
            heading="Book a room",
            verb="Book",
            save=_booking_once(screen.session),
            choose_organizer=bool(status and status.may_act_for_all),
        ),
    )
    _tell(screen, await screen.app.push_screen_wait(form), "Booked")


def _booking_once(session: Session) -> Save:
    """Book with a key made of the form and its content: entered again after a lost answer, it is the same booking."""
    form = uuid5(NAMESPACE_OID, str(uuid4()))

    async def save(booking: Booking) -> EventView:
        key = str(uuid5(form, msgspec.json.encode(booking).decode()))
        return await session.client.book(booking, idempotency_key=key)

    return save


async def look(screen: RoomdScreen, event_id: str, selection: Selection | None) -> None:
    """Show an event in full, and do with it what is wished for there."""
    event = await screen.session.client.event(event_id)
    wish = await screen.app.push_screen_wait(DetailsScreen(screen.session, screen.board, event, selection))
    if wish == "move":
        await move(screen, event_id)
    elif wish == "cancel":
        await cancel(screen, event_id)


async def move(screen: RoomdScreen, event_id: str) -> None:
    """Change an event: only what was changed in the form is sent, and only if nobody changed it meanwhile."""
    session = screen.session
    event = await session.client.event(event_id)

    async def save(booking: Booking) -> EventView:
        return await session.client.change(event_id, patch_of(event, booking), version=event.version)

    purpose = Purpose(heading=f"Change '{event.title}'", verb="Save", save=save, choose_organizer=False)
    form = EventForm(session, screen.board, drafted_of(event, session.zone), purpose)
    _tell(screen, await screen.app.push_screen_wait(form), "Changed")


async def cancel(screen: RoomdScreen, event_id: str) -> None:
    """Cancel an event, once it is confirmed."""
    session = screen.session
    event = await session.client.event(event_id)
    texts = (question(event, session.zone), consequence(event))
    if await screen.app.push_screen_wait(
        ConfirmScreen(session, screen.board, texts, ("Cancel the meeting", "Keep it"))
    ):
        _tell(screen, await session.client.cancel(event_id), "Cancelled")


def _tell(screen: RoomdScreen, event: EventView | None, done: str) -> None:
    if event is None:
        return
    state = "" if event.state is EventState.CANCELLED else f": {words.EVENT[event.state]}"
    screen.notify(f"{done} '{event.title}'{state}", markup=False)
