"""The answers of one GetStreamingEvents request, each a SOAP body of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.subscription import Subscription
from roomd_lab.model.subscriptions import Subscriptions, loss_of
from roomd_lab.soap.answers import refusal, response, success
from roomd_lab.soap.event_fields import events, notification
from roomd_lab.soap.xml import leaf

_NAME = "GetStreamingEventsResponseMessage"
_CLOSED = "<m:ConnectionStatus>Closed</m:ConnectionStatus>"


@dataclass(slots=True, kw_only=True)
class EventStream:
    """A connection that hangs for `seconds` and tells what happens to its subscriptions.

    `holder` is whose budget of hanging connections it counts against.
    """

    registry: Subscriptions
    subscriptions: tuple[Subscription, ...]
    holder: str
    seconds: float
    is_over: bool = False
    _token: object = field(default_factory=object)

    def open(self, wake: Callable[[], object]) -> str:
        """Take over the subscriptions; a stream that had one before ends."""
        for each in self.subscriptions:
            before, each.wake, each.stream = each.wake, wake, self._token
            if before:
                before()
        return self.heartbeat()

    def news(self) -> str:
        """What happened since last asked; empty for nothing. An error is the stream's last word."""
        lost = [(each, code) for each in self.subscriptions if (code := self._loss(each))]
        if lost:
            self.is_over = True
            return _failed([each.subscription_id for each, _ in lost], loss_of(lost[0][1]))
        told = "".join(
            notification(each.subscription_id, events(each.take_all())) for each in self.subscriptions if each.queue
        )
        return _message(f"<m:Notifications>{told}</m:Notifications>") if told else ""

    def heartbeat(self) -> str:
        """The connection still stands."""
        return _message("<m:ConnectionStatus>OK</m:ConnectionStatus>")

    def farewell(self) -> str:
        """The time is up."""
        self.is_over = True
        return _message(_CLOSED)

    def close(self) -> None:
        """Let go of what is still ours, and of the place among the hanging connections."""
        for each in self.subscriptions:
            if each.stream is self._token:
                each.wake = each.stream = None
                self.registry.keep_alive(each)
        self.registry.disconnect(self.holder)

    def _loss(self, subscription: Subscription) -> str | None:
        if subscription.stream is not self._token:
            return "ErrorNewEventStreamConnectionOpened"
        return subscription.loss


def refused(subscription_ids: list[str], error: ExchangeError) -> str:
    """A request with subscriptions that cannot be streamed: none of them is."""
    return _failed(subscription_ids, error)


def _failed(subscription_ids: list[str], error: ExchangeError) -> str:
    ids = "".join(leaf("m:SubscriptionId", each) for each in subscription_ids)
    listed = f"<m:ErrorSubscriptionIds>{ids}</m:ErrorSubscriptionIds>" if ids else ""
    return response("GetStreamingEvents", refusal(_NAME, error, listed + _CLOSED))


def _message(content: str) -> str:
    return response("GetStreamingEvents", success(_NAME, content))
