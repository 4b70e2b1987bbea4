"""The occupancies: what a timeline shows and a conflict check asks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from roomd_core.model import Occupancy, OccupancyState
from roomd_core.store.encoding import array, instant, seconds, word
from roomd_core.store.table import AMONG, Row, Table, insert, select

_COLUMNS = ("mailbox", "start_at", "end_at", "event", "original_start", "state")
_PUT = insert("occupancy", _COLUMNS)
_REMOVE = f"DELETE FROM occupancy WHERE event {AMONG}"  # noqa: S608 - a constant
_SELECT = select("occupancy", _COLUMNS)
_STATES = {state.value: state for state in OccupancyState}
"""A look-up takes a fifth of the time of calling the enum, and a timeline is made of thousands."""
_ORDER = "ORDER BY mailbox, start_at, end_at, event"

# The words of the partial index occupancy_unanswered, so that it is used: few rooms owe an answer.
_UNANSWERED = f"""
    SELECT DISTINCT event FROM occupancy WHERE state IN ('pending', 'tentative')
    AND mailbox {AMONG} AND start_at < :end AND end_at > :start
    AND event IN (SELECT id FROM event WHERE origin = 'local') ORDER BY event
"""  # noqa: S608 - a constant

# What overlaps and began before ``start`` began at most the longest occupancy's length before it. Without this bound
# a room's whole past would be read. The index occupancy_by_length holds those of more than four hours and answers at
# once; four hours back are read in any case.
_BEGUN = """
    start_at < :end AND start_at >= :start - coalesce((
        SELECT end_at - start_at FROM occupancy WHERE end_at - start_at > 14400
        ORDER BY end_at - start_at DESC LIMIT 1
    ), 14400)
"""

# Somebody's turn begins before all earlier ones have ended; SQLite's own order of the rows is the one asked for.
_CROWDED = f"""
    SELECT DISTINCT mailbox FROM (
        SELECT mailbox, start_at, max(end_at) OVER (
            PARTITION BY mailbox ORDER BY start_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS taken_until
        FROM occupancy
        WHERE mailbox {AMONG} AND {_BEGUN} AND end_at > :start AND end_at > start_at AND state <> 'declined'
    ) WHERE start_at < taken_until
"""  # noqa: S608 - constants


class Occupancies(Table):
    """Table ``occupancy``. Spans are half open: what ends at nine does not overlap what begins at nine."""

    async def replace(self, event: str, occupancies: Sequence[Occupancy]) -> None:
        """Make these the occupancies of an event, and no others."""
        await self.replace_many({event: occupancies})

    async def replace_many(self, by_event: Mapping[str, Sequence[Occupancy]]) -> None:
        """Make these the occupancies of each event named, and no others."""
        if by_event:
            await self._run(_REMOVE, among=array(by_event))
        await self.add(chain.from_iterable(by_event.values()))

    async def add(self, occupancies: Iterable[Occupancy]) -> None:
        """Add these; none of their events may have any yet that is at the same time in the same mailbox."""
        await self._run_many(_PUT, [_to_row(occupancy) for occupancy in occupancies])

    async def of_event(self, event: str) -> list[Occupancy]:
        """Return the occupancies of an event, by mailbox and start."""
        return [_from_row(row) for row in await self._rows(f"{_SELECT} WHERE event = :event {_ORDER}", event=event)]

    async def of_events(self, events: Iterable[str]) -> dict[str, list[Occupancy]]:
        """Return the occupancies of these events; an event without any has an empty list."""
        held: dict[str, list[Occupancy]] = {event: [] for event in events}
        rows = await self._rows(f"{_SELECT} WHERE event {AMONG} {_ORDER}", among=array(held))
        for occupancy in map(_from_row, rows):
            held[occupancy.event].append(occupancy)
        return held

    async def holding(
        self, mailboxes: Iterable[str], start: datetime, end: datetime, *, ignore_event: str | None = None
    ) -> list[Occupancy]:
        """Return what keeps somebody else from having these mailboxes from ``start`` up to ``end``.

        Declined occupancies hold nothing, nor do those without a length; those of ``ignore_event`` are left out.
        """
        rows = await self._rows(
            f"{_SELECT} WHERE mailbox {AMONG} AND {_BEGUN}"
            " AND end_at > :start AND end_at > start_at AND state <> 'declined' AND event IS NOT :ignored"
            f" {_ORDER}",
            among=array(mailboxes), start=seconds(start), end=seconds(end), ignored=ignore_event,
        )  # fmt: skip
        return [_from_row(row) for row in rows]

    async def crowded(self, mailboxes: Iterable[str], start: datetime, end: datetime) -> set[str]:
        """Return those of these mailboxes in which ``holding`` would find two at the same time."""
        rows = await self._rows(_CROWDED, among=array(mailboxes), start=seconds(start), end=seconds(end))
        return {mailbox for (mailbox,) in rows}

    async def between(
        self, start: datetime, end: datetime, mailboxes: Iterable[str] | None = None
    ) -> list[Occupancy]:
        """Return everything that overlaps ``start`` to ``end``, declined ones too, by mailbox and start."""
        where = "" if mailboxes is None else f"mailbox {AMONG} AND"
        rows = await self._rows(
            f"{_SELECT} WHERE {where} {_BEGUN} AND (end_at > :start OR start_at >= :start) {_ORDER}",
            among=array(mailboxes or ()), start=seconds(start), end=seconds(end),
        )  # fmt: skip
        return [_from_row(row) for row in rows]

    async def unanswered(self, start: datetime, end: datetime, mailboxes: Iterable[str]) -> list[str]:
        """Return the events made here for which one of these mailboxes, asked for that time, has not answered."""
        rows = await self._rows(_UNANSWERED, among=array(mailboxes), start=seconds(start), end=seconds(end))
        return [event for (event,) in rows]


def _to_row(occupancy: Occupancy) -> Row:
    return (
        occupancy.mailbox,
        seconds(occupancy.start),
        seconds(occupancy.end),
        occupancy.event,
        seconds(occupancy.original_start),
        word(occupancy.state),
    )


def _from_row(row: Row) -> Occupancy:
    mailbox, start_at, end_at, event, original_start, state = row
    return Occupancy(
        mailbox=mailbox,
        start=instant(start_at),
        end=instant(end_at),
        event=event,
        original_start=instant(original_start),
        state=_STATES[state],
    )
