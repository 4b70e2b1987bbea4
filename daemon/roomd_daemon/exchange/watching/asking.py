"""The XML of what watching asks. Pure functions to one element each."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from roomd_daemon.exchange.reads import NAMESPACES, calendar, element
from roomd_daemon.exchange.soap import Element

_EVENTS = "".join(
    f"<t:EventType>{kind}Event</t:EventType>" for kind in ("Created", "Modified", "Deleted", "Moved", "Copied")
)
PULL_MINUTES = 30
"""How long Exchange keeps a pull subscription that nobody asks about (EWS Timeout)."""


def subscribe_to_stream(mailbox: str) -> Element:
    """Ask for a streaming subscription to a calendar (EWS Subscribe)."""
    return _subscribe("StreamingSubscriptionRequest", mailbox, "")


def subscribe_to_pull(mailbox: str) -> Element:
    """Ask for a pull subscription to a calendar, from here on: an earlier watermark would cost a scan."""
    return _subscribe("PullSubscriptionRequest", mailbox, f"<t:Timeout>{PULL_MINUTES}</t:Timeout>")


def get_streaming_events(subscription_ids: Sequence[str], minutes: int) -> Element:
    """Ask to be told, for that long, of what these subscriptions hear (EWS GetStreamingEvents)."""
    ids = "".join(f"<t:SubscriptionId>{escape(each)}</t:SubscriptionId>" for each in subscription_ids)
    return element(
        f"<m:GetStreamingEvents {NAMESPACES}><m:SubscriptionIds>{ids}</m:SubscriptionIds>"
        f"<m:ConnectionTimeout>{minutes}</m:ConnectionTimeout></m:GetStreamingEvents>"
    )


def get_events(subscription_id: str, watermark: str) -> Element:
    """Ask what a pull subscription heard since the watermark (EWS GetEvents)."""
    return element(
        f"<m:GetEvents {NAMESPACES}><m:SubscriptionId>{escape(subscription_id)}</m:SubscriptionId>"
        f"<m:Watermark>{escape(watermark)}</m:Watermark></m:GetEvents>"
    )


def _subscribe(kind: str, mailbox: str, rest: str) -> Element:
    return element(
        f"<m:Subscribe {NAMESPACES}><m:{kind}><t:FolderIds>{calendar(mailbox)}</t:FolderIds>"
        f"<t:EventTypes>{_EVENTS}</t:EventTypes>{rest}</m:{kind}></m:Subscribe>"
    )
