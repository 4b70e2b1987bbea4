"""The XML of what is asked often: feed, items, searches, free/busy. Pure functions to one element each.

The rest of the envelope (version, impersonation, zone of the answer) is exchangelib's.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from roomd_daemon.exchange.properties import (
    CLEAN_GLOBAL_ID,
    DETAIL,
    EXTENDED,
    FOLDER,
    IN_A_VIEW,
    ROOMD_KEY,
    SIMPLE,
    ExtendedProperty,
)
from roomd_daemon.exchange.soap import MESSAGES, TYPES, Element

LARGEST_PAGE = 512
"""Changes in one SyncFolderItems answer (EWS MaxChangesReturned)."""

LARGEST_BATCH = 10
"""Items in one GetItem: more may run into the server's limit of one minute a batch."""

LARGEST_AVAILABILITY = 100
"""Mailboxes in one GetUserAvailability."""

LARGEST_SEARCH = 250
"""Items Exchange returns at most where a restriction is given."""

LARGEST_VIEW = 1000
"""Entries of a calendar view Exchange returns at most (EWS throttling)."""

NAMESPACES = f'xmlns:m="{MESSAGES[1:-1]}" xmlns:t="{TYPES[1:-1]}"'

_UTC_ZONE = (
    "<t:TimeZone><t:Bias>0</t:Bias>"
    "<t:StandardTime><t:Bias>0</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>1</t:DayOrder><t:Month>1</t:Month>"
    "<t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime>"
    "<t:DaylightTime><t:Bias>0</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>1</t:DayOrder><t:Month>7</t:Month>"
    "<t:DayOfWeek>Sunday</t:DayOfWeek></t:DaylightTime></t:TimeZone>"
)
"""UTC, spelled out: not every server can be asked for its zones."""


def sync_folder_items(mailbox: str, state: str | None, limit: int) -> str:
    """Ask for one page of the calendar's change feed (EWS SyncFolderItems): text, as every mailbox is asked often."""
    known = "" if state is None else f"<m:SyncState>{escape(state)}</m:SyncState>"
    shape = _shape(SIMPLE) if state is None else _shape(FOLDER + SIMPLE)
    return (
        f"<m:SyncFolderItems {NAMESPACES}>"
        f"<m:ItemShape>{shape}</m:ItemShape>"
        f"<m:SyncFolderId>{calendar(mailbox)}</m:SyncFolderId>{known}"
        f"<m:MaxChangesReturned>{max(1, min(limit, LARGEST_PAGE))}</m:MaxChangesReturned>"
        "</m:SyncFolderItems>"
    )


def get_items(item_ids: Sequence[str]) -> Element:
    """Ask for at most ``LARGEST_BATCH`` items in full, bodies as plain text (EWS GetItem)."""
    return _get("".join(f"<t:ItemId Id={quoteattr(item_id)}/>" for item_id in item_ids))


def get_occurrence(master_id: str, index: int) -> Element:
    """Ask for one occurrence of a series by its number, from 1, in full (EWS OccurrenceItemId)."""
    return _get(f'<t:OccurrenceItemId RecurringMasterId={quoteattr(master_id)} InstanceIndex="{index}"/>')


def _get(wanted: str) -> Element:
    return element(
        f"<m:GetItem {NAMESPACES}><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:BodyType>Text</t:BodyType>"
        f"{_additional((*SIMPLE, *DETAIL))}</m:ItemShape><m:ItemIds>{wanted}</m:ItemIds></m:GetItem>"
    )


def get_calendar_folder(mailbox: str) -> Element:
    """Ask for the id of a mailbox's calendar (EWS GetFolder)."""
    return element(
        f"<m:GetFolder {NAMESPACES}><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
        f"<m:FolderIds>{calendar(mailbox)}</m:FolderIds></m:GetFolder>"
    )


def find_by_key(mailbox: str, key: str) -> Element:
    """Ask for the ids of the calendar's items that carry our key (EWS FindItem)."""
    return _find_equal(mailbox, ROOMD_KEY, key)


def find_by_global_id(mailbox: str, global_id: bytes) -> Element:
    """Ask for the ids of the calendar's copies of one meeting (EWS FindItem)."""
    return _find_equal(mailbox, CLEAN_GLOBAL_ID, b64encode(global_id).decode())


def get_user_availability(mailboxes: Sequence[str], start: datetime, end: datetime) -> Element:
    """Ask for the busy spans of at most ``LARGEST_AVAILABILITY`` mailboxes (EWS GetUserAvailability)."""
    asked = "".join(
        f"<t:MailboxData><t:Email><t:Address>{escape(mailbox)}</t:Address></t:Email>"
        "<t:AttendeeType>Required</t:AttendeeType><t:ExcludeConflicts>false</t:ExcludeConflicts></t:MailboxData>"
        for mailbox in mailboxes
    )
    return element(
        f"<m:GetUserAvailabilityRequest {NAMESPACES}>{_UTC_ZONE}"
        f"<m:MailboxDataArray>{asked}</m:MailboxDataArray>"
        f"<t:FreeBusyViewOptions><t:TimeWindow><t:StartTime>{_naive_utc(start)}</t:StartTime>"
        f"<t:EndTime>{_naive_utc(end)}</t:EndTime></t:TimeWindow>"
        "<t:MergedFreeBusyIntervalInMinutes>30</t:MergedFreeBusyIntervalInMinutes>"
        "<t:RequestedView>Detailed</t:RequestedView></t:FreeBusyViewOptions>"
        "</m:GetUserAvailabilityRequest>"
    )


def calendar_view(mailbox: str, start: datetime, end: datetime) -> Element:
    """Ask what a calendar shows between two instants, occurrences of series one by one (EWS CalendarView)."""
    shown = "".join(f'<t:FieldURI FieldURI="{field}"/>' for field in IN_A_VIEW)
    return element(
        f'<m:FindItem Traversal="Shallow" {NAMESPACES}><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>'
        f"<t:AdditionalProperties>{shown}{_extended_field(CLEAN_GLOBAL_ID)}</t:AdditionalProperties></m:ItemShape>"
        f'<m:CalendarView MaxEntriesReturned="{LARGEST_VIEW}" StartDate="{_naive_utc(start)}Z"'
        f' EndDate="{_naive_utc(end)}Z"/>'
        f"<m:ParentFolderIds>{calendar(mailbox)}</m:ParentFolderIds></m:FindItem>"
    )


def _find_equal(mailbox: str, prop: ExtendedProperty, value: str) -> Element:
    return element(
        f'<m:FindItem Traversal="Shallow" {NAMESPACES}>'
        "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
        f'<m:IndexedPageItemView MaxEntriesReturned="{LARGEST_SEARCH}" Offset="0" BasePoint="Beginning"/>'
        f"<m:Restriction><t:IsEqualTo>{_extended_field(prop)}"
        f"<t:FieldURIOrConstant><t:Constant Value={quoteattr(value)}/></t:FieldURIOrConstant>"
        "</t:IsEqualTo></m:Restriction>"
        f"<m:ParentFolderIds>{calendar(mailbox)}</m:ParentFolderIds></m:FindItem>"
    )


@cache
def _shape(fields: tuple[str, ...]) -> str:
    return f"<t:BaseShape>IdOnly</t:BaseShape>{_additional(fields)}"


def _additional(fields: Iterable[str]) -> str:
    simple = "".join(f'<t:FieldURI FieldURI="{field}"/>' for field in fields)
    extended = "".join(_extended_field(prop) for prop in EXTENDED)
    return f"<t:AdditionalProperties>{simple}{extended}</t:AdditionalProperties>"


def _extended_field(prop: ExtendedProperty) -> str:
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in prop.attributes().items())
    return f"<t:ExtendedFieldURI {attributes}/>"


def calendar(mailbox: str) -> str:
    """Name the calendar of a mailbox (EWS DistinguishedFolderId)."""
    return (
        '<t:DistinguishedFolderId Id="calendar">'
        f"<t:Mailbox><t:EmailAddress>{escape(mailbox)}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>"
    )


def _naive_utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def element(xml: str) -> Element:
    """Return what this XML says; ``NAMESPACES`` belong into its outermost tag."""
    return etree.fromstring(xml.encode())
