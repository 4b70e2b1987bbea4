"""The fields of meeting requests, responses and cancellations, in schema order."""

from roomd_lab.model.items import Attendee, ItemType, MeetingMessage, MessageKind, Role
from roomd_lab.model.people import Address
from roomd_lab.soap.fields import Field, Level, only_in_full, same_in_lists
from roomd_lab.soap.people_fields import attendees, mailbox, mailbox_by_name
from roomd_lab.soap.recurrence import write_recurrence
from roomd_lab.soap.xml import flag, leaf, write_time


def _person(path: str, name: str) -> Field[MeetingMessage]:
    return Field(
        path,
        lambda i: f"<t:{name}>{mailbox(i.sender)}</t:{name}>",
        Level.DEFAULT,
        lambda i: f"<t:{name}>{mailbox_by_name(i.sender)}</t:{name}>",
    )


def _recipients(recipients: tuple[Address, ...]) -> str:
    return "<t:ToRecipients>" + "".join(map(mailbox, recipients)) + "</t:ToRecipients>" if recipients else ""


def _received_for(item: MeetingMessage) -> str:
    room = item.received_for
    return "" if room is None else f"<t:ReceivedRepresenting>{mailbox(room)}</t:ReceivedRepresenting>"


def _calendar_item(item: MeetingMessage) -> str:
    if item.calendar_item_id is None:
        return ""
    return f'<t:AssociatedCalendarItemId Id="{item.calendar_item_id}"/>'


def _original(name: str, item: MeetingMessage) -> str:
    moment = item.original_start
    return "" if moment is None else f"<t:{name}>{write_time(moment)}</t:{name}>"


_START: Field[MeetingMessage] = same_in_lists("calendar:Start", lambda i: f"<t:Start>{write_time(i.start)}</t:Start>")
_END: Field[MeetingMessage] = same_in_lists("calendar:End", lambda i: f"<t:End>{write_time(i.end)}</t:End>")
_LOCATION: Field[MeetingMessage] = same_in_lists("calendar:Location", lambda i: leaf("t:Location", i.location))

_ORIGINAL_START: Field[MeetingMessage] = same_in_lists(
    "calendar:OriginalStart", lambda i: _original("OriginalStart", i)
)
_TYPE: Field[MeetingMessage] = same_in_lists(
    "calendar:CalendarItemType", lambda i: f"<t:CalendarItemType>{i.meeting_type}</t:CalendarItemType>"
)
_RECURRENCE: Field[MeetingMessage] = only_in_full(
    "calendar:Recurrence", lambda i: write_recurrence(i.recurrence, i.zone) if i.recurrence else ""
)

_EVERY_MESSAGE: tuple[Field[MeetingMessage], ...] = (
    _person("message:Sender", "Sender"),
    only_in_full("message:ToRecipients", lambda i: _recipients(i.recipients)),
    _person("message:From", "From"),
    same_in_lists("message:IsRead", lambda i: flag("IsRead", i.is_read), Level.DEFAULT),
    only_in_full("message:ReceivedRepresenting", _received_for),
    same_in_lists("meeting:AssociatedCalendarItemId", _calendar_item, Level.DEFAULT),
    same_in_lists("meeting:IsDelegated", lambda i: flag("IsDelegated", i.received_for is not None)),
    same_in_lists("meeting:IsOutOfDate", lambda _: "<t:IsOutOfDate>false</t:IsOutOfDate>"),
    same_in_lists("meeting:HasBeenProcessed", lambda i: flag("HasBeenProcessed", i.has_been_processed)),
    same_in_lists("meeting:ResponseType", lambda i: f"<t:ResponseType>{i.response}</t:ResponseType>", Level.DEFAULT),
    same_in_lists("calendar:UID", lambda i: leaf("t:UID", i.uid)),
    same_in_lists("calendar:RecurrenceId", lambda i: _original("RecurrenceId", i)),
    same_in_lists("calendar:DateTimeStamp", lambda i: f"<t:DateTimeStamp>{write_time(i.sent)}</t:DateTimeStamp>"),
)
_REQUEST: tuple[Field[MeetingMessage], ...] = (
    same_in_lists(
        "meetingRequest:MeetingRequestType",
        lambda i: f"<t:MeetingRequestType>{i.request_kind}</t:MeetingRequestType>",
        Level.DEFAULT,
    ),
    _START,
    _END,
    _ORIGINAL_START,
    _LOCATION,
    same_in_lists("calendar:IsRecurring", lambda i: flag("IsRecurring", i.meeting_type is not ItemType.SINGLE)),
    _TYPE,
    only_in_full("calendar:RequiredAttendees", lambda i: attendees("RequiredAttendees", _role(i, Role.REQUIRED))),
    only_in_full("calendar:OptionalAttendees", lambda i: attendees("OptionalAttendees", _role(i, Role.OPTIONAL))),
    only_in_full("calendar:Resources", lambda i: attendees("Resources", _role(i, Role.RESOURCE))),
    same_in_lists(
        "calendar:AppointmentSequenceNumber",
        lambda i: f"<t:AppointmentSequenceNumber>{i.sequence}</t:AppointmentSequenceNumber>",
    ),
    _RECURRENCE,
)


def _role(item: MeetingMessage, role: Role) -> tuple[Attendee, ...]:
    return tuple(attendee for attendee in item.attendees if attendee.role is role)


MESSAGE_FIELDS: dict[MessageKind, tuple[Field[MeetingMessage], ...]] = {
    MessageKind.REQUEST: _EVERY_MESSAGE + _REQUEST,
    MessageKind.RESPONSE: (*_EVERY_MESSAGE, _START, _END, _LOCATION, _RECURRENCE, _TYPE),
    MessageKind.CANCELLATION: (*_EVERY_MESSAGE, _START, _END, _LOCATION, _RECURRENCE, _TYPE),
}
