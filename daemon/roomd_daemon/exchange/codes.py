"""Exchange's response codes, by what follows from each (EWS ResponseCode)."""

from enum import Enum, auto


class Meaning(Enum):
    """What a response code lets us conclude."""

    BUSY = auto()
    """Not done; come back later."""
    UNCERTAIN = auto()
    """The server stumbled: a read is repeated later, a write may have been done."""
    REFUSED = auto()
    STALE = auto()
    GONE = auto()
    STATE = auto()
    MAILBOX = auto()
    """Only this mailbox, and nothing was done."""
    MAILBOX_UNCERTAIN = auto()
    """Only this mailbox, but a write may have been done."""
    EVERYTHING = auto()
    SIGN_IN = auto()


MEANINGS: dict[str, Meaning] = {
    **dict.fromkeys(
        (
            "ErrorServerBusy",
            "ErrorExceededConnectionCount",
            "ErrorExceededSubscriptionCount",
            "ErrorBatchProcessingStopped",
            "ErrorInvalidSubscription",
            "ErrorSubscriptionNotFound",
            "ErrorExpiredSubscription",
            "ErrorInvalidWatermark",
            "ErrorReadEventsFailed",
            "ErrorMissedNotificationEvents",
            "ErrorNewEventStreamConnectionOpened",
        ),
        Meaning.BUSY,
    ),
    **dict.fromkeys(
        (
            "ErrorTimeoutExpired",
            "ErrorInternalServerError",
            "ErrorInternalServerTransientError",
            "ErrorTooManyObjectsOpened",
            "ErrorNotEnoughMemory",
        ),
        Meaning.UNCERTAIN,
    ),
    **dict.fromkeys(
        (
            "ErrorQuotaExceeded",
            "ErrorMessageSizeExceeded",
            "ErrorSchemaValidation",
            "ErrorPropertyUpdate",
            "ErrorOccurrenceCrossingBoundary",
            "ErrorOccurrenceTimeSpanTooBig",
            "ErrorRecurrenceHasNoOccurrence",
            "ErrorRecurrenceEndDateTooBig",
            "ErrorCalendarInvalidRecurrence",
            "ErrorCalendarOutOfRange",
            "ErrorCalendarInvalidDayForWeeklyRecurrence",
            "ErrorUnsupportedRecurrence",
            "ErrorCorruptData",
            "ErrorItemCorrupt",
            "ErrorItemSave",
            "ErrorItemSavePropertyError",
            "ErrorVirusDetected",
            "ErrorIncorrectUpdatePropertyCount",
            "ErrorInvalidPropertySet",
            "ErrorInvalidPropertyRequest",
            "ErrorInvalidRecipients",
            "ErrorMissingRecipients",
            "ErrorInvalidRequest",
            "ErrorInvalidOperation",
            "ErrorInvalidIdMalformed",
            "ErrorSendAsDenied",
            "ErrorTimeZone",
            "ErrorTimeIntervalTooBig",
            "ErrorUnsupportedPathForQuery",
            "ErrorCalendarViewRangeTooBig",
            "ErrorCalendarDurationIsTooLong",
            "ErrorCalendarEndDateIsEarlierThanStartDate",
            "ErrorCalendarIsNotOrganizer",
            "ErrorCalendarIsOrganizerForAccept",
            "ErrorCalendarIsOrganizerForDecline",
            "ErrorCalendarIsOrganizerForTentative",
            "ErrorCalendarIsCancelledForAccept",
            "ErrorCalendarIsCancelledForDecline",
            "ErrorCalendarIsCancelledForTentative",
            "ErrorCalendarMeetingRequestIsOutOfDate",
            "ErrorSubscriptionAccessDenied",
            "ErrorSubscriptionDelegateAccessNotSupported",
            "ErrorInvalidSubscriptionRequest",
            "ErrorInvalidPullSubscriptionId",
            "ErrorProxyRequestNotAllowed",
        ),
        Meaning.REFUSED,
    ),
    **dict.fromkeys(
        (
            "ErrorIrresolvableConflict",
            "ErrorStaleObject",
            "ErrorInvalidChangeKey",
            "ErrorChangeKeyRequired",
            "ErrorChangeKeyRequiredForWriteOperations",
        ),
        Meaning.STALE,
    ),
    **dict.fromkeys(
        (
            "ErrorItemNotFound",
            "ErrorItemPropertyRequestFailed",
            "ErrorNameResolutionNoResults",
            "ErrorCalendarCannotUpdateDeletedItem",
            "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
            "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
        ),
        Meaning.GONE,
    ),
    "ErrorInvalidSyncStateData": Meaning.STATE,
    **dict.fromkeys(
        (
            "ErrorFolderNotFound",
            "ErrorSyncFolderNotFound",
            "ErrorAccessDenied",
            "ErrorImpersonateUserDenied",
            "ErrorImpersonationDenied",
            "ErrorNonExistentMailbox",
            "ErrorCannotFindUser",
            "ErrorMailRecipientNotFound",
            "ErrorMailboxMoveInProgress",
            "ErrorMailboxLogonFailed",
            "ErrorADUnavailable",
            "ErrorNoRespondingCASInDestinationSite",
            "ErrorCrossSiteRequest",
        ),
        Meaning.MAILBOX,
    ),
    **dict.fromkeys(
        ("ErrorMailboxStoreUnavailable", "ErrorMailboxFailover", "ErrorConnectionFailed"),
        Meaning.MAILBOX_UNCERTAIN,
    ),
    **dict.fromkeys(("ErrorImpersonationFailed", "ErrorInvalidServerVersion"), Meaning.EVERYTHING),
    **dict.fromkeys(
        ("ErrorPasswordExpired", "ErrorPasswordChangeRequired", "ErrorAccountDisabled"),
        Meaning.SIGN_IN,
    ),
}
"""What is known of a code. One that is not here may mean anything: it counts as uncertain."""

LOCKED_OUT = "AccountLockedOut"
"""Not a ResponseCode: the words Exchange's web server refuses a locked account with."""

THEN_SAY_SO = "Run `roomctl sign-in` then, or restart roomd if its password is another one now"
"""What an operator does after mending the account."""

ONLY_AN_OPERATOR_HELPS = frozenset({LOCKED_OUT, *(c for c, m in MEANINGS.items() if m is Meaning.SIGN_IN)})

GONE_CODES = frozenset(code for code, meaning in MEANINGS.items() if meaning is Meaning.GONE)

LOST_SUBSCRIPTION = frozenset(
    {
        "ErrorExpiredSubscription",
        "ErrorInvalidSubscription",
        "ErrorInvalidWatermark",
        "ErrorMissedNotificationEvents",
        "ErrorNewEventStreamConnectionOpened",
        "ErrorReadEventsFailed",
        "ErrorSubscriptionNotFound",
        "ErrorSubscriptionUnsubsribed",
    }
)
"""After these a subscription is worth nothing any more; events may have been missed (the last is EWS's spelling)."""

TOO_MUCH_WATCHING = frozenset({"ErrorExceededConnectionCount", "ErrorExceededSubscriptionCount"})
"""Limits that waiting does not lift: another way of watching is needed."""
