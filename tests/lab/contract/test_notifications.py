"""Subscribe, GetEvents and GetStreamingEvents."""

from dataclasses import replace

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Endpoint, eventually
from lab.contract.requests import CALENDAR, delete, set_field, update

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


@pytest.mark.page("handling-notification-related-errors-in-ews-in-exchange")
def test_a_subscription_ends_once(endpoint: Endpoint) -> None:
    subscription_id = endpoint.ask(STREAMING).text("//m:SubscriptionId")
    unsubscribe(endpoint, subscription_id)
    request = f"<m:Unsubscribe><m:SubscriptionId>{subscription_id}</m:SubscriptionId></m:Unsubscribe>"
    assert endpoint.ask(request).code == "ErrorSubscriptionNotFound"


@pytest.mark.page("subscribe-operation")
def test_a_change_and_a_deletion_are_events(endpoint: Endpoint, book: Book) -> None:
    every = (
        "<t:EventTypes><t:EventType>ModifiedEvent</t:EventType><t:EventType>DeletedEvent</t:EventType>"
        "<t:EventType>MovedEvent</t:EventType></t:EventTypes>"
    )
    item, gone, moved = book(), book(), book()
    opened = endpoint.ask(PULL.replace(KINDS, every))
    subscription_id, watermark = opened.text("//m:SubscriptionId"), opened.text("//m:Watermark")
    subject = set_field("item:Subject", "<t:Subject>Changed</t:Subject>")
    assert endpoint.ask(update(item.element(), subject)).code == "NoError"
    assert endpoint.ask(delete(gone.element())).code == "NoError"
    assert endpoint.ask(delete(moved.element(), "MoveToDeletedItems")).code == "NoError"
    wanted = {("ModifiedEvent", item.id), ("DeletedEvent", gone.id), ("MovedEvent", moved.id)}

    def told() -> set[tuple[str, str]]:
        seen = endpoint.ask(events(subscription_id, watermark))
        return {
            (event.tag.rpartition("}")[2], element.get("Id"))
            for event in seen.all("//m:Notification/*")
            for element in event.iter("{*}ItemId", "{*}OldItemId")
        }

    eventually(lambda: wanted <= told())
    unsubscribe(endpoint, subscription_id)


@pytest.mark.page("subscribe-operation")
def test_a_subscription_belongs_to_who_made_it(endpoint: Endpoint) -> None:
    username, password = endpoint.site.require("delegate", "delegate_password")
    subscription_id = endpoint.ask(PULL).text("//m:SubscriptionId")
    other = Endpoint(replace(endpoint.site, username=username, password=password))
    answer = other.ask_as("", events(subscription_id, "AAAA"))
    assert answer.code in {"ErrorSubscriptionAccessDenied", "ErrorSubscriptionNotFound", "ErrorInvalidWatermark"}
    other.close()
    unsubscribe(endpoint, subscription_id)
