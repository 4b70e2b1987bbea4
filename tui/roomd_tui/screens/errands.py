"""What a person comes for: book, look, change, cancel. Each is a coroutine that asks, does, and tells the outcome."""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import NAMESPACE_OID, uuid4, uuid5

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from roomd_core.api import problems
from roomd_core.api.client import ProblemError
from roomd_core.api.wire import Booking, EventPatch, EventState, EventView, Scope, Span
from roomd_tui import words
from roomd_tui.cancelling import consequence, question
from roomd_tui.chart import Selection
from roomd_tui.draft import drafted_at, drafted_of, patch_of
from roomd_tui.moments import span_text
from roomd_tui.screens.acting import RoomdScreen, Session
from roomd_tui.screens.confirm import ConfirmScreen
from roomd_tui.screens.details import DetailsScreen
from roomd_tui.screens.event_form import EventForm, Purpose, Save
from roomd_tui.screens.scope import ScopeScreen

EXCEPTIONS_LOST: Final = f"urn:roomd:problem:{problems.EXCEPTIONS_LOST.name}"
HEADING: Final = {Scope.THIS: ", this one", Scope.FOLLOWING: ", this and the following", Scope.ALL: ", all"}


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
    span = selection.stop.span if selection else None
    if wish == "move" and span:
        await move(screen, span)
    elif wish == "cancel" and span:
        await cancel(screen, span)


async def move(screen: RoomdScreen, span: Span) -> None:
    """Change an event: only what was changed in the form is sent, and only if nobody changed it meanwhile."""
    session = screen.session
    event = at_span(await session.client.event(span.event), span)
    scope = await _scope(screen, event, span, "Change")
    if span.recurring and scope is None:
        return

    async def save(booking: Booking) -> EventView:
        _require_series(event, booking, scope)
        patch = patch_of(event, booking)
        if scope is not None:
            patch = replace(patch, zone=UNSET)
        return await _save_change(screen, event, patch, scope, span.original_start)

    purpose = Purpose(
        heading=f"Change '{event.title}'{HEADING[scope] if scope else ''}",
        verb="Save",
        save=save,
        choose_organizer=False,
        may_repeat=scope is not Scope.THIS,
    )
    form = EventForm(session, screen.board, drafted_of(event, session.zone), purpose)
    _tell(screen, await screen.app.push_screen_wait(form), "Changed")


async def _save_change(
    screen: RoomdScreen, event: EventView, patch: EventPatch, scope: Scope | None, occurrence: datetime | None
) -> EventView:
    """Save a change; where it would cost single occurrences what is different in them, ask first."""
    change = partial(
        screen.session.client.change,
        event.id,
        patch,
        version=event.version,
        scope=scope,
        occurrence=occurrence if scope else None,
    )
    try:
        return await change()
    except ProblemError as error:
        if error.problem.type != EXCEPTIONS_LOST:
            raise
        texts = (f"Change '{event.title}' although single occurrences are different?", error.problem.detail)
        answers = ("Forget what is different", "Keep it")
        if not await screen.app.push_screen_wait(ConfirmScreen(screen.session, screen.board, texts, answers)):
            raise
        return await change(drop_exceptions=True)


async def cancel(screen: RoomdScreen, span: Span) -> None:
    """Cancel an event, or occurrences of a series, once it is confirmed."""
    session = screen.session
    event = at_span(await session.client.event(span.event), span)
    scope = await _scope(screen, event, span, "Cancel")
    if span.recurring and scope is None:
        return
    texts = (question(event, session.zone, scope), consequence(event))
    if await screen.app.push_screen_wait(
        ConfirmScreen(session, screen.board, texts, ("Cancel the meeting", "Keep it"))
    ):
        occurrence = span.original_start if scope else None
        _tell(screen, await session.client.cancel(event.id, scope=scope, occurrence=occurrence), "Cancelled")


def at_span(event: EventView, span: Span) -> EventView:
    """Return an event of a series with the times and the title of the occurrence that a span shows."""
    return replace(event, start=span.start, end=span.end, title=span.title) if span.recurring else event


async def _scope(screen: RoomdScreen, event: EventView, span: Span, verb: str) -> Scope | None:
    """Ask which occurrences are meant; None of a single event, and where that is left open."""
    if not span.recurring:
        return None
    when = span_text(event.start, event.end, screen.session.zone)
    asked = f"{verb} '{event.title}'\n{when}, {event.recurs}"
    return await screen.app.push_screen_wait(ScopeScreen(screen.session, screen.board, asked))


def _require_series(event: EventView, booking: Booking, scope: Scope | None) -> None:
    """Raise ProblemError where the rule of a series was emptied: nothing else can stand for that wish."""
    if event.recurs and booking.recurrence is None and scope is not Scope.THIS:
        raise ProblemError(
            problems.INVALID.problem("repeat: a series stays one; cancel it instead", field="recurrence")
        )


def _tell(screen: RoomdScreen, event: EventView | None, done: str) -> None:
    if event is None:
        return
    state = "" if event.state is EventState.CANCELLED else f": {words.EVENT[event.state]}"
    screen.notify(f"{done} '{event.title}'{state}", markup=False)
