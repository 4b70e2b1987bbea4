"""Restrictions and sort orders on items: which properties can be searched, and how they are read."""

from collections.abc import Callable
from typing import Any

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import CalendarItem, MeetingMessage, StoredItem
from roomd_lab.soap.expressions import Operand, Value, orderable, read_expression
from roomd_lab.soap.extended import ExtendedPath, read_path, value_of
from roomd_lab.soap.paths import is_of_another_kind
from roomd_lab.soap.xml import Element, first, t

_SEARCHABLE: dict[str, Callable[[Any], Value]] = {
    "item:ItemClass": lambda item: item.item_class,
    "item:Subject": lambda item: item.subject,
    "item:Categories": lambda item: "; ".join(item.categories) or None,
    "item:Sensitivity": lambda item: item.sensitivity,
    "item:Importance": lambda item: item.importance,
    "item:DateTimeCreated": lambda item: item.created,
    "item:DateTimeReceived": lambda item: item.created,
    "item:DateTimeSent": lambda item: item.created,
    "item:LastModifiedTime": lambda item: item.modified,
    "item:LastModifiedName": lambda item: item.modified_by,
    "item:ReminderIsSet": lambda item: item.reminder_is_set,
    "item:ReminderMinutesBeforeStart": lambda item: item.reminder_minutes,
    "item:HasAttachments": lambda _: False,
    "calendar:Start": lambda item: item.start,
    "calendar:End": lambda item: item.end,
    "calendar:Location": lambda item: item.location,
    "calendar:AppointmentSequenceNumber": lambda item: item.sequence,
}
_SEARCHABLE_IN_CALENDAR: dict[str, Callable[[CalendarItem], Value]] = {
    "calendar:IsAllDayEvent": lambda item: item.all_day,
    "calendar:IsCancelled": lambda item: item.is_cancelled,
    "calendar:IsMeeting": lambda item: item.is_meeting,
    "calendar:IsRecurring": lambda item: item.recurrence is not None,
    "calendar:IsResponseRequested": lambda item: item.response_requested,
    "calendar:LegacyFreeBusyStatus": lambda item: str(item.free_busy),
    "calendar:MyResponseType": lambda item: str(item.my_response),
    "calendar:AppointmentState": lambda item: item.state,
    "calendar:AppointmentReplyTime": lambda item: item.replied_at,
    "calendar:Organizer": lambda item: item.organizer.name,
}
_SEARCHABLE_IN_MAIL: dict[str, Callable[[MeetingMessage], Value]] = {
    "message:IsRead": lambda item: item.is_read,
    "message:From": lambda item: item.sender.name,
    "message:Sender": lambda item: item.sender.name,
}


def read_restriction(element: Element) -> Callable[[StoredItem], bool]:
    """The predicate of a Restriction of FindItem.

    Raises ErrorUnsupportedPathForQuery for a property that cannot be searched, and what `read_expression` raises.
    """
    return read_expression(element, _operand)


def _operand(path: Element) -> Operand[StoredItem]:
    if path.tag == t("ExtendedFieldURI"):
        extended = read_path(path)
        return _extended(extended), extended.kind
    return searchable(path.get("FieldURI", "")), None


def _extended(path: ExtendedPath) -> Callable[[StoredItem], Value]:
    def read(item: StoredItem) -> Value:
        value = value_of(item, path.key)
        return None if value is None else value.values[0]

    return read


def searchable(uri: str) -> Callable[[StoredItem], Value]:
    """How a property is read in searches.

    Raises ErrorUnsupportedPathForQuery.
    """
    if uri in _SEARCHABLE:
        return _SEARCHABLE[uri]
    if uri in _SEARCHABLE_IN_CALENDAR:
        read = _SEARCHABLE_IN_CALENDAR[uri]
        return lambda item: read(item) if isinstance(item, CalendarItem) else None
    if uri in _SEARCHABLE_IN_MAIL:
        read_mail = _SEARCHABLE_IN_MAIL[uri]
        return lambda item: read_mail(item) if isinstance(item, MeetingMessage) else None
    if is_of_another_kind(uri):
        return lambda _: None
    raise ExchangeError(
        "ErrorUnsupportedPathForQuery", f"The property {uri} can not be used with this type of query."
    )


def sort_in_order(found: list[StoredItem], order: Element | None) -> None:
    """Sort by the fields of a SortOrder, the first of them most; what lacks a field comes last.

    Raises ErrorUnsupportedPathForSortGroup.
    """
    for field in reversed(order if order is not None else ()):
        try:
            read, kind = _operand(first(field))
        except ExchangeError as error:
            if error.code != "ErrorUnsupportedPathForQuery":
                raise
            text = "Items cannot be sorted by this property."
            raise ExchangeError("ErrorUnsupportedPathForSortGroup", text) from None
        having = [item for item in found if read(item) is not None]
        lacking = [item for item in found if read(item) is None]
        having.sort(key=lambda item: orderable(read(item), kind), reverse=field.get("Order") == "Descending")
        found[:] = having + lacking
