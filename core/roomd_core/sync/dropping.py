"""Rooms that lose an event they had accepted, without anybody saying so. Pure.

A room that declines says so to the organizer. A room whose copy was deleted, or that somebody took off the meeting in
Exchange, says nothing: the meeting would stand without a room, and nobody would know.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from roomd_core.model import Answer, Conflict, ConflictKind, Content, Origin, Response
from roomd_core.sync import conflicts
from roomd_core.sync.answers import answer_of, say
from roomd_core.sync.case import ROOMD, Case, Setting


def given_away(case: Case, room: str, setting: Setting) -> Case:
    """Take in that a room no longer has its copy of a standing meeting: its time is free for others.

    Where the organizer's item is missing too, whether the meeting stands at all is asked already.
    """
    had_accepted = answer_of(case.event, room) is Answer.ACCEPTED
    case = say(case, room, Answer.DECLINED, setting.now)
    asked = case.conflict(ConflictKind.ROOM_DROPPED, room=room) or case.conflict(ConflictKind.MISSING_REMOTE)
    if not had_accepted or case.cancelled or asked:
        return case
    return case.with_conflict(conflicts.dropped(case, room, setting))


def taken_off(case: Case, base: Content, local: Content, remote: Content, setting: Setting) -> Case:
    """Ask about each room that somebody took off an event made here, unless they gave it another one."""
    added = set(remote.rooms) - set(base.rooms)
    if case.event.origin is not Origin.LOCAL or added:
        return case
    for room in base.rooms:
        lost = room in local.rooms and room not in remote.rooms and setting.is_room(room)
        if lost and not case.conflict(ConflictKind.ROOM_DROPPED, room=room):
            case = case.with_conflict(conflicts.dropped(case, room, setting, remote=remote))
    return case


def reconsider(case: Case, told: Iterable[Response], setting: Setting) -> Case:
    """Hear from the organizer's copy whether a room that seemed to have lost the event has declined it.

    Declining is the room's right: of a meeting made in Outlook its organizer knows, and nobody else need decide.
    """
    for said in told:
        conflict = case.conflict(ConflictKind.ROOM_DROPPED, room=said.address)
        if conflict is None or said.answer is not Answer.DECLINED or not _names_room(conflict):
            continue
        if case.event.origin is Origin.LOCAL:
            case = case.with_conflict(conflicts.declined_after_all(case, conflict, setting))
        else:
            case = case.with_conflict(replace(conflict, resolved_at=setting.now, resolved_by=ROOMD))
    return case


def is_dropped(case: Case, conflict: Conflict) -> bool:
    """Say whether an event is still without the room it lost, and whether that is what is to be asked."""
    room = conflict.room or ""
    if case.cancelled:
        return False
    invited = room in case.event.content.rooms
    if not _names_room(conflict):
        return not invited
    if case.conflict(ConflictKind.MISSING_REMOTE):
        return False
    return invited and answer_of(case.event, room) is Answer.DECLINED


def _names_room(conflict: Conflict) -> bool:
    """Say whether the organizer's item still names the room: only the room's own copy is gone."""
    return conflict.remote is not None and conflict.room in conflict.remote.rooms
