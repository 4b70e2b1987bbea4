"""What happened, as it is seen from outside: what people were told here, what Exchange did, what was mailed."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from roomd_core.merge import UNITS, normalize
from roomd_core.model import Content
from roomd_core.occurrences import exceptions_of

ROOMD, OUTLOOK = "roomd", "Outlook"


RULE, OCCURRENCE = "rule", "occurrence "
"""What a series' unit of its own is told apart into: the rule, and each occurrence that differs from it."""
SHAPE = frozenset({"time", RULE})
"""The units that decide which occurrences there are."""


def unit_of(content: Content, unit: str) -> tuple[object, ...]:
    """Return what a unit holds, as it compares."""
    whole = normalize(content)
    if unit == RULE:
        return (whole.series and whole.series.recurrence,)
    if unit.startswith(OCCURRENCE):
        return (exceptions_of(whole).get(datetime.fromisoformat(unit.removeprefix(OCCURRENCE)), ...),)
    return tuple(getattr(whole, name) for name in UNITS[unit])


def units_in(content: Content) -> tuple[str, ...]:
    """Name all units of a content: of a series each occurrence that differs, too."""
    occurrences = (f"{OCCURRENCE}{each.isoformat()}" for each in sorted(exceptions_of(content)))
    return (*(unit for unit in UNITS if unit != "recurrence"), RULE, *occurrences)


def units_between(before: Content, after: Content) -> tuple[str, ...]:
    """Name the units that differ."""
    named = dict.fromkeys((*units_in(before), *units_in(after)))
    return tuple(unit for unit in named if unit_of(before, unit) != unit_of(after, unit))


@dataclass(frozen=True)
class Command:
    """What somebody asked for here. ``acked`` says that he was told it is done; ``seen`` is what he saw before.

    ``uids`` are the event's own uid and the one Exchange knows the meeting by. ``follows`` is the series that ends
    where this one begins.
    """

    at: int
    kind: str
    event: str
    uids: tuple[str, ...]
    acked: bool
    seen: Content | None = None
    asked: Content | None = None
    units: tuple[str, ...] = ()
    follows: str | None = None

    @property
    def concerned(self) -> tuple[str, ...]:
        """The units it is about: what it changed, or all there is of what it made."""
        return self.units or (units_in(self.asked) if self.asked else ())

    def replaces(self, unit: str) -> bool:
        """Say whether it takes the place of what was asked before of a unit.

        A series that happens otherwise has other occurrences: what was asked of those it no longer has is over.
        """
        is_over = unit.startswith(OCCURRENCE) and not SHAPE.isdisjoint(self.concerned)
        return unit in self.concerned or (is_over and self.asked is not None and unit not in units_in(self.asked))


@dataclass(frozen=True)
class Write:
    """What changed in an ``item`` of a calendar of Exchange; ``of`` is the one it is a double of.

    ``kind`` is create, key, update, remove, restore, double or respond.
    """

    at: int
    by: str
    kind: str
    mailbox: str
    uid: str
    organizer: str
    item: str
    of: str | None = None
    own_key: str | None = None
    before: Content | None = None
    after: Content | None = None
    believed: Content | None = None


@dataclass
class History:
    """Everything in order; ``trace`` is for people who want to know how a failure came about.

    A clone of the store knows of the refused sign-ins until it was made, and of its own: each has a list.
    """

    commands: list[Command] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    refused_sign_ins: list[float] = field(default_factory=list)
    refused_to_clones: list[list[float]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    moment: int = 0

    def tell(self, line: str) -> int:
        """Add a line to the trace; return when it was."""
        self.moment += 1
        self.trace.append(line)
        return self.moment

    def breaks(self, invariant: str, what: str) -> None:
        """Note that an invariant does not hold."""
        self.tell(f"  BROKEN {invariant}: {what}")
        self.broken.append(f"{invariant}: {what}")

    def digest(self) -> str:
        """Return a hash of all that happened."""
        return sha256("\n".join(self.trace).encode()).hexdigest()
