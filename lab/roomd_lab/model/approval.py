"""Who may book a room, who may only ask a delegate, and who needs nobody's leave.

The rights are those of Set-CalendarProcessing. Within the policy, a request of those in BookInPolicy is accepted and
one of those in RequestInPolicy waits for a delegate; against the policy, those in RequestOutOfPolicy may ask.
"""

from datetime import datetime

from roomd_lab.model.attendant import Calendar, Verdict, accepted, decide, declined
from roomd_lab.model.items import CalendarItem, Response
from roomd_lab.model.people import RoomPolicy

_PENDING = "Your request was received and is pending approval."
_NO_RIGHT = "You may not book this room."


def weigh(policy: RoomPolicy, request: CalendarItem, calendar: Calendar, now: datetime) -> Verdict:
    """What the attendant answers; a tentative verdict waits for a delegate.

    A delegate's own request is accepted whatever stands against it, even another meeting.
    """
    organizer = request.organizer.smtp
    if policy.has_delegate(organizer):
        return accepted(request)
    verdict = decide(policy, request, calendar, now)
    in_policy = verdict.response is Response.ACCEPT
    if in_policy and policy.may_book(organizer):
        return verdict
    if policy.may_request(organizer, in_policy=in_policy):
        return Verdict(response=Response.TENTATIVE, text=_PENDING, recurrence=verdict.recurrence)
    return declined(_NO_RIGHT, request) if in_policy else verdict
