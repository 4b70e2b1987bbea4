"""Meeting mail as it lies in a folder: what a request, a cancellation or an answer looks like when read."""

from datetime import datetime
from typing import Any

from roomd_lab.model.items import Body, CalendarItem, MeetingMessage, MessageKind, Response
from roomd_lab.model.people import Address
from roomd_lab.model.post import Answer

_ANNOUNCEMENTS = {
    MessageKind.REQUEST: ("", "IPM.Schedule.Meeting.Request"),
    MessageKind.CANCELLATION: ("Canceled: ", "IPM.Schedule.Meeting.Canceled"),
}
_ANSWERS = {
    Response.ACCEPT: ("Accepted: ", "IPM.Schedule.Meeting.Resp.Pos"),
    Response.TENTATIVE: ("Tentative: ", "IPM.Schedule.Meeting.Resp.Tent"),
    Response.DECLINE: ("Declined: ", "IPM.Schedule.Meeting.Resp.Neg"),
}


def meeting_message(
    kind: MessageKind, meeting: CalendarItem, recipients: tuple[Address, ...], sent: datetime
) -> MeetingMessage:
    """A request or a cancellation from the organizer."""
    prefix, item_class = _ANNOUNCEMENTS[kind]
    return MeetingMessage(
        kind=kind,
        item_class=item_class,
        subject=prefix + meeting.subject,
        body=meeting.body,
        sender=meeting.organizer,
        recipients=recipients,
        sent=sent,
        global_object_id=meeting.global_object_id,
        sequence=meeting.sequence,
        start=meeting.start,
        end=meeting.end,
        location=meeting.location,
        all_day=meeting.all_day,
        intended_free_busy=meeting.intended_free_busy,
        new_time_proposals=meeting.new_time_proposals,
        attendees=meeting.attendees,
        **_of_series(meeting),
    )


def answer_message(answer: Answer, sent: datetime) -> MeetingMessage:
    """An attendee's answer to the organizer."""
    prefix, item_class = _ANSWERS[answer.response]
    meeting = answer.meeting
    return MeetingMessage(
        kind=MessageKind.RESPONSE,
        item_class=item_class,
        subject=prefix + meeting.subject,
        body=Body(text=answer.text, kind="Text"),
        sender=answer.sender,
        recipients=(answer.to,),
        sent=sent,
        global_object_id=meeting.global_object_id,
        sequence=meeting.sequence,
        start=meeting.start,
        end=meeting.end,
        location=meeting.location,
        response=answer.response,
        **_of_series(meeting),
    )


def _of_series(meeting: CalendarItem) -> dict[str, Any]:
    """What a message says of the series, or of the one occurrence, it is about."""
    return {
        "meeting_type": meeting.type,
        "recurrence": meeting.recurrence,
        "zone": meeting.start_zone,
        "end_zone": meeting.end_zone,
        "original_start": meeting.original_start,
    }
