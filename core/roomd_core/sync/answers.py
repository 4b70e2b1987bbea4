"""What invited people and rooms said, and the occupancy that follows from it. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from roomd_core.clock import whole_second
from roomd_core.model import (
    Answer,
    ConflictKind,
    Drift,
    Event,
    Item,
    ItemKind,
    Occupancy,
    OccupancyState,
    Origin,
    Response,
)
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.occurrences import STATE_OF, spread
from roomd_core.sync.steps import rule_is_unsent


def answer_of(event: Event, address: str) -> Answer:
    """Return what a person or a room said about an event."""
    return next((said.answer for said in event.responses if said.address == address), Answer.NONE)


def hear(case: Case, told: Iterable[Response]) -> Case:
    """Take over the responses the deciding copy tells.

    Its tracking may lag behind: it cannot take back what a room's calendar showed later, that the room was released.
    """
    known = {said.address: said for said in case.event.responses}
    kept = (_newer(known.get(said.address), said, read=case.copy_in(said.address) is not None) for said in told)
    return case.with_event(replace(case.event, responses=tuple(sorted(kept, key=_by_address))))


def say(case: Case, address: str, answer: Answer, at: datetime) -> Case:
    """Set what one address said."""
    others = (said for said in case.event.responses if said.address != address)
    responses = sorted((*others, Response(address=address, answer=answer, at=at)), key=_by_address)
    return case.with_event(replace(case.event, responses=tuple(responses)))


def speak(case: Case, item: Item) -> Case:
    """Let a copy as it was read just now say what its mailbox answered."""
    if answer_of(case.event, item.mailbox) is item.answer:
        return case
    return say(case, item.mailbox, item.answer, item.modified_at or case.event.changed_at)


def ask_again(case: Case, setting: Setting) -> Case:
    """Forget what rooms said: the event moves, and every room has to answer for the other time."""
    people = tuple(said for said in case.event.responses if not setting.is_room(said.address))
    items = (_unanswered(item) if setting.is_room(item.mailbox) else item for item in case.items)
    return replace(case, event=replace(case.event, responses=people), items=tuple(items))


def settle_answers(case: Case) -> Case:
    """Let each copy that was read decide what its own mailbox said; one occurrence speaks for no known series.

    A refusal its organizer was told of since is newer than a copy that is about to be found gone.
    """
    series = case.event.content.series
    only_whole = series is not None and series.recurrence is not None
    for item in case.items:
        speaks = not item.is_organizer and _speaks(case, item, only_whole=only_whole)
        if speaks and answer_of(case.event, item.mailbox) is not item.answer and not _refused_since(case.event, item):
            case = say(case, item.mailbox, item.answer, item.modified_at or case.event.changed_at)
    return case


def _speaks(case: Case, item: Item, *, only_whole: bool) -> bool:
    if item.original_start is None:
        return item is case.copy_in(item.mailbox)
    return not only_whole


def _refused_since(event: Event, item: Item) -> bool:
    said = next((said for said in event.responses if said.address == item.mailbox), None)
    if said is None or said.at is None or item.modified_at is None or said.answer is not Answer.DECLINED:
        return False
    return whole_second(said.at) >= item.modified_at


def occupancies_of(case: Case, setting: Setting) -> tuple[Occupancy, ...]:
    """Derive who is occupied by an event: every listed mailbox with a copy, and those a local event still asks.

    As long as a person has to decide, both are taken: what an event asks for, and what was not given back for it.
    """
    left, wanted = _left(case, setting), _wanted(case, setting)
    return tuple({_slot(each): each for each in (*left, *wanted)}.values()) if left else wanted


def _wanted(case: Case, setting: Setting) -> tuple[Occupancy, ...]:
    if case.cancelled:
        return ()
    return _occupancies(case, {**_asked(case, setting), **_held(case, setting)}, setting)


def _left(case: Case, setting: Setting) -> tuple[Occupancy, ...]:
    """Return what copies hold otherwise than the event is here, where that waits for a decision."""
    base, undecided = case.event.base, _is_undecided(case)
    if base and base.series and undecided:
        there = case.with_event(replace(case.event, content=base))
        return _occupancies(there, _held(there, setting), setting)
    return tuple(
        _occupancy(case.event, item.mailbox, item.start, item.end, STATE_OF[item.answer])
        for item in case.items
        if (undecided or item.drift is Drift.ASKED) and item.mailbox in setting.mailboxes
        if item.kind is ItemKind.SINGLE and item.start and item.end
    )


def _is_undecided(case: Case) -> bool:
    """Say whether a change was refused, or clashes with one made in Exchange."""
    clashes = not case.cancelled and case.conflict(ConflictKind.EDIT) is not None
    return clashes or bool(case.parked)


def _occupancies(case: Case, states: Mapping[str, OccupancyState], setting: Setting) -> tuple[Occupancy, ...]:
    if case.event.content.series is not None:
        return spread(case, states, setting)
    start, end = case.event.content.start, case.event.content.end
    return tuple(_occupancy(case.event, mailbox, start, end, states[mailbox]) for mailbox in sorted(states))


def _slot(held: Occupancy) -> tuple[str, datetime, datetime]:
    return held.mailbox, held.start, held.original_start


def _held(case: Case, setting: Setting) -> dict[str, OccupancyState]:
    unsent = _time_is_unsent(case)
    return {
        item.mailbox: OccupancyState.PENDING if unsent else STATE_OF[item.answer]
        for item in case.items
        if item.mailbox in setting.mailboxes and item.original_start is None and not _released(case, item, setting)
    }


def _asked(case: Case, setting: Setting) -> dict[str, OccupancyState]:
    event = case.event
    if event.origin is not Origin.LOCAL:
        return {}
    asked = [room for room in event.content.rooms if setting.is_room(room)]
    if event.base is None and event.organizer in setting.mailboxes:
        asked.append(event.organizer)
    return {mailbox: _asked_state(case, mailbox) for mailbox in asked}


def _asked_state(case: Case, mailbox: str) -> OccupancyState:
    known_there = case.event.base is not None and mailbox in case.event.base.rooms
    if _time_is_unsent(case) or not known_there:
        return OccupancyState.PENDING
    return STATE_OF[answer_of(case.event, mailbox)]


def _time_is_unsent(case: Case) -> bool:
    return case.event.base is None or rule_is_unsent(case.event.base, case.event.content)


def _released(case: Case, item: Item, setting: Setting) -> bool:
    """A room that was taken off a local event is free here at once, though its copy may still be there."""
    invited = item.is_organizer or not setting.is_room(item.mailbox) or item.mailbox in case.event.content.rooms
    return case.event.origin is Origin.LOCAL and not invited


def _occupancy(event: Event, mailbox: str, start: datetime, end: datetime, state: OccupancyState) -> Occupancy:
    begins, ends = whole_second(start), whole_second(end)
    return Occupancy(mailbox=mailbox, start=begins, end=ends, event=event.id, original_start=begins, state=state)


def _unanswered(item: Item) -> Item:
    return item if item.is_organizer else replace(item, answer=Answer.NONE)


def _newer(known: Response | None, told: Response, *, read: bool) -> Response:
    if read or known is None or known.answer is not Answer.DECLINED or told.answer is Answer.DECLINED:
        return told
    later = told.answer is not Answer.NONE and told.at is not None and known.at is not None and told.at > known.at
    return told if later else known


def _by_address(said: Response) -> str:
    return said.address
