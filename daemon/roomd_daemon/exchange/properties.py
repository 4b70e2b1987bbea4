"""The item properties roomd asks Exchange for, one list for asking and for reading.

The extended ones are named by what the server stores (MAPI), because EWS has no name of its own for them:
CleanGlobalObjectId is the same in every copy of a meeting; the organizer's SMTP address is in the feed only as
PidTagSentRepresentingSmtpAddress, since the feed tells of mailboxes the name alone.
"""

from msgspec import Struct

KEY_PROPERTY_SET = "9ed281e7-4eed-4dea-9e3e-5818a138bb41"
"""roomd's own property set. One set and one name for every item: each further name would use up the mailbox's
limited table of named properties for good."""

KEY_NAME = "roomd-key"


class ExtendedProperty(Struct, frozen=True, kw_only=True):
    """A MAPI property as EWS names it (EWS ExtendedFieldURI): by tag, or by set and id, or by set and name."""

    kind: str
    tag: int | None = None
    distinguished_set: str | None = None
    property_set: str | None = None
    id: int | None = None
    name: str | None = None

    def attributes(self) -> dict[str, str]:
        """Return the attributes of its ExtendedFieldURI element."""
        named = {
            "DistinguishedPropertySetId": self.distinguished_set,
            "PropertySetId": self.property_set,
            "PropertyTag": None if self.tag is None else f"0x{self.tag:04x}",
            "PropertyName": self.name,
            "PropertyId": None if self.id is None else str(self.id),
            "PropertyType": self.kind,
        }
        return {name: value for name, value in named.items() if value is not None}


ROOMD_KEY = ExtendedProperty(property_set=KEY_PROPERTY_SET, name=KEY_NAME, kind="String")
CLEAN_GLOBAL_ID = ExtendedProperty(distinguished_set="Meeting", id=0x23, kind="Binary")
ORGANIZER_ADDRESS = ExtendedProperty(tag=0x5D02, kind="String")

EXTENDED = (ROOMD_KEY, CLEAN_GLOBAL_ID, ORGANIZER_ADDRESS)

FOLDER = ("item:ParentFolderId",)
"""What tells of an updated item whether it is still in the calendar: a feed read from the start has none."""

SIMPLE = (
    "item:Subject",
    "item:Sensitivity",
    "item:Categories",
    "item:ReminderIsSet",
    "item:ReminderMinutesBeforeStart",
    "item:LastModifiedTime",
    "calendar:UID",
    "calendar:RecurrenceId",
    "calendar:Start",
    "calendar:End",
    "calendar:IsAllDayEvent",
    "calendar:LegacyFreeBusyStatus",
    "calendar:Location",
    "calendar:IsMeeting",
    "calendar:IsCancelled",
    "calendar:CalendarItemType",
    "calendar:MyResponseType",
    "calendar:Organizer",
    "calendar:StartTimeZone",
)
"""What a feed may carry: no bodies, no lists of people."""

DETAIL = (
    "item:Body",
    "calendar:RequiredAttendees",
    "calendar:OptionalAttendees",
    "calendar:Resources",
    "calendar:Recurrence",
    "calendar:ModifiedOccurrences",
    "calendar:DeletedOccurrences",
)
"""What only GetItem tells."""

IN_A_VIEW = ("item:Subject", "calendar:Start", "calendar:End", "calendar:IsCancelled")
"""What a calendar view is asked for besides the global id: all of it is fast to get (EWS CalendarView)."""
