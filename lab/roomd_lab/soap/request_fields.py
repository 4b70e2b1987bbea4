"""The fields that meeting requests alone have, in schema order."""

from typing import Any

from roomd_lab.model.items import Attendee, ItemType, MeetingMessage, Role
from roomd_lab.model.zones import display_name
from roomd_lab.soap.fields import Field, Level, in_sight, only_in_full, same_in_lists
from roomd_lab.soap.neighbours import NEIGHBOURS
from roomd_lab.soap.people_fields import attendees, enhanced_location, mailbox, mailbox_by_name
from roomd_lab.soap.recurrence import write_recurrence
from roomd_lab.soap.sight import Sight
from roomd_lab.soap.wall_clock import duration, moment, wall_clock, zone
from roomd_lab.soap.xml import flag, leaf, write_time

_2010, _2013 = "Exchange2010", "Exchange2013"
# AppointmentState: a meeting that was received.
_RECEIVED = "<t:AppointmentState>3</t:AppointmentState>"


def _role(item: MeetingMessage, role: Role) -> tuple[Attendee, ...]:
    return tuple(attendee for attendee in item.attendees if attendee.role is role)


def _shown_as(item: MeetingMessage, sight: Sight) -> str:
    """How the copy in the calendar shows; tentatively, as long as there is none."""
    copy = sight.meeting(item.global_object_id)
    shown = "Tentative" if copy is None else copy.free_busy
    return f"<t:LegacyFreeBusyStatus>{shown}</t:LegacyFreeBusyStatus>"


def _answered(item: MeetingMessage, sight: Sight) -> str:
    copy = sight.meeting(item.global_object_id)
    return f"<t:MyResponseType>{'NoResponseReceived' if copy is None else copy.my_response}</t:MyResponseType>"


def _replied(item: MeetingMessage, sight: Sight) -> str:
    copy = sight.meeting(item.global_object_id)
    return "" if copy is None else moment("AppointmentReplyTime", copy.replied_at)


REQUEST_FIELDS: tuple[Field[Any], ...] = (
    same_in_lists(
        "meetingRequest:MeetingRequestType",
        lambda i: f"<t:MeetingRequestType>{i.request_kind}</t:MeetingRequestType>",
        Level.DEFAULT,
    ),
    same_in_lists(
        "meetingRequest:IntendedFreeBusyStatus",
        lambda i: f"<t:IntendedFreeBusyStatus>{i.intended_free_busy}</t:IntendedFreeBusyStatus>",
        Level.DEFAULT,
    ),
    same_in_lists("calendar:Start", lambda i: f"<t:Start>{write_time(i.start)}</t:Start>", Level.DEFAULT),
    same_in_lists("calendar:End", lambda i: f"<t:End>{write_time(i.end)}</t:End>", Level.DEFAULT),
    same_in_lists("calendar:OriginalStart", lambda i: moment("OriginalStart", i.original_start)),
    same_in_lists("calendar:IsAllDayEvent", lambda i: flag("IsAllDayEvent", i.all_day)),
    in_sight("calendar:LegacyFreeBusyStatus", _shown_as),
    same_in_lists("calendar:Location", lambda i: leaf("t:Location", i.location), Level.DEFAULT),
    same_in_lists("calendar:IsMeeting", lambda _: "<t:IsMeeting>true</t:IsMeeting>"),
    same_in_lists("calendar:IsCancelled", lambda _: "<t:IsCancelled>false</t:IsCancelled>"),
    same_in_lists("calendar:IsRecurring", lambda i: flag("IsRecurring", i.meeting_type is not ItemType.SINGLE)),
    same_in_lists(
        "calendar:MeetingRequestWasSent", lambda _: "<t:MeetingRequestWasSent>true</t:MeetingRequestWasSent>"
    ),
    same_in_lists(
        "calendar:CalendarItemType", lambda i: f"<t:CalendarItemType>{i.meeting_type}</t:CalendarItemType>"
    ),
    in_sight("calendar:MyResponseType", _answered),
    Field(
        "calendar:Organizer",
        lambda i: f"<t:Organizer>{mailbox(i.sender)}</t:Organizer>",
        Level.DEFAULT,
        lambda i: f"<t:Organizer>{mailbox_by_name(i.sender)}</t:Organizer>",
    ),
    only_in_full("calendar:RequiredAttendees", lambda i: attendees("RequiredAttendees", _role(i, Role.REQUIRED))),
    only_in_full("calendar:OptionalAttendees", lambda i: attendees("OptionalAttendees", _role(i, Role.OPTIONAL))),
    only_in_full("calendar:Resources", lambda i: attendees("Resources", _role(i, Role.RESOURCE))),
    *NEIGHBOURS,
    same_in_lists("calendar:Duration", lambda i: leaf("t:Duration", duration(i.end - i.start))),
    same_in_lists("calendar:TimeZone", lambda i: leaf("t:TimeZone", display_name(i.zone))),
    in_sight("calendar:AppointmentReplyTime", _replied),
    same_in_lists(
        "calendar:AppointmentSequenceNumber",
        lambda i: f"<t:AppointmentSequenceNumber>{i.sequence}</t:AppointmentSequenceNumber>",
    ),
    same_in_lists("calendar:AppointmentState", lambda _: _RECEIVED),
    only_in_full("calendar:Recurrence", lambda i: write_recurrence(i.recurrence, i.zone) if i.recurrence else ""),
    same_in_lists("calendar:StartTimeZone", lambda i: zone("StartTimeZone", i.zone), since=_2010),
    same_in_lists("calendar:EndTimeZone", lambda i: zone("EndTimeZone", i.end_zone), since=_2010),
    same_in_lists("calendar:ConferenceType", lambda _: "<t:ConferenceType>0</t:ConferenceType>"),
    same_in_lists("calendar:AllowNewTimeProposal", lambda i: flag("AllowNewTimeProposal", i.new_time_proposals)),
    same_in_lists("calendar:IsOnlineMeeting", lambda _: "<t:IsOnlineMeeting>false</t:IsOnlineMeeting>"),
    same_in_lists("calendar:EnhancedLocation", lambda i: enhanced_location(i.location), since=_2013),
    same_in_lists("calendar:StartWallClock", lambda i: wall_clock("StartWallClock", i.start, i.zone), since=_2013),
    same_in_lists("calendar:EndWallClock", lambda i: wall_clock("EndWallClock", i.end, i.end_zone), since=_2013),
    same_in_lists("calendar:StartTimeZoneId", lambda i: leaf("t:StartTimeZoneId", i.zone), since=_2013),
    same_in_lists("calendar:EndTimeZoneId", lambda i: leaf("t:EndTimeZoneId", i.end_zone), since=_2013),
)
