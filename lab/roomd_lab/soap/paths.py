"""The names of item properties (FieldURI), and which of them an item can have."""

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.xml import schema_violation

_ITEM = """AppliedHashtags AppliedHashtagsPreview ArchiveTag AtAllMention Attachments BlockStatus Body CanDelete
Categories ConversationId Culture DateTimeCreated DateTimeReceived DateTimeSent DisplayBcc DisplayCc DisplayTo
EffectiveRights EntityExtractionResult FirstBody Flag HasAttachments HasBlockedImages Hashtags IconIndex Importance
InReplyTo InferenceClassification InstanceKey InternetMessageHeaders IsAssociated IsClutter IsDraft IsFromMe IsResend
IsSubmitted IsUnmodified ItemClass ItemId LastModifiedName LastModifiedTime Likes LikesPreview MentionedMe Mentions
MentionsEx MentionsPreview MimeContent MimeContentUTF8 NormalizedBody ParentFolderId PendingSocialActivityTagIds
PolicyTag PredictedActionReasons Preview ReminderDueBy ReminderIsSet ReminderMinutesBeforeStart ReminderNextTime
ResponseObjects RetentionDate RightsManagementLicenseData Sensitivity Size StoreEntryId Subject TextBody UniqueBody
WebClientEditFormQueryString WebClientReadFormQueryString"""
_CALENDAR = """AdjacentMeetingCount AdjacentMeetings AllowNewTimeProposal AppointmentReplyTime
AppointmentSequenceNumber AppointmentState CalendarActivityData CalendarItemType ConferenceType
ConflictingMeetingCount ConflictingMeetings DateTimeStamp DeletedOccurrences DoNotForwardMeeting Duration End
EndTimeZone EndTimeZoneId EndWallClock EnhancedLocation FirstOccurrence InboxReminders IntendedFreeBusyStatus
IsAllDayEvent IsCancelled IsMeeting IsOnlineMeeting IsOrganizer IsRecurring IsResponseRequested JoinOnlineMeetingUrl
LastOccurrence LegacyFreeBusyStatus Location MeetingRequestWasSent MeetingTimeZone MeetingWorkspaceUrl
ModifiedOccurrences MyResponseType NetShowUrl OnlineMeetingSettings OptionalAttendees Organizer OriginalStart
Recurrence RecurrenceId RequiredAttendees Resources Start StartTimeZone StartTimeZoneId StartWallClock TimeZone UID
When"""
_MESSAGE = """ApprovalRequestData BccRecipients CcRecipients ConversationIndex ConversationTopic From
InternetMessageId IsDeliveryReceiptRequested IsRead IsReadReceiptRequested IsResponseRequested MessageSafety
PublishedCalendarItemIcs PublishedCalendarItemName ReceivedBy ReceivedRepresenting References ReminderMessageData
ReplyTo Sender ToRecipients VotingInformation"""
_MEETING = """AssociatedCalendarItemId DoNotForwardMeeting HasBeenProcessed IsDelegated IsOutOfDate ProposedEnd
ProposedStart ResponseType"""
_MEETING_REQUEST = "ChangeHighlights IntendedFreeBusyStatus MeetingRequestType"

_NAMES = {
    "item": frozenset(_ITEM.split()),
    "calendar": frozenset(_CALENDAR.split()),
    "message": frozenset(_MESSAGE.split()),
    "meeting": frozenset(_MEETING.split()),
    "meetingRequest": frozenset(_MEETING_REQUEST.split()),
}
# Properties of things this server does not keep: their names are taken on trust.
_ELSEWHERE = {"abchperson", "booking", "contacts", "distributionlist", "folder", "person", "postitem", "task"}


def check_path(uri: str) -> None:
    """Let a property's name pass.

    Raises ErrorSchemaValidation for one that Exchange has never had.
    """
    family, _, name = uri.partition(":")
    if family not in _ELSEWHERE and name not in _NAMES.get(family, ()):
        raise schema_violation(f"'{uri}' is not a valid FieldURI.")


def is_of_another_kind(uri: str) -> bool:
    """Whether this is a property of things this server keeps none of, such as contacts and tasks."""
    return uri.partition(":")[0] in _ELSEWHERE - {"folder"}


def require_available(uri: str) -> None:
    """Refuse to change what a calendar item cannot have.

    In GetItem such properties are passed over: clients ask for all they know in folders that hold items of all kinds.
    Raises ErrorInvalidPropertyRequest, and ErrorSchemaValidation as `check_path` does.
    """
    check_path(uri)
    if uri.partition(":")[0] not in {"item", "calendar"}:
        raise ExchangeError(
            "ErrorInvalidPropertyRequest", f"The property {uri} is not available for this type of object."
        )
