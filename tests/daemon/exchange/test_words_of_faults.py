"""The exact words a person reads of each failure: what happened, to whom, and what to do."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from daemon.exchange.test_faults import READ, WRITE
from roomd_core.sync.remote import RetryLater
from roomd_daemon.exchange.codes import LOCKED_OUT
from roomd_daemon.exchange.faults import classify
from roomd_daemon.exchange.trouble import Cause, Trouble

LOOKED_UP = "; it may have been done all the same and is looked up"
TRIED_AGAIN = "; it is tried again"
SAY_SO = "Run `roomctl sign-in` then, or restart roomd if its password is another one now"


def http(status: int | None, **fields: object) -> Trouble:
    return replace(READ, cause=Cause.HTTP, status=status, **fields)


def coded(code: str | None, trouble: Trouble = READ, **fields: object) -> Trouble:
    return replace(trouble, code=code, **fields)


@pytest.mark.parametrize(
    ("trouble", "words", "code"),
    [
        (
            http(401),
            (
                "mail.example.com does not accept the password of EXAMPLE\\svc-roomd: correct it. "
                f"{SAY_SO}; until then sign-in is tried rarely, so that the account is not locked"
            ),
            "401",
        ),
        (
            http(401, code=LOCKED_OUT),
            "the account EXAMPLE\\svc-roomd is locked: have it unlocked and check the password. " + SAY_SO,
            LOCKED_OUT,
        ),
        (
            http(403),
            (
                "mail.example.com forbids Exchange Web Services to EXAMPLE\\svc-roomd: ask the Exchange "
                "administrator whether EWS is switched off (EwsEnabled) or limited to listed "
                "applications (EwsApplicationAccessPolicy)"
            ),
            "403",
        ),
        (
            http(404),
            "mail.example.com has no Exchange Web Services at this address: check endpoint in the configuration",
            "404",
        ),
        (
            http(302, text="https://login.example.net/"),
            (
                "mail.example.com sends us elsewhere (https://login.example.net/): roomd follows nowhere with a "
                "password, check endpoint"
            ),
            None,
        ),
        (
            http(302, text="/ews/genericErrorPage.htm"),
            f"mail.example.com answered GetItem for li.si@example.com with HTTP status 302{TRIED_AGAIN}",
            None,
        ),
        (
            http(429),
            f"Exchange is busy and asks to wait before GetItem for li.si@example.com{TRIED_AGAIN}",
            None,
        ),
        (
            http(502, code="FromAProxy"),
            f"mail.example.com answered GetItem for li.si@example.com with HTTP status 502{TRIED_AGAIN}",
            "FromAProxy",
        ),
        (
            http(None),
            f"mail.example.com answered GetItem for li.si@example.com with HTTP status None{TRIED_AGAIN}",
            None,
        ),
        (
            coded("ErrorServerBusy"),
            "Exchange is busy and asks to wait before GetItem for li.si@example.com",
            "ErrorServerBusy",
        ),
        (
            coded("ErrorItemSave", text=" Too \n long "),
            "Exchange refused GetItem for li.si@example.com: ErrorItemSave Too long",
            "ErrorItemSave",
        ),
        (
            coded("ErrorItemSave"),
            "Exchange refused GetItem for li.si@example.com: ErrorItemSave",
            "ErrorItemSave",
        ),
        (
            coded("ErrorIrresolvableConflict"),
            "the item in li.si@example.com was changed by somebody else meanwhile",
            "ErrorIrresolvableConflict",
        ),
        (
            coded("ErrorItemNotFound"),
            "the item in li.si@example.com is not there any more",
            "ErrorItemNotFound",
        ),
        (
            coded("ErrorAccessDenied"),
            "EXAMPLE\\svc-roomd may not open li.si@example.com: ask the Exchange administrator for access to it",
            "ErrorAccessDenied",
        ),
        (
            coded(None, text="Odd."),
            f"Exchange stumbled over GetItem for li.si@example.com: None Odd.{TRIED_AGAIN}",
            None,
        ),
        (
            coded("ErrorTimeoutExpired", WRITE, text="Slow."),
            f"Exchange stumbled over CreateItem for li.si@example.com: ErrorTimeoutExpired Slow.{LOOKED_UP}",
            "ErrorTimeoutExpired",
        ),
        (
            replace(WRITE, cause=Cause.DEADLINE),
            f"mail.example.com did not answer CreateItem for li.si@example.com in time{LOOKED_UP}",
            None,
        ),
        (
            replace(READ, cause=Cause.WEB_PAGE),
            "mail.example.com answers with a web page where Exchange Web Services should be: check endpoint",
            None,
        ),
    ],
)
def test_the_words_and_the_code_of_a_failure(trouble: Trouble, words: str, code: str | None) -> None:
    error = classify(trouble)
    assert (str(error), error.code) == (words, code)


@pytest.mark.parametrize("status", [299, 300, 399, 400])
def test_only_the_three_hundreds_send_elsewhere(status: int) -> None:
    assert ("sends us elsewhere" in str(classify(http(status)))) is (status in (300, 399))


def test_a_reading_passes_on_how_long_an_overloaded_server_wants_to_be_left_alone() -> None:
    error = classify(http(503, after=timedelta(seconds=42)))
    assert isinstance(error, RetryLater)
    assert error.after == timedelta(seconds=42)


def test_two_hundred_characters_of_what_a_server_says_are_enough() -> None:
    assert str(classify(coded("ErrorItemSave", text="ä" * 1000))).count("ä") == 200
