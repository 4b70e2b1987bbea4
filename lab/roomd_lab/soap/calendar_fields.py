"""The fields of a calendar item, in schema order."""

from typing import Any

from roomd_lab.model.items import CalendarItem, ItemType, Role
from roomd_lab.model.zones import display_name
from roomd_lab.soap.fields import Field, Level, only_in_full, same_in_lists
from roomd_lab.soap.neighbours import NEIGHBOURS
from roomd_lab.soap.occurrence_fields import (
    deleted_occurrences,
    first_occurrence,
    last_occurrence,
    modified_occurrences,
)
from roomd_lab.soap.people_fields import attendees, enhanced_location, mailbox, mailbox_by_name
from roomd_lab.soap.recurrence import write_recurrence
from roomd_lab.soap.wall_clock import duration, moment, wall_clock, zone
from roomd_lab.soap.xml import flag, leaf, write_time


def _replied(item: CalendarItem) -> str:
    if item.replied_at is None:
        return ""
    return f"<t:AppointmentReplyTime>{write_time(item.replied_at)}</t:AppointmentReplyTime>"


def is_recurring(item: CalendarItem) -> bool:
    """IsRecurring as Exchange has it: false, though wrongly, on the organizer's master (IsRecurring)."""
    return item.type in {ItemType.OCCURRENCE, ItemType.EXCEPTION} or (
        item.type is ItemType.MASTER and not item.is_organizer
    )


def _recurrence(item: CalendarItem) -> str:
    return "" if item.recurrence is None else write_recurrence(item.recurrence, item.start_zone)


CALENDAR_FIELDS: tuple[Field[Any], ...] = (
    same_in_lists("calendar:UID", lambda i: leaf("t:UID", i.uid)),
    same_in_lists("calendar:RecurrenceId", lambda i: moment("RecurrenceId", i.original_start)),
    same_in_lists("calendar:DateTimeStamp", lambda i: f"<t:DateTimeStamp>{write_time(i.modified)}</t:DateTimeStamp>"),
    same_in_lists("calendar:Start", lambda i: f"<t:Start>{write_time(i.start)}</t:Start>", Level.DEFAULT),
    same_in_lists("calendar:End", lambda i: f"<t:End>{write_time(i.end)}</t:End>", Level.DEFAULT),
    same_in_lists("calendar:OriginalStart", lambda i: moment("OriginalStart", i.original_start)),
    same_in_lists("calendar:IsAllDayEvent", lambda i: flag("IsAllDayEvent", i.all_day)),
    same_in_lists(
        "calendar:LegacyFreeBusyStatus",
        lambda i: f"<t:LegacyFreeBusyStatus>{i.free_busy}</t:LegacyFreeBusyStatus>",
        Level.DEFAULT,
    ),
    same_in_lists("calendar:Location", lambda i: leaf("t:Location", i.location), Level.DEFAULT),
    same_in_lists("calendar:IsMeeting", lambda i: flag("IsMeeting", i.is_meeting)),
    same_in_lists("calendar:IsCancelled", lambda i: flag("IsCancelled", i.is_cancelled)),
    same_in_lists("calendar:IsRecurring", lambda i: flag("IsRecurring", is_recurring(i))),
    same_in_lists(
        "calendar:MeetingRequestWasSent",
        lambda i: flag("MeetingRequestWasSent", i.request_was_sent),
    ),
    same_in_lists("calendar:IsResponseRequested", lambda i: flag("IsResponseRequested", i.response_requested)),
    same_in_lists(
        "calendar:CalendarItemType", lambda i: f"<t:CalendarItemType>{i.type}</t:CalendarItemType>", Level.DEFAULT
    ),
    same_in_lists("calendar:MyResponseType", lambda i: f"<t:MyResponseType>{i.my_response}</t:MyResponseType>"),
    Field(
        "calendar:Organizer",
        lambda i: f"<t:Organizer>{mailbox(i.organizer)}</t:Organizer>",
        Level.DEFAULT,
        lambda i: f"<t:Organizer>{mailbox_by_name(i.organizer)}</t:Organizer>",
    ),
    only_in_full("calendar:RequiredAttendees", lambda i: attendees("RequiredAttendees", i.in_role(Role.REQUIRED))),
    only_in_full("calendar:OptionalAttendees", lambda i: attendees("OptionalAttendees", i.in_role(Role.OPTIONAL))),
    only_in_full("calendar:Resources", lambda i: attendees("Resources", i.in_role(Role.RESOURCE))),
    *NEIGHBOURS,
    same_in_lists("calendar:Duration", lambda i: leaf("t:Duration", duration(i.end - i.start))),
    same_in_lists("calendar:TimeZone", lambda i: leaf("t:TimeZone", display_name(i.start_zone))),
    same_in_lists("calendar:AppointmentReplyTime", _replied),
    same_in_lists(
        "calendar:AppointmentSequenceNumber",
        lambda i: f"<t:AppointmentSequenceNumber>{i.sequence}</t:AppointmentSequenceNumber>",
    ),
    same_in_lists("calendar:AppointmentState", lambda i: f"<t:AppointmentState>{i.state}</t:AppointmentState>"),
    only_in_full("calendar:Recurrence", _recurrence),
    only_in_full("calendar:FirstOccurrence", first_occurrence),
    only_in_full("calendar:LastOccurrence", last_occurrence),
    only_in_full("calendar:ModifiedOccurrences", modified_occurrences),
    only_in_full("calendar:DeletedOccurrences", deleted_occurrences),
    same_in_lists("calendar:StartTimeZone", lambda i: zone("StartTimeZone", i.start_zone), since="Exchange2010"),
    same_in_lists("calendar:EndTimeZone", lambda i: zone("EndTimeZone", i.end_zone), since="Exchange2010"),
    same_in_lists("calendar:ConferenceType", lambda _: "<t:ConferenceType>0</t:ConferenceType>"),
    same_in_lists("calendar:AllowNewTimeProposal", lambda i: flag("AllowNewTimeProposal", i.new_time_proposals)),
    same_in_lists("calendar:IsOnlineMeeting", lambda _: "<t:IsOnlineMeeting>false</t:IsOnlineMeeting>"),
    same_in_lists("calendar:EnhancedLocation", lambda i: enhanced_location(i.location), since="Exchange2013"),
    same_in_lists(
        "calendar:StartWallClock", lambda i: wall_clock("StartWallClock", i.start, i.start_zone), since="Exchange2013"
    ),
    same_in_lists(
        "calendar:EndWallClock", lambda i: wall_clock("EndWallClock", i.end, i.end_zone), since="Exchange2013"
    ),
    same_in_lists(
        "calendar:StartTimeZoneId", lambda i: leaf("t:StartTimeZoneId", i.start_zone), since="Exchange2013"
    ),
    same_in_lists("calendar:EndTimeZoneId", lambda i: leaf("t:EndTimeZoneId", i.end_zone), since="Exchange2013"),
    same_in_lists(
        "calendar:IntendedFreeBusyStatus",
        lambda i: f"<t:IntendedFreeBusyStatus>{i.intended_free_busy}</t:IntendedFreeBusyStatus>",
        since="Exchange2013",
    ),
    same_in_lists("calendar:IsOrganizer", lambda i: flag("IsOrganizer", i.is_organizer), since="Exchange2013"),
    same_in_lists(
        "calendar:DoNotForwardMeeting",
        lambda _: "<t:DoNotForwardMeeting>false</t:DoNotForwardMeeting>",
        Level.ON_REQUEST,
    ),
)
