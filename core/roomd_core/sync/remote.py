"""The Remote port: all that the engine asks of Exchange, and every way it can fail.

The errors are the port's half of the contract. Each class is a decision already made about what may follow:

RemoteError
├── OutcomeUnknown       a write may or may not have happened: look it up, never send again blind
├── RetryLater           not applied; try again after ``after``. ``ItemsUnreadable`` of single items
├── Rejected             Exchange refused this item for good: park it, tell the person
├── Stale                the item changed since it was read: read it again, then merge
├── Gone                 the item is not there, or not visible; no proof of a deletion by itself
├── StateInvalid         the sync state is worthless: list everything again, match, delete nothing unproven
├── MailboxUnavailable   this mailbox only: no such mailbox, no right, moving
└── ExchangeUnavailable  all of it: unreachable, untrusted, sign-in refused. ``SignInRefused`` stops every request.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from msgspec import Struct

from roomd_core.errors import RoomdError
from roomd_core.model import Answer, Attendee, Content, ItemKind, ItemRef, Response, Sensitivity, ShowAs, WatchMeans
from roomd_core.recurrence import Recurrence

NO_SUCH_MAILBOX = "ErrorNonExistentMailbox"
"""The code of a MailboxUnavailable about a mailbox that Exchange does not know (EWS ResponseCode)."""


class RemoteError(RoomdError):
    """Exchange did not do as asked. ``code`` is its response code where it gave one."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        """``message`` is for people: what happened, to what, what to do next."""
        super().__init__(message)
        self.code = code


class OutcomeUnknown(RemoteError):  # noqa: N818 - a state of knowledge
    """A write may or may not have been applied: look it up, never send again blind."""


class RetryLater(RemoteError):  # noqa: N818 - named by what to do
    """Not applied. Nothing may be sent for this principal before ``after`` has passed."""

    def __init__(self, message: str, *, after: timedelta | None = None, code: str | None = None) -> None:
        """``after`` is the server's own wish; None leaves the wait to the caller."""
        super().__init__(message, code=code)
        self.after = after


class Rejected(RemoteError):  # noqa: N818 - an answer
    """Exchange refused this item for good."""


class ItemsUnreadable(RetryLater):
    """Some items are there and cannot be read: ``unreadable``. Those asked for with them could: ``read``."""

    def __init__(
        self, message: str, *, read: "Sequence[RemoteItem]" = (), unreadable: "Sequence[Unreadable]" = ()
    ) -> None:
        super().__init__(message)
        self.read = read
        self.unreadable = unreadable


class Stale(RemoteError):  # noqa: N818 - a state of knowledge
    """The change key is not the current one."""


class Gone(RemoteError):  # noqa: N818 - a state of knowledge
    """The item is not there, or not visible to us."""


class StateInvalid(RemoteError):  # noqa: N818 - a state of knowledge
    """The sync state is not accepted."""


class MailboxUnavailable(RemoteError):  # noqa: N818 - a state
    """This mailbox cannot be used; others may."""


class ExchangeUnavailable(RemoteError):  # noqa: N818 - a state
    """Exchange cannot be used at all."""


class SignInRefused(ExchangeUnavailable):
    """The service account's password is not accepted. No further sign-in may be tried unasked: accounts lock."""


class Mail(StrEnum):
    """Who is mailed about a write."""

    NOBODY = "nobody"
    CHANGED = "changed"
    """Those whom the change concerns."""
    EVERYBODY = "everybody"


class RemoteException(Struct, frozen=True, gc=False, kw_only=True):
    """One occurrence that differs, as the master of its series lists it (EWS ModifiedOccurrences).

    ``seen`` is the occurrence itself in full, where it was read.
    """

    item_id: str
    original_start: datetime
    start: datetime
    end: datetime
    seen: "RemoteItem | None" = None


class RemoteSeries(Struct, frozen=True, gc=False, kw_only=True):
    """What the master of a series tells of it (EWS Recurrence, ModifiedOccurrences, DeletedOccurrences).

    ``deleted`` are original starts.
    """

    recurrence: Recurrence
    modified: tuple[RemoteException, ...] = ()
    deleted: tuple[datetime, ...] = ()


class Detail(Struct, frozen=True, gc=False, kw_only=True):
    """What only a full reading tells (EWS GetItem; the feed leaves it out). Masters have a ``series``."""

    body: str = ""
    attendees: tuple[Attendee, ...] = ()
    rooms: tuple[str, ...] = ()
    responses: tuple[Response, ...] = ()
    series: RemoteSeries | None = None


class RemoteItem(Struct, frozen=True, gc=False, kw_only=True):
    """One copy of an event as Exchange tells it. Instants are aware and in UTC; addresses are lower case.

    ``rooms`` in ``detail`` are the attendees invited as resources plus those known to be rooms by the caller.
    ``own_key`` is the idempotency key if roomd made the item. ``original_start`` names the occurrence of a series
    that a copy is, in the mailbox of somebody invited to that one alone too.
    """

    ref: ItemRef
    kind: ItemKind
    uid: str | None
    global_id: bytes | None
    own_key: str | None
    organizer: str
    organizer_name: str
    is_organizer: bool
    is_meeting: bool
    is_cancelled: bool
    answer: Answer
    title: str
    start: datetime
    end: datetime
    zone: str
    all_day: bool
    location: str
    sensitivity: Sensitivity
    show_as: ShowAs
    reminder: int | None
    categories: tuple[str, ...]
    modified_at: datetime | None
    original_start: datetime | None = None
    detail: Detail | None = None


class Unreadable(Struct, frozen=True, kw_only=True):
    """An item that is there and cannot be read. ``title`` is empty where it is not known or private."""

    item_id: str
    reason: str
    title: str = ""


class ChangePage(Struct, frozen=True, kw_only=True):
    """One page of a mailbox's change feed (EWS SyncFolderItems).

    ``state`` covers exactly these changes: it may be stored only together with them. ``last`` says that nothing
    more is waiting. ``unreadable`` changed too, nobody knows how: what is known of those stays.
    """

    state: str
    changed: tuple[RemoteItem, ...]
    deleted: tuple[str, ...]
    last: bool
    unreadable: tuple[Unreadable, ...] = ()


class OneOccurrence(Struct, frozen=True, kw_only=True):
    """A change of one occurrence, named by its original start; both contents are the occurrence's own."""

    original_start: datetime
    before: Content
    after: Content


class Busy(Struct, frozen=True, kw_only=True):
    """Somebody's time is taken, as free/busy tells: it never tells whose."""

    mailbox: str
    start: datetime
    end: datetime
    title: str | None = None


class Shown(Struct, frozen=True, kw_only=True):
    """One entry of a calendar view: a single item, or one occurrence of a series, as Exchange itself expands it."""

    item_id: str
    global_id: bytes | None
    title: str
    start: datetime
    end: datetime
    is_cancelled: bool = False


class Illegible(Struct, frozen=True, kw_only=True):
    """One entry of a calendar view that cannot be read: what is known of it, and why."""

    item_id: str
    global_id: bytes | None
    title: str
    reason: str


class View(Struct, frozen=True, kw_only=True):
    """A calendar view. ``whole`` says that nothing was left out for being too much."""

    shown: tuple[Shown, ...]
    whole: bool
    illegible: tuple[Illegible, ...] = ()


class Stirred(Struct, frozen=True, kw_only=True):
    """Something changed in these calendars, or may have while nobody listened. What it was, only reading tells."""

    mailboxes: tuple[str, ...]


class Alive(Struct, frozen=True, kw_only=True):
    """Exchange gave a sign of life: nothing has changed in these calendars that was not told."""

    mailboxes: tuple[str, ...]


class WatchedBy(Struct, frozen=True, kw_only=True):
    """From here on these calendars are watched by this means; ``reason`` says why by no better one."""

    mailboxes: tuple[str, ...]
    means: WatchMeans
    reason: str = ""


Signal: TypeAlias = Stirred | Alive | WatchedBy
"""What watching tells. Calendars are being polled until something else is said of them."""


class Remote(Protocol):
    """Exchange, as the engine sees it. Every method may raise any RemoteError named in its docstring or above."""

    async def changes(self, mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        """Read one page of what changed since ``state``; None starts from nothing. Raise StateInvalid."""
        ...

    async def fetch(self, mailbox: str, item_ids: Sequence[str]) -> list[RemoteItem]:
        """Read items in full, with ``detail``, in order: exceptions of series too. Those that are gone are left out.

        Raise ItemsUnreadable, with those that could be read, where some could not.
        """
        ...

    async def find_by_key(self, mailbox: str, key: str) -> list[RemoteItem]:
        """Find the items in the calendar that carry our idempotency key, in full."""
        ...

    async def find_by_global_id(self, mailbox: str, global_id: bytes) -> list[RemoteItem]:
        """Find the copies of one meeting in a calendar by CleanGlobalObjectId, in full."""
        ...

    async def create(self, mailbox: str, content: Content, *, key: str, uid: str, mail: Mail) -> ItemRef:
        """Create one item as that person, with the key and uid in it. Raise OutcomeUnknown, Rejected, RetryLater.

        Of a series the master is created; what differs in single occurrences is written one by one. What is returned
        is the item as it was written: a room's answer may have made it outdated by then. So with ``update``.
        """
        ...

    async def update(self, mailbox: str, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> ItemRef:
        """Write the fields that differ, only if ``ref`` is current. Raise OutcomeUnknown, Stale, Gone, Rejected.

        Of a series that is the master: what differs in single occurrences is left alone. Exchange drops that by
        itself when a series gets another time or pattern, and keeps it when only its end changes.
        """
        ...

    async def update_occurrence(self, mailbox: str, master: ItemRef, one: OneOccurrence, *, mail: Mail) -> None:
        """Write what differs in one occurrence of a series, only if ``master`` is current.

        Raise OutcomeUnknown, Stale, Gone; Rejected where the series has no such occurrence any more, or where it
        would reach into its neighbours.
        """
        ...

    async def cancel_occurrence(self, mailbox: str, master: ItemRef, original_start: datetime, *, mail: Mail) -> None:
        """Call one occurrence of a series off, only if ``master`` is current. Raise as ``update_occurrence``."""
        ...

    async def cancel(self, mailbox: str, ref: ItemRef, *, mail: Mail) -> None:
        """Cancel the meeting and move the item to Deleted Items, only if ``ref`` is current.

        Raise OutcomeUnknown, Stale, Gone; Rejected where the mailbox does not organize it.
        """
        ...

    async def discard(self, mailbox: str, ref: ItemRef) -> None:
        """Move a guest's copy to Deleted Items, only if ``ref`` is current. Nobody is mailed.

        Raise OutcomeUnknown, Stale, Gone; Rejected where the mailbox organizes it.
        """
        ...

    async def respond(self, mailbox: str, ref: ItemRef, answer: Answer) -> None:
        """Answer an invitation as that mailbox, only if ``ref`` is current, mailing the organizer.

        Raise OutcomeUnknown, Stale, Gone; Rejected where it is no invitation, or what it is to was called off.
        """
        ...

    async def availability(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        """Ask for free/busy now (EWS GetUserAvailability)."""
        ...

    async def view(self, mailbox: str, start: datetime, end: datetime) -> View:
        """Show a calendar from ``start`` to ``end``, at most two years, as Exchange expands it (EWS CalendarView)."""
        ...

    async def watch(self, mailboxes: Sequence[str], tell: Callable[[Signal], None]) -> None:
        """Tell of what stirs in these calendars, until cancelled; nothing is on its way a second after that.

        Never raises for what Exchange does: a way of watching that is refused is replaced by the next best, one that
        broke is taken up again, and both are told. Whenever there was a gap, everything it concerns has stirred.
        ``tell`` must not block.
        """
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...
