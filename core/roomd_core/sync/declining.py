"""What rooms say to single occurrences of a series: some declined, some still to be answered. Pure."""

from datetime import datetime

from msgspec.structs import replace

from roomd_core.model import Answer, Conflict, ConflictKind, Item
from roomd_core.occurrences import times_of
from roomd_core.recurrence import occurrences_between
from roomd_core.sync.answers import answer_of
from roomd_core.sync.case import Case, Setting
from roomd_core.zones import zone_of

_TOLD = 3
"""Occurrences named one by one."""


def declined_occurrences(case: Case, room: str) -> tuple[datetime, ...]:
    """Return the original starts of the occurrences that stand and that a room of the whole series is out of."""
    copy, series = case.copy_in(room), case.event.content.series
    if copy is None or series is None or case.organizer_copy is None:
        return ()
    swapped = {each.original_start for each in series.modified if each.rooms is not None and room not in each.rooms}
    gone = swapped.union(series.deleted)
    said = (each.original_start for each in copy.replies if each.answer is Answer.DECLINED)
    return tuple(each for each in said if each not in gone)


def unanswered_occurrences(case: Case, room: str) -> list[Item]:
    """Return a room's copies that have an occurrence without an answer: the whole one's moved ones, or one alone."""
    alone = [item for item in case.items if item.mailbox == room and item.original_start is not None]
    whole = case.copy_in(room)
    open_in_whole = whole is not None and any(each.answer is Answer.NONE for each in whole.replies)
    return [item for item in alone if item.answer is Answer.NONE] + ([whole] if whole and open_in_whole else [])


def review_occurrences(before: Case, case: Case, room: str, setting: Setting) -> Case:
    """Open a conflict about the occurrences that a room has just declined, or tell of more in an open one."""
    declined = declined_occurrences(case, room)
    news = set(declined) - set(declined_occurrences(before, room))
    if not news or answer_of(case.event, room) is Answer.DECLINED:
        return case
    told, known = _some_declined(case, room, declined, setting), case.conflict(ConflictKind.ROOM_DECLINED, room=room)
    return case.with_conflict(replace(told, id=known.id, opened_at=known.opened_at) if known else told)


def _some_declined(case: Case, room: str, declined: tuple[datetime, ...], setting: Setting) -> Conflict:
    content = case.event.content
    assert content.series is not None
    shown = occurrences_between(content.series, times_of(content), *setting.window.days(setting.now))
    clocks = zone_of(content.zone)
    days = ", ".join(f"{each.astimezone(clocks):%Y-%m-%d}" for each in declined[:_TOLD])
    more = f" and {len(declined) - _TOLD} more" if len(declined) > _TOLD else ""
    return Conflict(
        id=setting.new_id(),
        event=case.event.id,
        kind=ConflictKind.ROOM_DECLINED,
        summary=(
            f"{setting.name(room)} declined {len(declined)} of {len(shown)} occurrences of “{content.title}”: "
            f"{days}{more}."
        ),
        local=content,
        room=room,
        opened_at=setting.now,
    )
