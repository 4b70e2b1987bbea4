"""When to read a calendar in which something stirs. Pure but for its own schedule: the time is passed in.

One thing done in Outlook makes several notifications, and a meeting's copies arrive one after another: reading waits
until it has been quiet for a moment, but never long.
"""

from collections.abc import Iterable

from msgspec import Struct

QUIET = 0.3
"""Seconds without a notification after which a calendar is read."""
LONGEST = 2.0
"""Seconds from the first notification after which it is read anyway."""


class _Wait(Struct, frozen=True):
    quiet_at: float
    latest_at: float

    @property
    def over_at(self) -> float:
        return min(self.quiet_at, self.latest_at)


class Debounce:
    """The calendars to read, each with its time. One is taken again only after its reading has ended.

    Times are seconds of a steady clock.
    """

    def __init__(self, *, quiet: float = QUIET, longest: float = LONGEST) -> None:
        self._quiet = quiet
        self._longest = longest
        self._waiting: dict[str, _Wait] = {}
        self._being_read: set[str] = set()

    def stir(self, mailboxes: Iterable[str], now: float) -> None:
        """Note that something stirs in these."""
        for mailbox in mailboxes:
            known = self._waiting.get(mailbox)
            self._waiting[mailbox] = _Wait(now + self._quiet, known.latest_at if known else now + self._longest)

    def put_off(self, mailboxes: Iterable[str], until: float) -> None:
        """Let these be read no sooner than ``until``, unless they stir."""
        for mailbox in mailboxes:
            self._waiting.setdefault(mailbox, _Wait(until, until))

    def take(self, now: float) -> list[str]:
        """Return what is to be read now, in the order it began to stir; ``done`` says that this has ended."""
        due = [mailbox for mailbox, wait in self._ready() if wait.over_at <= now]
        for mailbox in due:
            del self._waiting[mailbox]
        self._being_read.update(due)
        return due

    def done(self, mailboxes: Iterable[str]) -> None:
        """Note that reading these has ended."""
        self._being_read.difference_update(mailboxes)

    def next_at(self) -> float | None:
        """Return when something is to be read; None while nothing waits but for a reading to end."""
        return min((wait.over_at for _, wait in self._ready()), default=None)

    def _ready(self) -> list[tuple[str, _Wait]]:
        return [(mailbox, wait) for mailbox, wait in self._waiting.items() if mailbox not in self._being_read]
