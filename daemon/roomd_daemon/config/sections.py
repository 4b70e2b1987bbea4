"""The sections of the file. Every setting has a description (for the documentation) and what is expected of it."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from roomd_core.merge import Policy
from roomd_core.model import Mailbox, MailboxKind, RoomAnswer
from roomd_core.roster import RoomSource
from roomd_daemon.config import defaults
from roomd_daemon.config.values import (
    Address,
    AddressPattern,
    Duration,
    Endpoint,
    FilePath,
    Name,
    PositiveDuration,
    RoomList,
)

REQUIRED: Any = ...

Decider = Literal["ask", "exchange", "local"]

A_DURATION = 'a duration such as "90s", "10m", "2h" or "30d"'
AN_ADDRESS = 'an e-mail address such as "guanghan@example.com"'


def setting(default: Any, *, expected: str, description: str, **bounds: Any) -> Any:
    """Describe one setting; ``expected`` completes the sentence "found X, expected ...".

    A callable default is made anew for each configuration, because it may depend on the environment.
    ``bounds`` are pydantic's own, such as ``ge``.
    """
    extra: dict[str, JsonValue] = {"expected": expected}
    if callable(default):
        return Field(default_factory=default, description=description, json_schema_extra=extra, **bounds)
    return Field(default, description=description, json_schema_extra=extra, **bounds)


class Section(BaseModel):
    """A table of the file: unknown keys and values of another type are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ExchangeSection(Section):
    """``[exchange]``: where Exchange is, and as whom to sign in."""

    endpoint: Endpoint = setting(
        REQUIRED,
        expected='the address of Exchange Web Services, such as "https://mail.example.com/EWS/Exchange.asmx"',
        description="The address of Exchange Web Services; always https.",
    )
    username: Name = setting(
        REQUIRED,
        expected=r"the service account, such as 'EXAMPLE\svc-roomd'",
        description="The service account, as DOMAIN\\user or user@domain.",
    )
    password_file: FilePath | None = setting(
        None,
        expected="the path of a file that only its owner may read",
        description=(
            "A file with the service account's password, readable by its owner alone. Not used when systemd hands "
            "over the credential `exchange-password`."
        ),
    )
    auth: Literal["ntlm", "basic"] = setting(
        "ntlm", expected='"ntlm" or "basic"', description="How to sign in: `ntlm` or `basic`."
    )
    access: Literal["impersonation", "delegate"] = setting(
        "impersonation",
        expected='"impersonation" or "delegate"',
        description=(
            "How to act for others: `impersonation` (the role ApplicationImpersonation) or `delegate` (full access "
            "to each mailbox)."
        ),
    )
    ca_file: FilePath | None = setting(
        None,
        expected="the path of a PEM file with the certificate to trust",
        description="A PEM file with the certificate, or its issuer, to trust instead of the host's own.",
    )
    verify: bool = setting(
        default=True,
        expected="true or false",
        description="Whether to check the server's certificate. `false` is said out loud at every start.",
    )
    max_connections: int = setting(
        4,
        ge=1,
        le=10,
        expected="a number of connections from 1 to 10",
        description="Connections, and so requests on their way, at most; fewer while Exchange is overloaded.",
    )


def _policy(unit: str) -> Any:
    return setting("ask", expected='"ask", "exchange" or "local"', description=f"Who decides about {unit}.")


class PolicySection(Section):
    """``[sync.policy]``: who decides about what was changed on both sides, for each unit of a merge."""

    time: Decider = _policy("start, end and zone")
    recurrence: Decider = _policy("how a series recurs, and its exceptions")
    people: Decider = _policy("who is invited")
    rooms: Decider = _policy("the rooms")
    title: Decider = _policy("the title")
    location: Decider = _policy("the place in words")
    body: Decider = _policy("the text of the invitation")
    sensitivity: Decider = _policy("whether others see more than that the time is taken")
    show_as: Decider = _policy("what the time counts as")
    reminder: Decider = _policy("the reminder")
    categories: Decider = _policy("the categories")

    def policies(self) -> dict[str, Policy]:
        """Return them as the engine knows them, by unit."""
        return {unit: Policy(decider) for unit, decider in self.model_dump().items()}


class SyncSection(Section):
    """``[sync]``: how often, and how far back and ahead."""

    interval: PositiveDuration = setting(
        timedelta(minutes=10), expected=f"{A_DURATION}, above 0", description="Time between two timed sync runs."
    )
    window_past: Duration = setting(
        timedelta(days=30), expected=A_DURATION, description="How far back events are kept in step."
    )
    window_future: PositiveDuration = setting(
        timedelta(days=400), expected=f"{A_DURATION}, above 0", description="How far ahead events are kept in step."
    )
    room_grace: Duration = setting(
        timedelta(seconds=30),
        expected=A_DURATION,
        description='How long a room that `answers = "auto"` may take to answer before roomd answers for it.',
    )
    settle: Duration = setting(
        timedelta(seconds=120),
        expected=A_DURATION,
        description="How long after a write whose answer was lost its effect may still appear in Exchange.",
    )
    send: bool = setting(
        default=True,
        expected="true or false",
        description="Whether anything is written to Exchange. `false` tries roomd out: it lists what waits.",
    )
    loss_items: int = setting(
        20,
        ge=1,
        le=100_000,
        expected="a number of items, at least 1",
        description="More items than this vanishing from a mailbox at once are not believed unasked.",
    )
    loss_share: int = setting(
        10,
        ge=1,
        le=100,
        expected="a share in percent, from 1 to 100",
        description="A larger share of a mailbox's items than this, in percent, is not believed unasked either.",
    )
    notifications: bool = setting(
        default=True,
        expected="true or false",
        description="Whether Exchange is asked to say at once that something changed. `interval` holds either way.",
    )
    policy: PolicySection = setting(
        PolicySection,
        expected="a table [sync.policy]",
        description="Who decides about what was changed on both sides.",
    )
    streams: int = setting(
        3,
        ge=1,
        le=10,
        expected="a number of connections from 1 to 10",
        description="Connections kept open for notifications at most, each for up to 200 mailboxes.",
    )


class PathsSection(Section):
    """``[paths]``: where roomd keeps its store and where it is asked."""

    state_dir: FilePath = setting(
        defaults.state_dir,
        expected="the path of a folder",
        description="The folder of the store. By default what systemd prepares, /var/lib/roomd, or the user's own.",
    )
    socket: FilePath = setting(
        defaults.socket,
        expected="the path of a socket, at most 107 bytes long",
        description="The control socket. By default /run/roomd/control.sock, or in the user's runtime folder.",
    )


class RoomEntry(Section):
    """``[[room]]``: a room, which is a mailbox."""

    address: Address = setting(REQUIRED, expected=AN_ADDRESS, description="The room's mailbox.")
    name: Name | None = setting(
        None, expected="a name people know the room by", description="The room's name; by default its address."
    )
    capacity: int | None = setting(
        None, ge=1, le=100_000, expected="a number of seats, at least 1", description="Seats."
    )
    features: list[Name] = setting(
        list, expected='a list of words such as ["screen", "video"]', description="What the room has, in free words."
    )
    answers: Literal["auto", "exchange", "roomd"] = setting(
        "auto",
        expected='"auto", "exchange" or "roomd"',
        description=(
            "Who answers invitations: the room's own attendant in Exchange, roomd, or `auto`: Exchange is given "
            "time, then roomd answers."
        ),
    )

    def mailbox(self) -> Mailbox:
        """Return the room as the engine knows it."""
        return Mailbox(
            address=self.address,
            kind=MailboxKind.ROOM,
            name=self.name or self.address,
            capacity=self.capacity,
            features=tuple(self.features),
            answers=RoomAnswer(self.answers),
        )


class RoomsEntry(Section):
    """``[[rooms]]``: many rooms at once, as Exchange lists them."""

    list: RoomList | None = setting(
        None,
        expected='the address or the name of a room list, such as "all-rooms@example.com"',
        description="A room list in Exchange, by address or name: its rooms, also those that come later.",
    )
    pattern: AddressPattern | None = setting(
        None,
        expected='addresses with * for anything, such as "room-*@example.com"',
        description="The rooms whose address fits: those of all room lists, and those the address book shows.",
    )
    features: tuple[Name, ...] = setting(
        (),
        strict=False,
        expected='a list of words such as ["screen", "video"]',
        description="What these rooms have, in free words.",
    )
    answers: Literal["auto", "exchange", "roomd"] = setting(
        "auto", expected='"auto", "exchange" or "roomd"', description="Who answers their invitations, as for a room."
    )

    def source(self) -> RoomSource:
        """Return these rooms as the roster knows them."""
        return RoomSource(
            room_list=self.list, pattern=self.pattern, answers=RoomAnswer(self.answers), features=self.features
        )


class PersonEntry(Section):
    """``[[person]]``: somebody whose calendar is kept in step and who may book here."""

    address: Address = setting(REQUIRED, expected=AN_ADDRESS, description="The person's mailbox.")
    name: Name | None = setting(None, expected="a name", description="The person's name; by default the address.")
    unix_user: Name | None = setting(
        None,
        expected="the name of a user of this host",
        description="The user of this host who books as this person.",
    )

    def mailbox(self) -> Mailbox:
        """Return the person as the engine knows them."""
        return Mailbox(
            address=self.address, kind=MailboxKind.PERSON, name=self.name or self.address, unix_user=self.unix_user
        )
