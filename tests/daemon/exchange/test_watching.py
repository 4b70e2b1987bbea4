import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from daemon.exchange.listener import watching
from daemon.exchange.watched_lab import (
    Relay,
    WatchedLab,
    http,
    misbehaving_server,
    read_request,
    relayed,
)
from roomd_core.model import WatchMeans
from roomd_core.sync.remote import Alive
from roomd_daemon.exchange import Access, Exchange, ExchangeSettings, Secret, WatchSettings
from roomd_lab import Company, LabAddress
from roomd_lab.model.limits import Limits

ZHANG, EMMA = "zhangsan@example.com", "emma.lindqvist@example.com"
MOON, WATER = "guanghan@example.com", "shuijing@example.com"
EVERYTHING = [EMMA, MOON, WATER, ZHANG]
TOMORROW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
QUICK = WatchSettings(pull_every=0.2, longest_wait=0.1)
"""Takes up at once what broke."""

Open = Callable[..., Exchange]


@pytest.fixture
async def lab() -> WatchedLab:
    """A lab whose heart beats ten times a second."""
    return WatchedLab(Company.seeded(people=3, rooms=5), limits=Limits(heartbeat_seconds=0.1))


@pytest.fixture
async def relay(address: LabAddress) -> AsyncIterator[Relay]:
    async with relayed(address.port) as opened:
        yield opened


def through(relay: Relay, address: LabAddress) -> str:
    return address.endpoint.replace(f":{address.port}/", f":{relay.port}/")


def book(lab: WatchedLab, *, hour: int = 10) -> None:
    """Book the moon palace as Zhang San, in Outlook."""
    start = TOMORROW + timedelta(hours=hour)
    lab.outlook.book(ZHANG, subject="Plans", start=start, end=start + timedelta(hours=1), rooms=[MOON])


# -- streaming ----------------------------------------------------------------------------------------------------


async def test_a_change_in_outlook_is_told_of_the_calendars_it_touches_at_once(
    lab: WatchedLab, connect: Open
) -> None:
    async with watching(connect(), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        listener.forget()
        begun = time.monotonic()
        book(lab)
        await listener.until(lambda heard: {ZHANG, MOON} <= heard.stirred)
        took = time.monotonic() - begun
    assert listener.stirred == {ZHANG, MOON}
    assert took < 5.0


async def test_whatever_may_have_happened_before_is_told_when_the_watching_begins(connect: Open) -> None:
    async with watching(connect(), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
    assert listener.stirred == set(EVERYTHING)
    assert listener.reasons(MOON) == []


async def test_a_group_is_served_by_one_server_as_exchange_wants_it(lab: WatchedLab, connect: Open) -> None:
    async with watching(connect(), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
    operations = [operation for operation, _, _ in lab.affinity]
    assert operations == [*["Subscribe"] * 4, "GetStreamingEvents"]
    assert {anchor for _, anchor, _ in lab.affinity} == {EMMA}, "the first of the alphabet"
    assert [cookie for _, _, cookie in lab.affinity] == [False, True, True, True, True]


async def test_requests_go_on_while_a_stream_is_open(lab: WatchedLab, connect: Open) -> None:
    exchange = connect(max_connections=1)
    async with watching(exchange, EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        book(lab)
        page = await exchange.changes(MOON, None)
    assert len(page.changed) == 1


async def test_signs_of_life_come_while_nothing_happens(connect: Open) -> None:
    async with watching(connect(), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        listener.forget()
        await listener.until(lambda heard: heard.alive == set(EVERYTHING))
    assert listener.stirred == set()


async def test_when_its_time_is_over_the_next_connection_takes_the_subscriptions_over(
    connect: Open, lab: WatchedLab
) -> None:
    lab.organization.subscriptions.limits = Limits(heartbeat_seconds=0.1, minute_seconds=0.05)
    async with watching(connect(), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        listener.forget()
        await listener.until(lambda heard: heard.stirred == set(EVERYTHING))
    assert lab.count("Subscribe") == 4
    assert lab.count("GetStreamingEvents") == 2
    assert listener.reasons(MOON) == []


async def test_a_mailbox_that_is_not_there_is_left_to_the_timed_run_and_delays_no_other(connect: Open) -> None:
    async with watching(connect(), ["aaa@example.com", MOON]) as listener:
        await listener.until_watched(MOON)
    assert listener.means("aaa@example.com") is WatchMeans.POLLING
    assert "no mailbox aaa@example.com" in listener.reason("aaa@example.com")


async def test_a_calendar_that_was_missing_is_tried_again_with_the_next_connection(
    connect: Open, lab: WatchedLab
) -> None:
    lab.organization.subscriptions.limits = Limits(heartbeat_seconds=0.1, minute_seconds=0.1)
    lab.faults.add("soap-fault", "Subscribe", code="ErrorMailboxStoreUnavailable")
    async with watching(connect(), EVERYTHING) as listener:
        await listener.until_watched(MOON, WATER, ZHANG)
        assert listener.means(EMMA) is WatchMeans.POLLING
        begun = time.monotonic()
        await listener.until_watched(EMMA)
        took = time.monotonic() - begun
    assert took < 2.0, "not only after the usual 29 minutes, which are 2.9 seconds here"


# -- what breaks --------------------------------------------------------------------------------------------------


async def test_a_stream_that_is_cut_is_taken_up_again_with_everything_stirred(
    lab: WatchedLab, connect: Open, relay: Relay, address: LabAddress
) -> None:
    async with watching(connect(endpoint=through(relay, address), watch=QUICK), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        listener.forget()
        relay.cut()
        await listener.until(lambda heard: heard.means(MOON) is WatchMeans.POLLING)
        book(lab)
        await listener.until_watched(*EVERYTHING)
    assert "ended the connection in the middle" in listener.reasons(MOON)[0]
    assert lab.count("Subscribe") == 8, "what happened meanwhile is not asked of the earlier subscriptions"


async def test_a_stream_that_went_dead_without_a_word_is_noticed_by_its_missing_heartbeat(
    lab: WatchedLab, connect: Open, relay: Relay, address: LabAddress
) -> None:
    quick = msgspec.structs.replace(QUICK, silence=0.5)
    async with watching(connect(endpoint=through(relay, address), watch=quick), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        listener.forget()
        relay.go_dead()
        book(lab)
        await listener.until_watched(*EVERYTHING)
    assert listener.reasons(MOON) != []


@pytest.mark.parametrize("code", ["ErrorSubscriptionNotFound", "ErrorExpiredSubscription", "ErrorReadEventsFailed"])
async def test_lost_subscriptions_are_made_anew(lab: WatchedLab, connect: Open, code: str) -> None:
    async with watching(connect(watch=QUICK), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        listener.forget()
        lab.organization.subscriptions.lose(code)
        await listener.until_watched(*EVERYTHING)
        listener.forget()
        book(lab)
        await listener.until(lambda heard: {ZHANG, MOON} <= heard.stirred)
    assert lab.count("Subscribe") == 8


async def test_only_the_lost_subscription_of_a_group_is_made_anew(lab: WatchedLab, connect: Open) -> None:
    async with watching(connect(watch=QUICK), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        listener.forget()
        lost = next(each for each in lab.organization.subscriptions._open.values() if each.mailbox == MOON)
        with lab.lock:
            lost.fail("ErrorExpiredSubscription")
        await listener.until_watched(*EVERYTHING)
    assert lab.count("Subscribe") == 5
    assert "ErrorExpiredSubscription" in listener.reasons(MOON)[0]


async def test_while_exchange_is_away_it_is_tried_again_until_it_answers(
    connect: Open, relay: Relay, address: LabAddress
) -> None:
    async with watching(connect(endpoint=through(relay, address), watch=QUICK), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        relay.is_open = False
        relay.cut()
        listener.forget()
        await listener.until(lambda heard: len(heard.reasons(MOON)) >= 3)
        assert listener.means(MOON) is WatchMeans.POLLING
        relay.is_open = True
        await listener.until_watched(*EVERYTHING)


async def test_a_wrong_password_is_tried_once(lab: WatchedLab, connect: Open) -> None:
    async with watching(connect(password=Secret("wrong"), watch=QUICK), EVERYTHING) as listener:
        await listener.until(lambda heard: len(heard.reasons(MOON)) >= 5)
    assert "password" in listener.reason(MOON)
    assert lab.sign_ins == 1


async def test_it_ends_within_a_second(connect: Open) -> None:
    async with watching(connect(), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING)
        begun = time.monotonic()
    assert time.monotonic() - begun < 1.0


# -- where streaming is refused -----------------------------------------------------------------------------------


async def test_where_streaming_is_refused_calendars_are_asked_about(lab: WatchedLab, connect: Open) -> None:
    lab.faults.add("soap-fault", "GetStreamingEvents", code="ErrorInvalidOperation", times=1000)
    async with watching(connect(watch=QUICK), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING, means=WatchMeans.PULL)
        assert "ErrorInvalidOperation" in listener.reason(MOON)
        listener.forget()
        book(lab)
        await listener.until(lambda heard: {ZHANG, MOON} <= heard.stirred)
        await listener.until(lambda heard: {EMMA, WATER} <= heard.alive)
    assert listener.stirred == {ZHANG, MOON}


async def test_however_much_a_subscription_heard_it_stirs_once(lab: WatchedLab, connect: Open) -> None:
    lab.organization.subscriptions.limits = Limits(events_per_answer=1)
    lab.faults.add("soap-fault", "GetStreamingEvents", code="ErrorInvalidOperation", times=1000)
    async with watching(connect(watch=QUICK), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING, means=WatchMeans.PULL)
        listener.forget()
        for hour in range(3):
            book(lab, hour=hour)
        await listener.until(lambda heard: ZHANG in heard.stirred)
        already = len(listener.told)
        await listener.until(lambda heard: any(ZHANG in signal.mailboxes for signal in heard.told[already:]))
    assert listener.told[-1] == Alive(mailboxes=(ZHANG,))


async def test_streaming_is_tried_again_later(lab: WatchedLab, connect: Open) -> None:
    lab.faults.add("soap-fault", "GetStreamingEvents", code="ErrorInvalidOperation")
    review = msgspec.structs.replace(QUICK, review=0.5)
    async with watching(connect(watch=review), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING, means=WatchMeans.PULL)
        await listener.until_watched(*EVERYTHING, means=WatchMeans.STREAMING)


async def test_when_exchange_allows_no_more_connections_calendars_are_asked_about(
    connect: Open, lab: WatchedLab
) -> None:
    lab.organization.subscriptions.limits = Limits(hanging_connections=0)
    async with watching(connect(watch=QUICK), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING, means=WatchMeans.PULL)
    assert lab.count("GetStreamingEvents") == 1


async def test_a_lost_pull_subscription_is_made_anew_with_its_calendar_stirred(
    lab: WatchedLab, connect: Open
) -> None:
    lab.faults.add("soap-fault", "GetStreamingEvents", code="ErrorInvalidOperation", times=1000)
    async with watching(connect(watch=QUICK), EVERYTHING) as listener:
        await listener.until_watched(*EVERYTHING, means=WatchMeans.PULL)
        listener.forget()
        lab.organization.subscriptions.lose()
        await listener.until_watched(*EVERYTHING, means=WatchMeans.PULL)
    assert listener.reasons(MOON) != []


async def test_with_delegate_access_exchange_allows_neither_and_the_timed_run_has_it_all(
    lab: WatchedLab, connect: Open
) -> None:
    delegate = lab.account("svc-delegate")
    exchange = connect(
        username=delegate.username, password=Secret(delegate.password), access=Access.DELEGATE, watch=QUICK
    )
    async with watching(exchange, EVERYTHING) as listener:
        await listener.until(lambda heard: all(len(heard.reasons(each)) >= 2 for each in EVERYTHING))
        assert {listener.means(each) for each in EVERYTHING} == {WatchMeans.POLLING}
    assert "ErrorSubscriptionDelegateAccessNotSupported" in listener.reason(MOON)
    assert lab.count("GetStreamingEvents") == 0


async def test_calendars_no_connection_is_left_for_are_asked_about(connect: Open) -> None:
    small = msgspec.structs.replace(QUICK, streams=1, group=2)
    async with watching(connect(watch=small), EVERYTHING) as listener:
        await listener.until_watched(EMMA, MOON)
        await listener.until_watched(WATER, ZHANG, means=WatchMeans.PULL)
    assert "[sync] streams" in listener.reason(ZHANG)


async def test_a_way_that_holds_streams_back_is_not_tried_forever(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Grant every subscription, and never say a word of a stream."""
        while True:
            request = await read_request(reader)
            asked.append(request)
            if b"GetStreamingEvents" in request:
                await asyncio.Event().wait()
            writer.write(http("200 OK", PULL if b"PullSubscriptionRequest" in request else STREAMING))

    async with misbehaving_server(tmp_path, answer) as settings:
        exchange = Exchange(impatient(settings))
        async with watching(exchange, [MOON]) as listener:
            await listener.until_watched(MOON, means=WatchMeans.PULL)
        await exchange.close()
    assert sum(b"GetStreamingEvents" in request for request in asked) == 3


def impatient(settings: ExchangeSettings) -> ExchangeSettings:
    return msgspec.structs.replace(settings, deadline=0.3, watch=QUICK)


def _subscribed(rest: str = "") -> bytes:
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<m:SubscribeResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">'
        '<m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Success">'
        f"<m:ResponseCode>NoError</m:ResponseCode><m:SubscriptionId>id</m:SubscriptionId>{rest}"
        "</m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse></s:Body></s:Envelope>"
    ).encode()


STREAMING, PULL = _subscribed(), _subscribed("<m:Watermark>mark</m:Watermark>")
