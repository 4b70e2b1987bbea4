"""A request on a connection that is open: what goes out, what counts as the answer, and what is not one."""

import gzip
import socket
from collections.abc import Iterator

import pytest
import requests

from roomd_daemon.exchange.envelope import post
from roomd_daemon.exchange.soap import Malformed
from roomd_daemon.exchange.speaking import Answer, keep_cookies, opening, speak

URL = "https://exchange.example:8443/EWS/Exchange.asmx"

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def request_of(body: bytes = b"<asked/>", **headers: str) -> requests.PreparedRequest:
    with requests.Session() as session:
        return post(session, URL, body, headers)


def asked(ends: Ends, *pieces: bytes, ended: bool = False) -> Answer:
    """Ask, and be answered with these bytes."""
    ours, theirs = ends
    theirs.sendall(b"".join(pieces))
    if ended:
        theirs.shutdown(socket.SHUT_WR)
    return speak(ours, request_of(), opening=opening(URL))


def test_a_request_names_its_target_its_host_and_every_header_before_its_body(ends: Ends) -> None:
    ours, theirs = ends
    theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    speak(ours, request_of(b"<asked/>", **{"X-AnchorMailbox": "a@b.example"}), opening=opening(URL))
    head, _, body = theirs.recv(65536).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[:2] == [b"POST /EWS/Exchange.asmx HTTP/1.1", b"Host: exchange.example:8443"]
    assert {b"X-AnchorMailbox: a@b.example", b"Content-Length: 8"} <= set(lines)
    assert body == b"<asked/>"


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\nX-Other: b", "a\rX-Other: b"])
def test_a_header_cannot_smuggle_in_another(ends: Ends, value: str) -> None:
    ours, theirs = ends
    with pytest.raises(ValueError, match="line break"):
        speak(ours, request_of(**{"X-AnchorMailbox": value}), opening=opening(URL))
    theirs.setblocking(False)  # noqa: FBT003 - positional only
    with pytest.raises(BlockingIOError):
        theirs.recv(1)


def test_an_answer_is_read_to_its_length_and_the_connection_stays(ends: Ends) -> None:
    answer = asked(ends, b"HTTP/1.1 500 Oops\r\nContent-Length: 7\r\nX-Word: yes\r\n\r\n<fault/")
    assert (answer.reply.status, answer.reply.body, answer.stays) == (500, b"<fault/", True)
    assert answer.reply.headers["x-word"] == "yes"


def test_an_answer_in_chunks_is_put_together(ends: Ends) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = asked(ends, head, b"3\r\n<a>\r\n", b"4\r\n</a>\r\n", b"0\r\n\r\n")
    assert (answer.reply.body, answer.stays) == (b"<a></a>", True)


def test_a_packed_answer_is_unpacked(ends: Ends) -> None:
    packed = gzip.compress(b"<a/>" * 1000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    assert asked(ends, head.encode(), packed).reply.body == b"<a/>" * 1000


def test_an_interim_answer_is_not_the_answer(ends: Ends) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n"
    answer = asked(ends, interim, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>")
    assert (answer.reply.status, answer.reply.body) == (200, b"<a/>")
    assert "X-Early" not in answer.reply.headers


def test_a_server_that_says_so_closes_the_connection(ends: Ends) -> None:
    assert not asked(ends, b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").stays


def test_an_answer_that_tells_no_length_goes_on_to_the_end(ends: Ends) -> None:
    answer = asked(ends, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<a/>", ended=True)
    assert (answer.reply.body, answer.stays) == (b"<a/>", False)


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<a/>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<a/>",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
    ],
)
def test_an_answer_that_is_cut_is_none(ends: Ends, cut: bytes) -> None:
    with pytest.raises(OSError, match="ended before"):
        asked(ends, cut, ended=True)


def test_what_is_not_http_is_malformed(ends: Ends) -> None:
    with pytest.raises(Malformed, match="not HTTP"):
        asked(ends, b"220 mail.example ESMTP\r\n")


@pytest.mark.parametrize("packing", ["gzip", ""])
def test_an_answer_that_is_too_large_is_not_taken_in(
    ends: Ends, monkeypatch: pytest.MonkeyPatch, packing: str
) -> None:
    monkeypatch.setattr("roomd_daemon.exchange.speaking.LARGEST_BODY", 100)
    body = gzip.compress(b"a" * 101) if packing else b"a" * 101
    said = f"Content-Encoding: {packing}\r\n" if packing else ""
    head = f"HTTP/1.1 200 OK\r\n{said}Content-Length: {len(body)}\r\n\r\n"
    with pytest.raises(Malformed, match="larger"):
        asked(ends, head.encode(), body)


def test_the_next_request_says_what_the_answer_told_to_remember(ends: Ends) -> None:
    told = b"Set-Cookie: X-BackEndCookie=mbx1; path=/EWS; secure; HttpOnly\r\nSet-Cookie: other=2; path=/\r\n"
    answer = asked(ends, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", told, b"\r\n")
    with requests.Session() as session:
        keep_cookies(session, request_of(), answer)
        following = post(session, URL, b"", {})
    assert set(following.headers["Cookie"].split("; ")) == {"X-BackEndCookie=mbx1", "other=2"}
