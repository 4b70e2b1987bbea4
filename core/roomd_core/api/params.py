"""What a request may ask for in its URL, one type for each endpoint that takes parameters."""

from datetime import date

from roomd_core.api.wire import Instant, Query, Scope


class TimelineQuery(Query, frozen=True, kw_only=True):
    """Which part of the timeline: a whole ``day`` in ``zone``, or from ``start`` to ``end``; ``room`` may repeat."""

    day: date | None = None
    zone: str = "UTC"
    start: Instant | None = None
    end: Instant | None = None
    room: tuple[str, ...] = ()


class SyncQuery(Query, frozen=True, kw_only=True):
    """``wait`` answers when the run has ended, otherwise at once with the run just begun."""

    wait: bool = False


class AuditQuery(Query, frozen=True, kw_only=True):
    """Which mailboxes, by address; ``mailbox`` may repeat, and none means all."""

    mailbox: tuple[str, ...] = ()


class PlanQuery(Query, frozen=True, kw_only=True):
    """``read`` reads every mailbox first, so that the plan rests on what Exchange has now."""

    read: bool = False


class SourceQuery(Query, frozen=True, kw_only=True):
    """Rooms that are not named one by one: a room ``list``, by address or name, or a ``pattern`` of addresses."""

    list: str | None = None
    pattern: str | None = None


class BookQuery(Query, frozen=True, kw_only=True):
    """``wait`` answers when Exchange has the event, or refused it, or ``timeout`` seconds have passed."""

    wait: bool = False
    timeout: float = 60.0


class CancelQuery(BookQuery, frozen=True, kw_only=True):
    """As for booking; of a series, which occurrences: ``scope``, and an ``occurrence`` by its original start."""

    scope: Scope | None = None
    occurrence: Instant | None = None


class ChangeQuery(CancelQuery, frozen=True, kw_only=True):
    """As for cancelling; ``drop_exceptions`` agrees that single occurrences lose what is different in them.

    Exchange drops that whenever a series gets another time or pattern.
    """

    drop_exceptions: bool = False


class ConflictsQuery(Query, frozen=True, kw_only=True):
    """``all`` lists resolved ones too."""

    all: bool = False


class ChangesQuery(Query, frozen=True, kw_only=True):
    """Entries after ``since``, at most ``limit``; with ``wait`` seconds to wait for the first."""

    since: int = 0
    limit: int = 500
    wait: float = 0.0


class RunsQuery(Query, frozen=True, kw_only=True):
    """The newest ``limit`` runs."""

    limit: int = 20
