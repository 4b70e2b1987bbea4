"""What a failure means for the engine, and the words people read about it.

``classify`` is a pure function from what happened to one of the port's errors. The one question behind every row
is whether Exchange can have done what was asked: a write that may have happened is never sent again blind.
"""

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
from roomd_daemon.exchange.codes import LOCKED_OUT, MEANINGS, ONLY_AN_OPERATOR_HELPS, THEN_SAY_SO, Meaning
from roomd_daemon.exchange.trouble import Cause, Trouble

_UNKNOWN_MAILBOX = (
    "Exchange knows no mailbox {mailbox}: check the address in the configuration, unless it is just being moved; "
    "what is known of it is kept"
)
_MAY_NOT_ACT = (
    "{username} may not act as {mailbox}: ask the Exchange administrator for the ApplicationImpersonation role "
    "with a scope that covers this mailbox, or set access to delegate"
)
_NO_CALENDAR = "{mailbox} shows {username} no calendar: check that it exists and that access to it was granted"
_CODE_WORDS = {
    "ErrorNonExistentMailbox": _UNKNOWN_MAILBOX,
    "ErrorCannotFindUser": _UNKNOWN_MAILBOX,
    "ErrorMailRecipientNotFound": _UNKNOWN_MAILBOX,
    "ErrorImpersonateUserDenied": _MAY_NOT_ACT,
    "ErrorImpersonationDenied": _MAY_NOT_ACT,
    "ErrorAccessDenied": "{username} may not open {mailbox}: ask the Exchange administrator for access to it",
    "ErrorFolderNotFound": _NO_CALENDAR,
    "ErrorSyncFolderNotFound": _NO_CALENDAR,
    "ErrorImpersonationFailed": "Exchange could not impersonate anybody: its own directory is in trouble",
    "ErrorInvalidSyncStateData": "Exchange no longer accepts the sync state of {mailbox}: all is listed again",
    "ErrorPasswordExpired": f"the password of {{username}} has expired: set another one. {THEN_SAY_SO}",
    "ErrorPasswordChangeRequired": f"the password of {{username}} must be changed: set another one. {THEN_SAY_SO}",
    "ErrorAccountDisabled": "the account of {username} or {mailbox} is disabled: ask the Exchange "
    f"administrator. {THEN_SAY_SO}",
    LOCKED_OUT: f"the account {{username}} is locked: have it unlocked and check the password. {THEN_SAY_SO}",
}
_STATUS_WORDS = {
    403: "{host} forbids Exchange Web Services to {username}: ask the Exchange administrator whether EWS is switched "
    "off (EwsEnabled) or limited to listed applications (EwsApplicationAccessPolicy)",
    404: "{host} has no Exchange Web Services at this address: check endpoint in the configuration",
    407: "a proxy in front of {host} asks for a sign-in: roomd speaks to Exchange directly, give it a direct way",
}
_BUSY = "Exchange is busy and asks to wait before {operation} for {mailbox}"
_STUMBLED = "Exchange stumbled over {operation} for {mailbox}: {code} {text}"
_MEANING_WORDS = {
    Meaning.BUSY: _BUSY,
    Meaning.STALE: "the item in {mailbox} was changed by somebody else meanwhile",
    Meaning.GONE: "the item in {mailbox} is not there any more",
    Meaning.UNCERTAIN: _STUMBLED,
    Meaning.MAILBOX_UNCERTAIN: _STUMBLED,
}
_CAUSE_WORDS = {
    Cause.UNREACHABLE: "{host} cannot be reached ({text}): check endpoint and the network",
    Cause.UNTRUSTED: "the certificate of {host} is not trusted ({text}): put its issuer into ca_file, "
    "or say verify = false if you must",
    Cause.NO_COMMON_SIGN_IN: "{host} offers no such sign-in ({text}): set auth to ntlm or basic, whichever it offers",
    Cause.INTERRUPTED: "{host} ended the connection in the middle ({text})",
    Cause.DEADLINE: "{host} did not answer {operation} for {mailbox} in time",
    Cause.MALFORMED: "the answer of {host} cannot be believed: {text}",
    Cause.WEB_PAGE: "{host} answers with a web page where Exchange Web Services should be: check endpoint",
}
_NOTHING_WAS_DONE = (Cause.UNREACHABLE, Cause.UNTRUSTED, Cause.NO_COMMON_SIGN_IN)
_ERRORS: dict[Meaning, type[RemoteError]] = {
    Meaning.REFUSED: Rejected,
    Meaning.STALE: Stale,
    Meaning.GONE: Gone,
    Meaning.STATE: StateInvalid,
    Meaning.MAILBOX: MailboxUnavailable,
    Meaning.MAILBOX_UNCERTAIN: MailboxUnavailable,
    Meaning.EVERYTHING: ExchangeUnavailable,
    Meaning.SIGN_IN: SignInRefused,
}
_OVERLOADED = (429, 503)
_LONGEST_QUOTE = 200


def classify(trouble: Trouble) -> RemoteError:
    """Turn a failed call into the port's error that says what may follow, in words for people."""
    if trouble.cause is Cause.CODE:
        return _by_code(trouble)
    if trouble.cause is Cause.HTTP:
        return _by_status(trouble)
    if trouble.cause in _NOTHING_WAS_DONE or (trouble.cause is Cause.WEB_PAGE and not trouble.is_write):
        return ExchangeUnavailable(_say(_CAUSE_WORDS[trouble.cause], trouble))
    return _uncertain(trouble, _CAUSE_WORDS[trouble.cause])


def _by_code(trouble: Trouble) -> RemoteError:
    code = trouble.code or ""
    meaning = MEANINGS.get(code, Meaning.UNCERTAIN)
    words = _CODE_WORDS.get(code) or _MEANING_WORDS.get(
        meaning, "Exchange refused {operation} for {mailbox}: {code} {text}"
    )
    if meaning is Meaning.BUSY:
        return RetryLater(_say(words, trouble), after=trouble.after, code=code)
    if meaning is Meaning.UNCERTAIN or (meaning is Meaning.MAILBOX_UNCERTAIN and trouble.is_write):
        return _uncertain(trouble, words)
    return _ERRORS[meaning](_say(words, trouble), code=code)


def _by_status(trouble: Trouble) -> RemoteError:
    status = trouble.status or 0
    if status == 401:  # noqa: PLR2004 - HTTP's own numbers read best as numbers
        return _sign_in_refused(trouble)
    if status in _STATUS_WORDS:
        return ExchangeUnavailable(_say(_STATUS_WORDS[status], trouble), code=str(status))
    if status in _OVERLOADED:
        return _uncertain(trouble, _BUSY)
    if 300 <= status < 400 and "genericerrorpage" not in trouble.text.lower():  # noqa: PLR2004
        return ExchangeUnavailable(
            _say("{host} sends us elsewhere ({text}): roomd follows nowhere with a password, check endpoint", trouble)
        )
    return _uncertain(trouble, "{host} answered {operation} for {mailbox} with HTTP status {status}")


def _sign_in_refused(trouble: Trouble) -> RemoteError:
    if trouble.code in ONLY_AN_OPERATOR_HELPS:
        return SignInRefused(_say(_CODE_WORDS[trouble.code], trouble), code=trouble.code)
    return SignInRefused(
        _say(
            f"{{host}} does not accept the password of {{username}}: correct it. {THEN_SAY_SO}; "
            "until then sign-in is tried rarely, so that the account is not locked",
            trouble,
        ),
        code="401",
    )


def _uncertain(trouble: Trouble, words: str) -> RemoteError:
    message = _say(words, trouble)
    if trouble.is_write:
        return OutcomeUnknown(f"{message}; it may have been done all the same and is looked up", code=trouble.code)
    return RetryLater(f"{message}; it is tried again", after=trouble.after, code=trouble.code)


def _say(words: str, trouble: Trouble) -> str:
    text = " ".join(trouble.text.split())[:_LONGEST_QUOTE]
    said = words.format(
        host=trouble.host,
        username=trouble.username,
        mailbox=trouble.mailbox,
        operation=trouble.operation,
        status=trouble.status,
        code=trouble.code,
        text=text,
    )
    return said.strip()
