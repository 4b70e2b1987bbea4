"""The conflicts a person is asked about, each with everything needed to decide it. Pure.

Summaries are read in a terminal's list: one sentence that says what happened to what, and in which room.
"""

from datetime import datetime, tzinfo

from msgspec.structs import replace

from roomd_core.model import Conflict, ConflictKind, Content, Event, Operation, Side
from roomd_core.sync.case import POLICY, Case, Setting
from roomd_core.zones import zone_of


def edited_on_both_sides(
    case: Case, base: Content | None, remote: Content, units: tuple[str, ...], setting: Setting
) -> Conflict:
    """The same thing was changed here and there, differently. Exchange's version is live meanwhile.

    ``base`` is None where nothing was ever agreed on: the item was thought gone.
    """
    what = ", ".join(units).replace("_", " ")
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.EDIT,
        summary=f"“{remote.title}” was changed here and in Exchange at once: {what}.",
        units=units,
        base=base,
        local=case.event.content,
        remote=remote,
        opened_at=setting.now,
    )


def edited_twice(case: Case, twin: Case, units: tuple[str, ...], setting: Setting) -> Conflict:
    """The same thing was changed of two events that are one meeting; what was saved of the first stays meanwhile."""
    asked = edited_on_both_sides(case.with_event(twin.event), twin.event.base, case.event.content, units, setting)
    what = ", ".join(units).replace("_", " ")
    summary = f"“{case.event.content.title}” was changed twice here: {what}; it was taken for two meetings."
    return replace(asked, event=case.event.id, summary=summary)


def decided_by_policy(  # noqa: PLR0913 - an edit on both sides, and how it was decided
    case: Case, base: Content | None, remote: Content, units: tuple[str, ...], setting: Setting, *, kept: Side
) -> Conflict:
    """The same thing was changed on both sides, and the configuration says which to keep: nobody is asked."""
    asked = edited_on_both_sides(case, base, remote, units, setting)
    whose = "Exchange's version" if kept is Side.EXCHANGE else "the version made here"
    return replace(
        asked,
        summary=f"{asked.summary} By policy {whose} was kept.",
        resolved_at=setting.now,
        kept=kept,
        resolved_by=POLICY,
    )


def deleted_there(case: Case, setting: Setting) -> Conflict:
    """The event was edited here while its item was deleted in Exchange: the edit is kept."""
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.EDIT_VS_DELETE,
        summary=f"“{case.event.content.title}” was deleted in Exchange while it was edited here.",
        units=case.edited,
        base=case.event.base,
        local=case.event.content,
        opened_at=setting.now,
    )


def called_off_meanwhile(case: Case, changed: Case, setting: Setting) -> Conflict:
    """The meeting was known as two events, one of which was cancelled and the other changed: the change is kept."""
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.EDIT_VS_DELETE,
        summary=f"“{changed.event.content.title}” was cancelled while it was changed, both here: it was taken for "
        "two meetings.",
        units=changed.edited,
        base=changed.event.base,
        local=case.event.content,
        opened_at=setting.now,
    )


def edited_there(case: Case, base: Content, remote: Content, units: tuple[str, ...], setting: Setting) -> Conflict:
    """The event was cancelled here while it was edited in Exchange: it stands until somebody decides."""
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.EDIT_VS_DELETE,
        summary=f"“{remote.title}” was changed in Exchange while it was cancelled here.",
        units=units,
        base=base,
        remote=remote,
        opened_at=setting.now,
    )


def not_there(case: Case, setting: Setting) -> Conflict:
    """The event's item is not in Exchange, and nobody has seen it being deleted."""
    whose = setting.name(case.event.organizer)
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.MISSING_REMOTE,
        summary=f"“{case.event.content.title}” is no longer in {whose}'s calendar, and nobody saw it being deleted.",
        base=case.event.base,
        local=case.event.content,
        opened_at=setting.now,
    )


def twice_there(case: Case, setting: Setting) -> Conflict:
    """Two items of one event stand in its organizer's calendar."""
    whose = setting.name(case.event.organizer)
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.DUPLICATE,
        summary=f"“{case.event.content.title}” is twice in {whose}'s calendar, with the same key.",
        local=case.event.content,
        remote=case.event.content,
        opened_at=setting.now,
    )


def refused(case: Case, operation: Operation, reason: str, setting: Setting) -> Conflict:
    """Exchange will not take it, however often it is asked."""
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.REJECTED,
        summary=f"Exchange refused to {operation.kind} “{case.event.content.title}”: {reason}",
        units=case.edited,
        base=case.event.base,
        local=case.event.content,
        remote=case.event.base,
        opened_at=setting.now,
    )


def declined(case: Case, room: str, setting: Setting, *, reason: str = "") -> Conflict:
    """A room said no to an event of ours; ``reason`` says why, if that is known."""
    summary = f"{setting.name(room)} declined “{case.event.content.title}”"
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.ROOM_DECLINED,
        summary=f"{summary}: {reason}." if reason else f"{summary}.",
        local=case.event.content,
        room=room,
        opened_at=setting.now,
    )


def dropped(case: Case, room: str, setting: Setting, *, remote: Content | None = None) -> Conflict:
    """A room that had accepted has the event no longer; ``remote`` is what Exchange has if the room was taken off."""
    name, title = setting.name(room), case.event.content.title
    if remote is None:
        summary = f"{name} had accepted “{title}”, and it is no longer in its calendar."
    else:
        summary = f"{name} was taken off “{title}” in Exchange."
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.ROOM_DROPPED,
        summary=summary,
        base=case.event.base,
        local=case.event.content,
        remote=remote or case.event.content,
        room=room,
        opened_at=setting.now,
    )


def declined_after_all(case: Case, conflict: Conflict, setting: Setting) -> Conflict:
    """Say of a room that it declined: its organizer was told so."""
    said = declined(case, conflict.room or "", setting)
    return replace(conflict, kind=said.kind, summary=said.summary)


def drifted(  # noqa: PLR0913 - both versions, and what differs
    case: Case,
    room: str,
    setting: Setting,
    *,
    local: Content | None,
    remote: Content,
    units: tuple[str, ...],
    day: datetime | None,
) -> Conflict:
    """A room's copy says something else than its organizer's, and has for a while."""
    name, title, zone = setting.name(room), case.event.content.title, zone_of(case.event.content.zone)
    if local is None:
        summary = f"{name} still holds “{title}” at {_when(remote, zone)}, which was cancelled."
    elif "rooms" in units:
        summary = f"{name} still holds “{title}” at {_when(remote, zone)}, though it is no longer invited."
    elif day is not None:
        summary = f"{name} does not have the occurrence of “{title}” of {day.astimezone(zone):%Y-%m-%d} as it is."
    else:
        summary = f"{name} holds “{title}” at {_when(remote, zone)}, but the meeting is at {_when(local, zone)}."
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.DRIFT,
        summary=summary,
        units=units,
        local=local,
        remote=remote,
        room=room,
        opened_at=setting.now,
    )


def _when(content: Content, zone: tzinfo) -> str:
    start, end = content.start.astimezone(zone), content.end.astimezone(zone)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M} to {until} ({content.zone})"


def booked_twice(event: Event, other: Event, room: str, setting: Setting, *, cause: str) -> Conflict:
    """Two events hold one room at the same time; ``cause`` says why that is likely."""
    titles = f"“{event.content.title}” and “{other.content.title}”"
    return Conflict(
        id=setting.new_id(),
        event=event.id,
        kind=ConflictKind.DOUBLE_BOOKING,
        summary=f"{setting.name(room)} is booked twice: {titles} overlap. {cause}",
        local=event.content,
        remote=other.content,
        other=other.id,
        room=room,
        opened_at=setting.now,
    )
