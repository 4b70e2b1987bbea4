"""The whole organization: its directory, its mailboxes and the mail between them."""

from collections.abc import Callable
from datetime import UTC, datetime

from roomd_lab.model.directory import Directory
from roomd_lab.model.errors import ExchangeError, no_such_mailbox
from roomd_lab.model.ids import Identifiers, mailbox_number
from roomd_lab.model.limits import Limits
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.people import Address, Room
from roomd_lab.model.post import Post
from roomd_lab.model.subscriptions import Subscriptions


def wall_clock() -> datetime:
    """The present time in whole seconds, as Exchange shows it."""
    return datetime.now(UTC).replace(microsecond=0)


class Organization:
    """Everything the server holds. `now` is its clock; `seed` decides the ids it issues."""

    def __init__(
        self,
        directory: Directory,
        *,
        now: Callable[[], datetime] = wall_clock,
        seed: str,
    ) -> None:
        self.directory = directory
        self.now = now
        self.post = Post(now)
        self.subscriptions = Subscriptions(now, Limits())
        identifiers = Identifiers(seed)
        self._mailboxes: dict[str, Mailbox] = {}
        self._by_number: dict[int, Mailbox] = {}
        for number, owner in enumerate(directory.mailbox_owners(), 1):
            mailbox = Mailbox(owner, number, identifiers, self.post, now)
            self._mailboxes[owner.key] = self._by_number[number] = mailbox

    def mailbox(self, smtp: str) -> Mailbox:
        """The mailbox of an SMTP address.

        Raises ErrorNonExistentMailbox.
        """
        found = self._mailboxes.get(smtp.lower())
        if found is None:
            raise no_such_mailbox(smtp)
        return found

    def has_mailbox(self, smtp: str) -> bool:
        """Whether mail to this address arrives here."""
        return smtp.lower() in self._mailboxes

    def dismiss(self, smtp: str) -> None:
        """Take a person's mailbox, directory entry and account away.

        Raises ErrorNonExistentMailbox.
        """
        mailbox = self.mailbox(smtp)
        del self._mailboxes[mailbox.owner.key]
        self.directory.remove(mailbox.owner)

    def mailbox_of_id(self, entry_id: str) -> Mailbox:
        """The mailbox an item or folder id belongs to.

        Raises ErrorInvalidIdMalformed for a text that was never an id.
        """
        number = mailbox_number(entry_id)
        found = None if number is None else self._by_number.get(number)
        if found is None:
            raise ExchangeError("ErrorInvalidIdMalformed", "Id is malformed.")
        if found.owner.key not in self._mailboxes:
            raise no_such_mailbox(found.owner.smtp)
        return found

    def room(self, address: Address) -> Room | None:
        """The room with this address, if it is one."""
        return self.directory.rooms.get(address.key)
