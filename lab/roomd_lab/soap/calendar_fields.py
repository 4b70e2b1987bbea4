"""The fields of a calendar item, in schema order."""

from datetime import datetime, timedelta

from roomd_lab.model.items import Attendee, CalendarItem, ItemType, Role
from roomd_lab.model.people import Address
from roomd_lab.model.zones import display_name
from roomd_lab.soap.fields import Field, Level, in_sight, only_in_full, same_in_lists
from roomd_lab.soap.neighbours import adjacent, conflicting, count, summaries
from roomd_lab.soap.occurrence_fields import (
    deleted_occurrences,
    first_occurrence,
    last_occurrence,
    modified_occurrences,
)
from roomd_lab.soap.recurrence import write_recurrence
from roomd_lab.soap.xml import attribute, leaf, write_bool, write_time


def mailbox(address: Address) -> str:
    """A mailbox with its address, as GetItem returns it."""
    return (
        f"<t:Mailbox>{leaf('t:Name', address.name)}{leaf('t:EmailAddress', address.smtp)}"
        "<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>"
    )


def mailbox_by_name(address: Address) -> str:
    """A mailbox as FindItem and SyncFolderItems return it: its name alone."""
    return f"<t:Mailbox>{leaf('t:Name', address.name)}</t:Mailbox>"


def attendees(name: str, invited: tuple[Attendee, ...]) -> str:
    """RequiredAttendees, OptionalAttendees or Resources; empty when there are none."""
    if not invited:
        return ""
    return f"<t:{name}>" + "".join(map(_attendee, invited)) + f"</t:{name}>"


def _attendee(attendee: Attendee) -> str:
    when = attendee.responded_at
    answered = f"<t:LastResponseTime>{write_time(when)}</t:LastResponseTime>" if when else ""
    return (
        f"<t:Attendee>{mailbox(attendee.address)}<t:ResponseType>{attendee.response}</t:ResponseType>"
        f"{answered}</t:Attendee>"
    )


def duration(length: timedelta) -> str:
    """An xs:duration, in days, hours and minutes as Exchange writes it."""
    minutes = int(length.total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    date = f"{days}D" if days else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if not date and not time:
        return "PT0S"
    return f"P{date}" + (f"T{time}" if time else "")


def _zone(name: str, windows_id: str) -> str:
    return f"<t:{name} Id={attribute(windows_id)} Name={attribute(display_name(windows_id))}/>"


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


def _moment(name: str, moment: datetime | None) -> str:
    return "" if moment is None else f"<t:{name}>{write_time(moment)}</t:{name}>"


CALENDAR_FIELDS: tuple[Field[CalendarItem], ...] = (
    same_in_lists("calendar:UID", lambda i: leaf("t:UID", i.uid)),
    same_in_lists("calendar:RecurrenceId", lambda i: _moment("RecurrenceId", i.original_start)),
    same_in_lists("calendar:DateTimeStamp", lambda i: f"<t:DateTimeStamp>{write_time(i.modified)}</t:DateTimeStamp>"),
    same_in_lists("calendar:Start", lambda i: f"<t:Start>{write_time(i.start)}</t:Start>", Level.DEFAULT),
    same_in_lists("calendar:End", lambda i: f"<t:End>{write_time(i.end)}</t:End>", Level.DEFAULT),
    same_in_lists("calendar:OriginalStart", lambda i: _moment("OriginalStart", i.original_start)),
    same_in_lists("calendar:IsAllDayEvent", lambda i: leaf("t:IsAllDayEvent", write_bool(i.all_day))),
    same_in_lists(
        "calendar:LegacyFreeBusyStatus",
        lambda i: f"<t:LegacyFreeBusyStatus>{i.free_busy}</t:LegacyFreeBusyStatus>",
        Level.DEFAULT,
    ),
    same_in_lists("calendar:Location", lambda i: leaf("t:Location", i.location), Level.DEFAULT),
    same_in_lists("calendar:IsMeeting", lambda i: leaf("t:IsMeeting", write_bool(i.is_meeting))),
    same_in_lists("calendar:IsCancelled", lambda i: leaf("t:IsCancelled", write_bool(i.is_cancelled))),
    same_in_lists("calendar:IsRecurring", lambda i: leaf("t:IsRecurring", write_bool(is_recurring(i)))),
    same_in_lists(
        "calendar:MeetingRequestWasSent",
        lambda i: leaf("t:MeetingRequestWasSent", write_bool(i.request_was_sent)),
    ),
    same_in_lists(
        "calendar:IsResponseRequested", lambda i: leaf("t:IsResponseRequested", write_bool(i.response_requested))
    ),
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
    in_sight(
        "calendar:ConflictingMeetingCount",
        lambda i, sight: count("ConflictingMeetingCount", conflicting(i, sight)),
        listed=False,
    ),
    in_sight(
        "calendar:AdjacentMeetingCount",
        lambda i, sight: count("AdjacentMeetingCount", adjacent(i, sight)),
        listed=False,
    ),
    in_sight(
        "calendar:ConflictingMeetings",
        lambda i, sight: summaries("ConflictingMeetings", conflicting(i, sight)),
        listed=False,
    ),
    in_sight(
        "calendar:AdjacentMeetings",
        lambda i, sight: summaries("AdjacentMeetings", adjacent(i, sight)),
        listed=False,
    ),
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
    same_in_lists("calendar:StartTimeZone", lambda i: _zone("StartTimeZone", i.start_zone)),
    same_in_lists("calendar:EndTimeZone", lambda i: _zone("EndTimeZone", i.end_zone)),
    same_in_lists("calendar:ConferenceType", lambda _: "<t:ConferenceType>0</t:ConferenceType>"),
    same_in_lists(
        "calendar:AllowNewTimeProposal", lambda i: leaf("t:AllowNewTimeProposal", write_bool(i.new_time_proposals))
    ),
    same_in_lists("calendar:IsOnlineMeeting", lambda _: "<t:IsOnlineMeeting>false</t:IsOnlineMeeting>"),
    same_in_lists("calendar:StartTimeZoneId", lambda i: leaf("t:StartTimeZoneId", i.start_zone), Level.ON_REQUEST),
    same_in_lists("calendar:EndTimeZoneId", lambda i: leaf("t:EndTimeZoneId", i.end_zone), Level.ON_REQUEST),
    same_in_lists(
        "calendar:IntendedFreeBusyStatus",
        lambda i: f"<t:IntendedFreeBusyStatus>{i.intended_free_busy}</t:IntendedFreeBusyStatus>",
        Level.ON_REQUEST,
    ),
    same_in_lists("calendar:IsOrganizer", lambda i: leaf("t:IsOrganizer", write_bool(i.is_organizer))),
)
