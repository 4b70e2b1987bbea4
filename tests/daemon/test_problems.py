import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import msgspec
import pytest

from daemon.live_daemon import ROOM, TOMORROW, LiveDaemon, a_booking
from roomd_core.api import wire
from roomd_core.api.client import ProblemError
from roomd_core.api.problems import KINDS, problem_of
from roomd_core.booking import queries
from roomd_core.errors import RoomdError
from roomd_core.sync.remote import ExchangeUnavailable, RemoteError, SignInRefused
from roomd_daemon.http import asked, protocol
from roomd_daemon.http.server import serving

JSON = {"content-type": "application/json"}


def told(answer: httpx2.Response) -> tuple[int, str, str | None]:
    """Check that an answer is a problem in every way, and return what it says."""
    problem = msgspec.json.decode(answer.content, type=wire.Problem)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem.status == answer.status_code
    assert problem.title
    assert problem.detail
    return problem.status, problem.type.removeprefix("urn:roomd:problem:"), problem.field


def body(**changes: Any) -> bytes:
    return msgspec.json.encode({**msgspec.to_builtins(a_booking()), **changes})


async def post(daemon: LiveDaemon, content: bytes, headers: dict[str, str] = JSON) -> httpx2.Response:
    return await daemon.http.post("/v1/events", content=content, headers=headers)


async def test_malformed_json_is_refused_with_its_position(daemon: LiveDaemon) -> None:
    answer = await post(daemon, b'{"title": }')
    assert told(answer) == (400, "malformed", None)
    assert "byte 10" in answer.json()["detail"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'{"title": "\xff"}', b"[" * 100_000])
async def test_what_is_no_json_at_all_is_refused(daemon: LiveDaemon, content: bytes) -> None:
    assert told(await post(daemon, content))[:2] in {(400, "malformed"), (422, "invalid")}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"titel": "x"}, "titel"),
        ({"title": 3}, "title"),
        ({"rooms": [1]}, "rooms[0]"),
        ({"start": "tomorrow"}, "start"),
        ({"start": "2030-01-01T10:00:00"}, "start"),
        ({"attendees": [{"address": "a@example.com", "role": "boss"}]}, "attendees[0].role"),
        ({"end": TOMORROW.isoformat()}, "end"),
        ({"start": (TOMORROW - timedelta(days=9)).isoformat()}, "start"),
        ({"title": "😀" * 300}, "title"),
        ({"title": " "}, "title"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)
async def test_a_wrong_value_is_named(daemon: LiveDaemon, changes: dict[str, Any], field: str) -> None:
    assert told(await post(daemon, body(**changes))) == (422, "invalid", field)


async def test_a_missing_value_is_named(daemon: LiveDaemon) -> None:
    content = {key: value for key, value in msgspec.to_builtins(a_booking()).items() if key != "title"}
    assert told(await post(daemon, msgspec.json.encode(content))) == (422, "invalid", "title")


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65536):
        yield b" " * 65536


async def test_a_body_of_2_mb_is_refused_and_the_daemon_goes_on(daemon: LiveDaemon) -> None:
    assert told(await post(daemon, b" " * 2_000_000)) == (413, "too-large", None)
    assert (await daemon.client.status()).caller


async def test_a_body_of_2_mb_in_chunks_is_refused_too(daemon: LiveDaemon) -> None:
    answer = await daemon.http.post("/v1/events", content=chunks(2_097_152), headers=JSON)
    assert told(answer) == (413, "too-large", None)
    assert (await daemon.client.status()).caller


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""]
)
async def test_a_body_must_say_that_it_is_json(daemon: LiveDaemon, media: str) -> None:
    assert told(await post(daemon, body(), {"content-type": media})) == (415, "unsupported-type", "Content-Type")


async def test_json_may_say_that_it_is_utf_8(daemon: LiveDaemon) -> None:
    assert (await post(daemon, body(), {"content-type": "application/json; charset=UTF-8"})).status_code == 201


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/status/", "/v2/status", "/v1/events/a/b", "/v1/../etc"])
async def test_an_unknown_route_is_a_problem(daemon: LiveDaemon, path: str) -> None:
    assert told(await daemon.http.get(path)) == (404, "unknown-route", None)


async def test_a_wrong_method_is_told_the_right_ones(daemon: LiveDaemon) -> None:
    answer = await daemon.http.put("/v1/events/x")
    assert told(answer) == (405, "method-not-allowed", None)
    assert answer.headers["allow"] == "DELETE, GET, PATCH"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/status?verbose=1", "verbose"),
        ("/v1/timeline?day=tomorrow", "day"),
        ("/v1/timeline?day=2030-01-01&day=2030-01-02", "day"),
        ("/v1/timeline?day=2030-01-01&zone=Mars", "zone"),
        ("/v1/timeline", "day"),
        ("/v1/timeline?start=2030-01-01T00:00:00&end=2030-01-02T00:00:00", "start"),
        ("/v1/sync/runs?limit=many", "limit"),
        ("/v1/sync/runs?limit=-1", "limit"),
        ("/v1/changes?wait=1e9", "wait"),
        ("/v1/changes?wait=nan", "wait"),
        ("/v1/conflicts?all=perhaps", "all"),
    ],
)
async def test_a_wrong_parameter_is_named(daemon: LiveDaemon, path: str, field: str) -> None:
    assert told(await daemon.http.get(path)) == (422, "invalid", field)


async def test_a_parameter_that_may_repeat_repeats(daemon: LiveDaemon) -> None:
    answer = await daemon.http.get(f"/v1/timeline?day=2030-01-01&room={ROOM}&room=nowhere")
    assert told(answer) == (404, "not-found", None)
    assert "nowhere" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("header", "value"), [("If-Match", "three"), ("If-Match", 'W/"3"'), ("Idempotency-Key", "k" * 201)]
)
async def test_a_wrong_header_is_named(daemon: LiveDaemon, header: str, value: str) -> None:
    assert told(await post(daemon, body(), {**JSON, header: value})) == (422, "invalid", header)


async def test_a_body_where_none_belongs_is_refused(daemon: LiveDaemon) -> None:
    answer = await daemon.http.post("/v1/sync", content=b"{}", headers=JSON)
    assert told(answer) == (400, "malformed", None)


async def test_an_event_that_is_not_there_is_said_so(daemon: LiveDaemon) -> None:
    assert told(await daemon.http.get("/v1/events/none")) == (404, "not-found", None)


@pytest.mark.parametrize("error", [ExchangeUnavailable("Exchange is away."), SignInRefused("The password is wrong.")])
async def test_without_exchange_a_room_that_is_not_known_well_is_not_booked(
    daemon: LiveDaemon, error: RemoteError
) -> None:
    async with daemon.store.write() as tables:
        await tables.mailboxes.note_read(ROOM, datetime.now(UTC) - timedelta(days=1))
    daemon.exchange.error = error
    assert told(await post(daemon, body())) == (503, "exchange-unreachable", None)


async def test_a_full_disk_is_said_so_and_nothing_is_lost(daemon: LiveDaemon) -> None:
    kept = await daemon.client.book(a_booking(), wait=True)
    async with daemon.store.write() as tables:
        ((pages,),) = await tables.events._connection.execute_fetchall("PRAGMA page_count")
        await tables.events._connection.execute_fetchall(f"PRAGMA max_page_count = {pages}")
    large = msgspec.structs.replace(a_booking(hours=2), body="x" * 900_000)
    with pytest.raises(ProblemError) as refused:
        await daemon.client.book(large)
    assert (refused.value.problem.status, refused.value.problem.type) == (507, "urn:roomd:problem:store")
    assert (await daemon.client.event(kept.id)).title == kept.title


async def test_a_fault_of_roomd_is_one_requests_alone(daemon: LiveDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(queries, "event", fail)
    answer = await daemon.http.get("/v1/events/x")
    assert told(answer) == (500, "internal", None)
    assert "inside" not in answer.text
    assert (await daemon.client.status()).caller


async def raw(daemon: LiveDaemon, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(daemon.socket))
    try:
        writer.write(sent)
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1/status HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 40_000 + b"\r\n\r\n",
        b"GET /v1/status HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 40_000,
        b"GET /" + b"y" * 40_000,
        b"this is no HTTP\r\n\r\n",
    ],
)
async def test_a_head_that_is_too_large_or_no_http_ends_the_connection(daemon: LiveDaemon, sent: bytes) -> None:
    answer = await raw(daemon, sent)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert msgspec.json.decode(answer.partition(b"\r\n\r\n")[2], type=wire.Problem).type.endswith(":malformed")


async def test_a_head_that_never_ends_ends_the_connection(
    daemon: LiveDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_PATIENCE", 0.05)
    assert (await raw(daemon, b"GET /v1/status HTTP/1.1\r\nhost:")).startswith(b"HTTP/1.1 400 Bad Request\r\n")


async def test_a_connection_that_says_nothing_is_closed(daemon: LiveDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "IDLE_PATIENCE", 0.05)
    assert await raw(daemon, b"") == b""


async def test_a_body_that_never_comes_is_not_waited_for(daemon: LiveDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "BODY_PATIENCE", 0.05)
    head = b"POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n"
    assert (await raw(daemon, head + b"connection: close\r\n\r\n{")).startswith(b"HTTP/1.1 400 Bad Request\r\n")


async def test_without_a_peer_there_is_no_answer() -> None:
    """A TCP connection has no peer that the kernel vouches for."""

    async def never(_: object, __: object, ___: object) -> None:
        raise AssertionError("a request without a peer got through")

    listening = socket.create_server(("127.0.0.1", 0))
    async with serving(never, listening):
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        writer.write(b"GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()


def subclasses(error: type[RoomdError]) -> list[type[RoomdError]]:
    return [error, *(below for child in error.__subclasses__() for below in subclasses(child))]


def test_every_error_of_the_core_is_told_as_a_known_kind() -> None:
    told_as = {f"urn:roomd:problem:{kind.name}": kind.status for kind in KINDS}
    for cls in subclasses(RoomdError):
        if not cls.__module__.startswith("roomd_core") or cls.__module__.startswith("roomd_core.api"):
            continue
        error = cls.__new__(cls)
        Exception.__init__(error, "It did not work.")
        error.__dict__.update(field="title", room=ROOM, holder="x", until=TOMORROW)
        problem = problem_of(error)
        assert problem.type in told_as, cls
        assert (problem.type == "urn:roomd:problem:internal") == (cls is RoomdError), cls


def test_the_kinds_are_listed_by_status() -> None:
    assert [kind.status for kind in KINDS] == sorted(kind.status for kind in KINDS)
