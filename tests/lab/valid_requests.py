"""One well-formed request of every operation, to be answered as it is and to be spoiled."""

from lab.wire import GUANGHAN

SHAPE = (
    "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:BodyType>Text</t:BodyType><t:AdditionalProperties>"
    '<t:FieldURI FieldURI="item:Body"/><t:ExtendedFieldURI PropertyTag="0x5D02" PropertyType="String"/>'
    '<t:ExtendedFieldURI DistinguishedPropertySetId="Meeting" PropertyId="35" PropertyType="Binary"/>'
    "</t:AdditionalProperties></m:ItemShape>"
)
FOLDER_SHAPE = "<m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>"
CALENDAR = (
    f'<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>{GUANGHAN}</t:EmailAddress></t:Mailbox>'
    "</t:DistinguishedFolderId>"
)
KEY = '<t:ExtendedFieldURI PropertySetId="7f6bd4c3-52a1-4a5e-9d0e-3f1d9b7c2a10" PropertyName="K" PropertyType="{}"/>'
NEW_ITEM = (
    "<t:CalendarItem><t:Subject>New</t:Subject><t:Sensitivity>Private</t:Sensitivity>"
    '<t:Body BodyType="HTML">&lt;p&gt;x&lt;/p&gt;</t:Body><t:Categories><t:String>Red</t:String></t:Categories>'
    "<t:Importance>High</t:Importance><t:ReminderIsSet>true</t:ReminderIsSet>"
    "<t:ReminderMinutesBeforeStart>5</t:ReminderMinutesBeforeStart>"
    f"<t:ExtendedProperty>{KEY.format('StringArray')}<t:Values><t:Value>a</t:Value><t:Value>b</t:Value></t:Values>"
    f"</t:ExtendedProperty><t:ExtendedProperty>{KEY.format('Binary')}<t:Value>AAEC</t:Value></t:ExtendedProperty>"
    "<t:UID>new-1</t:UID><t:Start>2026-12-01T09:00:00Z</t:Start><t:End>2026-12-01T10:00:00+01:00</t:End>"
    "<t:IsAllDayEvent>true</t:IsAllDayEvent><t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus>"
    "<t:Location>Here</t:Location><t:RequiredAttendees><t:Attendee><t:Mailbox><t:Name>Li</t:Name>"
    "<t:EmailAddress>lisi@example.com</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>"
    '<t:StartTimeZone Id="China Standard Time"/><t:EndTimeZone Id="China Standard Time"/></t:CalendarItem>'
)
SERIES = (
    "<t:CalendarItem><t:Subject>Series</t:Subject><t:Start>2026-12-01T09:00:00Z</t:Start>"
    "<t:End>2026-12-01T10:00:00Z</t:End><t:Recurrence><t:WeeklyRecurrence><t:Interval>2</t:Interval>"
    "<t:DaysOfWeek>Tuesday Friday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>"
    "<t:EndDateRecurrence><t:StartDate>2026-12-01</t:StartDate><t:EndDate>2027-03-01Z</t:EndDate>"
    '</t:EndDateRecurrence></t:Recurrence><t:StartTimeZone Id="Customized"><t:Periods><t:Period Bias="-PT1H" '
    'Name="Standard" Id="s"/><t:Period Bias="-PT2H" Name="Daylight" Id="d"/></t:Periods><t:TransitionsGroups>'
    '<t:TransitionsGroup Id="0"><t:RecurringDayTransition><t:To Kind="Period">d</t:To><t:TimeOffset>PT2H'
    "</t:TimeOffset><t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>-1</t:Occurrence>"
    '</t:RecurringDayTransition><t:RecurringDayTransition><t:To Kind="Period">s</t:To><t:TimeOffset>PT3H'
    "</t:TimeOffset><t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>-1</t:Occurrence>"
    "</t:RecurringDayTransition></t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To "
    'Kind="Group">0</t:To></t:Transition></t:Transitions></t:StartTimeZone></t:CalendarItem>'
)
CHANGES = (
    '<t:SetItemField><t:FieldURI FieldURI="calendar:Start"/><t:CalendarItem><t:Start>2026-12-02T00:00:00Z</t:Start>'
    '</t:CalendarItem></t:SetItemField><t:SetItemField><t:FieldURI FieldURI="calendar:End"/><t:CalendarItem>'
    "<t:End>2026-12-02T02:00:00Z</t:End></t:CalendarItem></t:SetItemField>"
    '<t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:CalendarItem><t:Body BodyType="Text">more</t:Body>'
    '</t:CalendarItem></t:AppendToItemField><t:DeleteItemField><t:FieldURI FieldURI="calendar:Location"/>'
    f"</t:DeleteItemField><t:DeleteItemField>{KEY.format('Binary')}</t:DeleteItemField>"
)
RESTRICTION = (
    '<m:Restriction><t:And><t:IsGreaterThan><t:FieldURI FieldURI="item:LastModifiedTime"/><t:FieldURIOrConstant>'
    '<t:Constant Value="2026-01-01T00:00:00Z"/></t:FieldURIOrConstant></t:IsGreaterThan><t:Not><t:Contains '
    'ContainmentMode="Prefixed" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="item:Subject"/>'
    '<t:Constant Value="q"/></t:Contains></t:Not><t:Or><t:Exists><t:ExtendedFieldURI PropertyTag="0x5D02" '
    'PropertyType="String"/></t:Exists><t:IsEqualTo><t:FieldURI FieldURI="calendar:IsCancelled"/>'
    '<t:FieldURIOrConstant><t:Constant Value="true"/></t:FieldURIOrConstant></t:IsEqualTo></t:Or></t:And>'
    "</m:Restriction>"
)
ZONE = (
    "<t:TimeZone><t:Bias>-60</t:Bias><t:StandardTime><t:Bias>0</t:Bias><t:Time>03:00:00</t:Time>"
    "<t:DayOrder>5</t:DayOrder><t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime>"
    "<t:DaylightTime><t:Bias>-60</t:Bias><t:Time>02:00:00</t:Time><t:DayOrder>5</t:DayOrder><t:Month>3</t:Month>"
    "<t:DayOfWeek>Sunday</t:DayOfWeek></t:DaylightTime></t:TimeZone>"
)
OWNER = f"<m:Mailbox><t:EmailAddress>{GUANGHAN}</t:EmailAddress></m:Mailbox>"
LI = "<t:UserId><t:PrimarySmtpAddress>lisi@example.com</t:PrimarySmtpAddress></t:UserId>"
DELEGATE = (
    f"<m:DelegateUsers><t:DelegateUser>{LI}<t:DelegatePermissions><t:CalendarFolderPermissionLevel>Editor"
    "</t:CalendarFolderPermissionLevel></t:DelegatePermissions></t:DelegateUser></m:DelegateUsers>"
)


def requests(item_id: str, change_key: str) -> list[str]:
    """The operation elements, about this item in the calendar of 2楼广寒宫."""
    reference = f'Id="{item_id}" ChangeKey="{change_key}"'
    item = f"<t:ItemId {reference}/>"
    answer = f"<t:ReferenceItemId {reference}/>"
    return [
        f"<m:GetItem>{SHAPE}<m:ItemIds>{item}</m:ItemIds></m:GetItem>",
        (
            f"<m:SyncFolderItems>{SHAPE}<m:SyncFolderId>{CALENDAR}</m:SyncFolderId><m:SyncState/>"
            "<m:MaxChangesReturned>10</m:MaxChangesReturned></m:SyncFolderItems>"
        ),
        (
            f'<m:FindItem Traversal="Shallow">{SHAPE}<m:IndexedPageItemView MaxEntriesReturned="3" Offset="0" '
            f'BasePoint="End"/>{RESTRICTION}<m:SortOrder><t:FieldOrder Order="Descending"><t:FieldURI '
            f'FieldURI="calendar:Start"/></t:FieldOrder></m:SortOrder><m:ParentFolderIds>{CALENDAR}</m:ParentFolderIds>'
            "</m:FindItem>"
        ),
        (
            f'<m:FindItem Traversal="Shallow">{SHAPE}<m:CalendarView MaxEntriesReturned="3" '
            'StartDate="2026-11-01T00:00:00Z" EndDate="2027-12-30T00:00:00Z"/>'
            f"<m:ParentFolderIds>{CALENDAR}</m:ParentFolderIds></m:FindItem>"
        ),
        (
            '<m:CreateItem MessageDisposition="SendAndSaveCopy" SendMeetingInvitations="SendToAllAndSaveCopy">'
            f"<m:SavedItemFolderId>{CALENDAR}</m:SavedItemFolderId><m:Items>{NEW_ITEM}{SERIES}</m:Items></m:CreateItem>"
        ),
        (
            '<m:UpdateItem ConflictResolution="AlwaysOverwrite" '
            'SendMeetingInvitationsOrCancellations="SendToAllAndSaveCopy"><m:ItemChanges><t:ItemChange>'
            f"{item}<t:Updates>{CHANGES}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
        ),
        f"<m:GetFolder>{FOLDER_SHAPE}<m:FolderIds>{CALENDAR}</m:FolderIds></m:GetFolder>",
        (
            f'<m:FindFolder Traversal="Deep">{FOLDER_SHAPE}<m:ParentFolderIds><t:DistinguishedFolderId Id="root"/>'
            "</m:ParentFolderIds></m:FindFolder>"
        ),
        '<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>2</m:UnresolvedEntry></m:ResolveNames>',
        "<m:GetRoomLists/>",
        "<m:GetRooms><m:RoomList><t:EmailAddress>all-rooms@example.com</t:EmailAddress></m:RoomList></m:GetRooms>",
        '<m:GetServerTimeZones ReturnFullTimeZoneData="true"/>',
        (
            f'<m:ConvertId DestinationFormat="HexEntryId"><m:SourceIds><t:AlternateId Format="EwsId" Id="{item_id}" '
            f'Mailbox="{GUANGHAN}"/></m:SourceIds></m:ConvertId>'
        ),
        (
            f"<m:GetUserAvailabilityRequest>{ZONE}<m:MailboxDataArray><t:MailboxData><t:Email><t:Address>{GUANGHAN}"
            "</t:Address></t:Email><t:AttendeeType>Room</t:AttendeeType></t:MailboxData></m:MailboxDataArray>"
            "<t:FreeBusyViewOptions><t:TimeWindow><t:StartTime>2026-12-01T00:00:00</t:StartTime>"
            "<t:EndTime>2026-12-05T00:00:00</t:EndTime></t:TimeWindow><t:MergedFreeBusyIntervalInMinutes>60"
            "</t:MergedFreeBusyIntervalInMinutes><t:RequestedView>DetailedMerged</t:RequestedView>"
            "</t:FreeBusyViewOptions></m:GetUserAvailabilityRequest>"
        ),
        f"<m:MoveItem><m:ToFolderId>{CALENDAR}</m:ToFolderId><m:ItemIds>{item}</m:ItemIds></m:MoveItem>",
        (
            f'<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:CancelCalendarItem>{answer}'
            '<t:NewBodyContent BodyType="Text">off</t:NewBodyContent></t:CancelCalendarItem></m:Items></m:CreateItem>'
        ),
        (
            '<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="SendToAllAndSaveCopy">'
            f"<m:ItemIds>{item}</m:ItemIds></m:DeleteItem>"
        ),
        f"<m:CopyItem><m:ToFolderId>{CALENDAR}</m:ToFolderId><m:ItemIds>{item}</m:ItemIds></m:CopyItem>",
        (
            f"<m:CreateFolder><m:ParentFolderId>{CALENDAR}</m:ParentFolderId><m:Folders><t:CalendarFolder>"
            "<t:DisplayName>Team</t:DisplayName></t:CalendarFolder></m:Folders></m:CreateFolder>"
        ),
        f'<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>{CALENDAR}</m:FolderIds></m:DeleteFolder>',
        (
            f"<m:SyncFolderHierarchy>{FOLDER_SHAPE}<m:SyncFolderId>{CALENDAR}</m:SyncFolderId><m:SyncState/>"
            "</m:SyncFolderHierarchy>"
        ),
        (
            f'<m:GetUserConfiguration><m:UserConfigurationName Name="Calendar">{CALENDAR}</m:UserConfigurationName>'
            "<m:UserConfigurationProperties>All</m:UserConfigurationProperties></m:GetUserConfiguration>"
        ),
        (
            f"<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>{CALENDAR}</t:FolderIds><t:EventTypes><t:EventType>"
            "CreatedEvent</t:EventType></t:EventTypes><t:Timeout>10</t:Timeout></m:PullSubscriptionRequest>"
            "</m:Subscribe>"
        ),
        "<m:GetEvents><m:SubscriptionId>AAAA</m:SubscriptionId><m:Watermark>AAAA</m:Watermark></m:GetEvents>",
        "<m:Unsubscribe><m:SubscriptionId>AAAA</m:SubscriptionId></m:Unsubscribe>",
        f'<m:GetDelegate IncludePermissions="true">{OWNER}</m:GetDelegate>',
        f"<m:AddDelegate>{OWNER}{DELEGATE}<m:DeliverMeetingRequests>DelegatesAndMe</m:DeliverMeetingRequests></m:AddDelegate>",
        f"<m:UpdateDelegate>{OWNER}{DELEGATE}</m:UpdateDelegate>",
        f"<m:RemoveDelegate>{OWNER}<m:UserIds>{LI}</m:UserIds></m:RemoveDelegate>",
        (
            "<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>AAAA</t:SubscriptionId></m:SubscriptionIds>"
            "<m:ConnectionTimeout>30</m:ConnectionTimeout></m:GetStreamingEvents>"
        ),
    ]
