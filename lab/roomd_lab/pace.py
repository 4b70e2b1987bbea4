"""Outlook people at work: every few seconds somebody books, answers, moves or cancels, by the rules or past them."""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import timedelta

from roomd_lab.lab import Lab
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.ids import instance_date
from roomd_lab.model.items import CalendarItem, Response
from roomd_lab.names import SUBJECTS

_log = logging.getLogger(__name__)
_FEWEST_PEOPLE = 4
_ASKED = 40
_DECIDE_SHARE, _APPROVED_SHARE = 0.3, 0.8
_ANSWER_SHARE, _MOODS = 0.4, {Response.ACCEPT: 7, Response.TENTATIVE: 1, Response.DECLINE: 2}
_GUESTS = 3
_WORKING_HOURS = (9, 17)


async def keep_busy(lab: Lab, seconds: float, *, misbehave: float = 0.0) -> None:
    """Do one thing every `seconds`, until cancelled; a share `misbehave` of them past the rules."""
    rng = random.Random(lab.company.seed)  # noqa: S311 - believable people, not secrets
    while True:
        await asyncio.sleep(seconds)
        try:
            _log.info("outlook: %s", act(lab, rng, misbehave=misbehave))
        except ExchangeError as error:
            _log.info("outlook: refused: %s", error)


def act(lab: Lab, rng: random.Random, *, misbehave: float = 0.0) -> str:
    """One person does one thing; says what."""
    people = lab.company.people()
    if not people:
        return "nobody works here"
    asked = rng.sample(people, min(_ASKED, len(people)))
    seen = [(person, item) for person in asked for item in lab.outlook.calendar(person)]
    own = [item for _, item in seen if _is_movable(lab, item)]
    if rng.random() < misbehave:
        return rng.choice(_MISDEEDS)(lab, rng, own)
    if any(lab.outlook.waiting_for(person) for person in asked) and rng.random() < _DECIDE_SHARE:
        return _decide(lab, rng, asked)
    invitations = [(person, item) for person, item in seen if _is_open(lab, item)]
    if invitations and rng.random() < _ANSWER_SHARE:
        return _respond(lab, rng, *rng.choice(invitations))
    return rng.choice(_DEEDS if own else (_book,))(lab, rng, own)


def _is_movable(lab: Lab, item: CalendarItem) -> bool:
    """Only meetings Outlook made and still ahead: what a client booked is left to it."""
    ahead = item.start > lab.organization.now() + timedelta(hours=1)
    return item.is_organizer and not item.extended and item.subject in SUBJECTS and ahead


def _is_open(lab: Lab, item: CalendarItem) -> bool:
    """An invitation to something still ahead that was not answered yet."""
    return item.my_response is Response.NONE and not item.is_cancelled and item.start > lab.organization.now()


def _respond(lab: Lab, rng: random.Random, person: str, item: CalendarItem) -> str:
    (response,) = rng.choices(list(_MOODS), list(_MOODS.values()))
    lab.outlook.respond(person, item.uid, response, on=instance_date(item.global_object_id))
    return f"{person} answered '{item.subject}': {response}"


def _book(lab: Lab, rng: random.Random, _: list[CalendarItem]) -> str:
    organizer, *guests = rng.sample(lab.company.people(), min(rng.randint(1, 1 + _GUESTS), len(lab.company.people())))
    rooms = rng.sample(lab.company.rooms(), min(1, len(lab.company.rooms())))
    start = lab.company.next_hour(lab.organization.now(), rng.randint(0, 20), _WORKING_HOURS)
    item = lab.outlook.book(
        organizer,
        subject=rng.choice(SUBJECTS),
        start=start,
        end=start + timedelta(minutes=rng.choice((30, 60))),
        rooms=rooms,
        attendees=guests,
        zone=lab.company.zone,
    )
    return f"{organizer} booked '{item.subject}' in {item.location or 'no room'} at {start:%H:%M} UTC"


def _move(lab: Lab, rng: random.Random, own: list[CalendarItem]) -> str:
    item, later = rng.choice(own), timedelta(minutes=rng.choice((-60, -30, 30, 60)))
    lab.outlook.move(item.organizer.smtp, item.uid, start=item.start + later, end=item.end + later)
    return f"{item.organizer.smtp} moved '{item.subject}' by {later}"


def _cancel(lab: Lab, rng: random.Random, own: list[CalendarItem]) -> str:
    item = rng.choice(own)
    lab.outlook.cancel(item.organizer.smtp, item.uid)
    return f"{item.organizer.smtp} cancelled '{item.subject}'"


def _decide(lab: Lab, rng: random.Random, asked: list[str]) -> str:
    """A delegate looks at the room's request that waits longest, and is mostly in a good mood."""
    delegate = next(person for person in asked if lab.outlook.waiting_for(person))
    request = lab.outlook.waiting_for(delegate)[0]
    response = Response.ACCEPT if rng.random() < _APPROVED_SHARE else Response.DECLINE
    lab.outlook.approve(delegate, request.uid, response, on=instance_date(request.global_object_id))
    return f"{delegate} answered '{request.subject}' as a room's delegate: {response}"


def _move_silently(lab: Lab, rng: random.Random, own: list[CalendarItem]) -> str:
    if not own:
        return _book(lab, rng, own)
    item, later = rng.choice(own), timedelta(minutes=rng.choice((-60, 60)))
    lab.outlook.move_silently(item.organizer.smtp, item.uid, start=item.start + later, end=item.end + later)
    return f"{item.organizer.smtp} moved '{item.subject}' by {later} and told nobody"


def _write_into(lab: Lab, rng: random.Random, own: list[CalendarItem]) -> str:
    if not lab.company.rooms():
        return _book(lab, rng, own)
    room = rng.choice(lab.company.rooms())
    start = lab.company.next_hour(lab.organization.now(), rng.randint(0, 20), _WORKING_HOURS)
    lab.outlook.write_into(room, subject="Maintenance", start=start, end=start + timedelta(hours=1))
    return f"somebody wrote straight into {room} at {start:%H:%M} UTC"


def _delete_room_copy(lab: Lab, rng: random.Random, own: list[CalendarItem]) -> str:
    copies = [
        item
        for room in rng.sample(lab.company.rooms(), min(_ASKED, len(lab.company.rooms())))
        for item in lab.outlook.calendar(room)
        if not item.is_organizer and item.start > lab.organization.now()
    ]
    if not copies:
        return _book(lab, rng, own)
    copy = rng.choice(copies)
    room = next(r for r in lab.company.rooms() if copy in lab.outlook.calendar(r))
    lab.outlook.delete(room, copy.uid)
    return f"somebody deleted a booking by {copy.organizer.name} from {room}"


def _leave(lab: Lab, rng: random.Random, own: list[CalendarItem]) -> str:
    """Without cancelling anything. The first few people stay, so that the office goes on."""
    leaving = lab.company.people()[_FEWEST_PEOPLE:]
    if not leaving:
        return _book(lab, rng, own)
    person = rng.choice(leaving)
    lab.outlook.leave(person)
    return f"{person} left the company and cancelled nothing"


Deed = Callable[[Lab, random.Random, list[CalendarItem]], str]
_DEEDS: tuple[Deed, ...] = (_book, _book, _move, _cancel)
_MISDEEDS: tuple[Deed, ...] = (_move_silently, _write_into, _delete_room_copy, _leave)
