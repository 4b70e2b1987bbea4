"""The room attendant: decides, from its policy and its calendar, whether a room takes a meeting."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from roomd_lab.model.directory import RoomPolicy
from roomd_lab.model.items import Body, CalendarItem, Response


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the attendant answers, and the sentence it gives for it."""

    response: Response
    text: str


def decide(policy: RoomPolicy, request: CalendarItem, calendar: Iterable[CalendarItem], now: datetime) -> Verdict:
    """Accept a request unless the policy or another meeting in the calendar speaks against it."""
    if request.end - request.start > timedelta(minutes=policy.maximum_duration_minutes):
        limit = policy.maximum_duration_minutes
        return Verdict(Response.DECLINE, f"Meetings in this room may last {limit} minutes at most.")
    if request.start > now + timedelta(days=policy.booking_window_days):
        limit = policy.booking_window_days
        return Verdict(Response.DECLINE, f"This room can be booked {limit} days ahead at most.")
    rival = None if policy.allow_conflicts else _rival(request, calendar)
    if rival is not None:
        when = f"{rival.start:%Y-%m-%d %H:%M} to {rival.end:%H:%M} UTC"
        return Verdict(Response.DECLINE, f"The room is taken by {rival.organizer.name} from {when}.")
    return Verdict(Response.ACCEPT, "Your request was accepted.")


def _rival(request: CalendarItem, calendar: Iterable[CalendarItem]) -> CalendarItem | None:
    rivals = (
        item
        for item in calendar
        if item.clean_id != request.clean_id
        and item.my_response in {Response.ACCEPT, Response.ORGANIZER}
        and item.blocks(request.start, request.end)
    )
    return min(rivals, key=lambda item: item.start, default=None)


def tidy(policy: RoomPolicy, item: CalendarItem) -> CalendarItem:
    """The room's copy after the attendant took out what others need not read."""
    subject = "" if policy.delete_subject else item.subject
    if policy.add_organizer_to_subject:
        subject = f"{item.organizer.name} {subject}".strip()
    return replace(
        item,
        subject=subject,
        body=Body() if policy.delete_comments else item.body,
        sensitivity="Normal" if policy.remove_private_property else item.sensitivity,
    )
