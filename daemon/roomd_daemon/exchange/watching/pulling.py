"""A group asked about: a pull subscription for each calendar, and one question after another."""

import asyncio
from collections.abc import Callable

from roomd_core.model import WatchMeans
from roomd_core.sync.remote import (
    Alive,
    ExchangeUnavailable,
    MailboxUnavailable,
    Rejected,
    RemoteError,
    Stirred,
    WatchedBy,
)
from roomd_daemon.exchange.codes import TOO_MUCH_WATCHING
from roomd_daemon.exchange.settings import WatchSettings
from roomd_daemon.exchange.trouble import Request
from roomd_daemon.exchange.watching import asking
from roomd_daemon.exchange.watching.hotline import Hotline
from roomd_daemon.exchange.watching.news import Cursor, read_cursor, read_pulled
from roomd_daemon.exchange.watching.streaming import Tell

_AT_LEAST = 0.2
"""Seconds between two questions of a group, however many calendars it has."""


class Pull:
    """The pull subscriptions of a group."""

    def __init__(
        self,
        mailboxes: tuple[str, ...],
        line: Hotline,
        settings: WatchSettings,
        tell: Tell,
        wait_after: Callable[[int], float],
    ) -> None:
        self._mailboxes = mailboxes
        self._line = line
        self._pause = max(_AT_LEAST, settings.pull_every / len(mailboxes))
        self._review = settings.review
        self._tell = tell
        self._wait_after = wait_after
        self._cursors: dict[str, Cursor] = {}

    async def ask_around(self, reason: str) -> None:
        """Ask about each calendar in turn until streaming is to be tried again. Never raises for what Exchange does.

        ``reason`` says why streaming is not used. A calendar that cannot be subscribed to is left to the timed run.
        """
        loop = asyncio.get_running_loop()
        ends, failures, refused = loop.time() + self._review, 0, set[str]()
        while loop.time() < ends and len(refused) < len(self._mailboxes):
            for mailbox in self._mailboxes:
                if mailbox in refused:
                    continue
                error = await self._ask_about(mailbox, reason)
                if error and (is_refusal(error) or isinstance(error, MailboxUnavailable)):
                    refused.add(mailbox)
                failures = failures + 1 if isinstance(error, ExchangeUnavailable) else 0
                await asyncio.sleep(self._wait_after(failures) if failures else self._pause)
        await asyncio.sleep(max(0.0, ends - loop.time()))

    async def _ask_about(self, mailbox: str, reason: str) -> RemoteError | None:
        """Ask about one calendar; return what went wrong. It is subscribed to anew at its next turn then."""
        try:
            if mailbox not in self._cursors:
                await self._subscribe(mailbox)
                self._tell(WatchedBy(mailboxes=(mailbox,), means=WatchMeans.PULL, reason=reason))
                self._tell(Stirred(mailboxes=(mailbox,)))
            await self._fetch(mailbox)
        except RemoteError as error:
            self._cursors.pop(mailbox, None)
            self._tell(WatchedBy(mailboxes=(mailbox,), means=WatchMeans.POLLING, reason=str(error)))
            return error
        return None

    async def _subscribe(self, mailbox: str) -> None:
        ask = Request(operation="Subscribe", mailbox=mailbox, payload=asking.subscribe_to_pull(mailbox))
        self._cursors[mailbox] = await self._line.ask(ask, read_cursor)
        self._line.anchor_to(mailbox)

    async def _fetch(self, mailbox: str) -> None:
        stirred, more = False, True
        while more:
            cursor = self._cursors[mailbox]
            payload = asking.get_events(cursor.subscription_id, cursor.watermark)
            pulled = await self._line.ask(
                Request(operation="GetEvents", mailbox=mailbox, payload=payload), read_pulled
            )
            self._cursors[mailbox] = pulled.cursor
            stirred, more = stirred or pulled.stirred, pulled.more
        self._tell(Stirred(mailboxes=(mailbox,)) if stirred else Alive(mailboxes=(mailbox,)))


def is_refusal(error: RemoteError) -> bool:
    """Tell whether Exchange will say the same again: another way of watching is needed."""
    return isinstance(error, Rejected) or error.code in TOO_MUCH_WATCHING
