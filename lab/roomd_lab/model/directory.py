"""The address book: people, rooms, room lists and the accounts that may sign in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from roomd_lab.model.errors import no_such_mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A display name and the SMTP address it stands for."""

    name: str
    smtp: str

    @property
    def key(self) -> str:
        """SMTP addresses compare without case."""
        return self.smtp.lower()


class Automation(StrEnum):
    """AutomateProcessing of Set-CalendarProcessing: who handles a meeting request."""

    AUTO_ACCEPT = "AutoAccept"
    AUTO_UPDATE = "AutoUpdate"
    NONE = "None"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPolicy:
    """The attendant's settings, with the defaults of Set-CalendarProcessing."""

    automation: Automation = Automation.AUTO_ACCEPT
    allow_conflicts: bool = False
    booking_window_days: int = 180
    maximum_duration_minutes: int = 1440
    delete_subject: bool = True
    add_organizer_to_subject: bool = True
    delete_comments: bool = True
    remove_private_property: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone with a mailbox."""

    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A resource mailbox. Capacity and features are known to people, not to EWS."""

    address: Address
    capacity: int = 0
    features: tuple[str, ...] = ()
    policy: RoomPolicy = RoomPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomList:
    """A distribution group of rooms, as GetRoomLists shows it."""

    address: Address
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in.

    `mailbox` is the SMTP address of the account's own mailbox, if it has one. `impersonates` is the
    ApplicationImpersonation role. `delegate` gives editor rights on every calendar folder.
    """

    username: str
    upn: str
    sid: str
    password: str = field(repr=False)
    mailbox: str | None = None
    impersonates: bool = False
    delegate: bool = False


class Directory:
    """Everybody the organization knows, found by any of their names."""

    def __init__(
        self,
        *,
        people: tuple[Person, ...] = (),
        rooms: tuple[Room, ...] = (),
        room_lists: tuple[RoomList, ...] = (),
        accounts: tuple[Account, ...] = (),
    ) -> None:
        self.people = {person.address.key: person for person in people}
        self.rooms = {room.address.key: room for room in rooms}
        self.room_lists = {listed.address.key: listed for listed in room_lists}
        self.accounts = accounts
        self._accounts_by_login = {
            login.lower(): account for account in accounts for login in (account.username, account.upn)
        }
        self._mailboxes_by_sid = {account.sid: account.mailbox for account in accounts if account.mailbox}

    def mailbox_owners(self) -> Iterator[Address]:
        """Everyone with a mailbox, people first."""
        yield from (person.address for person in self.people.values())
        yield from (room.address for room in self.rooms.values())

    def account(self, login: str) -> Account | None:
        r"""The account behind `DOMAIN\user` or a UPN, without case."""
        return self._accounts_by_login.get(login.lower())

    def address_of_sid(self, sid: str) -> str | None:
        """The SMTP address of the mailbox that belongs to a security identifier."""
        return self._mailboxes_by_sid.get(sid)

    def owner(self, smtp: str) -> Address:
        """The directory's entry for an SMTP address.

        Raises ErrorNonExistentMailbox for a stranger.
        """
        found = self.find(smtp)
        if found is None:
            raise no_such_mailbox(smtp)
        return found

    def find(self, smtp: str) -> Address | None:
        """The entry for an SMTP address, or None for a stranger."""
        entry = self.people.get(smtp.lower()) or self.rooms.get(smtp.lower())
        return entry.address if entry else None

    def search(self, text: str) -> list[Address]:
        """Ambiguous name resolution: the beginning of a name's word, an alias or an address.

        `smtp:someone@example.com` asks for exactly this address.
        """
        wanted = text.strip().lower()
        exact = wanted.removeprefix("smtp:")
        if found := self.find(exact):
            return [found]
        return [owner for owner in self.mailbox_owners() if _answers_to(owner, exact)]

    def set_room_policy(self, smtp: str, policy: RoomPolicy) -> Room:
        """What an administrator does with Set-CalendarProcessing."""
        room = self.rooms.get(smtp.lower())
        if room is None:
            raise no_such_mailbox(smtp)
        changed = Room(address=room.address, capacity=room.capacity, features=room.features, policy=policy)
        self.rooms[room.address.key] = changed
        return changed


def _answers_to(owner: Address, text: str) -> bool:
    words = (owner.name.lower(), *owner.name.lower().split(), owner.key)
    return any(word.startswith(text) for word in words)
