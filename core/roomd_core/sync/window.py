"""The window: how far into the past and the future calendars are kept."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct


class Window(Struct, frozen=True, kw_only=True):
    """Single events that ended before the past edge are not brought in.

    ``future`` bounds what has no end of its own: the expansion of series. A single event far ahead is kept as it
    comes, because the change feed will not tell of it again when the window reaches it.
    """

    past: timedelta = timedelta(days=30)
    future: timedelta = timedelta(days=400)

    def days(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the whole days, in UTC, that series are expanded over: the same from midnight to midnight."""
        return _midnight(now - self.past), _midnight(now + self.future) + timedelta(days=1)

    def forgets(self, end: datetime, now: datetime) -> bool:
        """Say whether something that ended at ``end`` lies before the window."""
        return end < now - self.past


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
