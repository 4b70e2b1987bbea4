"""The fields of meeting requests, responses and cancellations, in schema order."""

from typing import Any

from roomd_lab.model.items import MeetingMessage, MessageKind
from roomd_lab.model.people import Address
from roomd_lab.soap.derived_fields import conversation_index, internet_message_id
from roomd_lab.soap.fields import Field, Level, in_sight, only_in_full, same_in_lists
from roomd_lab.soap.people_fields import mailbox, mailbox_by_name
from roomd_lab.soap.recurrence import write_recurrence
from roomd_lab.soap.request_fields import REQUEST_FIELDS
from roomd_lab.soap.sight import Sight
from roomd_lab.soap.wall_clock import moment
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


def _topic(item: MeetingMessage) -> str:
    """The subject of the meeting, without what became of it."""
    return item.subject if item.kind is MessageKind.REQUEST else item.subject.partition(": ")[2]


def _received_by(item: MeetingMessage, sight: Sight) -> str:
    """Whose mailbox it came to; nobody's, if it is a copy of what was sent."""
    return "" if item.sender.key == sight.owner.key else f"<t:ReceivedBy>{mailbox(sight.owner)}</t:ReceivedBy>"


def _received_for(item: MeetingMessage, sight: Sight) -> str:
    """Whom it was meant for: a delegate gets what is meant for somebody else."""
    if item.sender.key == sight.owner.key:
        return ""
    return f"<t:ReceivedRepresenting>{mailbox(item.received_for or sight.owner)}</t:ReceivedRepresenting>"


def _calendar_item(item: MeetingMessage) -> str:
    if item.calendar_item_id is None:
        return ""
    return f'<t:AssociatedCalendarItemId Id="{item.calendar_item_id}"/>'


def _out_of_date(item: MeetingMessage, sight: Sight) -> str:
    """Whether the calendar knows of a later version of the meeting by now."""
    copy = sight.meeting(item.global_object_id)
    return flag("IsOutOfDate", copy is not None and copy.sequence > item.sequence)


def _is_organizer(item: MeetingMessage, sight: Sight) -> str:
    copy = sight.meeting(item.global_object_id)
    return flag("IsOrganizer", copy is not None and copy.is_organizer)


_EVERY_MESSAGE: tuple[Field[MeetingMessage], ...] = (
    _person("message:Sender", "Sender"),
    only_in_full("message:ToRecipients", lambda i: _recipients(i.recipients)),
    same_in_lists(
        "message:IsReadReceiptRequested", lambda _: "<t:IsReadReceiptRequested>false</t:IsReadReceiptRequested>"
    ),
    same_in_lists(
        "message:IsDeliveryReceiptRequested",
        lambda _: "<t:IsDeliveryReceiptRequested>false</t:IsDeliveryReceiptRequested>",
    ),
    same_in_lists("message:ConversationIndex", conversation_index),
    same_in_lists("message:ConversationTopic", lambda i: leaf("t:ConversationTopic", _topic(i))),
    _person("message:From", "From"),
    same_in_lists("message:InternetMessageId", internet_message_id),
    same_in_lists("message:IsRead", lambda i: flag("IsRead", i.is_read), Level.DEFAULT),
    same_in_lists(
        "message:IsResponseRequested", lambda i: flag("IsResponseRequested", i.kind is MessageKind.REQUEST)
    ),
    in_sight("message:ReceivedBy", _received_by, listed=False),
    in_sight("message:ReceivedRepresenting", _received_for, listed=False),
    same_in_lists("meeting:AssociatedCalendarItemId", _calendar_item, Level.DEFAULT),
    same_in_lists("meeting:IsDelegated", lambda i: flag("IsDelegated", i.received_for is not None), Level.DEFAULT),
    in_sight("meeting:IsOutOfDate", _out_of_date, Level.DEFAULT),
    same_in_lists(
        "meeting:HasBeenProcessed", lambda i: flag("HasBeenProcessed", i.has_been_processed), Level.DEFAULT
    ),
    same_in_lists("meeting:ResponseType", lambda i: f"<t:ResponseType>{i.response}</t:ResponseType>", Level.DEFAULT),
    same_in_lists("calendar:UID", lambda i: leaf("t:UID", i.uid)),
    same_in_lists("calendar:RecurrenceId", lambda i: moment("RecurrenceId", i.original_start)),
    same_in_lists("calendar:DateTimeStamp", lambda i: f"<t:DateTimeStamp>{write_time(i.sent)}</t:DateTimeStamp>"),
    in_sight("calendar:IsOrganizer", _is_organizer),
)
_ANNOUNCEMENT: tuple[Field[MeetingMessage], ...] = (
    same_in_lists("calendar:Start", lambda i: f"<t:Start>{write_time(i.start)}</t:Start>", Level.DEFAULT),
    same_in_lists("calendar:End", lambda i: f"<t:End>{write_time(i.end)}</t:End>", Level.DEFAULT),
    same_in_lists("calendar:Location", lambda i: leaf("t:Location", i.location), Level.DEFAULT),
    only_in_full("calendar:Recurrence", lambda i: write_recurrence(i.recurrence, i.zone) if i.recurrence else ""),
    same_in_lists(
        "calendar:CalendarItemType", lambda i: f"<t:CalendarItemType>{i.meeting_type}</t:CalendarItemType>"
    ),
)

MESSAGE_FIELDS: dict[MessageKind, tuple[Field[Any], ...]] = {
    MessageKind.REQUEST: (*_EVERY_MESSAGE, *REQUEST_FIELDS),
    MessageKind.RESPONSE: (*_EVERY_MESSAGE, *_ANNOUNCEMENT),
    MessageKind.CANCELLATION: (*_EVERY_MESSAGE, *_ANNOUNCEMENT),
}
