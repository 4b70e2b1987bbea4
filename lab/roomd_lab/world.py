"""Everything of a lab but its server: what it holds, what happens to it, what shall go wrong."""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime

from roomd_lab.company import Company
from roomd_lab.faults import Faults
from roomd_lab.model.limits import Limits
from roomd_lab.model.organization import Organization, wall_clock
from roomd_lab.model.people import Account, Permission, RoomPolicy
from roomd_lab.model.post import MailLogEntry
from roomd_lab.outlook import Outlook
from roomd_lab.request_log import RequestLog
from roomd_lab.shown_certificate import ShownCertificate


class World:
    """One Exchange organization with its Outlook users. Its parts may be used from any thread.

    `id_seed` makes the ids it issues come out the same again; without it each world issues its own, so that nobody
    mistakes one for another. `organization` is one that was saved.
    """

    def __init__(
        self,
        company: Company | None = None,
        *,
        now: Callable[[], datetime] = wall_clock,
        id_seed: str | None = None,
        limits: Limits | None = None,
        organization: Organization | None = None,
    ) -> None:
        self.company = company or Company.seeded()
        self.lock = threading.RLock()
        self.limits = limits or Limits()
        self.organization = organization or Organization(
            self.company.directory, now=now, seed=id_seed or secrets.token_hex(8)
        )
        self.organization.subscriptions.limits = self.limits
        self.outlook = Outlook(self.organization, self.lock)
        self.faults = Faults()
        self.certificate = ShownCertificate()
        self.requests = RequestLog()
        self.control_token = secrets.token_urlsafe(24)

    @property
    def mail_log(self) -> list[MailLogEntry]:
        """Every meeting message sent so far, oldest first."""
        with self.lock:
            return list(self.organization.post.log)

    def set_room_policy(self, room: str, policy: RoomPolicy) -> None:
        """Change how a room answers from now on."""
        with self.lock:
            self.company.directory.set_room_policy(room, policy)

    def permit(self, delegate: str, owner: str, level: Permission | None, *, folder: str | None = None) -> None:
        """Let somebody use an owner's calendar, or a folder that was made there, by its name; None takes it back.

        Raises ErrorNonExistentMailbox for a stranger, ValueError when no folder of this name was made.
        """
        with self.lock:
            if folder is None:
                self.company.directory.permit(delegate, owner, level)
                return
            made = (each for each in self.organization.mailbox(owner).tree if each.name is None)
            found = next((each for each in made if each.display_name.lower() == folder.lower()), None)
            if found is None:
                raise ValueError(f"{owner} has made no folder '{folder}'")
            found.permissions.pop(delegate.lower(), None)
            if level is not None:
                found.permissions[delegate.lower()] = level

    def lose_subscriptions(self, code: str = "ErrorSubscriptionNotFound") -> int:
        """Let every notification subscription fail with a code, as after a restart; says how many there were."""
        with self.lock:
            return self.organization.subscriptions.lose(code)

    def account(self, name: str) -> Account:
        r"""An account by the part of its user name behind the realm, such as `svc-roomd` or `zhangsan`."""
        return next(a for a in self.company.directory.accounts if a.username.endswith(f"\\{name}"))
