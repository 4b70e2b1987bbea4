"""The copies a simulated Exchange holds: one mailbox's copy of a meeting or of a series, and its calendar."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from msgspec.structs import replace

from roomd_core.model import Answer, Content, ItemKind, ItemRef, Response, ShowAs
from roomd_core.recurrence import Occurrence, WallTimes, occurrences_between

EVER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
HOLDS_NO_TIME = frozenset({ShowAs.FREE, ShowAs.ELSEWHERE})


@dataclass
class Copy:
    """One mailbox's copy of a meeting.

    ``written`` is the copy as its owner's last write left it, before anybody answered. ``intended`` is how the
    organizer wants a guest's copy to show once it is accepted. Of a guest's series, ``left`` are occurrences that are
    no longer in it, ``called_off`` those that still are, marked as cancelled; ``said`` are answers for single ones.
    """

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
    intended: ShowAs = ShowAs.BUSY
    written: ItemRef | None = None
    left: set[datetime] = field(default_factory=set)
    called_off: set[datetime] = field(default_factory=set)
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

    @property
    def titles(self) -> set[str]:
        """What the copy is called, the occurrences of a series too."""
        modified = self.content.series.modified if self.content.series else ()
        return {self.content.title, *(each.title for each in modified if each.title is not None)}

    def spans(self) -> list[tuple[datetime, datetime]]:
        """List when this copy takes its calendar's time."""
        if self.content.series is None:
            return [(self.content.start, self.content.end)]
        gone = self.left | self.called_off
        return [(each.start, each.end) for each in self.occurrences() if each.original_start not in gone]

    @property
    def holds_time(self) -> bool:
        return not self.is_cancelled and self.content.show_as not in HOLDS_NO_TIME

    def show(self) -> None:
        """Let a guest's copy show what its answer makes of the organizer's wish."""
        shown = self.intended if self.answer is Answer.ACCEPTED else ShowAs.TENTATIVE
        self.content = replace(self.content, show_as=ShowAs.FREE if self.is_cancelled else shown)

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
        return any(self.taken_between(start, end, wanted) for start, end in wanted.spans())

    def taken_between(self, start: datetime, end: datetime, wanted: Copy) -> bool:
        """Say whether something that was accepted holds this time, besides what is wanted."""
        others = (copy for copy in self.copies.values() if copy is not wanted and copy.answer is Answer.ACCEPTED)
        return any(copy.holds_time and copy.overlaps(start, end) for copy in others)


def invited(content: Content) -> set[str]:
    return {*content.rooms, *(attendee.address for attendee in content.attendees)}


def titles(copies: Iterable[Copy]) -> list[str]:
    return sorted(copy.content.title for copy in copies)
