"""Who asks, and for whom they may act. The identity is the peer's uid, never something the peer wrote."""

from collections.abc import Iterable

from msgspec import Struct

from roomd_core.errors import NotAllowed
from roomd_core.model import Mailbox


class Caller(Struct, frozen=True, kw_only=True):
    """Who is at the other end of the socket.

    ``user`` is ``unix:NAME``, as it is written into the change feed; ``mailbox`` the person mapped to that user.
    """

    user: str
    mailbox: str | None = None
    may_act_for_all: bool = False

    def may_act_for(self, person: str) -> bool:
        """Tell whether the caller may do what the person with this address may."""
        return self.may_act_for_all or self.mailbox == person

    def require_may_act_for(self, person: str, *, to: str) -> None:
        """Raise NotAllowed unless the caller may act for that person; ``to`` says what was asked."""
        if not self.may_act_for(person):
            whom = f"acts for {self.mailbox}" if self.mailbox else "stands for no person in roomd's configuration"
            raise NotAllowed(f"{self.user} {whom} and may not {to}, which is {person}'s. Ask {person} to do it.")

    def require_may_act_for_all(self, *, to: str) -> None:
        """Raise NotAllowed unless the caller may act for everybody; ``to`` says what was asked."""
        if not self.may_act_for_all:
            raise NotAllowed(f"{self.user} may not {to}: that is for root and the user roomd runs as.")


def caller_of(uid: int, user_name: str, people: Iterable[Mailbox], *, daemon_uid: int) -> Caller:
    """Say who a Unix user is. Root and the daemon's own user may act for all: they can read the store anyway."""
    mine = next((person.address for person in people if person.unix_user == user_name), None)
    return Caller(user=f"unix:{user_name}", mailbox=mine, may_act_for_all=uid in {0, daemon_uid})
