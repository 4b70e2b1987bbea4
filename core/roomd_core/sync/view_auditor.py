"""The auditor: a few mailboxes at a time are compared with Exchange's own calendar view, behind everything else."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from roomd_core.errors import StoreError
from roomd_core.model import Finding, Mailbox, PassedOver
from roomd_core.sync.case import Setting
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.pull import Puller
from roomd_core.sync.remote import ExchangeUnavailable, ItemsUnreadable, Remote, RemoteError, View
from roomd_core.sync.unread import fetch
from roomd_core.sync.view_audit import Differences, Held, compare, findings, passed_over

logger = logging.getLogger(__name__)

AT_ONCE = 5
"""Mailboxes audited after each run: 1,000 take a day and a half at a run every ten minutes."""
AHEAD = timedelta(days=90)
"""How far ahead: one question to Exchange for most rooms."""
_SHORTEST = timedelta(days=1)


class ViewAuditor:
    """Compares, reads again where something differs, and keeps what still does."""

    def __init__(self, ledger: Ledger, remote: Remote, puller: Puller, locks: MailboxLocks) -> None:
        self._ledger = ledger
        self._remote = remote
        self._puller = puller
        self._locks = locks
        self._due = asyncio.Event()

    def wake(self) -> None:
        """Say that a run has ended."""
        self._due.set()

    async def serve(self) -> None:
        """Audit after each run, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self.audit_some()
            except Exception:
                logger.exception("the audit met something unexpected; it goes on after the next run")

    async def audit_some(self) -> None:
        """Audit the few mailboxes whose turn it is. One that cannot be audited now comes again.

        Where Exchange as a whole is away, or refuses the sign-in, none is asked for any more.
        """
        async with self._ledger.store.read() as tables:
            due = await tables.audits.longest_ago(AT_ONCE)
        for address in due:
            try:
                await self.audit(address)
            except ExchangeUnavailable as error:
                logger.info("the audit goes on after a later run: %s", error)
                return
            except RemoteError as error:
                logger.info("%s is audited later: %s", address, error)
            except StoreError:
                raise
            except Exception:
                logger.exception("auditing %s failed unexpectedly; it comes again", address)

    async def audit(self, address: str) -> list[Finding]:
        """Compare one listed mailbox with Exchange's own view, and store what differs. Raise RemoteError."""
        setting = await self._ledger.setting()
        mailbox = setting.mailboxes[address]
        since, until = setting.now, min(setting.now + AHEAD, setting.now + setting.window.future)
        async with self._locks.of(address):
            await self._puller.pull(mailbox)
            held, differences = await self._compared(mailbox, since, until)
            if differences:
                await self._read_again(mailbox, differences)
                held, differences = await self._compared(mailbox, since, until)
            found = findings(address, differences, held)
            await self._keep(mailbox, setting, found, passed_over(address, differences, held))
        return found

    async def _compared(self, mailbox: Mailbox, since: datetime, until: datetime) -> tuple[list[Held], Differences]:
        view = await self._view(mailbox.address, since, until)
        async with self._ledger.store.read() as tables:
            occupancies = await tables.occupancies.between(since, until, [mailbox.address])
        cases = {case.event.id: case for case in await self._ledger.cases({each.event for each in occupancies})}
        held = [Held(occupancy=each, case=cases[each.event]) for each in occupancies]
        return held, compare(mailbox.address, held, view, since, until)

    async def _view(self, mailbox: str, since: datetime, until: datetime) -> View:
        """Ask for the calendar view; by halves where it has more than Exchange gives at once."""
        view = await self._remote.view(mailbox, since, until)
        if view.whole or until - since <= _SHORTEST:
            return view
        middle = since + (until - since) / 2
        one, other = await self._view(mailbox, since, middle), await self._view(mailbox, middle, until)
        return View(shown=one.shown + other.shown, whole=True, illegible=one.illegible + other.illegible)

    async def _read_again(self, mailbox: Mailbox, differences: Differences) -> None:
        """Read what differs as if nothing of it were known: what was missed, or misread, is put right by that."""
        cases = {each.case.event.id: each.case for each in differences.missing}
        items = [i for case in cases.values() for i in case.items if i.mailbox == mailbox.address]
        fetched = await fetch(self._remote, mailbox.address, [item.ref.item_id for item in items])
        seen, unreadable = [*fetched.read.values()], [*fetched.unreadable]
        for global_id in {each.global_id for each in differences.strange if each.global_id}:
            try:
                seen += await self._remote.find_by_global_id(mailbox.address, global_id)
            except ItemsUnreadable as error:
                seen += error.read
                unreadable += error.unreadable
        await self._puller.read_again(mailbox, seen, unreadable)

    async def _keep(
        self, mailbox: Mailbox, setting: Setting, found: Sequence[Finding], left_out: Sequence[PassedOver]
    ) -> None:
        async with self._ledger.store.write() as tables:
            await tables.audits.put(mailbox.address, setting.now, found, left_out)
        for each in left_out:
            logger.warning("an entry of Exchange's own view of %s cannot be read: %s", mailbox.address, each.reason)
        for finding in found:
            logger.warning("Exchange's own view of %s differs: %s", mailbox.address, finding)
