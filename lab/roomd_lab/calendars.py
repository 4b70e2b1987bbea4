"""Calendars that look lived in, and calendars filled to order."""

import random
from datetime import datetime, timedelta

from roomd_lab.company import Company
from roomd_lab.model.recurrence.patterns import Recurrence, Weekly
from roomd_lab.model.zones import zone_info
from roomd_lab.names import SUBJECTS
from roomd_lab.outlook import Outlook

_ROOMS_PER_SERIES = 4
_SERIES_HOURS = 8
# As long as every room takes a series that begins now: its booking window is 180 days.
_WEEKS = 24
_HOUR = 3600
_FILLED_DAYS = 170


def fill_calendars(company: Company, outlook: Outlook, now: datetime, *, days: int = 10) -> None:
    """Book meetings from two days ago on, in office hours; some clash, and the attendant sorts them out.

    Some of them are weekly series, which met on one of the last two days.
    """
    rng = random.Random(company.seed)  # noqa: S311 - believable calendars, not secrets
    people, rooms = company.people(), company.rooms()
    if not people or not rooms:
        return
    first = _midnight(company, now) - timedelta(days=2)
    for number in range(max(1, len(rooms) // _ROOMS_PER_SERIES)):
        start = first + timedelta(days=number % 2, hours=9 + number % _SERIES_HOURS)
        _book(company, outlook, random.Random(number), [rooms[number]], start, recurrence=_weekly(start))  # noqa: S311 - as above
    for day in range(days):
        for _ in range(max(1, len(rooms) * 3 // 4)):
            start = first + timedelta(days=day, seconds=rng.randrange(9 * _HOUR, 17 * _HOUR, _HOUR // 2))
            _book(company, outlook, rng, [rng.choice(rooms)], start)


def fill_rooms(company: Company, outlook: Outlook, now: datetime, *, events_per_room: int) -> None:
    """Book exactly so many meetings in every room, none of them clashing, from a week ago on.

    Many are made shorter, so that all of them lie within the attendant's booking window.
    """
    rng = random.Random(company.seed)  # noqa: S311 - believable calendars, not secrets
    first = _midnight(company, now) - timedelta(days=7)
    slots_per_day = max(8, -(-events_per_room // _FILLED_DAYS))
    slot_length = timedelta(hours=8) / slots_per_day
    for room in company.rooms():
        for number in range(events_per_room):
            day, slot = divmod(number, slots_per_day)
            start = first + timedelta(days=day, hours=9) + slot * slot_length
            _book(company, outlook, rng, [room], start, longest=slot_length)


def _midnight(company: Company, now: datetime) -> datetime:
    local = now.astimezone(zone_info(company.zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _weekly(start: datetime) -> Recurrence:
    day = start.date()
    return Recurrence(pattern=Weekly(days=frozenset((day.weekday(),))), first=day, count=_WEEKS)


def _book(  # noqa: PLR0913 - what a meeting needs
    company: Company,
    outlook: Outlook,
    rng: random.Random,
    rooms: list[str],
    start: datetime,
    *,
    recurrence: Recurrence | None = None,
    longest: timedelta = timedelta(hours=1),
) -> None:
    people = company.people()
    organizer = rng.choice(people)
    others = [person for person in rng.sample(people, min(3, len(people))) if person != organizer]
    outlook.book(
        organizer,
        subject=rng.choice(SUBJECTS),
        start=start,
        end=start + min(longest, timedelta(minutes=rng.choice((30, 60, 60)))),
        rooms=rooms,
        attendees=others[:2],
        zone=company.zone,
        recurrence=recurrence,
    )
