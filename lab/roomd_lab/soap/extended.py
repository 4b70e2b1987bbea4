"""Extended properties on the wire: their paths, their values, and those Exchange computes itself."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import CalendarItem, ItemType, Response, StoredItem
from roomd_lab.model.properties import (
    CLEAN_GLOBAL_OBJECT_ID,
    GLOBAL_OBJECT_ID,
    PROPERTY_SETS,
    NamedProperty,
    PropertyKey,
    PropertyValue,
    TaggedProperty,
)
from roomd_lab.soap.item_fields import as_text
from roomd_lab.soap.xml import (
    Element,
    attribute,
    leaf,
    read_int,
    schema_violation,
    t,
    text_of,
    write_bool,
    write_time,
)

_ATTRIBUTES = (
    "DistinguishedPropertySetId",
    "PropertySetId",
    "PropertyTag",
    "PropertyName",
    "PropertyId",
    "PropertyType",
)

_TYPES = {
    "ApplicationTime",
    "Binary",
    "Boolean",
    "CLSID",
    "Currency",
    "Double",
    "Error",
    "Float",
    "Integer",
    "Long",
    "Null",
    "Object",
    "Short",
    "String",
    "SystemTime",
}
_TAG = re.compile(r"0[xX][0-9a-fA-F]{1,4}|[0-9]{1,4}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class ExtendedPath:
    """An ExtendedFieldURI: which property, and the element to echo it with."""

    key: PropertyKey
    kind: str
    element: str


def read_path(element: Element) -> ExtendedPath:
    """Decode an ExtendedFieldURI.

    Raises ErrorInvalidExtendedProperty for a combination of attributes that names no property.
    """
    kind = element.get("PropertyType", "")
    if kind.removesuffix("Array") not in _TYPES:
        raise schema_violation(f"'{kind}' is no property type.")
    given = "".join(f" {name}={attribute(value)}" for name in _ATTRIBUTES if (value := element.get(name)) is not None)
    return ExtendedPath(_key(element), kind, f"<t:ExtendedFieldURI{given}/>")


def _key(element: Element) -> PropertyKey:
    if tag := element.get("PropertyTag"):
        if not _TAG.fullmatch(tag):
            raise schema_violation(f"'{tag}' is not a property tag.")
        return TaggedProperty(int(tag, 16) if tag[1:2] in {"x", "X"} else int(tag))
    set_id = _property_set(element)
    name, number = element.get("PropertyName"), element.get("PropertyId")
    if set_id is None or (name is None) == (number is None):
        raise ExchangeError("ErrorInvalidExtendedProperty", "The extended property attribute combination is invalid.")
    return NamedProperty(set_id, name if name is not None else read_int(number or ""))


def _property_set(element: Element) -> str | None:
    known, given = element.get("DistinguishedPropertySetId"), element.get("PropertySetId")
    if known is not None and known not in PROPERTY_SETS:
        raise schema_violation(f"'{known}' is no property set.")
    if given is not None and not _GUID.fullmatch(given):
        raise schema_violation(f"'{given}' is no GUID.")
    return PROPERTY_SETS[known] if known else given and given.lower()


def read_property(element: Element) -> tuple[PropertyKey, PropertyValue]:
    """Decode an ExtendedProperty with its value.

    Raises ErrorInvalidExtendedPropertyValue.
    """
    uri = element.find(t("ExtendedFieldURI"))
    if uri is None:
        raise schema_violation("ExtendedProperty has no ExtendedFieldURI.")
    path = read_path(uri)
    values = element.find(t("Values"))
    if values is not None:
        value = PropertyValue(tuple(text_of(each) for each in values), is_array=True)
    else:
        value = PropertyValue((text_of(element.find(t("Value"))),))
    if path.kind.startswith("Binary"):
        _check_binary(value)
    return path.key, value


def _check_binary(value: PropertyValue) -> None:
    try:
        for each in value.values:
            base64.b64decode(each, validate=True)
    except ValueError:
        raise ExchangeError("ErrorInvalidExtendedPropertyValue", "The value is not base64.") from None


def write_property(item: StoredItem, path: ExtendedPath) -> str:
    """The ExtendedProperty element; empty when the item has no such property."""
    value = value_of(item, path.key)
    if value is None:
        return ""
    if value.is_array:
        content = "<t:Values>" + "".join(leaf("t:Value", each) for each in value.values) + "</t:Values>"
    else:
        content = leaf("t:Value", value.values[0])
    return f"<t:ExtendedProperty>{path.element}{content}</t:ExtendedProperty>"


def value_of(item: StoredItem, key: PropertyKey) -> PropertyValue | None:
    """The property's value: what a client stored, or what Exchange keeps there itself."""
    stored = item.extended.get(key)
    if stored is not None:
        return stored
    compute = _ANY_ITEM.get(key)
    if compute is not None:
        return PropertyValue((compute(item),))
    calendar = _CALENDAR_ITEM.get(key)
    if calendar is not None and isinstance(item, CalendarItem):
        return PropertyValue((calendar(item),))
    return None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _organizer_address(item: StoredItem) -> str:
    return item.organizer.smtp if isinstance(item, CalendarItem) else item.sender.smtp


def _organizer_name(item: StoredItem) -> str:
    return item.organizer.name if isinstance(item, CalendarItem) else item.sender.name


def _appointment(number: int) -> NamedProperty:
    return NamedProperty(PROPERTY_SETS["Appointment"], number)


_RESPONSE_STATUS = {
    Response.UNKNOWN: "0",
    Response.ORGANIZER: "1",
    Response.TENTATIVE: "2",
    Response.ACCEPT: "3",
    Response.DECLINE: "4",
    Response.NONE: "5",
}
_BUSY_STATUS = {"Free": "0", "Tentative": "1", "Busy": "2", "OOF": "3", "WorkingElsewhere": "4"}

_ANY_ITEM: dict[PropertyKey, Callable[[StoredItem], str]] = {
    GLOBAL_OBJECT_ID: lambda item: _base64(item.global_object_id),
    CLEAN_GLOBAL_OBJECT_ID: lambda item: _base64(item.clean_id),
    TaggedProperty(0x001A): lambda item: item.item_class,
    TaggedProperty(0x0037): lambda item: item.subject,
    TaggedProperty(0x0042): _organizer_name,
    TaggedProperty(0x0C1A): _organizer_name,
    TaggedProperty(0x1000): lambda item: as_text(item.body),
    TaggedProperty(0x0E23): lambda item: str(item.article_number),
    TaggedProperty(0x3007): lambda item: write_time(item.created),
    TaggedProperty(0x3008): lambda item: write_time(item.modified),
    TaggedProperty(0x5D01): _organizer_address,
    TaggedProperty(0x5D02): _organizer_address,
    _appointment(0x8201): lambda item: str(item.sequence),
}
_CALENDAR_ITEM: dict[PropertyKey, Callable[[CalendarItem], str]] = {
    NamedProperty(PROPERTY_SETS["Meeting"], 0x05): lambda item: write_bool(item.type is not ItemType.SINGLE),
    NamedProperty(PROPERTY_SETS["Meeting"], 0x0A): lambda item: write_bool(item.type is ItemType.EXCEPTION),
    _appointment(0x8205): lambda item: _BUSY_STATUS[item.free_busy],
    _appointment(0x8208): lambda item: item.location,
    _appointment(0x820D): lambda item: write_time(item.start),
    _appointment(0x820E): lambda item: write_time(item.end),
    _appointment(0x8215): lambda item: "true" if item.all_day else "false",
    _appointment(0x8217): lambda item: str(item.state),
    _appointment(0x8218): lambda item: _RESPONSE_STATUS[item.my_response],
    _appointment(0x8223): lambda item: write_bool(item.type is ItemType.MASTER),
    _appointment(0x8229): lambda item: "true" if item.request_was_sent else "false",
}
