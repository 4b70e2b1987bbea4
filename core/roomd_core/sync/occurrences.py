"""Who is occupied by which occurrence of a series. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct

from roomd_core.model import Answer, Occupancy, OccupancyState
from roomd_core.recurrence import Occurrence, Series, WallTimes, occurrences_between
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.steps import unsent_occurrences

STATE_OF = {
    Answer.ACCEPTED: OccupancyState.ACCEPTED,
    Answer.TENTATIVE: OccupancyState.TENTATIVE,
    Answer.NONE: OccupancyState.TENTATIVE,
    Answer.DECLINED: OccupancyState.DECLINED,
}


class _Part(Struct, frozen=True, kw_only=True):
    """What one mailbox has of a series: its state in the whole, if it has that, and in single occurrences by day."""

    mailbox: str
    whole: OccupancyState | None
    single: Mapping[date, OccupancyState]
    alone: frozenset[date]


def spread(case: Case, states: Mapping[str, OccupancyState], setting: Setting) -> tuple[Occupancy, ...]:
    """Return the occupancies of a series over the window; ``states`` are those of the mailboxes that have the whole.

    An occurrence a guest has removed is shown as declined where the organizer's copy tells that it stands. Without
    that copy it may as well have been called off, and is not shown.
    """
    content = case.event.content
    series = content.series or Series(recurrence=None)
    times = WallTimes.of(content.start, content.end, content.zone, series.recurrence)
    shown = occurrences_between(series, times, *setting.window.days(setting.now))
    unsent = {times.day(each) for each in unsent_occurrences(case.event.base, content)} if case.event.base else set()
    parts = [
        _part(case, mailbox, states.get(mailbox), times) for mailbox in sorted(_mailboxes(case, states, setting))
    ]
    return tuple(held for part in parts for held in _held(case, part, shown, unsent, setting))


def _mailboxes(case: Case, states: Mapping[str, OccupancyState], setting: Setting) -> set[str]:
    invited_alone = {item.mailbox for item in case.items if item.original_start and item.mailbox in setting.mailboxes}
    swapped_in = {room for room in _rooms_unsent(case) if setting.is_room(room)}
    return {*states, *invited_alone, *swapped_in}


def _rooms_unsent(case: Case) -> set[str]:
    """Return the rooms that single occurrences were given here and that Exchange does not know of yet."""
    base, series = case.event.base, case.event.content.series
    unsent = unsent_occurrences(base, case.event.content) if base else None
    modified = series.modified if series else ()
    return {room for each in modified if unsent is None or each.original_start in unsent for room in each.rooms or ()}


def _part(case: Case, mailbox: str, whole: OccupancyState | None, times: WallTimes) -> _Part:
    copy = case.copy_in(mailbox)
    replies = {times.day(reply.original_start): STATE_OF[reply.answer] for reply in copy.replies} if copy else {}
    alone = {
        times.day(item.original_start): STATE_OF[item.answer]
        for item in case.items
        if item.mailbox == mailbox and item.original_start is not None
    }
    return _Part(mailbox=mailbox, whole=whole, single={**replies, **alone}, alone=frozenset(alone))


def _held(
    case: Case, part: _Part, shown: list[Occurrence], unsent: set[date], setting: Setting
) -> Iterator[Occupancy]:
    for occurrence in shown:
        state = part.single.get(occurrence.day, part.whole)
        if occurrence.day in unsent and _is_given(part, occurrence):
            state = OccupancyState.PENDING
        if state is not None and _takes_part(case, part, occurrence, state, setting):
            yield Occupancy(
                mailbox=part.mailbox,
                start=occurrence.start,
                end=occurrence.end,
                event=case.event.id,
                original_start=occurrence.original_start,
                state=state,
            )


def _is_given(part: _Part, occurrence: Occurrence) -> bool:
    """Say whether a mailbox has the whole, or the room was given to this occurrence."""
    swapped = occurrence.modified.rooms if occurrence.modified else None
    return part.whole is not None or part.mailbox in (swapped or ())


def _takes_part(case: Case, part: _Part, occurrence: Occurrence, state: OccupancyState, setting: Setting) -> bool:
    """Say whether an occurrence concerns a mailbox: it was not called off for it, nor was its room swapped."""
    if occurrence.day in part.alone:
        return True
    if occurrence.day in part.single and state is OccupancyState.DECLINED:
        return case.organizer_copy is not None
    swapped = occurrence.modified.rooms if occurrence.modified else None
    return swapped is None or part.mailbox in swapped or not setting.is_room(part.mailbox)
