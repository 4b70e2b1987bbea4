"""The address book, searched by any of a mailbox's names."""

from collections.abc import Iterator

from roomd_lab.model.errors import no_such_mailbox
from roomd_lab.model.people import Account, Address, Permission, Person, Room, RoomList, RoomPolicy
from roomd_lab.model.working_hours import WorkingHours


class Directory:
    """Everybody the organization knows, found by any of their names. `zone` is where people work, a Windows id."""

    def __init__(
        self,
        *,
        people: tuple[Person, ...] = (),
        rooms: tuple[Room, ...] = (),
        room_lists: tuple[RoomList, ...] = (),
        accounts: tuple[Account, ...] = (),
        zone: str = "UTC",
    ) -> None:
        self.zone = zone
        self.people = {person.address.key: person for person in people}
        self.rooms = {room.address.key: room for room in rooms}
        self.room_lists = {listed.address.key: listed for listed in room_lists}
        self.outside_scope: set[str] = set()
        self._permissions: dict[tuple[str, str], Permission] = {}
        self._index(accounts)

    def _index(self, accounts: tuple[Account, ...]) -> None:
        self.accounts = accounts
        self._accounts_by_login = {
            login.lower(): account for account in accounts for login in (account.username, account.upn)
        }
        self._mailboxes_by_sid = {account.sid: account.mailbox for account in accounts if account.mailbox}

    def remove(self, person: Address) -> None:
        """Forget a person and their account."""
        self.people.pop(person.key, None)
        self._index(tuple(a for a in self.accounts if a.mailbox is None or a.mailbox.lower() != person.key))

    def mailbox_owners(self) -> Iterator[Address]:
        """Everyone with a mailbox, people first."""
        yield from (person.address for person in self.people.values())
        yield from (room.address for room in self.rooms.values())

    def account(self, login: str) -> Account | None:
        r"""The account behind `DOMAIN\user` or a UPN, without case."""
        return self._accounts_by_login.get(login.lower())

    def permit(self, delegate: str, owner: str, permission: Permission | None) -> None:
        """Let somebody, by address or user name, use an owner's calendar; None takes it back.

        Raises ErrorNonExistentMailbox.
        """
        key = (delegate.lower(), self.owner(owner).key)
        self._permissions.pop(key, None)
        if permission is not None:
            self._permissions[key] = permission

    def permissions(self, owner: Address) -> dict[str, Permission]:
        """Who may use an owner's calendar, by address or user name in lower case; a room's delegates edit it."""
        room = self.rooms.get(owner.key)
        granted = {who: level for (who, whose), level in self._permissions.items() if whose == owner.key}
        delegates = room.policy.resource_delegates if room else ()
        services = (account.username for account in self.accounts if account.delegate)
        return granted | {who.lower(): Permission.EDITOR for who in (*delegates, *services)}

    def working_hours(self, owner: Address) -> WorkingHours:
        """When somebody works, or a room is worked in."""
        room = self.rooms.get(owner.key)
        return room.policy.working_hours if room else WorkingHours(zone=self.zone)

    def leave_out_of_scope(self, smtp: str, *, outside: bool = True) -> None:
        """Let the management scope of impersonation end before, or again include, a mailbox.

        Raises ErrorNonExistentMailbox.
        """
        key = self.owner(smtp).key
        (self.outside_scope.add if outside else self.outside_scope.discard)(key)

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
        """What an administrator does with Set-CalendarProcessing.

        Raises ErrorNonExistentMailbox for an unknown room or delegate.
        """
        for delegate in policy.resource_delegates:
            self.owner(delegate)
        room = self.rooms.get(smtp.lower())
        if room is None:
            raise no_such_mailbox(smtp)
        changed = Room(address=room.address, capacity=room.capacity, features=room.features, policy=policy)
        self.rooms[room.address.key] = changed
        return changed


def _answers_to(owner: Address, text: str) -> bool:
    words = (owner.name.lower(), *owner.name.lower().split(), owner.key)
    return any(word.startswith(text) for word in words)
