"""What each failure means, once for a read and once for a write."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from roomd_core.sync.remote import (
    ExchangeUnavailable,
    Gone,
    MailboxUnavailable,
    OutcomeUnknown,
    Rejected,
    RemoteError,
    RetryLater,
    SignInRefused,
    Stale,
    StateInvalid,
)
from roomd_daemon.exchange.codes import LOCKED_OUT, MEANINGS
from roomd_daemon.exchange.faults import classify
from roomd_daemon.exchange.trouble import Cause, Trouble

READ = Trouble(
    cause=Cause.CODE,
    operation="GetItem",
    mailbox="li.si@example.com",
    is_write=False,
    host="mail.example.com",
    username="EXAMPLE\\svc-roomd",
)
WRITE = replace(READ, operation="CreateItem", is_write=True)

CODES: dict[str, tuple[type[RemoteError], type[RemoteError]]] = {
    "ErrorServerBusy": (RetryLater, RetryLater),
    "ErrorTimeoutExpired": (RetryLater, OutcomeUnknown),
    "ErrorInternalServerError": (RetryLater, OutcomeUnknown),
    "ErrorInternalServerTransientError": (RetryLater, OutcomeUnknown),
    "ErrorTooManyObjectsOpened": (RetryLater, OutcomeUnknown),
    "ErrorNotEnoughMemory": (RetryLater, OutcomeUnknown),
    "ErrorBatchProcessingStopped": (RetryLater, RetryLater),
    "ErrorExceededConnectionCount": (RetryLater, RetryLater),
    "ErrorExceededSubscriptionCount": (RetryLater, RetryLater),
    "ErrorItemNotFound": (Gone, Gone),
    "ErrorItemPropertyRequestFailed": (Gone, Gone),
    "ErrorNameResolutionNoResults": (Gone, Gone),
    "ErrorCalendarCannotUpdateDeletedItem": (Gone, Gone),
    "ErrorCalendarOccurrenceIsDeletedFromRecurrence": (Gone, Gone),
    "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange": (Gone, Gone),
    "ErrorFolderNotFound": (MailboxUnavailable, MailboxUnavailable),
    "ErrorSyncFolderNotFound": (MailboxUnavailable, MailboxUnavailable),
    "ErrorAccessDenied": (MailboxUnavailable, MailboxUnavailable),
    "ErrorIrresolvableConflict": (Stale, Stale),
    "ErrorStaleObject": (Stale, Stale),
    "ErrorInvalidChangeKey": (Stale, Stale),
    "ErrorChangeKeyRequired": (Stale, Stale),
    "ErrorChangeKeyRequiredForWriteOperations": (Stale, Stale),
    "ErrorInvalidSyncStateData": (StateInvalid, StateInvalid),
    "ErrorInvalidSubscription": (RetryLater, RetryLater),
    "ErrorSubscriptionNotFound": (RetryLater, RetryLater),
    "ErrorExpiredSubscription": (RetryLater, RetryLater),
    "ErrorInvalidWatermark": (RetryLater, RetryLater),
    "ErrorReadEventsFailed": (RetryLater, RetryLater),
    "ErrorMissedNotificationEvents": (RetryLater, RetryLater),
    "ErrorNewEventStreamConnectionOpened": (RetryLater, RetryLater),
    "ErrorImpersonateUserDenied": (MailboxUnavailable, MailboxUnavailable),
    "ErrorImpersonationDenied": (MailboxUnavailable, MailboxUnavailable),
    "ErrorImpersonationFailed": (ExchangeUnavailable, ExchangeUnavailable),
    "ErrorInvalidServerVersion": (ExchangeUnavailable, ExchangeUnavailable),
    "ErrorNonExistentMailbox": (MailboxUnavailable, MailboxUnavailable),
    "ErrorCannotFindUser": (MailboxUnavailable, MailboxUnavailable),
    "ErrorMailRecipientNotFound": (MailboxUnavailable, MailboxUnavailable),
    "ErrorMailboxStoreUnavailable": (MailboxUnavailable, OutcomeUnknown),
    "ErrorMailboxFailover": (MailboxUnavailable, OutcomeUnknown),
    "ErrorConnectionFailed": (MailboxUnavailable, OutcomeUnknown),
    "ErrorMailboxMoveInProgress": (MailboxUnavailable, MailboxUnavailable),
    "ErrorMailboxLogonFailed": (MailboxUnavailable, MailboxUnavailable),
    "ErrorADUnavailable": (MailboxUnavailable, MailboxUnavailable),
    "ErrorNoRespondingCASInDestinationSite": (MailboxUnavailable, MailboxUnavailable),
    "ErrorCrossSiteRequest": (MailboxUnavailable, MailboxUnavailable),
    "ErrorPasswordExpired": (SignInRefused, SignInRefused),
    "ErrorPasswordChangeRequired": (SignInRefused, SignInRefused),
    "ErrorAccountDisabled": (SignInRefused, SignInRefused),
    "ErrorNobodyHasHeardOf": (RetryLater, OutcomeUnknown),
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
        (Rejected, Rejected),
    ),
}

STATUSES: dict[int, tuple[type[RemoteError], type[RemoteError]]] = {
    302: (ExchangeUnavailable, ExchangeUnavailable),
    400: (RetryLater, OutcomeUnknown),
    401: (SignInRefused, SignInRefused),
    403: (ExchangeUnavailable, ExchangeUnavailable),
    404: (ExchangeUnavailable, ExchangeUnavailable),
    407: (ExchangeUnavailable, ExchangeUnavailable),
    429: (RetryLater, OutcomeUnknown),
    500: (RetryLater, OutcomeUnknown),
    502: (RetryLater, OutcomeUnknown),
    503: (RetryLater, OutcomeUnknown),
    504: (RetryLater, OutcomeUnknown),
}

CAUSES: dict[Cause, tuple[type[RemoteError], type[RemoteError]]] = {
    Cause.UNREACHABLE: (ExchangeUnavailable, ExchangeUnavailable),
    Cause.UNTRUSTED: (ExchangeUnavailable, ExchangeUnavailable),
    Cause.NO_COMMON_SIGN_IN: (ExchangeUnavailable, ExchangeUnavailable),
    Cause.INTERRUPTED: (RetryLater, OutcomeUnknown),
    Cause.DEADLINE: (RetryLater, OutcomeUnknown),
    Cause.MALFORMED: (RetryLater, OutcomeUnknown),
    Cause.WEB_PAGE: (ExchangeUnavailable, OutcomeUnknown),
}


def test_every_known_code_has_its_row_here() -> None:
    assert set(MEANINGS) <= set(CODES)


def test_every_cause_has_its_row_here() -> None:
    assert set(Cause) == {Cause.CODE, Cause.HTTP, *CAUSES}


@pytest.mark.parametrize(("code", "meant"), CODES.items())
def test_a_response_code_means(code: str, meant: tuple[type[RemoteError], type[RemoteError]]) -> None:
    errors = classify(replace(READ, code=code)), classify(replace(WRITE, code=code))

    assert tuple(map(type, errors)) == meant
    assert [error.code for error in errors] == [code, code]


@pytest.mark.parametrize(("status", "meant"), STATUSES.items())
def test_an_http_status_means(status: int, meant: tuple[type[RemoteError], type[RemoteError]]) -> None:
    errors = (classify(replace(t, cause=Cause.HTTP, status=status)) for t in (READ, WRITE))

    assert tuple(map(type, errors)) == meant


@pytest.mark.parametrize(("cause", "meant"), CAUSES.items())
def test_a_failure_without_an_answer_means(cause: Cause, meant: tuple[type[RemoteError], type[RemoteError]]) -> None:
    errors = (classify(replace(t, cause=cause, status=200)) for t in (READ, WRITE))

    assert tuple(map(type, errors)) == meant


def test_the_way_to_the_generic_error_page_is_an_outage_not_another_server() -> None:
    outage = replace(
        WRITE, cause=Cause.HTTP, status=302, text="/ews/GenericErrorPage.htm?aspxerrorpath=/ews/exchange.asmx"
    )

    assert type(classify(outage)) is OutcomeUnknown


def test_a_busy_server_passes_on_how_long_to_wait() -> None:
    busy = classify(replace(READ, code="ErrorServerBusy", after=timedelta(seconds=42)))

    assert isinstance(busy, RetryLater)
    assert busy.after == timedelta(seconds=42)


def test_a_locked_account_is_told_from_a_wrong_password() -> None:
    locked = classify(replace(READ, cause=Cause.HTTP, status=401, code=LOCKED_OUT))

    assert locked.code == LOCKED_OUT
    assert "locked" in str(locked)


WHAT_TO_DO = [
    (replace(READ, cause=Cause.HTTP, status=401), "does not accept the password of EXAMPLE\\svc-roomd: correct it"),
    (
        replace(READ, cause=Cause.UNTRUSTED, text="self-signed certificate"),
        "self-signed certificate): put its issuer into ca_file",
    ),
    (
        replace(READ, cause=Cause.UNREACHABLE, text="Connection refused"),
        "cannot be reached (Connection refused): check endpoint",
    ),
    (
        replace(READ, code="ErrorImpersonateUserDenied"),
        "may not act as li.si@example.com: ask the Exchange administrator",
    ),
    (replace(READ, code="ErrorNonExistentMailbox"), "knows no mailbox li.si@example.com: check the address"),
    (replace(READ, cause=Cause.HTTP, status=403), "forbids Exchange Web Services"),
    (
        replace(READ, cause=Cause.HTTP, status=302, text="https://login.example.net/"),
        "roomd follows nowhere with a password",
    ),
]


@pytest.mark.parametrize(("trouble", "words"), WHAT_TO_DO)
def test_an_error_says_what_happened_to_whom_and_what_to_do(trouble: Trouble, words: str) -> None:
    assert words in str(classify(trouble))


def test_a_long_text_from_the_server_is_cut_and_brought_on_one_line() -> None:
    said = str(classify(replace(READ, code="ErrorItemSave", text="a\n<b>" * 1000)))

    assert len(said) < 400
    assert "\n" not in said
