"""Comparing what roomd shows of a mailbox with what Exchange's own calendar view shows. Pure.

Series are expanded here by rules of our own; Exchange expands them by its own. Where the two differ, one of them is
wrong about when a room is taken, and nobody would notice before two groups stand at its door.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from roomd_core.clock import whole_second
from roomd_core.model import Finding, Occupancy, OccupancyState, OperationState, PassedOver, Side
from roomd_core.sync.case import Case
from roomd_core.sync.remote import Illegible, Shown, View

_Place: TypeAlias = tuple[str, datetime, datetime]
"""By what something is known, and from when to when it is there."""


class Held(Struct, frozen=True, kw_only=True):
    """An occupancy with the case it comes from."""

    occupancy: Occupancy
    case: Case


class Differences(Struct, frozen=True, kw_only=True):
    """What only one side shows: ``missing`` is shown here alone, ``strange`` by Exchange alone.

    ``illegible`` is shown by Exchange, and nobody can tell how: of what it belongs to nothing is said to be missing.
    """

    missing: tuple[Held, ...] = ()
    strange: tuple[Shown, ...] = ()
    illegible: tuple[Illegible, ...] = ()

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self.missing or self.strange)


def compare(mailbox: str, held: Sequence[Held], view: View, since: datetime, until: datetime) -> Differences:
    """Find what only one side shows between two instants.

    What is on its way between the sides is left out, and so is what the mailbox declined: some servers keep showing
    it, others do not.
    """
    ours, theirs = _ours(mailbox, held), _theirs(mailbox, view.shown, held, since, until)
    unclear = {name for each in view.illegible for name in _names_of(each)}
    quiet = {_name_of(each, mailbox) for each in held if _is_unsettled(each, mailbox)}
    return Differences(
        missing=tuple(
            each for place, each in ours.items() if place not in theirs and not unclear & _known_by(each, mailbox)
        ),
        strange=tuple(each for place, each in theirs.items() if place not in ours and place[0] not in quiet),
        illegible=view.illegible,
    )


def findings(mailbox: str, differences: Differences, held: Sequence[Held]) -> list[Finding]:
    """Tell differences for people, in order of time."""
    events = {each.case.event.global_id: each.case.event.id for each in held if each.case.event.global_id}
    missing = [
        Finding(
            mailbox=mailbox,
            start=each.occupancy.start,
            end=each.occupancy.end,
            title=each.case.event.content.title,
            shown_by=Side.LOCAL,
            event=each.case.event.id,
        )
        for each in differences.missing
    ]
    strange = [
        Finding(
            mailbox=mailbox,
            start=each.start,
            end=each.end,
            title=each.title,
            shown_by=Side.EXCHANGE,
            event=events.get(each.global_id) if each.global_id else None,
        )
        for each in differences.strange
    ]
    return sorted([*missing, *strange], key=lambda found: (found.start, found.end, found.title))


def passed_over(mailbox: str, differences: Differences, held: Sequence[Held]) -> list[PassedOver]:
    """Tell for people what cannot be read, each entry of a series but once."""
    events = {name: each.case.event for each in held for name in _known_by(each, mailbox)}
    found = set()
    for each in differences.illegible:
        event = next((events[name] for name in _names_of(each) if name in events), None)
        title = event.content.title if event else each.title
        found.add(PassedOver(mailbox=mailbox, title=title, reason=each.reason, event=event.id if event else None))
    return sorted(found, key=lambda one: (one.title, one.reason, one.event or ""))


def _names_of(illegible: Illegible) -> Iterator[str]:
    if illegible.global_id is not None:
        yield illegible.global_id.hex()
    yield illegible.item_id


def _known_by(held: Held, mailbox: str) -> set[str]:
    """Return all that a copy may be known by in a view."""
    copies = {item.ref.item_id for item in held.case.items if item.mailbox == mailbox}
    return {_name_of(held, mailbox), *copies}


def _ours(mailbox: str, held: Iterable[Held]) -> dict[_Place, Held]:
    settled = (each for each in held if not _is_unsettled(each, mailbox))
    return {(_name_of(each, mailbox), each.occupancy.start, each.occupancy.end): each for each in settled}


def _theirs(
    mailbox: str, shown: Iterable[Shown], held: Sequence[Held], since: datetime, until: datetime
) -> dict[_Place, Shown]:
    """Some servers show what only touches the edge; others show an item once for each of its days."""
    inside = (each for each in shown if not each.is_cancelled and _overlaps(each.start, each.end, since, until))
    declined = {_declined_at(each) for each in held}
    unnamed = {_name_of(each, mailbox) for each in held if each.case.event.global_id is None}
    places = {(_shown_name(each, unnamed), whole_second(each.start), whole_second(each.end)): each for each in inside}
    return {place: each for place, each in places.items() if place not in declined}


def _declined_at(held: Held) -> _Place | None:
    occupancy = held.occupancy
    if occupancy.state is not OccupancyState.DECLINED:
        return None
    return _name_of(held, occupancy.mailbox), occupancy.start, occupancy.end


def _is_unsettled(held: Held, mailbox: str) -> bool:
    """Say whether a difference would be no news: something is on its way, or the mailbox has no copy yet."""
    waiting = any(op.state not in (OperationState.DONE, OperationState.PARKED) for op in held.case.operations)
    state = held.occupancy.state
    has_copy = any(item.mailbox == mailbox for item in held.case.items)
    return waiting or not has_copy or state in (OccupancyState.DECLINED, OccupancyState.PENDING)


def _name_of(held: Held, mailbox: str) -> str:
    """Return by what a copy is known on both sides: the meeting's global id, else the item's own."""
    event = held.case.event
    if event.global_id is not None:
        return event.global_id.hex()
    return next((item.ref.item_id for item in held.case.items if item.mailbox == mailbox), event.id)


def _shown_name(shown: Shown, unnamed: Collection[str]) -> str:
    """Name an entry by its meeting's id, unless what is held of it is known by the item's own."""
    if shown.global_id is None or shown.item_id in unnamed:
        return shown.item_id
    return shown.global_id.hex()


def _overlaps(start: datetime, end: datetime, since: datetime, until: datetime) -> bool:
    return start < until and (end > since or start >= since)
