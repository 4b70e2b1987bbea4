"""Outlook people at work: every few seconds somebody books, moves or cancels a meeting."""

import asyncio
import logging
import random
from datetime import timedelta
from typing import Literal

from roomd_lab.lab import Lab
from roomd_lab.model.items import CalendarItem
from roomd_lab.names import SUBJECTS

_log = logging.getLogger(__name__)
_ACTIONS: tuple[Literal["book", "move", "cancel"], ...] = ("book", "book", "move", "cancel")


async def keep_busy(lab: Lab, seconds: float) -> None:
    """Do one thing every `seconds`, until cancelled."""
    rng = random.Random(lab.company.seed)  # noqa: S311 - believable people, not secrets
    while True:
        await asyncio.sleep(seconds)
        _log.info("outlook: %s", act(lab, rng))


def act(lab: Lab, rng: random.Random) -> str:
    """One person does one thing; says what."""
    if not lab.company.people():
        return "nobody works here"
    own = [item for person in lab.company.people() for item in lab.outlook.calendar(person) if _is_movable(lab, item)]
    action = rng.choice(_ACTIONS) if own else "book"
    if action == "book":
        return _book(lab, rng)
    item = rng.choice(own)
    organizer = item.organizer.smtp
    if action == "cancel":
        lab.outlook.cancel(organizer, item.uid)
        return f"{organizer} cancelled '{item.subject}'"
    later = timedelta(minutes=rng.choice((-60, -30, 30, 60)))
    lab.outlook.move(organizer, item.uid, start=item.start + later, end=item.end + later)
    return f"{organizer} moved '{item.subject}' by {later}"


def _is_movable(lab: Lab, item: CalendarItem) -> bool:
    """Only meetings Outlook made and still ahead: what a client booked is left to it."""
    ahead = item.start > lab.organization.now() + timedelta(hours=1)
    return item.is_organizer and not item.extended and item.subject in SUBJECTS and ahead


def _book(lab: Lab, rng: random.Random) -> str:
    organizer = rng.choice(lab.company.people())
    rooms = rng.sample(lab.company.rooms(), min(1, len(lab.company.rooms())))
    now = lab.organization.now().replace(minute=0, second=0)
    start = now + timedelta(hours=rng.randint(1, 30))
    item = lab.outlook.book(
        organizer,
        subject=rng.choice(SUBJECTS),
        start=start,
        end=start + timedelta(minutes=rng.choice((30, 60))),
        rooms=rooms,
        zone=lab.company.zone,
    )
    return f"{organizer} booked '{item.subject}' in {item.location or 'no room'} at {start:%H:%M} UTC"
