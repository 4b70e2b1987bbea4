"""Who and what is in the address book: people, rooms, room lists, and the accounts that may sign in."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from roomd_lab.model.working_hours import WEEKDAYS, WorkingHours, read_working_hours


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
    """The attendant's settings, with the names and defaults of Set-CalendarProcessing. People are SMTP addresses.

    The working hours are the mailbox's own, named as in Set-MailboxCalendarConfiguration: times as `08:00`, and the
    Windows id of a zone.
    """

    automation: Automation = Automation.AUTO_ACCEPT
    allow_conflicts: bool = False
    allow_recurring_meetings: bool = True
    conflict_percentage_allowed: int = 0
    maximum_conflict_instances: int = 0
    booking_window_days: int = 180
    enforce_scheduling_horizon: bool = True
    maximum_duration_minutes: int = 1440
    schedule_only_during_work_hours: bool = False
    work_days: tuple[str, ...] = WEEKDAYS
    working_hours_start_time: str = "08:00"
    working_hours_end_time: str = "17:00"
    working_hours_time_zone: str = "UTC"
    delete_subject: bool = True
    add_organizer_to_subject: bool = True
    delete_comments: bool = True
    remove_private_property: bool = True
    resource_delegates: tuple[str, ...] = ()
    forward_requests_to_delegates: bool = True
    tentative_pending_approval: bool = True
    all_book_in_policy: bool = True
    book_in_policy: tuple[str, ...] = ()
    all_request_in_policy: bool = False
    request_in_policy: tuple[str, ...] = ()
    all_request_out_of_policy: bool = False
    request_out_of_policy: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _ = self.working_hours

    @property
    def working_hours(self) -> WorkingHours:
        """When the room is worked in. Raises ValueError, and ErrorTimeZone for an unknown zone."""
        return read_working_hours(
            self.work_days,
            self.working_hours_start_time,
            self.working_hours_end_time,
            self.working_hours_time_zone,
        )

    def has_delegate(self, smtp: str) -> bool:
        """Whether somebody approves requests for the room."""
        return _names(self.resource_delegates, smtp)

    def may_book(self, smtp: str) -> bool:
        """Whether somebody's request within the policy is accepted without a delegate."""
        return self.all_book_in_policy or _names(self.book_in_policy, smtp)

    def may_request(self, smtp: str, *, in_policy: bool) -> bool:
        """Whether somebody may ask a delegate for what they cannot book."""
        if in_policy:
            return self.all_request_in_policy or _names(self.request_in_policy, smtp)
        return self.all_request_out_of_policy or _names(self.request_out_of_policy, smtp)


def _names(addresses: tuple[str, ...], smtp: str) -> bool:
    return smtp.lower() in {each.lower() for each in addresses}


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
