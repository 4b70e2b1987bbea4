"""What an administrator decides about the way to Exchange."""

from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct


class Auth(StrEnum):
    """How the service account proves who it is."""

    NTLM = "ntlm"
    BASIC = "basic"


class Access(StrEnum):
    """By which right the service account opens other mailboxes."""

    IMPERSONATION = "impersonation"
    """The ApplicationImpersonation role: it acts as the mailbox's owner."""
    DELEGATE = "delegate"
    """Folder permissions or full access granted mailbox by mailbox."""


class Secret:
    """A text that no log, error or repr shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, to hand to the one who needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('********')"


class WatchSettings(Struct, frozen=True, kw_only=True):
    """How calendars are watched. Times are seconds but for ``minutes``; the limits are EWS's own.

    ``streams`` connections hang at most, each for ``group`` subscriptions and ``minutes`` minutes. A stream without a
    byte for ``silence`` is dead: Exchange sends a heartbeat at least every minute. Where streaming is refused, each
    calendar is asked about every ``pull_every``; a refusal is put to the test again after ``review``. Broken
    connections are taken up again after a random wait of at most ``longest_wait``. Raise ValueError for what EWS does
    not take.
    """

    streams: int = 3
    group: int = 200
    minutes: int = 29
    silence: float = 90.0
    pull_every: float = 10.0
    review: float = 1800.0
    longest_wait: float = 120.0

    def __post_init__(self) -> None:
        for name, highest in (("streams", 10), ("group", 200), ("minutes", 30)):
            if not 1 <= getattr(self, name) <= highest:
                raise ValueError(f"{name} must be 1 to {highest}, found {getattr(self, name)}")


class ExchangeSettings(Struct, frozen=True, kw_only=True):
    """How to reach Exchange. ``endpoint`` is the https URL of Exchange.asmx: nothing is looked up or probed.

    ``ca_file`` replaces the host's certificate authorities; ``verify`` False trusts any certificate. ``deadline``
    is seconds for one whole request and its answer: EWS stops a batch after one minute itself. ``rooms`` are the
    addresses known to be rooms, whoever invited them as what. Raise ValueError for what cannot be meant.
    """

    endpoint: str
    username: str
    password: Secret
    auth: Auth = Auth.NTLM
    access: Access = Access.IMPERSONATION
    ca_file: Path | None = None
    verify: bool = True
    max_connections: int = 4
    deadline: float = 75.0
    rooms: frozenset[str] = frozenset()
    watch: WatchSettings = WatchSettings()

    def __post_init__(self) -> None:
        if urlsplit(self.endpoint).scheme != "https":
            raise ValueError(f"endpoint must be an https:// URL, found {self.endpoint!r}")
        if not 1 <= self.max_connections <= 10:  # noqa: PLR2004 - more than ten open requests is discouraged by EWS
            raise ValueError(f"max_connections must be 1 to 10, found {self.max_connections}")

    @property
    def host(self) -> str:
        """The endpoint's host, with its port where one is given."""
        return urlsplit(self.endpoint).netloc
