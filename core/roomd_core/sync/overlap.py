"""Finding double bookings: two events that hold one mailbox at the same time. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from roomd_core.model import Occupancy, OccupancyState

HOLDING = (OccupancyState.ACCEPTED, OccupancyState.PENDING)
"""The states that make an overlap a double booking: a room that has only been asked has not been given away."""


class Overlap(Struct, frozen=True, gc=False, kw_only=True, order=True):
    """Two events in one mailbox at the same time; ``first`` < ``second``, so that a pair is found once."""

    mailbox: str
    first: str
    second: str


def overlaps(occupancies: Iterable[Occupancy]) -> set[Overlap]:
    """Find every pair of events that hold the same mailbox at the same time. Sorts, then sweeps each mailbox."""
    lanes: dict[str, list[Occupancy]] = defaultdict(list)
    for occupancy in occupancies:
        if occupancy.state in HOLDING and occupancy.start < occupancy.end:
            lanes[occupancy.mailbox].append(occupancy)
    return {found for lane in lanes.values() for found in _sweep(sorted(lane, key=lambda o: o.start))}


def _sweep(lane: list[Occupancy]) -> Iterator[Overlap]:
    for index, one in enumerate(lane):
        for other in islice(lane, index + 1, None):
            if other.start >= one.end:
                break
            if other.event != one.event:
                yield _pair(one, other)


def _pair(one: Occupancy, other: Occupancy) -> Overlap:
    first, second = sorted((one.event, other.event))
    return Overlap(mailbox=one.mailbox, first=first, second=second)
