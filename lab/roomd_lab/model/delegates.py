"""Who acts for somebody: the delegates of a mailbox, and what they may open (AddDelegate operation)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import FolderName
from roomd_lab.model.people import Address, Permission


class DeliverRequests(StrEnum):
    """DeliverMeetingRequests: who is sent a request to somebody who has delegates."""

    DELEGATES_ONLY = "DelegatesOnly"
    DELEGATES_AND_OWNER = "DelegatesAndMe"
    DELEGATES_AND_A_COPY = "DelegatesAndSendInformationToMe"
    OWNER_ONLY = "NoForward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """Somebody who acts for the owner of a mailbox, and at which level in which of its folders."""

    user: Address
    levels: Mapping[FolderName, Permission]
    receives_copies: bool = False
    views_private: bool = False


class Delegation:
    """The delegates of one mailbox."""

    def __init__(self) -> None:
        self.deliver = DeliverRequests.DELEGATES_AND_A_COPY
        self._delegates: dict[str, Delegate] = {}

    def __iter__(self) -> Iterator[Delegate]:
        return iter(tuple(self._delegates.values()))

    def of(self, user: Address) -> Delegate:
        """The delegate somebody is. Raises ErrorNotDelegate."""
        found = self._delegates.get(user.key)
        if found is None:
            raise ExchangeError("ErrorNotDelegate", "The specified user is not a delegate of the mailbox.")
        return found

    def add(self, delegate: Delegate) -> None:
        """Take a delegate on. Raises ErrorDelegateAlreadyExists."""
        if delegate.user.key in self._delegates:
            raise ExchangeError("ErrorDelegateAlreadyExists", "The user is already a delegate for the mailbox.")
        self._delegates[delegate.user.key] = delegate

    def change(self, delegate: Delegate) -> None:
        """Give a delegate other rights. Raises ErrorNotDelegate."""
        self.of(delegate.user)
        self._delegates[delegate.user.key] = delegate

    def remove(self, user: Address) -> None:
        """Dismiss a delegate. Raises ErrorNotDelegate."""
        self.of(user)
        del self._delegates[user.key]

    def levels(self, folder: FolderName) -> dict[str, Permission]:
        """Who may use a folder, by address in lower case."""
        return {key: each.levels[folder] for key, each in self._delegates.items() if folder in each.levels}

    def readers_of_requests(self) -> tuple[Delegate, ...]:
        """Those who are sent the owner's meeting requests."""
        if self.deliver is DeliverRequests.OWNER_ONLY:
            return ()
        return tuple(each for each in self if each.receives_copies)

    def may_answer(self, user: Address) -> bool:
        """Whether somebody may answer meetings in the owner's name: an editor of the calendar."""
        return self.levels(FolderName.CALENDAR).get(user.key) is Permission.EDITOR

    def may_view_private(self, address: str) -> bool:
        """Whether the delegate with an address, in lower case, sees private items."""
        found = self._delegates.get(address)
        return found is not None and found.views_private
