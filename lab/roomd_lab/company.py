"""A company to fill the lab with: people, rooms, accounts, and calendars that look lived in."""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from roomd_lab.model.directory import (
    Account,
    Address,
    Automation,
    Directory,
    Person,
    Room,
    RoomList,
    RoomPolicy,
)
from roomd_lab.names import FAMILY_NAMES, FEATURES, FIRST_ROOMS, GIVEN_NAMES, KNOWN_PEOPLE, SUBJECTS
from roomd_lab.outlook import Outlook

DOMAIN = "example.com"
REALM = "EXAMPLE"
_SID = "S-1-5-21-1004336348-1177238915-682003330"
_ROOMS_PER_FLOOR = 6
_UNATTENDED_EVERY = 5
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who works here. `zone` is the office's Windows time zone; `host_zone` the same for calculating."""

    directory: Directory
    zone: str = "China Standard Time"
    host_zone: str = "Asia/Shanghai"
    seed: int = 1

    @classmethod
    def seeded(cls, *, people: int = 8, rooms: int = 5, seed: int = 1) -> "Company":
        """A company of this size. The same seed gives the same people and rooms, with fresh passwords."""
        rng = random.Random(seed)  # noqa: S311 - a believable company, not a secret
        staff = _people(people, rng)
        places = _rooms(rooms, rng)
        directory = Directory(
            people=staff,
            rooms=places,
            room_lists=_room_lists(places),
            accounts=(*_service_accounts(), *(_own_account(number, p) for number, p in enumerate(staff, 2000))),
        )
        return cls(directory=directory, seed=seed)

    def people(self) -> list[str]:
        """The addresses of its people."""
        return [person.address.smtp for person in self.directory.people.values()]

    def rooms(self) -> list[str]:
        """The addresses of its rooms."""
        return [room.address.smtp for room in self.directory.rooms.values()]


def _people(number: int, rng: random.Random) -> tuple[Person, ...]:
    addresses = [Address(name=name, smtp=f"{alias}@{DOMAIN}") for name, alias in KNOWN_PEOPLE[:number]]
    taken = {address.key for address in addresses}
    while len(addresses) < number:
        given, family = rng.choice(GIVEN_NAMES), rng.choice(FAMILY_NAMES)
        alias = f"{given}.{family}".lower()
        smtp = next(s for n in count(1) if (s := f"{alias}{n if n > 1 else ''}@{DOMAIN}") not in taken)
        taken.add(smtp)
        addresses.append(Address(name=f"{given} {family}", smtp=smtp))
    return tuple(Person(address=address) for address in addresses)


def _rooms(number: int, rng: random.Random) -> tuple[Room, ...]:
    rooms: list[Room] = []
    for index in range(number):
        name, alias, capacity = _room_name(index, rng)
        unattended = index % _UNATTENDED_EVERY == _UNATTENDED_EVERY - 1
        policy = RoomPolicy(automation=Automation.AUTO_UPDATE if unattended else Automation.AUTO_ACCEPT)
        features = tuple(sorted(rng.sample(FEATURES, rng.randint(1, 3))))
        address = Address(name=name, smtp=f"{alias}@{DOMAIN}")
        rooms.append(Room(address=address, capacity=capacity, features=features, policy=policy))
    return tuple(rooms)


def _room_name(index: int, rng: random.Random) -> tuple[str, str, int]:
    if index < len(FIRST_ROOMS):
        return FIRST_ROOMS[index]
    floor, number = 5 + index // _ROOMS_PER_FLOOR, 1 + index % _ROOMS_PER_FLOOR
    return f"{floor}楼{floor}{number:02}会议室", f"room-{floor}{number:02}", rng.choice((4, 6, 8, 12, 20))


def _room_lists(rooms: tuple[Room, ...]) -> tuple[RoomList, ...]:
    listed = tuple(room.address.smtp for room in rooms)
    address = Address(name="All rooms", smtp=f"all-rooms@{DOMAIN}")
    return (RoomList(address=address, rooms=listed),) if listed else ()


def _service_accounts() -> tuple[Account, ...]:
    return (
        _account("svc-roomd", 1101, impersonates=True),
        _account("svc-delegate", 1102, delegate=True),
        _account("svc-nobody", 1103),
    )


def _own_account(number: int, person: Person) -> Account:
    smtp = person.address.smtp
    return _account(smtp.partition("@")[0], number, mailbox=smtp)


def _account(
    name: str, number: int, *, mailbox: str | None = None, impersonates: bool = False, delegate: bool = False
) -> Account:
    return Account(
        username=f"{REALM}\\{name}",
        upn=f"{name}@{DOMAIN}",
        sid=f"{_SID}-{number}",
        password=secrets.token_urlsafe(12),
        mailbox=mailbox,
        impersonates=impersonates,
        delegate=delegate,
    )


def fill_calendars(company: Company, outlook: Outlook, now: datetime, *, days: int = 10) -> None:
    """Book meetings from two days ago on, in office hours; some clash, and the attendant sorts them out."""
    rng = random.Random(company.seed)  # noqa: S311 - believable calendars, not secrets
    people, rooms = company.people(), company.rooms()
    if not people or not rooms:
        return
    first = _midnight(company, now) - timedelta(days=2)
    for day in range(days):
        for _ in range(max(1, len(rooms) * 3 // 4)):
            start = first + timedelta(days=day, seconds=rng.randrange(9 * _HOUR, 17 * _HOUR, _HOUR // 2))
            _book(company, outlook, rng, [rng.choice(rooms)], start)


def fill_rooms(company: Company, outlook: Outlook, now: datetime, *, events_per_room: int) -> None:
    """Book exactly so many meetings in every room, none of them clashing, from a week ago on."""
    rng = random.Random(company.seed)  # noqa: S311 - believable calendars, not secrets
    first = _midnight(company, now) - timedelta(days=7)
    slots_per_day = 8
    for room in company.rooms():
        for number in range(events_per_room):
            day, slot = divmod(number, slots_per_day)
            start = first + timedelta(days=day, hours=9 + slot)
            _book(company, outlook, rng, [room], start)


def _midnight(company: Company, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(company.host_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _book(company: Company, outlook: Outlook, rng: random.Random, rooms: list[str], start: datetime) -> None:
    people = company.people()
    organizer = rng.choice(people)
    others = [person for person in rng.sample(people, min(3, len(people))) if person != organizer]
    outlook.book(
        organizer,
        subject=rng.choice(SUBJECTS),
        start=start,
        end=start + timedelta(minutes=rng.choice((30, 60, 60))),
        rooms=rooms,
        attendees=others[:2],
        zone=company.zone,
    )
