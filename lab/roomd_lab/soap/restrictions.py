"""Restriction: a search expression turned into a predicate on items."""

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import CalendarItem, StoredItem
from roomd_lab.soap.extended import ExtendedPath, read_path, value_of
from roomd_lab.soap.xml import (
    Element,
    first,
    local_name,
    read_bool,
    read_int,
    read_time,
    schema_violation,
    t,
)

Value = str | bool | int | datetime | None
Predicate = Callable[[StoredItem], bool]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "IsEqualTo": operator.eq,
    "IsNotEqualTo": operator.ne,
    "IsGreaterThan": operator.gt,
    "IsGreaterThanOrEqualTo": operator.ge,
    "IsLessThan": operator.lt,
    "IsLessThanOrEqualTo": operator.le,
}
_SEARCHABLE: dict[str, Callable[[Any], Value]] = {
    "item:ItemClass": lambda item: item.item_class,
    "item:Subject": lambda item: item.subject,
    "item:Sensitivity": lambda item: item.sensitivity,
    "item:Importance": lambda item: item.importance,
    "item:DateTimeCreated": lambda item: item.created,
    "item:DateTimeReceived": lambda item: item.created,
    "item:LastModifiedTime": lambda item: item.modified,
    "item:LastModifiedName": lambda item: item.modified_by,
    "item:ReminderIsSet": lambda item: item.reminder_is_set,
    "calendar:Start": lambda item: item.start,
    "calendar:End": lambda item: item.end,
    "calendar:Location": lambda item: item.location,
    "calendar:AppointmentSequenceNumber": lambda item: item.sequence,
}
_SEARCHABLE_IN_CALENDAR: dict[str, Callable[[CalendarItem], Value]] = {
    "calendar:IsAllDayEvent": lambda item: item.all_day,
    "calendar:IsCancelled": lambda item: item.is_cancelled,
    "calendar:IsMeeting": lambda item: item.is_meeting,
    "calendar:LegacyFreeBusyStatus": lambda item: str(item.free_busy),
    "calendar:MyResponseType": lambda item: str(item.my_response),
    "calendar:Organizer": lambda item: item.organizer.name,
}


def read_restriction(element: Element) -> Predicate:
    """The predicate of a Restriction.

    Raises ErrorUnsupportedPathForQuery for a property that cannot be searched, ErrorSchemaValidation for nonsense.
    """
    if len(element) != 1:
        raise schema_violation("A restriction holds exactly one search expression.")
    return _expression(element[0])


def _expression(element: Element) -> Predicate:
    match local_name(element):
        case "And":
            every = [_expression(each) for each in element]
            return lambda item: all(holds(item) for holds in every)
        case "Or":
            some = [_expression(each) for each in element]
            return lambda item: any(holds(item) for holds in some)
        case "Not":
            negated = read_restriction(element)
            return lambda item: not negated(item)
        case "Exists":
            read, _ = _operand(first(element))
            return lambda item: read(item) is not None
        case "Contains":
            return _contains(element)
        case name if name in _COMPARISONS:
            return _comparison(element, _COMPARISONS[name])
        case other:
            raise ExchangeError("ErrorUnsupportedQueryFilter", f"{other} is not supported by this server.")


def _comparison(element: Element, compare: Callable[[Any, Any], bool]) -> Predicate:
    read, kind = _operand(first(element))
    constant = element.find(f"{t('FieldURIOrConstant')}/{t('Constant')}")
    if constant is None:
        raise ExchangeError("ErrorUnsupportedQueryFilter", "Properties can be compared with constants only.")
    text = constant.get("Value", "")

    def holds(item: StoredItem) -> bool:
        value = read(item)
        return value is not None and compare(*_comparable(value, text, kind))

    return holds


def _comparable(value: Value, text: str, kind: str | None) -> tuple[Any, Any]:
    """The property's value and the constant's text, in a form they can be compared in."""
    if isinstance(value, str):
        read = _EXTENDED.get(kind, str.casefold)
        return read(value), read(text)
    return value, _CONSTANTS[type(value)](text)


_CONSTANTS: dict[type, Callable[[str], Any]] = {bool: read_bool, int: read_int, datetime: read_time}
# Text compares without case; so does an extended property of any type that is not named here.
_EXTENDED: dict[str | None, Callable[[str], Any]] = {
    "SystemTime": read_time,
    "Integer": read_int,
    "Long": read_int,
    "Short": read_int,
    "Binary": str,
}


def _contains(element: Element) -> Predicate:
    read, _ = _operand(first(element))
    constant = element.find(t("Constant"))
    if constant is None:
        raise schema_violation("Contains has no Constant.")
    fold = (lambda text: text) if element.get("ContainmentComparison") == "Exact" else str.casefold
    wanted = fold(constant.get("Value", ""))
    matches = _CONTAINMENT.get(element.get("ContainmentMode", "FullString"))
    if matches is None:
        raise schema_violation("The containment mode is unknown.")

    def holds(item: StoredItem) -> bool:
        value = read(item)
        return isinstance(value, str) and matches(fold(value), wanted)

    return holds


_CONTAINMENT: dict[str, Callable[[str, str], bool]] = {
    "FullString": operator.eq,
    "Prefixed": str.startswith,
    "Substring": operator.contains,
    "PrefixOnWords": lambda text, wanted: any(word.startswith(wanted) for word in text.split()),
    "ExactPhrase": operator.contains,
}


def _operand(path: Element) -> tuple[Callable[[StoredItem], Value], str | None]:
    if path.tag == t("ExtendedFieldURI"):
        return _extended(read_path(path))
    uri = path.get("FieldURI", "")
    return searchable(uri), None


def _extended(path: ExtendedPath) -> tuple[Callable[[StoredItem], Value], str]:
    def read(item: StoredItem) -> Value:
        value = value_of(item, path.key)
        return None if value is None else value.values[0]

    return read, path.kind


def searchable(uri: str) -> Callable[[StoredItem], Value]:
    """How a property is read in searches and sorting.

    Raises ErrorUnsupportedPathForQuery.
    """
    if uri in _SEARCHABLE:
        return _SEARCHABLE[uri]
    if uri in _SEARCHABLE_IN_CALENDAR:
        read = _SEARCHABLE_IN_CALENDAR[uri]
        return lambda item: read(item) if isinstance(item, CalendarItem) else None
    raise ExchangeError(
        "ErrorUnsupportedPathForQuery", f"The property {uri} can not be used with this type of query."
    )
