"""A group watched by a stream: one subscription for each calendar, one connection for all of them."""

from collections.abc import Callable
from typing import TypeAlias

from roomd_core.model import WatchMeans
from roomd_core.sync.remote import (
    Alive,
    MailboxUnavailable,
    Rejected,
    RemoteError,
    RetryLater,
    Signal,
    Stirred,
    WatchedBy,
)
from roomd_daemon.exchange.trouble import Request
from roomd_daemon.exchange.watching import asking
from roomd_daemon.exchange.watching.hotline import Hotline
from roomd_daemon.exchange.watching.news import News, read_subscription

Tell: TypeAlias = Callable[[Signal], None]

_SHORT = 10
"""Minutes of a connection while a calendar is missing from the group: then it is tried again."""
_ITS_OWN = (Rejected, MailboxUnavailable, RetryLater)
"""What goes wrong with one mailbox and not with the others."""


class SubscriptionsLost(RetryLater):
    """Some subscriptions are worth nothing any more; the others stand."""


class Stream:
    """The subscriptions of a group, kept from one connection to the next."""

    def __init__(self, mailboxes: tuple[str, ...], line: Hotline, minutes: int, tell: Tell) -> None:
        self._mailboxes = mailboxes
        self._line = line
        self._minutes = minutes
        self._tell = tell
        self._subscribed: dict[str, str] = {}
        self._lost: tuple[str, tuple[str, ...]] | None = None
        self.was_asked_for = False
        self.was_opened = False

    async def listen(self) -> None:
        """Subscribe where it is missing, then tell what the stream tells until its time is over.

        Events between two connections may be lost: each begins with everything stirred. Raise a RemoteError;
        SubscriptionsLost where the rest can be gone on with.
        """
        self.was_asked_for = self.was_opened = False
        self._lost = None
        await self._subscribe()
        self.was_asked_for = True
        minutes = self._minutes if len(self._subscribed) == len(self._mailboxes) else min(_SHORT, self._minutes)
        await self._line.listen(
            Request(
                operation="GetStreamingEvents",
                mailbox=min(self._subscribed.values()),
                payload=asking.get_streaming_events(tuple(self._subscribed), minutes),
            ),
            self._hear,
        )
        self._check_end()

    def forget(self) -> None:
        """Give every subscription up: the next connection begins from nothing."""
        self._subscribed.clear()
        self._line.start_over()

    def _check_end(self) -> None:
        if self._lost:
            code, mailboxes = self._lost
            raise SubscriptionsLost(f"Exchange lost {len(mailboxes)} subscriptions ({code})", code=code)
        if not self.was_opened:
            raise RetryLater("Exchange ended the stream before it had begun")

    async def _subscribe(self) -> None:
        held, refusal = set(self._subscribed.values()), None
        for mailbox in self._mailboxes:
            if mailbox not in held:
                refusal = await self._subscribe_to(mailbox) or refusal
        if refusal and not self._subscribed:
            raise refusal

    async def _subscribe_to(self, mailbox: str) -> RemoteError | None:
        """Add one calendar; return why not, where that is this mailbox's own matter."""
        ask = Request(operation="Subscribe", mailbox=mailbox, payload=asking.subscribe_to_stream(mailbox))
        try:
            subscription_id = await self._line.ask(ask, read_subscription)
        except _ITS_OWN as error:
            self._tell(WatchedBy(mailboxes=(mailbox,), means=WatchMeans.POLLING, reason=str(error)))
            return error
        self._line.anchor_to(mailbox)
        self._subscribed[subscription_id] = mailbox
        return None

    def _hear(self, news: News) -> None:
        if news.lost:
            self._lose(news)
            return
        everything = tuple(self._subscribed.values())
        if not self.was_opened:
            self.was_opened = True
            self._tell(WatchedBy(mailboxes=everything, means=WatchMeans.STREAMING))
            self._tell(Stirred(mailboxes=everything))
        elif stirred := tuple(self._subscribed[each] for each in news.stirred if each in self._subscribed):
            self._tell(Stirred(mailboxes=stirred))
        self._tell(Alive(mailboxes=everything))

    def _lose(self, news: News) -> None:
        lost = news.lost_ids & self._subscribed.keys() or set(self._subscribed)
        mailboxes = tuple(self._subscribed.pop(each) for each in lost)
        self._lost = news.lost, mailboxes
