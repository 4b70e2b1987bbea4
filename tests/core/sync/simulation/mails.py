"""S4: roomd writes at most once for each thing that was asked for, so nobody is mailed about anything twice."""

from collections import Counter
from collections.abc import Callable, Sequence

from core.sync.simulation.history import OCCURRENCE, ROOMD, Command, History, Write, unit_of, units_between
from roomd_core.occurrences import exceptions_of


def check_mails(history: History, events_of: Callable[[str], set[str]]) -> None:
    """Compare what was written with what was asked for. An occurrence of a series is a write of its own."""
    writes = Counter((w.uid, w.kind) for w in history.writes if w.by == ROOMD and w.mailbox == w.organizer)
    for (uid, kind), count in writes.items():
        events = events_of(uid)
        intended = [c for c in history.commands if c.event in events]
        if kind == "update" and count > _needed(_writes_of(history, uid), intended):
            history.breaks("S4", f"{uid} was updated {count} times for {len(intended)} commands")
        if kind == "key" and count > 1 + removals(history, uid):
            history.breaks("S4", f"{uid} was created {count} times")


def removals(history: History, uid: str) -> int:
    """Count how often a meeting's item left its organizer's calendar."""
    return sum(w.kind == "remove" for w in _writes_of(history, uid))


def _writes_of(history: History, uid: str) -> list[Write]:
    return [w for w in history.writes if w.uid == uid and w.mailbox == w.organizer]


def _needed(writes: Sequence[Write], intended: Sequence[Command]) -> int:
    asked = sum(1 + sum(unit.startswith(OCCURRENCE) for unit in c.concerned) for c in intended)
    return asked + _occurrences_made_again(writes) + _taken_back(writes, intended)


def _occurrences_made_again(writes: Sequence[Write]) -> int:
    """Count the occurrences that differ of a series, each time it is made anew as it was before."""
    known = [w for w in writes if w.after]
    made = [place for place, write in enumerate(known) if write.kind == "key" and write.by == ROOMD]
    earlier = [each.after for place in made for each in known[: place - 1][-1:]]
    return sum(len(exceptions_of(content)) for content in earlier if content)


def _taken_back(writes: Sequence[Write], intended: Sequence[Command]) -> int:
    """Count how often Outlook gave a unit the value back that somebody had changed here.

    If the answer to that change was lost, nobody can tell this from one that never arrived: it is sent again.
    """
    edits = [w for w in writes if w.by != ROOMD and w.kind == "update"]
    return sum(
        any(c.seen and unit in c.units and unit_of(w.after, unit) == unit_of(c.seen, unit) for c in intended)
        for w in edits
        if w.before and w.after
        for unit in units_between(w.before, w.after)
    )
