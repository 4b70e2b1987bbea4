"""Subscribe, GetEvents and GetStreamingEvents."""

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Endpoint, eventually
from lab.contract.requests import CALENDAR

KINDS = "<t:EventTypes><t:EventType>CreatedEvent</t:EventType><t:EventType>ModifiedEvent</t:EventType></t:EventTypes>"
PULL = (
    f"<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>{CALENDAR}</t:FolderIds>{KINDS}<t:Timeout>10</t:Timeout>"
    "</m:PullSubscriptionRequest></m:Subscribe>"
)
STREAMING = (
    f"<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>{CALENDAR}</t:FolderIds>{KINDS}"
    "</m:StreamingSubscriptionRequest></m:Subscribe>"
)


def events(subscription_id: str, watermark: str) -> str:
    return (
        f"<m:GetEvents><m:SubscriptionId>{subscription_id}</m:SubscriptionId><m:Watermark>{watermark}</m:Watermark>"
        "</m:GetEvents>"
    )


def streaming(subscription_id: str, minutes: int = 1) -> str:
    return (
        f"<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>{subscription_id}</t:SubscriptionId>"
        f"</m:SubscriptionIds><m:ConnectionTimeout>{minutes}</m:ConnectionTimeout></m:GetStreamingEvents>"
    )


def unsubscribe(endpoint: Endpoint, subscription_id: str) -> None:
    request = f"<m:Unsubscribe><m:SubscriptionId>{subscription_id}</m:SubscriptionId></m:Unsubscribe>"
    assert endpoint.ask(request).code == "NoError"


@pytest.mark.page("getevents-operation")
def test_events_are_pulled_and_a_quiet_time_is_a_status_event(endpoint: Endpoint, book: Book) -> None:
    opened = endpoint.ask(PULL)
    subscription_id, watermark = opened.text("//m:SubscriptionId"), opened.text("//m:Watermark")
    assert endpoint.ask(events(subscription_id, watermark)).all("//t:StatusEvent") != []
    item = book()
    told = eventually(
        lambda: [
            element.get("Id")
            for element in endpoint.ask(events(subscription_id, watermark)).all("//t:CreatedEvent/t:ItemId")
        ]
    )
    assert item.id in told
    unsubscribe(endpoint, subscription_id)
    assert endpoint.ask(events(subscription_id, watermark)).code == "ErrorSubscriptionNotFound"


@pytest.mark.page("how-to-stream-notifications-about-mailbox-events-by-using-ews-in-exchange")
def test_events_are_streamed(endpoint: Endpoint, book: Book) -> None:
    subscription_id = endpoint.ask(STREAMING).text("//m:SubscriptionId")
    item = book()
    heard = b""
    with endpoint.stream(streaming(subscription_id)) as response:
        assert response.headers["Transfer-Encoding"] == "chunked"
        for piece in response.iter_content(None):
            heard += piece
            if item.id.encode() in heard or b"Closed" in heard:
                break
    assert item.id.encode() in heard
    assert b"<m:ConnectionStatus>OK</m:ConnectionStatus>" in heard
    unsubscribe(endpoint, subscription_id)


@pytest.mark.page("connectiontimeout")
@pytest.mark.parametrize("minutes", [0, 31])
def test_a_stream_lasts_from_1_to_30_minutes(endpoint: Endpoint, minutes: int) -> None:
    subscription_id = endpoint.ask(STREAMING).text("//m:SubscriptionId")
    assert endpoint.ask(streaming(subscription_id, minutes)).code == "ErrorSchemaValidation"
    unsubscribe(endpoint, subscription_id)


@pytest.mark.page("responsecode")
def test_a_watermark_that_is_none_is_refused(endpoint: Endpoint) -> None:
    subscription_id = endpoint.ask(PULL).text("//m:SubscriptionId")
    assert endpoint.ask(events(subscription_id, "AAAA")).code == "ErrorInvalidWatermark"
    unsubscribe(endpoint, subscription_id)
