"""What an envelope of a stream, or the answer to GetEvents, tells. Never what changed: only where."""

from collections.abc import Iterator

from msgspec import Struct

from roomd_daemon.exchange.codes import LOST_SUBSCRIPTION
from roomd_daemon.exchange.soap import (
    MESSAGES,
    Element,
    Malformed,
    ServerFault,
    check,
    only_message,
    response_messages,
)

_NO_EVENT = frozenset({"SubscriptionId", "PreviousWatermark", "MoreEvents", "StatusEvent"})


class News(Struct, frozen=True, kw_only=True):
    """``stirred`` are subscriptions that heard something. ``ended`` says that the stream says no more.

    ``lost`` says why subscriptions are worth nothing any more, and ``lost_ids`` which; none named means all.
    """

    stirred: frozenset[str] = frozenset()
    ended: bool = False
    lost: str = ""
    lost_ids: frozenset[str] = frozenset()


class Cursor(Struct, frozen=True):
    """A pull subscription, and how far it was asked about."""

    subscription_id: str
    watermark: str


class Pulled(Struct, frozen=True):
    """What a pull subscription told: its next cursor, whether something stirred, and whether more is waiting."""

    cursor: Cursor
    stirred: bool
    more: bool


def read_news(answer: Element) -> News:
    """Read one envelope of a stream. Raise ServerFault for a refusal that is not a subscription's own."""
    stirred: set[str] = set()
    ended = False
    for message in response_messages(answer):
        try:
            check(message)
        except ServerFault as fault:
            if fault.code not in LOST_SUBSCRIPTION:
                raise
            named = message.iterfind(f"{MESSAGES}ErrorSubscriptionIds/{{*}}SubscriptionId")
            return News(ended=True, lost=fault.code, lost_ids=frozenset(each.text or "" for each in named))
        ended = ended or message.findtext(MESSAGES + "ConnectionStatus") == "Closed"
        stirred.update(_stirred(message))
    return News(stirred=frozenset(stirred), ended=ended)


def read_subscription(answer: Element) -> str:
    """Read the id of a streaming subscription."""
    return _required(only_message(answer), "SubscriptionId")


def read_cursor(answer: Element) -> Cursor:
    """Read a pull subscription."""
    message = only_message(answer)
    return Cursor(_required(message, "SubscriptionId"), _required(message, "Watermark"))


def read_pulled(answer: Element) -> Pulled:
    """Read the answer to GetEvents. The last event's watermark is where to go on from."""
    message = only_message(answer)
    watermarks = [each.text for each in message.iter("{*}Watermark")]
    if not watermarks or not watermarks[-1]:
        raise Malformed("what a subscription heard has no watermark")
    cursor = Cursor(_required(message, "SubscriptionId"), watermarks[-1])
    more = next(message.iter("{*}MoreEvents"), None)
    return Pulled(cursor, any(True for _ in _stirred(message)), more is not None and more.text in ("true", "1"))


def _stirred(message: Element) -> Iterator[str]:
    """List the subscriptions with an event. Their namespace differs between schema and samples."""
    for notification in message.iter("{*}Notification"):
        names = {child.tag.rpartition("}")[2] for child in notification}
        if names - _NO_EVENT:
            yield _required(notification, "SubscriptionId")


def _required(parent: Element, name: str) -> str:
    found = next(parent.iter(f"{{*}}{name}"), None)
    if found is None or not found.text:
        raise Malformed(f"a subscription's answer has no {name}")
    return found.text
