"""The room attendant: decides, from its policy and its calendar, whether a room takes a meeting.

The policy is that of Set-CalendarProcessing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from roomd_lab.model.items import Body, CalendarItem, Response
from roomd_lab.model.people import RoomPolicy
from roomd_lab.model.recurrence.patterns import Recurrence
from roomd_lab.model.series import occurrences

_AFTER_HOURS = "This room can be booked during its working hours only."

Calendar = Callable[[datetime, datetime], Sequence[CalendarItem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One occurrence the attendant declines, and why."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the attendant answers, and the sentence it gives for it.

    A tentative one waits for a delegate. Of a series it accepts, `refusals` are the occurrences it does not take, and
    `recurrence` is what it keeps.
    """

    response: Response
    text: str
    recurrence: Recurrence | None = None
    refusals: tuple[Refusal, ...] = ()


def decide(policy: RoomPolicy, request: CalendarItem, calendar: Calendar, now: datetime) -> Verdict:
    """Accept a request unless the policy or another meeting speaks against it.

    `calendar` gives what the room has between two instants.
    """
    if policy.maximum_duration_minutes and _minutes(request) > policy.maximum_duration_minutes:
        return declined(f"Meetings in this room may last {policy.maximum_duration_minutes} minutes at most.", request)
    horizon = now + timedelta(days=policy.booking_window_days)
    if request.start > horizon:
        return declined(_too_far(policy), request)
    if request.recurrence is not None:
        return _decide_series(policy, request, calendar, horizon)
    if _is_after_hours(policy, request):
        return declined(_AFTER_HOURS, request)
    text = None if policy.allow_conflicts else _conflict(request, calendar)
    return accepted(request) if text is None else declined(text, request)


def _decide_series(policy: RoomPolicy, request: CalendarItem, calendar: Calendar, horizon: datetime) -> Verdict:
    if not policy.allow_recurring_meetings:
        return declined("This room cannot be booked for recurring meetings.", request)
    within, goes_beyond = _up_to(request, horizon)
    if goes_beyond and policy.enforce_scheduling_horizon:
        return declined(_too_far(policy), request)
    if any(_is_after_hours(policy, each) for each in within):
        return declined(_AFTER_HOURS, request)
    kept = _ended(request, within) if goes_beyond else request
    refusals = () if policy.allow_conflicts else _refusals(within, calendar)
    if refusals and _are_too_many(policy, len(refusals), len(within)):
        return declined(f"{len(refusals)} of {len(within)} meetings: {refusals[0].text}", request)
    return replace(accepted(kept), refusals=refusals)


def _up_to(series: CalendarItem, horizon: datetime) -> tuple[list[CalendarItem], bool]:
    """The occurrences that begin by the horizon, and whether there are more."""
    within: list[CalendarItem] = []
    for each in occurrences(series):
        if each.start > horizon:
            return within, True
        within.append(each)
    return within, False


def _ended(series: CalendarItem, within: Sequence[CalendarItem]) -> CalendarItem:
    assert series.recurrence is not None
    days = (each.instance.day for each in within if each.instance is not None)
    until = max(days, default=series.recurrence.first)
    return replace(series, recurrence=replace(series.recurrence, until=until, count=None))


def _refusals(series: Sequence[CalendarItem], calendar: Calendar) -> tuple[Refusal, ...]:
    conflicts = ((each.item_id, _conflict(each, calendar)) for each in series)
    return tuple(Refusal(item_id=item_id, text=text) for item_id, text in conflicts if text is not None)


def _are_too_many(policy: RoomPolicy, conflicts: int, number: int) -> bool:
    """Whether either limit is passed; both are 0 unless an administrator allows more."""
    is_too_large_a_part = 100 * conflicts > policy.conflict_percentage_allowed * number
    return is_too_large_a_part or conflicts > policy.maximum_conflict_instances


def _conflict(request: CalendarItem, calendar: Calendar) -> str | None:
    rivals = (
        item
        for item in calendar(request.start, request.end)
        if item.clean_id != request.clean_id
        and item.my_response in {Response.ACCEPT, Response.ORGANIZER}
        and item.blocks(request.start, request.end)
    )
    rival = min(rivals, key=lambda item: item.start, default=None)
    if rival is None:
        return None
    when = f"{rival.start:%Y-%m-%d %H:%M} to {rival.end:%H:%M} UTC"
    return f"The room is taken by {rival.organizer.name} from {when}."


def _is_after_hours(policy: RoomPolicy, request: CalendarItem) -> bool:
    return policy.schedule_only_during_work_hours and not policy.working_hours.cover(request.start, request.end)


def _minutes(request: CalendarItem) -> float:
    return (request.end - request.start) / timedelta(minutes=1)


def _too_far(policy: RoomPolicy) -> str:
    return f"This room can be booked {policy.booking_window_days} days ahead at most."


def accepted(request: CalendarItem) -> Verdict:
    """The room takes all that was asked for."""
    return Verdict(response=Response.ACCEPT, text="Your request was accepted.", recurrence=request.recurrence)


def declined(text: str, request: CalendarItem) -> Verdict:
    """The room takes nothing of it."""
    return Verdict(response=Response.DECLINE, text=text, recurrence=request.recurrence)


def tidy(policy: RoomPolicy, item: CalendarItem) -> CalendarItem:
    """The room's copy without what others need not read; its exceptions then read as the series does."""
    subject = "" if policy.delete_subject else item.subject
    if policy.add_organizer_to_subject:
        subject = f"{item.organizer.name} {subject}".strip()
    taken_out = {
        "subject": policy.delete_subject or policy.add_organizer_to_subject,
        "body": policy.delete_comments,
        "sensitivity": policy.remove_private_property,
    }
    return replace(
        item,
        subject=subject,
        body=Body() if policy.delete_comments else item.body,
        sensitivity="Normal" if policy.remove_private_property else item.sensitivity,
        exceptions={
            day: {name: value for name, value in changes.items() if not taken_out.get(name)}
            for day, changes in item.exceptions.items()
        },
    )
