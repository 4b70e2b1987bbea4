"""The copies a simulated Exchange holds: one mailbox's copy of a meeting or of a series, and its calendar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from roomd_core.model import Answer, Content, ItemKind, ItemRef, Response
from roomd_core.recurrence import ModifiedOccurrence, Occurrence, WallTimes, occurrences_between
from roomd_core.sync.remote import Detail, RemoteException, RemoteSeries, StateInvalid

EVER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class Copy:
    """One mailbox's copy of a meeting."""

    item_id: str
    uid: str
    organizer: str
    content: Content
    own_key: str | None = None
    is_organizer: bool = False
    is_meeting: bool = True
    is_cancelled: bool = False
    answer: Answer = Answer.NONE
    version: int = 1
    modified_at: datetime | None = None
    responses: dict[str, Response] = field(default_factory=dict)
    series_uid: str | None = None
    original_start: datetime | None = None
    left: set[datetime] = field(default_factory=set)
    said: dict[datetime, Answer] = field(default_factory=dict)

    @property
    def kind(self) -> ItemKind:
        return ItemKind.MASTER if self.content.series else ItemKind.SINGLE

    @property
    def ref(self) -> ItemRef:
        return ItemRef(item_id=self.item_id, change_key=f"{self.item_id}/{self.version}")

    @property
    def global_id(self) -> bytes:
        return sha256((self.series_uid or self.uid).encode()).digest()[:16]

    def spans(self) -> list[tuple[datetime, datetime]]:
        """List when this copy takes its calendar's time."""
        if self.content.series is None:
            return [(self.content.start, self.content.end)]
        return [(each.start, each.end) for each in self.occurrences() if each.original_start not in self.left]

    def occurrences(self) -> list[Occurrence]:
        """List the occurrences of a series that stand."""
        assert self.content.series is not None
        times = WallTimes.of(self.content.start, self.content.end, self.content.zone)
        return occurrences_between(self.content.series, times, *EVER)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return any(begins < end and start < ends for begins, ends in self.spans())


@dataclass
class Calendar:
    """A mailbox's calendar, its Deleted Items, and the feed of what happened to it."""

    address: str
    attended: bool = False
    rewrites_titles: bool = False
    copies: dict[str, Copy] = field(default_factory=dict)
    deleted_items: list[Copy] = field(default_factory=list)
    feed: list[str] = field(default_factory=list)
    epoch: int = 1

    def taken(self, wanted: Copy) -> bool:
        others = [copy for copy in self.copies.values() if copy is not wanted and copy.answer is Answer.ACCEPTED]
        return any(copy.overlaps(start, end) for start, end in wanted.spans() for copy in others)


def invited(content: Content) -> set[str]:
    return {*content.rooms, *(attendee.address for attendee in content.attendees)}


def detail_of(copy: Copy) -> Detail:
    told = copy.responses if copy.is_organizer else {}
    asked = sorted(invited(copy.content))
    responses = tuple(told.get(who, Response(address=who, answer=Answer.NONE)) for who in asked)
    lines = copy.content.body.splitlines()
    body = "".join(f"{line}\r\n" for line in lines)
    content = copy.content
    return Detail(
        body=body, attendees=content.attendees, rooms=content.rooms, responses=responses, series=series_of(copy)
    )


def series_of(copy: Copy) -> RemoteSeries | None:
    series = copy.content.series
    if series is None:
        return None
    assert series.recurrence is not None
    modified = (
        RemoteException(
            item_id=exception_id(copy, each.original_start),
            original_start=each.original_start,
            start=each.start,
            end=each.end,
        )
        for each in standing(copy)
    )
    deleted = tuple(sorted({*series.deleted, *copy.left}))
    return RemoteSeries(recurrence=series.recurrence, modified=tuple(modified), deleted=deleted)


def standing(copy: Copy) -> list[ModifiedOccurrence]:
    modified = copy.content.series.modified if copy.content.series else ()
    return [each for each in modified if each.original_start not in copy.left]


def exception_id(copy: Copy, original_start: datetime) -> str:
    return f"{copy.item_id}/{original_start:%Y%m%d}"


def position_in(calendar: Calendar, state: str | None) -> int:
    if state is None:
        return 0
    epoch, _, position = state.partition(":")
    if int(epoch) != calendar.epoch:
        raise StateInvalid("The sync state is not valid.", code="ErrorInvalidSyncStateData")
    return int(position)


def latest_in(feed: Sequence[str], item: str) -> int:
    return len(feed) - 1 - list(reversed(feed)).index(item)


def titles(copies: Iterable[Copy]) -> list[str]:
    return sorted(copy.content.title for copy in copies)
