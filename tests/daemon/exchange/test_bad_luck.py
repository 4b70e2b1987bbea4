"""What Exchange, the network and the administrator can do to a request, and that nothing is sent twice."""

import asyncio
import gc
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from daemon.exchange.conftest import Open
from daemon.exchange.sample_answers import GUESTS_COPY, envelope
from daemon.exchange.watched_lab import WatchedLab, http, misbehaving_server, read_request, settings_for
from roomd_core.model import Content
from roomd_core.sync.remote import (
    ExchangeUnavailable,
    Mail,
    MailboxUnavailable,
    OutcomeUnknown,
    Rejected,
    RemoteError,
    RetryLater,
    SignInRefused,
)
from roomd_daemon.exchange import Auth, Exchange, Secret
from roomd_daemon.exchange.breaker import MemoryBreaker, SignIn
from roomd_lab import LabAddress

BOSS = "zhangsan@example.com"
ROOM = "guanghan@example.com"


async def create(exchange: Exchange, meeting: Content, key: str = "0193-key") -> None:
    await exchange.create(BOSS, meeting, key=key, uid=f"{key}@roomd", mail=Mail.EVERYBODY)


@pytest.mark.parametrize("auth", Auth)
async def test_a_wrong_password_is_tried_once_by_many_requests_and_then_no_more(
    connect: Open, lab: WatchedLab, auth: Auth
) -> None:
    exchange = connect(password=Secret("wrong"), auth=auth)

    results = await asyncio.gather(*(exchange.changes(BOSS, None) for _ in range(8)), return_exceptions=True)
    with pytest.raises(SignInRefused, match="next sign-in is tried after"):
        await exchange.changes(ROOM, None)

    assert [type(result) for result in results] == [SignInRefused] * 8
    assert (lab.sign_ins, lab.operations) == (1, [])


async def test_a_refused_sign_in_is_remembered_by_the_next_process(lab: WatchedLab, address: LabAddress) -> None:
    breaker = MemoryBreaker()
    for _ in range(3):
        exchange = Exchange(settings_for(lab, address, password=Secret("wrong")), breaker=breaker)
        with pytest.raises(SignInRefused):
            await exchange.changes(BOSS, None)
        await exchange.close()

    assert lab.sign_ins == 1


async def test_an_operator_opens_the_door_again(lab: WatchedLab, address: LabAddress) -> None:
    breaker = MemoryBreaker()
    await breaker.save(SignIn(refusals=1, locked=True))
    exchange = Exchange(settings_for(lab, address), breaker=breaker)
    with pytest.raises(SignInRefused, match="nothing is sent"):
        await exchange.changes(BOSS, None)

    await exchange.open_sign_in()

    assert (await exchange.changes(BOSS, None)).last
    await exchange.close()


async def test_a_probe_that_succeeds_after_the_wait_is_forgiven(lab: WatchedLab, address: LabAddress) -> None:
    breaker = MemoryBreaker()
    await breaker.save(SignIn(refusals=2, not_before=datetime.now(UTC) - timedelta(seconds=1)))
    exchange = Exchange(settings_for(lab, address), breaker=breaker)

    await exchange.changes(BOSS, None)

    assert await breaker.load() == SignIn()
    await exchange.close()


async def test_after_a_refusal_every_connection_has_to_sign_in_anew(connect: Open, lab: WatchedLab) -> None:
    exchange = connect(auth=Auth.BASIC, max_connections=2)
    await exchange.changes(BOSS, None)
    await asyncio.gather(*(exchange.changes(BOSS, None) for _ in range(8)))
    assert lab.connections == 2
    lab.faults.add("http-401")
    with pytest.raises(SignInRefused):
        await exchange.changes(BOSS, None)

    await exchange.open_sign_in()
    await exchange.changes(BOSS, None)
    await asyncio.gather(*(exchange.changes(BOSS, None) for _ in range(8)))

    assert lab.connections == 4


async def test_on_an_open_connection_a_refused_password_is_sent_once(connect: Open, lab: WatchedLab) -> None:
    exchange = connect(auth=Auth.BASIC, max_connections=1)
    await exchange.changes(BOSS, None)
    sent = lab.sign_ins
    lab.faults.add("http-401")

    with pytest.raises(SignInRefused):
        await exchange.changes(BOSS, None)

    assert lab.sign_ins == sent + 1


async def test_a_connection_that_is_no_longer_signed_in_is_signed_in_anew(connect: Open, lab: WatchedLab) -> None:
    exchange = connect(auth=Auth.NTLM, max_connections=1)
    await exchange.changes(BOSS, None)
    read, connections = lab.count("SyncFolderItems"), lab.connections
    lab.faults.add("http-401")

    assert (await exchange.changes(BOSS, None)).last

    assert (lab.count("SyncFolderItems"), lab.connections) == (read + 1, connections)


async def test_the_password_is_in_no_repr_and_no_message(connect: Open, lab: WatchedLab, address: LabAddress) -> None:
    settings = settings_for(lab, address, password=Secret("hunter2"))
    exchange = connect(password=Secret("hunter2"))

    with pytest.raises(SignInRefused) as refused:
        await exchange.changes(BOSS, None)

    assert "hunter2" not in f"{settings!r} {refused.value} {refused.value!r}"


async def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password(connect: Open, lab: WatchedLab) -> None:
    exchange = connect(ca_file=None)

    with pytest.raises(ExchangeUnavailable, match=r"certificate of .* is not trusted .*ca_file"):
        await exchange.changes(BOSS, None)

    assert lab.sign_ins == 0


async def test_a_ca_file_that_is_none_is_named(connect: Open, tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    with pytest.raises(ExchangeUnavailable, match=r"missing\.pem cannot be used \(No such file"):
        connect(ca_file=missing)
    missing.write_text("not a certificate")
    with pytest.raises(ExchangeUnavailable, match="PEM"):
        connect(ca_file=missing)


async def test_what_exchange_cannot_hold_is_rejected_before_it_is_sent(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    with pytest.raises(Rejected, match=r"'subject'.*255"):
        await create(exchange, replace(meeting, title="x" * 300))

    assert lab.operations == []


async def test_two_exchanges_with_different_trust_live_side_by_side(connect: Open) -> None:
    trusting, strict = connect(), connect(ca_file=None)

    with pytest.raises(ExchangeUnavailable, match="not trusted"):
        await strict.changes(BOSS, None)
    assert (await trusting.changes(BOSS, None)).last


async def test_verify_false_said_out_loud_is_obeyed_without_a_warning(connect: Open) -> None:
    exchange = connect(ca_file=None, verify=False)

    assert (await exchange.changes(BOSS, None)).last


async def test_no_proxy_of_the_environment_gets_between(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")

    assert (await connect().changes(BOSS, None)).last


async def test_an_unreachable_server_is_told_with_the_reason(connect: Open, meeting: Content) -> None:
    exchange = connect(endpoint="https://127.0.0.1:9/EWS/Exchange.asmx")

    with pytest.raises(ExchangeUnavailable, match=r"127.0.0.1:9 cannot be reached \(Connection refused\)"):
        await create(exchange, meeting)


async def test_a_server_without_ews_at_this_address_is_told(connect: Open, address: LabAddress) -> None:
    exchange = connect(endpoint=address.endpoint.replace("/EWS/", "/elsewhere/"))

    with pytest.raises(ExchangeUnavailable, match="check endpoint"):
        await exchange.changes(BOSS, None)


async def test_an_account_without_the_role_is_told_whom_to_ask(connect: Open) -> None:
    exchange = connect(account="svc-nobody")

    with pytest.raises(MailboxUnavailable, match=rf"may not act as {BOSS}.*ApplicationImpersonation"):
        await exchange.changes(BOSS, None)


async def test_an_unknown_mailbox_is_named(connect: Open) -> None:
    with pytest.raises(MailboxUnavailable, match=r"no mailbox typo@example\.com: check the address"):
        await connect().changes("typo@example.com", None)


async def test_a_truncated_page_is_never_believed_and_comes_whole_the_next_time(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    for hour in range(10):
        start = meeting.start + timedelta(hours=hour)
        lab.outlook.book(BOSS, subject=f"{hour}", start=start, end=start + timedelta(minutes=30))
    for tenths in range(1, 10):
        lab.faults.add("truncate", "SyncFolderItems", keep=tenths / 10)
        with pytest.raises(RetryLater, match="cannot be believed"):
            await exchange.changes(BOSS, None)

    assert len((await exchange.changes(BOSS, None)).changed) == 10


async def test_a_write_whose_answer_is_truncated_is_unknown(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    lab.faults.add("truncate", "CreateItem")

    with pytest.raises(OutcomeUnknown):
        await create(exchange, meeting)

    assert lab.count("CreateItem") == 1


@pytest.mark.parametrize("auth", Auth)
async def test_a_connection_cut_after_the_write_leaves_it_unknown_and_sends_it_once(
    connect: Open, lab: WatchedLab, meeting: Content, auth: Auth
) -> None:
    exchange = connect(auth=auth)
    await asyncio.gather(*(exchange.changes(BOSS, None) for _ in range(4)))
    lab.faults.add("close-after", "CreateItem")

    with pytest.raises(OutcomeUnknown, match="looked up"):
        await create(exchange, meeting)

    assert lab.count("CreateItem") == 1
    assert [item.title for item in await exchange.find_by_key(BOSS, "0193-key")] == ["Plans"]


async def test_many_writes_at_once_each_happen_once(exchange: Exchange, lab: WatchedLab, meeting: Content) -> None:
    keys = [f"key-{number}" for number in range(20)]

    await asyncio.gather(*(create(exchange, replace(meeting, rooms=()), key) for key in keys))

    assert lab.count("CreateItem") == 20
    assert sorted([item.own_key or "" for item in (await exchange.changes(BOSS, None)).changed]) == sorted(keys)


@pytest.mark.parametrize("fault", ["close-before", "http-503"])
async def test_a_write_the_server_may_not_have_seen_is_unknown_and_sent_once(
    exchange: Exchange, lab: WatchedLab, meeting: Content, fault: str
) -> None:
    await exchange.changes(BOSS, None)
    lab.faults.add(fault, "CreateItem")

    with pytest.raises(OutcomeUnknown):
        await create(exchange, meeting)

    assert lab.count("CreateItem") == 1
    assert await exchange.find_by_key(BOSS, "0193-key") == []


@pytest.mark.parametrize("fault", ["close-before", "close-after", "http-503"])
async def test_a_read_that_fails_is_tried_again_by_the_caller_not_by_the_library(
    exchange: Exchange, lab: WatchedLab, fault: str
) -> None:
    lab.faults.add(fault, "SyncFolderItems")

    with pytest.raises(RetryLater):
        await exchange.changes(BOSS, None)
    assert lab.count("SyncFolderItems") == 1

    assert (await exchange.changes(BOSS, None)).last


async def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    lab.faults.add("server-busy", "SyncFolderItems", back_off_ms=60_000)
    with pytest.raises(RetryLater) as busy:
        await exchange.changes(BOSS, None)
    assert busy.value.after == timedelta(seconds=60)

    with pytest.raises(RetryLater) as kept_back:
        await create(exchange, meeting)

    assert kept_back.value.after is not None
    assert timedelta(seconds=50) < kept_back.value.after <= timedelta(seconds=60)
    assert lab.operations == ["SyncFolderItems"]
    assert (await exchange.changes(ROOM, None)).last


async def test_a_server_that_drips_its_answer_is_cut_at_the_deadline(tmp_path: Path) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for byte in http("200 OK", envelope(GUESTS_COPY) * 100):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    async with misbehaving_server(tmp_path, drip) as settings:
        exchange = Exchange(replace(settings, deadline=0.5))
        began = time.monotonic()
        with pytest.raises(RetryLater, match=r"did not answer SyncFolderItems .* in time"):
            await exchange.changes(BOSS, None)
        assert time.monotonic() - began < 3
        await exchange.close()


async def test_a_write_that_gets_no_answer_is_unknown_at_the_deadline(tmp_path: Path, meeting: Content) -> None:
    async def swallow(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await reader.read()

    async with misbehaving_server(tmp_path, swallow) as settings:
        exchange = Exchange(replace(settings, deadline=0.3))
        with pytest.raises(OutcomeUnknown, match="in time"):
            await create(exchange, meeting)
        await exchange.close()


async def test_closing_ends_a_write_under_way_as_unknown(tmp_path: Path, meeting: Content) -> None:
    arrived = asyncio.Event()

    async def swallow(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await read_request(reader)
        arrived.set()
        await reader.read()

    async with misbehaving_server(tmp_path, swallow) as settings:
        exchange = Exchange(settings)
        writing = asyncio.create_task(create(exchange, meeting))
        await arrived.wait()
        await exchange.close()
        with pytest.raises(OutcomeUnknown):
            await writing


async def test_a_cancelled_caller_leaves_no_write_on_its_way(tmp_path: Path, meeting: Content) -> None:
    arrived, release, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        arrived.set()
        await release.wait()
        writer.write(http("503 Service Unavailable", b""))
        await writer.drain()
        answered.set()

    async with misbehaving_server(tmp_path, answer_late) as settings:
        exchange = Exchange(settings)
        writing = asyncio.create_task(create(exchange, meeting))
        await arrived.wait()
        writing.cancel()
        release.set()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert answered.is_set()
        await exchange.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http("302 Found", b"", "Location: https://login.example.net/owa"), "sends us elsewhere"),
        (http("200 OK", b"<html><body>Sign in</body></html>", "Content-Type: text/html"), "a web page where"),
        (http("403 Forbidden", b""), "forbids Exchange Web Services"),
        (http("401 Unauthorized", b"The referenced account is currently locked out"), "is locked"),
    ],
)
async def test_a_front_end_that_is_not_ews_is_told_and_not_followed(
    tmp_path: Path, answer: bytes, words: str
) -> None:
    requests = 0

    async def front_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await read_request(reader)
        requests += 1
        writer.write(answer)
        await writer.drain()

    async with misbehaving_server(tmp_path, front_end) as settings:
        exchange = Exchange(settings)
        with pytest.raises(ExchangeUnavailable, match=words):
            await exchange.changes(BOSS, None)
        await exchange.close()
    assert requests == 1


async def test_a_sign_in_that_is_not_offered_is_told_from_a_wrong_password(tmp_path: Path) -> None:
    async def basic_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(http("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="mail"'))
        await writer.drain()

    async with misbehaving_server(tmp_path, basic_only) as settings:
        exchange = Exchange(replace(settings, auth=Auth.NTLM))
        with pytest.raises(ExchangeUnavailable, match="ntlm is set, it offers Basic") as told:
            await exchange.changes(BOSS, None)
        assert not isinstance(told.value, SignInRefused)
        await exchange.close()


async def test_a_huge_answer_is_given_up_at_thirty_two_mebibytes(tmp_path: Path) -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(40):
            writer.write(b" " * 1024 * 1024)
            await writer.drain()
            await asyncio.sleep(0)

    async with misbehaving_server(tmp_path, flood) as settings:
        exchange = Exchange(settings)
        with pytest.raises(RetryLater, match="larger than 32 MiB"):
            await exchange.changes(BOSS, None)
        await exchange.close()


async def test_retry_after_is_obeyed_like_a_back_off(tmp_path: Path) -> None:
    requests = 0

    async def overloaded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await read_request(reader)
        requests += 1
        writer.write(http("429 Too Many Requests", b"", "Retry-After: 42"))
        await writer.drain()

    async with misbehaving_server(tmp_path, overloaded) as settings:
        exchange = Exchange(settings)
        for _ in range(3):
            with pytest.raises(RetryLater) as busy:
                await exchange.changes(BOSS, None)
            assert busy.value.after is not None
            assert timedelta(seconds=40) < busy.value.after <= timedelta(seconds=42)
        await exchange.close()
    assert requests == 1


async def test_nothing_is_sent_before_it_is_asked(lab: WatchedLab, connect: Open) -> None:
    await connect().close()

    assert (lab.sign_ins, lab.operations) == (0, [])


async def test_every_connection_is_closed_at_the_end(connect: Open) -> None:
    exchange = connect()
    await asyncio.gather(*(exchange.changes(BOSS, None) for _ in range(6)))
    await exchange.close()

    gc.collect()
    still_open = [o for o in gc.get_objects() if isinstance(o, ssl.SSLSocket) and o.fileno() >= 0]
    assert still_open == []


@pytest.mark.parametrize(
    ("behind", "meaning"),
    [
        ("ErrorQuotaExceeded", Rejected),
        ("ErrorMailboxStoreUnavailable", OutcomeUnknown),
        ("ErrorImpersonateUserDenied", MailboxUnavailable),
        ("ErrorNobodyHasHeardOf", OutcomeUnknown),
    ],
)
async def test_a_server_error_means_what_is_behind_it(
    exchange: Exchange, lab: WatchedLab, meeting: Content, behind: str, meaning: type[RemoteError]
) -> None:
    for requests, kind in enumerate(("soap-fault", "item-error"), 1):
        lab.faults.add(kind, "CreateItem", inner_code=behind)

        with pytest.raises(meaning) as refused:
            await create(exchange, meeting)

        assert (refused.value.code, lab.count("CreateItem")) == (behind, requests)
