"""Who and what is in the address book: people, rooms, room lists, and the accounts that may sign in."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum


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


class Permission(StrEnum):
    """What a delegate may do with another's calendar: read it, or write it too."""

    REVIEWER = "Reviewer"
    EDITOR = "Editor"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPolicy:
    """The attendant's settings, with the defaults of Set-CalendarProcessing."""

    automation: Automation = Automation.AUTO_ACCEPT
    allow_conflicts: bool = False
    allow_recurring_meetings: bool = True
    conflict_percentage_allowed: int = 0
    maximum_conflict_instances: int = 0
    booking_window_days: int = 180
    enforce_scheduling_horizon: bool = True
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
    ApplicationImpersonation role. `delegate` gives editor rights on every calendar folder. `token` is a bearer token
    that stands for the account.
    """

    username: str
    upn: str
    sid: str
    password: str = field(repr=False)
    mailbox: str | None = None
    impersonates: bool = False
    delegate: bool = False
    token: str = field(repr=False, default_factory=lambda: secrets.token_urlsafe(32))
