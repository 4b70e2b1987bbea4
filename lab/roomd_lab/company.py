"""A company to fill the lab with: people, rooms, accounts."""

import random
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from roomd_lab.model.directory import Directory
from roomd_lab.model.people import Account, Address, Automation, Person, Room, RoomList, RoomPolicy
from roomd_lab.model.zones import zone_info
from roomd_lab.names import FAMILY_NAMES, FEATURES, FIRST_ROOMS, GIVEN_NAMES, KNOWN_PEOPLE

DOMAIN = "example.com"
REALM = "EXAMPLE"
_SID = "S-1-5-21-1004336348-1177238915-682003330"
_ROOMS_PER_FLOOR = 6
_UNATTENDED_EVERY = 5
_DELEGATED_EVERY = 9
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who works here. `zone` is the office's Windows time zone."""

    directory: Directory
    zone: str = "China Standard Time"
    seed: int = 1

    @classmethod
    def seeded(
        cls, *, people: int = 8, rooms: int = 5, seed: int = 1, zone: str = "China Standard Time"
    ) -> "Company":
        """A company of this size in a Windows time zone.

        The same seed gives the same people and rooms, with fresh passwords.
        """
        rng = random.Random(seed)  # noqa: S311 - a believable company, not a secret
        staff = _people(people, rng)
        places = _with_delegates(_rooms(rooms, rng, zone), staff)
        directory = Directory(
            people=staff,
            rooms=places,
            room_lists=_room_lists(places),
            zone=zone,
            accounts=(*_service_accounts(), *(_own_account(number, p) for number, p in enumerate(staff, 2000))),
        )
        return cls(directory=directory, seed=seed, zone=zone)

    def people(self) -> list[str]:
        """The addresses of its people."""
        return [person.address.smtp for person in self.directory.people.values()]

    def next_hour(self, now: datetime, later: int, between: tuple[int, int]) -> datetime:
        """The start of the working hour that comes `later` ones after the present, on any weekday."""
        moment = now.astimezone(zone_info(self.zone)).replace(minute=0, second=0, microsecond=0)
        left = later + 1
        while left:
            moment += timedelta(hours=1)
            left -= between[0] <= moment.hour < between[1] and moment.weekday() < _SATURDAY
        return moment

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


def _rooms(number: int, rng: random.Random, zone: str) -> tuple[Room, ...]:
    rooms: list[Room] = []
    for index in range(number):
        name, alias, capacity = _room_name(index, rng)
        unattended = index % _UNATTENDED_EVERY == _UNATTENDED_EVERY - 1
        policy = RoomPolicy(
            automation=Automation.AUTO_UPDATE if unattended else Automation.AUTO_ACCEPT, working_hours_time_zone=zone
        )
        features = tuple(sorted(rng.sample(FEATURES, rng.randint(1, 3))))
        address = Address(name=name, smtp=f"{alias}@{DOMAIN}")
        rooms.append(Room(address=address, capacity=capacity, features=features, policy=policy))
    return tuple(rooms)


def _with_delegates(rooms: tuple[Room, ...], staff: tuple[Person, ...]) -> tuple[Room, ...]:
    """Some rooms may only be asked for; two people decide."""
    if not staff:
        return rooms

    def policy(index: int, room: Room) -> RoomPolicy:
        if index % _DELEGATED_EVERY != _DELEGATED_EVERY - 1:
            return room.policy
        delegates = tuple({staff[at % len(staff)].address.smtp: None for at in (index, index + 1)})
        return replace(
            room.policy, resource_delegates=delegates, all_book_in_policy=False, all_request_in_policy=True
        )

    return tuple(replace(room, policy=policy(index, room)) for index, room in enumerate(rooms))


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
