"""The facts of a failed call: what came in place of an answer, and whether it is an answer at all."""

from datetime import timedelta

import pytest
from lxml import etree
from msgspec.structs import replace

from roomd_daemon.exchange.codes import LOCKED_OUT
from roomd_daemon.exchange.settings import Auth, ExchangeSettings, Secret
from roomd_daemon.exchange.soap import SOAP, Malformed, ServerFault
from roomd_daemon.exchange.trouble import (
    CallFailed,
    Cause,
    Failure,
    NotEws,
    Reply,
    Request,
    Trouble,
    believe,
    trouble_of,
)

SETTINGS = ExchangeSettings(
    endpoint="https://mail.example.com/EWS/Exchange.asmx", username="svc", password=Secret("secret")
)
REQUEST = Request(
    operation="CreateItem", mailbox="li@example.com", payload=etree.Element("CreateItem"), is_write=True
)
ANSWER = b'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Answer/></Body></Envelope>'
FAULT = ANSWER.replace(b"<Answer/>", b'<Fault><faultcode xmlns="">a:ErrorServerBusy</faultcode></Fault>')
FACTS = Trouble(
    cause=Cause.MALFORMED,
    operation="CreateItem",
    mailbox="li@example.com",
    is_write=True,
    host="mail.example.com",
    username="svc",
)


def reply(status: int = 200, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status=status, headers={name.replace("_", "-"): text for name, text in headers.items()}, body=body)


def told(failure: Failure, settings: ExchangeSettings = SETTINGS) -> Trouble:
    return trouble_of(failure, REQUEST, settings)


def not_ews(answer: Reply) -> NotEws:
    with pytest.raises(NotEws) as caught:
        believe(answer)
    assert caught.value.reply is answer
    return caught.value


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_of_ews_is_believed_under_the_statuses_it_comes_with(status: int) -> None:
    assert believe(reply(status, ANSWER)).tag == f"{SOAP}Answer"
    with pytest.raises(ServerFault) as caught:
        believe(reply(status, FAULT))
    assert caught.value.code == "ErrorServerBusy"


@pytest.mark.parametrize("status", [201, 302, 401, 403, 499, 501, 503])
def test_under_any_other_status_even_an_answer_is_the_web_servers(status: int) -> None:
    failure = not_ews(reply(status, ANSWER))
    assert (failure.cause, failure.text) == (Cause.HTTP, "")
    assert told(failure) == replace(FACTS, cause=Cause.HTTP, status=status)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (reply(200, b"<html>", Content_Type="text/HTML; charset=utf-8"), Cause.WEB_PAGE),
        (reply(200, b"<html>", Content_Type="text/xml"), Cause.MALFORMED),
        (reply(200, b"<html>"), Cause.MALFORMED),
    ],
)
def test_what_is_no_answer_is_a_web_page_if_it_says_so(answer: Reply, cause: Cause) -> None:
    failure = not_ews(answer)
    assert (failure.cause, failure.text) == (cause, "it is not well-formed XML (line 1)")
    assert told(failure) == replace(FACTS, cause=cause, status=200, text="it is not well-formed XML (line 1)")


def test_an_error_page_of_the_web_server_is_its_own_whatever_it_holds() -> None:
    failure = not_ews(reply(500, b"<html>", Content_Type="text/html"))
    assert (failure.cause, failure.text) == (Cause.HTTP, "")


def test_a_call_without_an_answer_says_why() -> None:
    assert told(CallFailed(Cause.DEADLINE, "75 s")) == replace(FACTS, cause=Cause.DEADLINE, text="75 s")
    assert str(CallFailed(Cause.DEADLINE, "75 s")) == "75 s"
    assert told(Malformed("cut off")) == replace(FACTS, text="cut off")


def test_a_fault_passes_on_its_code_its_wait_and_whom_it_is_about() -> None:
    fault = ServerFault("ErrorServerBusy", "Later.", timedelta(seconds=3))
    expected = replace(FACTS, cause=Cause.CODE, code="ErrorServerBusy", text="Later.", after=timedelta(seconds=3))
    assert told(fault) == expected
    fault.about = "zhang@example.com"
    assert told(fault) == replace(expected, mailbox="zhang@example.com")


@pytest.mark.parametrize(
    ("auth", "offered", "common"),
    [
        (Auth.NTLM, "NTLM", True),
        (Auth.NTLM, "Negotiate", True),
        (Auth.NTLM, 'Basic realm="x"', False),
        (Auth.BASIC, "NTLM, Negotiate", False),
        (Auth.BASIC, 'NTLM, BASIC realm="x"', True),
    ],
)
def test_a_refused_sign_in_is_told_from_one_that_was_never_offered(auth: Auth, offered: str, *, common: bool) -> None:
    found = told(not_ews(reply(401, WWW_Authenticate=offered)), replace(SETTINGS, auth=auth))
    if common:
        assert found == replace(FACTS, cause=Cause.HTTP, status=401)
    else:
        text = f"{auth} is set, it offers {offered}"
        assert found == replace(FACTS, cause=Cause.NO_COMMON_SIGN_IN, text=text)


def test_what_is_offered_says_nothing_but_about_a_sign_in() -> None:
    assert told(not_ews(reply(401))) == replace(FACTS, cause=Cause.HTTP, status=401)
    assert told(not_ews(reply(403, WWW_Authenticate="Basic"))) == replace(FACTS, cause=Cause.HTTP, status=403)


def test_a_locked_account_is_known_by_the_words_it_is_refused_with() -> None:
    locked = reply(401, b"... The referenced account is currently locked out and may not be ...")
    assert told(not_ews(locked)) == replace(FACTS, cause=Cause.HTTP, status=401, code=LOCKED_OUT)


@pytest.mark.parametrize(
    ("header", "wait"),
    [("120", timedelta(seconds=120)), ("0", timedelta()), ("Fri, 31 Dec 2027 23:59:59 GMT", None), ("-1", None)],
)
def test_a_wait_asked_for_in_seconds_is_passed_on(header: str, wait: timedelta | None) -> None:
    assert told(not_ews(reply(503, Retry_After=header))).after == wait


def test_where_a_web_server_sends_us_is_told() -> None:
    assert told(not_ews(reply(302, Location="https://login.example/"))).text == "https://login.example/"
    assert told(NotEws(reply(302, Location="https://login.example/"), text="a reason")).text == "a reason"
