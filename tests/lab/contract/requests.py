"""The requests that contract tests send."""

from datetime import UTC, date, datetime, timedelta

HOUR = timedelta(hours=1)
CALENDAR = '<t:DistinguishedFolderId Id="calendar"/>'
DISCARDED = '<t:DistinguishedFolderId Id="recoverableitemsdeletions"/>'
ID_ONLY = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
DEFAULT = "<m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>"
FOLDER_IDS = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
CLEAN_ID = '<t:ExtendedFieldURI DistinguishedPropertySetId="Meeting" PropertyId="35" PropertyType="Binary"/>'
KEY = (
    '<t:ExtendedFieldURI PropertySetId="d1a2c8b4-6f0e-4b77-9a3e-52f1c07f9b11" PropertyName="ContractKey" '
    'PropertyType="String"/>'
)


def next_tuesday(hour: int = 10) -> datetime:
    """A working hour some weeks ahead, where nothing else is likely to be."""
    day = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=35)
    return day + timedelta(days=(1 - day.weekday()) % 7)


def written(moment: datetime) -> str:
    """An xs:dateTime in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def people(name: str, *addresses: str) -> str:
    """RequiredAttendees or Resources."""
    listed = "".join(
        f"<t:Attendee><t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox></t:Attendee>"
        for address in addresses
    )
    return f"<t:{name}>{listed}</t:{name}>" if addresses else ""


def calendar_item(  # noqa: PLR0913 - a meeting has many sides
    subject: str,
    start: datetime,
    *,
    end: datetime | None = None,
    attendees: tuple[str, ...] = (),
    rooms: tuple[str, ...] = (),
    before_start: str = "",
    before_people: str = "",
    after_people: str = "",
) -> str:
    """A CalendarItem element in schema order."""
    return (
        f"<t:CalendarItem><t:Subject>{subject}</t:Subject>{before_start}<t:Start>{written(start)}</t:Start>"
        f"<t:End>{written(end or start + HOUR)}</t:End>{before_people}{people('RequiredAttendees', *attendees)}"
        f"{people('Resources', *rooms)}{after_people}</t:CalendarItem>"
    )


def create(item: str, mode: str | None = "SendToNone") -> str:
    """CreateItem of calendar items."""
    attribute = f' SendMeetingInvitations="{mode}"' if mode else ""
    return f"<m:CreateItem{attribute}><m:Items>{item}</m:Items></m:CreateItem>"


def respond(name: str, reference: str, disposition: str = "SendAndSaveCopy") -> str:
    """CreateItem of AcceptItem, TentativelyAcceptItem, DeclineItem or CancelCalendarItem."""
    return (
        f'<m:CreateItem MessageDisposition="{disposition}"><m:Items><t:{name}>{reference}</t:{name}></m:Items>'
        "</m:CreateItem>"
    )


def set_field(uri: str, content: str) -> str:
    """One SetItemField."""
    return (
        f'<t:SetItemField><t:FieldURI FieldURI="{uri}"/><t:CalendarItem>{content}</t:CalendarItem></t:SetItemField>'
    )


def update(
    reference: str, changes: str, *, resolution: str = "NeverOverwrite", mode: str | None = "SendToNone"
) -> str:
    """UpdateItem of one item."""
    attribute = f' SendMeetingInvitationsOrCancellations="{mode}"' if mode else ""
    return (
        f'<m:UpdateItem ConflictResolution="{resolution}"{attribute}><m:ItemChanges><t:ItemChange>{reference}'
        f"<t:Updates>{changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )


def delete(reference: str, kind: str = "HardDelete", mode: str | None = "SendToNone") -> str:
    """DeleteItem of one item."""
    attribute = f' SendMeetingCancellations="{mode}"' if mode else ""
    return f'<m:DeleteItem DeleteType="{kind}"{attribute}><m:ItemIds>{reference}</m:ItemIds></m:DeleteItem>'


def get(reference: str, *properties: str, base: str = "AllProperties") -> str:
    """GetItem of one item."""
    more = f"<t:AdditionalProperties>{''.join(properties)}</t:AdditionalProperties>" if properties else ""
    return (
        f"<m:GetItem><m:ItemShape><t:BaseShape>{base}</t:BaseShape>{more}</m:ItemShape>"
        f"<m:ItemIds>{reference}</m:ItemIds></m:GetItem>"
    )


def find(
    expression: str = "", *, view: str = "", shape: str = DEFAULT, folder: str = CALENDAR, order: str = ""
) -> str:
    """FindItem in one folder."""
    restriction = f"<m:Restriction>{expression}</m:Restriction>" if expression else ""
    return (
        f'<m:FindItem Traversal="Shallow">{shape}{view}{restriction}{order}'
        f"<m:ParentFolderIds>{folder}</m:ParentFolderIds></m:FindItem>"
    )


def equals(uri: str, value: str) -> str:
    """IsEqualTo a constant; `uri` is a FieldURI or a whole path element."""
    path = uri if uri.startswith("<") else f'<t:FieldURI FieldURI="{uri}"/>'
    return (
        f'<t:IsEqualTo>{path}<t:FieldURIOrConstant><t:Constant Value="{value}"/></t:FieldURIOrConstant></t:IsEqualTo>'
    )


def contains(uri: str, text: str) -> str:
    """Contains a text, whatever its case."""
    return (
        '<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">'
        f'<t:FieldURI FieldURI="{uri}"/><t:Constant Value="{text}"/></t:Contains>'
    )


def view(start: datetime, end: datetime) -> str:
    """A CalendarView."""
    return f'<m:CalendarView StartDate="{written(start)}" EndDate="{written(end)}"/>'


def sync(state: str = "", limit: int = 512, shape: str = ID_ONLY) -> str:
    """SyncFolderItems of the calendar."""
    given = f"<m:SyncState>{state}</m:SyncState>" if state else ""
    return (
        f"<m:SyncFolderItems>{shape}<m:SyncFolderId>{CALENDAR}</m:SyncFolderId>{given}"
        f"<m:MaxChangesReturned>{limit}</m:MaxChangesReturned></m:SyncFolderItems>"
    )


def get_folder(reference: str = CALENDAR, shape: str = FOLDER_IDS) -> str:
    """GetFolder of one folder."""
    return f"<m:GetFolder>{shape}<m:FolderIds>{reference}</m:FolderIds></m:GetFolder>"


def recurrence(pattern: str, first: date, count: int) -> str:
    """A Recurrence of so many occurrences."""
    return (
        f"<t:Recurrence>{pattern}<t:NumberedRecurrence><t:StartDate>{first}</t:StartDate>"
        f"<t:NumberOfOccurrences>{count}</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
    )


def occurrence(master: str, index: int) -> str:
    """An occurrence of a series by its index, from 1."""
    return f'<t:OccurrenceItemId RecurringMasterId="{master}" InstanceIndex="{index}"/>'
