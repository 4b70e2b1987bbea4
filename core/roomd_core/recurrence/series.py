"""A series: its rule, and what is different in single occurrences."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.recurrence.rule import Recurrence


class ModifiedOccurrence(Struct, frozen=True, gc=False, kw_only=True):
    """An exception: one occurrence that differs (EWS ModifiedOccurrences), named by its original start.

    Instants are in UTC. What is None is as in the rest of the series.
    """

    original_start: datetime
    start: datetime
    end: datetime
    title: str | None = None
    location: str | None = None
    body: str | None = None
    rooms: tuple[str, ...] | None = None


class Series(Struct, frozen=True, gc=False, kw_only=True):
    """How an event recurs. ``modified`` and ``deleted`` (original starts) are in order of original start.

    ``recurrence`` is None where only single occurrences were seen, because nobody roomd reads for was invited to the
    whole: then ``modified`` holds these, and there are no others.
    """

    recurrence: Recurrence | None
    modified: tuple[ModifiedOccurrence, ...] = ()
    deleted: tuple[datetime, ...] = ()

    def with_modified(self, occurrence: ModifiedOccurrence) -> "Series":
        """Return the series with one exception added, or replaced by its original start."""
        others = (each for each in self.modified if each.original_start != occurrence.original_start)
        modified = sorted((*others, occurrence), key=lambda each: each.original_start)
        return replace(self, modified=tuple(modified))

    def without_modified(self, original_start: datetime) -> "Series":
        """Return the series with one exception forgotten."""
        return replace(self, modified=tuple(each for each in self.modified if each.original_start != original_start))

    @property
    def exceptions(self) -> dict[datetime, ModifiedOccurrence | None]:
        """What differs, by original start in order; None is an occurrence that was deleted."""
        found: dict[datetime, ModifiedOccurrence | None] = {each.original_start: each for each in self.modified}
        return dict(sorted({**found, **dict.fromkeys(self.deleted)}.items()))

    def with_exceptions(self, exceptions: Mapping[datetime, ModifiedOccurrence | None]) -> "Series":
        """Return the series with these exceptions and no others."""
        ordered = sorted(exceptions.items())
        return replace(
            self,
            modified=tuple(each for _, each in ordered if each is not None),
            deleted=tuple(original_start for original_start, each in ordered if each is None),
        )
