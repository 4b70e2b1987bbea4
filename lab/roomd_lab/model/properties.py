"""MAPI properties that clients keep in items: named ones and tagged ones."""

from dataclasses import dataclass

PROPERTY_SETS = {
    "Meeting": "6ed8da90-450b-101b-98da-00aa003f1305",
    "Appointment": "00062002-0000-0000-c000-000000000046",
    "Common": "00062008-0000-0000-c000-000000000046",
    "PublicStrings": "00020329-0000-0000-c000-000000000046",
    "Address": "00062004-0000-0000-c000-000000000046",
    "InternetHeaders": "00020386-0000-0000-c000-000000000046",
    "CalendarAssistant": "11000e07-b51b-40d6-af21-caa85edab1d0",
    "UnifiedMessaging": "4442858e-a9e3-4e80-b900-317a210cc15b",
    "Task": "00062003-0000-0000-c000-000000000046",
    "Sharing": "00062040-0000-0000-c000-000000000046",
}


@dataclass(frozen=True, slots=True)
class NamedProperty:
    """A property of a property set, by name or by number (a lower-case GUID, a name or a dispatch id)."""

    set_id: str
    name: str | int


@dataclass(frozen=True, slots=True)
class TaggedProperty:
    """A property with a fixed tag, such as 0x0037."""

    tag: int


PropertyKey = NamedProperty | TaggedProperty


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """One value, or several for an array type, in the text form EWS uses for the type."""

    values: tuple[str, ...]
    is_array: bool = False


GLOBAL_OBJECT_ID = NamedProperty(PROPERTY_SETS["Meeting"], 0x03)
CLEAN_GLOBAL_OBJECT_ID = NamedProperty(PROPERTY_SETS["Meeting"], 0x23)
