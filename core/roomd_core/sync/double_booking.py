"""Opening and closing double-booking conflicts from the overlaps before and after a change. Pure."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from roomd_core.model import Change, ChangeKind, Conflict, Event, Origin
from roomd_core.sync.case import ROOMD, Setting
from roomd_core.sync.cause import Parties, likely_cause
from roomd_core.sync.conflicts import booked_twice
from roomd_core.sync.overlap import Overlap


def review(
    current: AbstractSet[Overlap],
    fresh: AbstractSet[Overlap],
    opened: Iterable[Conflict],
    parties: Parties,
    setting: Setting,
) -> tuple[list[Conflict], list[Change]]:
    """Return the conflicts to write and the entries that tell of them.

    ``current`` are the overlaps there are, ``fresh`` those that have just come about, ``opened`` the conflicts open
    about the events that were touched; ``parties`` are those of the fresh overlaps.

    An overlap opens a conflict once, when it comes about: a person who has decided to live with it is not asked
    again. The conflict closes by itself when the overlap is gone.
    """
    known = {overlap_of(conflict): conflict for conflict in opened}
    news = [_open(pair, parties, setting) for pair in sorted(fresh) if pair not in known]
    over = [
        replace(conflict, resolved_at=setting.now, resolved_by=ROOMD)
        for pair, conflict in known.items()
        if pair not in current
    ]
    entries = [_entry(ChangeKind.CONFLICT_OPENED, conflict, setting) for conflict in news]
    entries += [_entry(ChangeKind.CONFLICT_RESOLVED, conflict, setting) for conflict in over]
    return [*news, *over], entries


def overlap_of(conflict: Conflict) -> Overlap:
    """Return the overlap a conflict is about."""
    first, second = sorted((conflict.event or "", conflict.other or ""))
    return Overlap(mailbox=conflict.room or "", first=first, second=second)


def _open(pair: Overlap, parties: Parties, setting: Setting) -> Conflict:
    mine, other = sorted((parties.events[pair.first], parties.events[pair.second]), key=_whose_first)
    room = pair.mailbox
    cause = likely_cause(parties.booking(mine, room), parties.booking(other, room), room, setting)
    return booked_twice(mine, other, room, setting, cause=cause)


def _whose_first(event: Event) -> tuple[bool, str]:
    """The event made here comes first: it is the one that can be moved from here."""
    return event.origin is not Origin.LOCAL, event.id


def _entry(kind: ChangeKind, conflict: Conflict, setting: Setting) -> Change:
    return Change(
        seq=0,
        at=setting.now,
        kind=kind,
        event=conflict.event,
        actor=ROOMD,
        mailbox=conflict.room,
        note=conflict.summary,
    )
