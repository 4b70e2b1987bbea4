"""Every subscription of the organization, who may use it, and when it ends."""

import base64
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.limits import Limits
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.subscription import Subscription, Wish

_LOSSES = {
    "ErrorSubscriptionNotFound": "Subscription not found.",
    "ErrorExpiredSubscription": "The subscription has expired.",
    "ErrorInvalidSubscription": "The subscription is no longer valid.",
    "ErrorMissedNotificationEvents": "Events have been missed; the subscription must be created again.",
    "ErrorReadEventsFailed": "Notifications cannot be read at this time. Create a new subscription.",
    "ErrorSubscriptionUnsubsribed": "The subscription has been unsubscribed.",
    "ErrorNewEventStreamConnectionOpened": "Another connection streams this subscription.",
}


class Subscriptions:
    """Opens, finds and ends subscriptions. A restarted server has none."""

    def __init__(self, now: Callable[[], datetime], limits: Limits) -> None:
        self._now = now
        self.limits = limits
        self._open: dict[str, Subscription] = {}
        self._connections: Counter[str] = Counter()

    def __getstate__(self) -> dict[str, object]:
        """Subscriptions and streams do not outlive the server."""
        return {**self.__dict__, "_open": {}, "_connections": Counter()}

    def open(self, mailbox: Mailbox, creator: str, wish: Wish) -> Subscription:
        """Begin to listen to a mailbox.

        Raises ErrorExceededSubscriptionCount: subscriptions are charged to the mailbox they are on.
        """
        self._expire()
        held = sum(each.mailbox == mailbox.owner.key for each in self._open.values() if each.loss is None)
        if held >= self.limits.subscriptions:
            raise ExchangeError("ErrorExceededSubscriptionCount", "You have exceeded the available subscriptions.")
        subscription = Subscription(
            subscription_id=base64.b64encode(b"\x0e\x00lab" + secrets.token_bytes(24)).decode(),
            creator=creator,
            mailbox=mailbox.owner.key,
            observers=mailbox.observers,
            wish=wish,
            capacity=self.limits.queued_events,
            expires=self._now() + wish.lifetime,
        )
        mailbox.observers.add(subscription.hear)
        self._open[subscription.subscription_id] = subscription
        return subscription

    def use(self, subscription_id: str, creator: str, *, pull: bool) -> Subscription:
        """A subscription its creator fetches from, which keeps it alive.

        Raises ErrorSubscriptionNotFound, ErrorSubscriptionAccessDenied, ErrorInvalidPullSubscriptionId, and the
        code it has failed with.
        """
        self._expire()
        found = self._open.get(subscription_id)
        if found is None:
            raise loss_of("ErrorSubscriptionNotFound")
        if found.creator != creator:
            raise ExchangeError("ErrorSubscriptionAccessDenied", "The subscription belongs to somebody else.")
        if found.loss is not None:
            raise loss_of(found.loss)
        if pull is not found.wish.is_pull:
            code = "ErrorInvalidPullSubscriptionId" if pull else "ErrorInvalidSubscription"
            raise ExchangeError(code, "The subscription is not of this kind.")
        self.keep_alive(found)
        return found

    def keep_alive(self, subscription: Subscription) -> None:
        """Its lifetime begins anew."""
        subscription.expires = self._now() + subscription.wish.lifetime

    def close(self, subscription_id: str, creator: str) -> None:
        """Stop listening. Raises as `use` does."""
        found = self._open.get(subscription_id)
        if found is None or found.creator != creator:
            raise loss_of("ErrorSubscriptionNotFound")
        found.fail("ErrorSubscriptionUnsubsribed")
        self._forget(found)

    def lose(self, code: str = "ErrorSubscriptionNotFound") -> int:
        """Let every subscription fail, as after a restart or a failover; says how many there were."""
        failed = list(self._open.values())
        for subscription in failed:
            subscription.fail(code)
            if code == "ErrorSubscriptionNotFound":
                self._forget(subscription)
        return len(failed)

    def connect(self, holder: str) -> None:
        """Count a stream that is being opened. Raises ErrorExceededConnectionCount."""
        if self._connections[holder] >= self.limits.hanging_connections:
            raise ExchangeError(
                "ErrorExceededConnectionCount",
                "You have exceeded the available concurrent connections for your account. "
                "Try again once your other requests have completed.",
            )
        self._connections[holder] += 1

    def disconnect(self, holder: str) -> None:
        """Count a stream that has ended."""
        self._connections[holder] -= 1

    def minutes(self, number: int) -> timedelta:
        """A lifetime in this server's minutes."""
        return timedelta(seconds=number * self.limits.minute_seconds)

    def _expire(self) -> None:
        """An expired subscription is remembered for as long again, so that its user hears what became of it."""
        now = self._now()
        for each in list(self._open.values()):
            if each.stream is None and each.loss is None and now > each.expires:
                each.fail("ErrorExpiredSubscription")
            if each.loss and now > each.expires + each.wish.lifetime:
                self._forget(each)

    def _forget(self, subscription: Subscription) -> None:
        if self._open.pop(subscription.subscription_id, None):
            subscription.observers.remove(subscription.hear)


def loss_of(code: str) -> ExchangeError:
    """Why a subscription cannot be used any more."""
    return ExchangeError(code, _LOSSES.get(code, "The subscription cannot be used."))
