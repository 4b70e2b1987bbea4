import contextlib
import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from exchangelib import Account
from exchangelib.errors import ErrorExceededSubscriptionCount, ErrorInvalidWatermark, ErrorSubscriptionNotFound
from exchangelib.properties import CreatedEvent, DeletedEvent, ModifiedEvent, MovedEvent, StatusEvent

from lab.ews_schema import assert_valid
from lab.wire import EMMA, GUANGHAN, HOUR, SHUIJING, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import Company, Lab, Limits, Outlook

QUICK = Limits(minute_seconds=0.4, heartbeat_seconds=0.05, hanging_connections=2, subscriptions=3, queued_events=5)
ALL_KINDS = "".join(
    f"<t:EventType>{kind}Event</t:EventType>"
    for kind in ("Copied", "Created", "Deleted", "Modified", "Moved", "NewMail", "FreeBusyChanged")
)
CALENDAR = '<t:FolderIds><t:DistinguishedFolderId Id="calendar"/></t:FolderIds>'


@pytest.fixture
def quick() -> Iterator[Client]:
    lab = Lab(Company.seeded(), limits=QUICK)
    with lab.serve_in_thread() as address:
        yield Client(lab, address)


def subscribe(client: Client, acts_as: str = ZHANGSAN, folders: str = CALENDAR) -> str:
    request = (
        f"<m:Subscribe><m:StreamingSubscriptionRequest>{folders}<t:EventTypes>{ALL_KINDS}</t:EventTypes>"
        "</m:StreamingSubscriptionRequest></m:Subscribe>"
    )
    _, answer = client.post(envelope(request, acts_as=acts_as))
    found = re.search(rb"<m:SubscriptionId>(.+?)<", answer)
    assert found, answer
    return found[1].decode()


def subscribe_refused(client: Client, request: str) -> bytes:
    _, answer = client.post(envelope(f"<m:Subscribe>{request}</m:Subscribe>", acts_as=ZHANGSAN))
    found = re.search(rb"<m:ResponseCode>(\w+)<", answer)
    assert found
    return found[1]


def streaming_request(*ids: str, minutes: int = 1) -> str:
    listed = "".join(f"<t:SubscriptionId>{each}</t:SubscriptionId>" for each in ids)
    return (
        f"<m:GetStreamingEvents><m:SubscriptionIds>{listed}</m:SubscriptionIds>"
        f"<m:ConnectionTimeout>{minutes}</m:ConnectionTimeout></m:GetStreamingEvents>"
    )


@contextmanager
def stream(client: Client, *ids: str, acts_as: str = ZHANGSAN) -> Iterator[Callable[[], bytes]]:
    """Gives a function that reads the next chunk, which must be a whole valid envelope; empty at the end."""
    connection = client.http()
    connection.request(
        "POST", "/EWS/Exchange.asmx", envelope(streaming_request(*ids), acts_as=acts_as), client.basic()
    )
    response = connection.getresponse()
    assert response.status == 200
    chunks = read_chunks(response)

    def following() -> bytes:
        chunk = next(chunks, b"")
        if chunk:
            assert_valid(chunk)
        return chunk

    try:
        yield following
    finally:
        connection.close()


def read_chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    assert response.headers["Transfer-Encoding"] == "chunked"
    response.chunked = False  # the chunks themselves are what is looked at
    response.length = None
    while size := int(response.fp.readline(), 16):
        yield response.fp.read(size)
        response.fp.readline()


def until(following: Callable[[], bytes], wanted: bytes) -> bytes:
    while chunk := following():
        if wanted in chunk:
            return chunk
    raise AssertionError(f"the stream ended without {wanted!r}")


def book(outlook: Outlook, organizer: str = ZHANGSAN) -> str:
    return outlook.book(organizer, subject="Planning", start=TOMORROW, end=TOMORROW + HOUR).uid


def test_exchangelib_streams_what_happens(zhangsan: Account, outlook: Outlook) -> None:
    with zhangsan.calendar.streaming_subscription() as subscription_id:
        uid = book(outlook)
        outlook.change(ZHANGSAN, uid, subject="Review")
        (notification,) = zhangsan.calendar.get_streaming_events(
            subscription_id, connection_timeout=1, max_notifications_returned=1
        )
    kinds = [type(event) for event in notification.events]
    assert kinds.count(CreatedEvent) == 1
    assert ModifiedEvent in kinds
    (created,) = (event for event in notification.events if isinstance(event, CreatedEvent))
    assert created.item_id.id == outlook.meeting(ZHANGSAN, uid).item_id


def test_exchangelib_pulls_what_happened_once(zhangsan: Account, outlook: Outlook) -> None:
    with zhangsan.calendar.pull_subscription() as (subscription_id, watermark):
        uid = book(outlook)
        outlook.delete(ZHANGSAN, uid)
        outlook.delete(ZHANGSAN, book(outlook), folder=None)
        (notification,) = zhangsan.calendar.get_events(subscription_id, watermark)
        kinds = {type(event) for event in notification.events}
        assert kinds >= {CreatedEvent, MovedEvent, DeletedEvent}
        last = notification.events[-1].watermark
        (notification,) = zhangsan.calendar.get_events(subscription_id, last)
        assert [type(event) for event in notification.events] == [StatusEvent]
        with pytest.raises(ErrorInvalidWatermark):
            list(zhangsan.calendar.get_events(subscription_id, "AAAA"))
    with pytest.raises(ErrorSubscriptionNotFound):
        list(zhangsan.calendar.get_events(subscription_id, watermark))


def test_arriving_mail_is_new_mail_in_the_inbox(client: Client, outlook: Outlook) -> None:
    wanted = subscribe(client, EMMA, '<t:FolderIds><t:DistinguishedFolderId Id="inbox"/></t:FolderIds>')
    with stream(client, wanted, acts_as=EMMA) as following:
        outlook.book(ZHANGSAN, subject="Planning", start=TOMORROW, end=TOMORROW + HOUR, attendees=[EMMA])
        told = until(following, b"NewMailEvent")
    assert b"<t:CreatedEvent>" in told
    assert b"<t:UnreadCount>1</t:UnreadCount>" in told


def test_one_stream_tells_of_several_mailboxes(client: Client, outlook: Outlook) -> None:
    ids = [subscribe(client, room) for room in (GUANGHAN, SHUIJING)]
    with stream(client, *ids, acts_as=GUANGHAN) as following:
        outlook.book(ZHANGSAN, subject="x", start=TOMORROW, end=TOMORROW + HOUR, rooms=[SHUIJING])
        assert ids[1].encode() in until(following, b"CreatedEvent")


def test_the_whole_mailbox_can_be_subscribed_to(client: Client, outlook: Outlook) -> None:
    request = (
        '<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes>'
        "<t:EventType>MovedEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>"
    )
    _, answer = client.post(envelope(request, acts_as=ZHANGSAN))
    subscription_id = answer.partition(b"<m:SubscriptionId>")[2].partition(b"<")[0].decode()
    with stream(client, subscription_id) as following:
        outlook.cancel(ZHANGSAN, book(outlook))
        told = until(following, b"MovedEvent")
    assert b"OldParentFolderId" in told
    assert b"CreatedEvent" not in told


def test_a_stream_beats_and_ends_when_its_time_is_up(quick: Client) -> None:
    with stream(quick, subscribe(quick)) as following:
        words = [b"Closed" if b"Closed" in chunk else b"OK" for chunk in iter(following, b"")]
    assert len(words) > 3
    assert set(words[:-1]) == {b"OK"}
    assert words[-1] == b"Closed"


def test_a_second_stream_takes_over(client: Client, outlook: Outlook) -> None:
    wanted = subscribe(client)
    with stream(client, wanted) as first, stream(client, wanted) as second:
        assert b"OK" in second()
        assert wanted.encode() in until(first, b"ErrorNewEventStreamConnectionOpened")
        assert first() == b""
        book(outlook)
        until(second, b"CreatedEvent")


def test_too_many_streams_are_refused_until_one_ends(quick: Client) -> None:
    ids = [subscribe(quick) for _ in range(3)]
    with stream(quick, ids[0]) as first:
        first()
        with stream(quick, ids[1]) as second:
            second()
            status, answer = quick.post(envelope(streaming_request(ids[2]), acts_as=ZHANGSAN))
            assert b"ErrorExceededConnectionCount" in answer
        while b"Closed" not in first():
            pass
    with stream(quick, ids[2]) as third:
        assert b"OK" in third()
    assert status == 200


def test_a_client_that_leaves_makes_room_for_another(quick: Client) -> None:
    ids = [subscribe(quick) for _ in range(3)]
    for wanted in ids * 2:
        with stream(quick, wanted) as following:
            assert b"OK" in following()


def test_a_stream_that_fails_on_demand_leaves_its_place(quick: Client) -> None:
    wanted = subscribe(quick)
    for kind in ("close-after", "cut", "http-503"):
        quick.lab.faults.add(kind, "GetStreamingEvents", applied=True)
        with contextlib.suppress(OSError, http.client.HTTPException):
            quick.post(envelope(streaming_request(wanted), acts_as=ZHANGSAN))
    with stream(quick, wanted) as following:
        assert b"OK" in following()


def test_a_running_stream_is_cut_within_what_it_tells(client: Client, outlook: Outlook) -> None:
    wanted = subscribe(client)
    client.lab.faults.add("stream-cut", keep=0.5)
    connection = client.http()
    body = envelope(streaming_request(wanted), acts_as=ZHANGSAN)
    assert b"NoError" in client.post(envelope("<m:GetRoomLists/>"))[1]
    connection.request("POST", "/EWS/Exchange.asmx", body, client.basic())
    response = connection.getresponse()
    assert b"<m:ConnectionStatus>OK<" in response.read1()
    book(outlook)
    left = response.fp.read()
    connection.close()
    assert (b"<Envelope" in left, b"</Envelope>" in left) == (True, False)
    with stream(client, wanted) as following:
        assert b"Notifications" not in following()
        book(outlook)
        assert b"CreatedEvent" in until(following, b"Notifications")


def test_a_cut_stream_can_break_off_between_two_envelopes(quick: Client) -> None:
    quick.lab.faults.add("stream-cut", after=2, keep=0.0)
    connection = quick.http()
    body = envelope(streaming_request(subscribe(quick)), acts_as=ZHANGSAN)
    connection.request("POST", "/EWS/Exchange.asmx", body, quick.basic())
    with pytest.raises(http.client.IncompleteRead) as cut:
        connection.getresponse().read()
    connection.close()
    assert cut.value.partial.count(b"<Envelope") == cut.value.partial.count(b"</Envelope>") == 2


def test_too_many_subscriptions_are_refused(quick: Client) -> None:
    mailbox = quick.mailbox(ZHANGSAN)
    for _ in range(QUICK.subscriptions):
        subscribe(quick)
    with pytest.raises(ErrorExceededSubscriptionCount):
        mailbox.calendar.subscribe_to_streaming()
    mailbox.protocol.close()


@pytest.mark.parametrize(
    "code",
    [
        "ErrorSubscriptionNotFound",
        "ErrorExpiredSubscription",
        "ErrorInvalidSubscription",
        "ErrorMissedNotificationEvents",
        "ErrorReadEventsFailed",
    ],
)
def test_a_lost_subscription_ends_its_stream_and_is_refused_afterwards(client: Client, code: str) -> None:
    wanted = subscribe(client)
    with stream(client, wanted) as following:
        following()
        client.lab.lose_subscriptions(code)
        assert wanted.encode() in until(following, code.encode())
    _, answer = client.post(envelope(streaming_request(wanted), acts_as=ZHANGSAN))
    assert code.encode() in answer
    assert b"<m:ConnectionStatus>Closed</m:ConnectionStatus>" in answer


def test_events_nobody_fetches_are_missed(quick: Client) -> None:
    wanted = subscribe(quick)
    for _ in range(QUICK.queued_events):
        book(quick.lab.outlook)
    _, answer = quick.post(envelope(streaming_request(wanted), acts_as=ZHANGSAN))
    assert b"ErrorMissedNotificationEvents" in answer


def test_a_pull_subscription_nobody_asks_expires() -> None:
    passed = timedelta()
    lab = Lab(Company.seeded(), now=lambda: TOMORROW - timedelta(days=1) + passed)
    request = (
        f"<m:Subscribe><m:PullSubscriptionRequest>{CALENDAR}<t:EventTypes>{ALL_KINDS}</t:EventTypes>"
        "<t:Timeout>10</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>"
    )
    with lab.serve_in_thread() as address:
        client = Client(lab, address)
        _, answer = client.post(envelope(request, acts_as=ZHANGSAN))
        opened = re.search(rb"<m:SubscriptionId>(.+?)<.+<m:Watermark>(.+?)<", answer)
        assert opened
        subscription_id, watermark = (each.decode() for each in opened.groups())
        get = envelope(
            f"<m:GetEvents><m:SubscriptionId>{subscription_id}</m:SubscriptionId>"
            f"<m:Watermark>{watermark}</m:Watermark></m:GetEvents>",
            acts_as=ZHANGSAN,
        )
        assert b"StatusEvent" in client.post(get)[1]
        passed = timedelta(minutes=11)
        assert b"ErrorExpiredSubscription" in client.post(get)[1]
        passed = timedelta(minutes=30)
        assert b"ErrorSubscriptionNotFound" in client.post(get)[1]


def test_a_subscription_belongs_to_the_account_that_made_it(client: Client) -> None:
    wanted = subscribe(client)
    headers = client.basic("zhangsan")
    _, answer = client.post(envelope(streaming_request(wanted), acts_as=None), headers=headers)
    assert b"ErrorSubscriptionAccessDenied" in answer


def test_only_the_owner_of_a_mailbox_subscribes_to_it(client: Client) -> None:
    place = (
        f'<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>{ZHANGSAN}</t:EmailAddress></t:Mailbox>'
    )
    request = (
        f"<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>{place}</t:DistinguishedFolderId></t:FolderIds>"
        f"<t:EventTypes>{ALL_KINDS}</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>"
    )
    _, answer = client.post(envelope(request, acts_as=None), headers=client.basic("svc-delegate"))
    assert b"ErrorSubscriptionDelegateAccessNotSupported" in answer


EVERY_KIND = f"<t:EventTypes>{ALL_KINDS}</t:EventTypes>"
PUSH = "<t:StatusFrequency>1</t:StatusFrequency><t:URL>http://127.0.0.1/</t:URL>"
PULL = "<t:Watermark>AAAA</t:Watermark><t:Timeout>10</t:Timeout>"


@pytest.mark.parametrize(
    ("request_element", "code"),
    [
        (f"<m:StreamingSubscriptionRequest>{EVERY_KIND}</m:StreamingSubscriptionRequest>",
         b"ErrorInvalidSubscriptionRequest"),
        (f"<m:PushSubscriptionRequest>{CALENDAR}{EVERY_KIND}{PUSH}</m:PushSubscriptionRequest>",
         b"ErrorInvalidPushSubscriptionUrl"),
        (f"<m:PullSubscriptionRequest>{CALENDAR}{EVERY_KIND}{PULL}</m:PullSubscriptionRequest>",
         b"ErrorInvalidWatermark"),
    ],
)  # fmt: skip
def test_a_subscription_that_cannot_be_is_refused(client: Client, request_element: str, code: bytes) -> None:
    assert subscribe_refused(client, request_element) == code


@pytest.mark.parametrize("minutes", [0, 31])
def test_a_connection_lasts_from_one_to_thirty_minutes(client: Client, minutes: int) -> None:
    request = streaming_request(subscribe(client), minutes=minutes)
    status, answer = client.post(envelope(request, acts_as=ZHANGSAN))
    assert (status, b"ErrorSchemaValidation" in answer) == (500, True)


def test_at_most_two_hundred_subscriptions_share_a_connection(client: Client) -> None:
    request = streaming_request(*map(str, range(201)))
    assert b"ErrorInvalidSubscriptionRequest" in client.post(envelope(request, acts_as=ZHANGSAN))[1]
