"""What goes around a request: the SOAP header says who asks as whom, the HTTP headers are those of the session."""

import requests
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from roomd_daemon.exchange.envelope import post, wrap
from roomd_daemon.exchange.reads import find_by_key, sync_folder_items
from roomd_daemon.exchange.soap import SOAP, TYPES, Payload

URL = "https://exchange.example/EWS/Exchange.asmx"
VERSION = "Exchange2013_SP1"


def header_of(body: bytes) -> etree._Element:
    header = etree.fromstring(body).find(f"{SOAP}Header")
    assert header is not None
    return header


def told(element: etree._Element) -> tuple[str, dict[str, str], str | None]:
    return str(element.tag), dict(element.attrib), element.text


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1))
def test_whoever_is_acted_as_is_named_as_they_are(address: str) -> None:
    header = header_of(wrap(sync_folder_items("a@b.example", None, 1), version=VERSION, as_whom=address))
    assert header.findtext(f"{TYPES}ExchangeImpersonation/{TYPES}ConnectingSID/{TYPES}PrimarySmtpAddress") == address


def test_a_delegate_acts_as_nobody_else() -> None:
    header = header_of(wrap(sync_folder_items("a@b.example", None, 1), version=VERSION, as_whom=None))
    assert [each.tag for each in header] == [f"{TYPES}RequestServerVersion"]
    assert header[0].get("Version") == VERSION


def test_the_payload_is_in_the_body_as_it_was_made() -> None:
    for payload in (sync_folder_items("a@b.example", "state & more", 7), find_by_key("a@b.example", "<key>")):
        assert_in_the_body(payload, etree.fromstring(payload) if isinstance(payload, str) else payload)


def assert_in_the_body(asked: Payload, payload: etree._Element) -> None:
    body = etree.fromstring(wrap(asked, version=VERSION, as_whom=None)).find(f"{SOAP}Body")
    assert body is not None
    assert [each.tag for each in body] == [payload.tag]
    assert list(map(told, body.iter())) == [told(body), *map(told, payload.iter())]


def test_a_request_has_the_headers_cookies_and_sign_in_of_its_session() -> None:
    with requests.Session() as session:
        session.headers["User-Agent"] = "roomd"
        session.cookies.set("X-BackEndOverrideCookie", "mbx1", domain="exchange.example", path="/")
        session.auth = ("svc", "secret")
        request = post(session, URL, "größer".encode(), {"X-AnchorMailbox": "a@b.example"})
    assert request.headers["user-agent"] == "roomd"
    assert request.headers["Cookie"] == "X-BackEndOverrideCookie=mbx1"
    assert request.headers["Authorization"].startswith("Basic ")
    assert request.headers["X-AnchorMailbox"] == "a@b.example"
    assert request.headers["Content-Length"] == "8"


def test_what_one_request_says_is_not_kept_for_the_next() -> None:
    with requests.Session() as session:
        post(session, URL, b"one", {"X-AnchorMailbox": "a@b.example"})
        request = post(session, URL, b"two", {})
    assert "X-AnchorMailbox" not in request.headers
