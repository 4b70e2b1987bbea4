from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomd_daemon.exchange import WatchSettings
from roomd_daemon.exchange.soap import Malformed, ServerFault, open_envelope
from roomd_daemon.exchange.watching.envelopes import Envelopes
from roomd_daemon.exchange.watching.group import wait_after
from roomd_daemon.exchange.watching.grouping import groups_of
from roomd_daemon.exchange.watching.news import Cursor, News, Pulled, read_news, read_pulled

M = "http://schemas.microsoft.com/exchange/services/2006/messages"
T = "http://schemas.microsoft.com/exchange/services/2006/types"
HEARTBEAT = "<m:ConnectionStatus>OK</m:ConnectionStatus>"
CREATED = '<t:CreatedEvent><t:TimeStamp>2026-11-22T10:00:00Z</t:TimeStamp><t:ItemId Id="i"/></t:CreatedEvent>'
STATUS = "<t:StatusEvent><t:Watermark>two</t:Watermark></t:StatusEvent>"


def envelope(
    content: str, *, code: str = "NoError", prefix: str = "s", operation: str = "GetStreamingEvents"
) -> bytes:
    message = f"{operation}ResponseMessage"
    said = "Success" if code == "NoError" else "Error"
    return (
        f'<?xml version="1.0" encoding="utf-8"?><{prefix}:Envelope '
        f'xmlns:{prefix}="http://schemas.xmlsoap.org/soap/envelope/"><{prefix}:Body>'
        f'<m:{operation}Response xmlns:m="{M}" xmlns:t="{T}"><m:ResponseMessages>'
        f'<m:{message} ResponseClass="{said}"><m:ResponseCode>{code}</m:ResponseCode>{content}</m:{message}>'
        f"</m:ResponseMessages></m:{operation}Response></{prefix}:Body></{prefix}:Envelope>"
    ).encode()


def heard(subscription: str, *events: str, namespace: str = "m") -> str:
    return (
        f"<{namespace}:Notification><t:SubscriptionId>{subscription}</t:SubscriptionId>"
        f"<t:PreviousWatermark>one</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>"
        f"{''.join(events)}</{namespace}:Notification>"
    )


def in_pieces(document: bytes, cuts: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(document) + 1) for cut in cuts), len(document)]
    return [document[a:b] for a, b in pairwise(edges)]


@given(
    contents=st.lists(st.sampled_from([HEARTBEAT, heard("a", CREATED), heard("b")]), min_size=1, max_size=5),
    prefix=st.sampled_from(["s", "soap11", "SOAP-ENV"]),
    gap=st.sampled_from([b"", b"\r\n"]),
    cuts=st.lists(st.integers(min_value=0), max_size=12),
)
def test_wherever_the_network_cuts_the_bytes_the_envelopes_come_out_whole(
    contents: list[str], prefix: str, gap: bytes, cuts: list[int]
) -> None:
    sent = [envelope(content, prefix=prefix) for content in contents]
    envelopes = Envelopes()
    got = [each for piece in in_pieces(gap.join(sent), cuts) for each in envelopes.take(piece)]
    assert got == sent


def test_an_envelope_without_an_end_is_not_held_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roomd_daemon.exchange.watching.envelopes.LARGEST_BODY", 1000)
    envelopes = Envelopes()
    assert list(envelopes.take(b"<s:Envelope>" + b" " * 900)) == []
    with pytest.raises(Malformed, match="larger"):
        list(envelopes.take(b" " * 100))


@pytest.mark.parametrize("namespace", ["m", "t"])
def test_a_subscription_that_heard_something_has_stirred(namespace: str) -> None:
    told = heard("a", CREATED, namespace=namespace) + heard("b", STATUS, namespace=namespace)
    news = read_news(open_envelope(envelope(f"<m:Notifications>{told}</m:Notifications>")))
    assert news == News(stirred=frozenset({"a"}))


def test_a_heartbeat_says_nothing_and_a_farewell_says_that_it_is_over() -> None:
    assert read_news(open_envelope(envelope(HEARTBEAT))) == News()
    assert read_news(open_envelope(envelope(HEARTBEAT.replace("OK", "Closed")))) == News(ended=True)


def test_lost_subscriptions_are_named() -> None:
    ids = "<m:ErrorSubscriptionIds><t:SubscriptionId>a</t:SubscriptionId></m:ErrorSubscriptionIds>"
    news = read_news(open_envelope(envelope(ids, code="ErrorExpiredSubscription")))
    assert news == News(ended=True, lost="ErrorExpiredSubscription", lost_ids=frozenset({"a"}))


def test_any_other_error_in_a_stream_is_a_refusal() -> None:
    with pytest.raises(ServerFault, match="ErrorServerBusy"):
        read_news(open_envelope(envelope("", code="ErrorServerBusy")))


def test_the_answer_to_a_question_tells_whether_something_stirred_and_where_to_go_on() -> None:
    nothing = envelope(heard("a", STATUS), operation="GetEvents")
    assert read_pulled(open_envelope(nothing)) == Pulled(Cursor("a", "two"), stirred=False, more=False)
    event = CREATED.replace("<t:CreatedEvent>", "<t:CreatedEvent><t:Watermark>three</t:Watermark>")
    something = envelope(heard("a", event).replace("false", "true"), operation="GetEvents")
    assert read_pulled(open_envelope(something)) == Pulled(Cursor("a", "three"), stirred=True, more=True)


def test_an_answer_without_a_watermark_is_not_believed() -> None:
    with pytest.raises(Malformed, match="watermark"):
        read_pulled(open_envelope(envelope(heard("a", CREATED), operation="GetEvents")))


def test_calendars_share_connections_up_to_the_documented_limits() -> None:
    many = [f"room-{number:04}@example.com" for number in range(700)]
    groups = groups_of(reversed(many), WatchSettings())
    assert [len(group.mailboxes) for group in groups] == [200, 200, 200, 100]
    assert [group.may_stream for group in groups] == [True, True, True, False]
    assert [mailbox for group in groups for mailbox in group.mailboxes] == many


def test_nobody_is_watched_where_nobody_is_listed() -> None:
    assert groups_of([], WatchSettings()) == []


@pytest.mark.parametrize("wrong", [{"streams": 0}, {"streams": 11}, {"group": 201}, {"minutes": 31}, {"minutes": 0}])
def test_what_exchange_does_not_take_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be 1 to"):
        WatchSettings(**wrong)  # type: ignore[arg-type]


def test_waits_grow_with_every_failure_up_to_a_bound_and_are_spread_over_all_of_it() -> None:
    assert [wait_after(failures, 120.0, lambda: 1.0) for failures in (0, 1, 2, 6, 7, 10_000)] == [
        1,
        2,
        4,
        64,
        120,
        120,
    ]
    assert wait_after(5, 120.0, lambda: 0.0) == 0.0
