"""The audits: when each mailbox was last compared with Exchange's own view, and what differed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from roomd_core.model import AuditedMailbox, Finding, PassedOver, Side
from roomd_core.store.encoding import instant, maybe, seconds
from roomd_core.store.table import Row, Table, insert, select

_COLUMNS = ("mailbox", "start_at", "end_at", "title", "shown_by", "event")
_ADD = insert("finding", _COLUMNS)
_SELECT = select("finding", _COLUMNS)
_PASSED_OVER = ("mailbox", "title", "reason", "event")
_PASS_OVER = insert("passed_over", _PASSED_OVER)
_SELECT_PASSED_OVER = select("passed_over", _PASSED_OVER)


class Audits(Table):
    """Tables ``finding`` and ``passed_over``, and when mailboxes were audited."""

    async def put(
        self, mailbox: str, at: datetime, findings: Sequence[Finding], passed_over: Sequence[PassedOver] = ()
    ) -> None:
        """Store what an audit found, and what it could not read, in place of what the one before it did."""
        await self._run("DELETE FROM finding WHERE mailbox = :mailbox", mailbox=mailbox)
        await self._run("DELETE FROM passed_over WHERE mailbox = :mailbox", mailbox=mailbox)
        await self._run_many(_ADD, [_to_row(finding) for finding in findings])
        await self._run_many(
            _PASS_OVER, [(each.mailbox, each.title, each.reason, each.event) for each in passed_over]
        )
        await self._run("UPDATE mailbox SET audited_at = :at WHERE address = :a", at=seconds(at), a=mailbox)

    async def all(self) -> list[AuditedMailbox]:
        """Return every listed mailbox with its newest audit, in the order of the configuration."""
        found: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in map(_from_row, await self._rows(f"{_SELECT} ORDER BY mailbox, start_at, title")):
            found[finding.mailbox].append(finding)
        left_out: defaultdict[str, list[PassedOver]] = defaultdict(list)
        for mailbox, title, reason, event in await self._rows(f"{_SELECT_PASSED_OVER} ORDER BY mailbox, title"):
            left_out[mailbox].append(PassedOver(mailbox=mailbox, title=title, reason=reason, event=event))
        rows = await self._rows("SELECT address, audited_at FROM mailbox WHERE listed ORDER BY position")
        return [
            AuditedMailbox(
                address=address,
                audited_at=maybe(instant, at),
                findings=tuple(found[address]),
                passed_over=tuple(left_out[address]),
            )
            for address, at in rows
        ]

    async def longest_ago(self, limit: int) -> list[str]:
        """Return the listed mailboxes that were read to the end and whose audit is the longest ago, if ever."""
        rows = await self._rows(
            "SELECT address FROM mailbox WHERE listed AND read_at IS NOT NULL AND error IS NULL"
            " ORDER BY coalesce(audited_at, 0), position LIMIT :limit",
            limit=limit,
        )
        return [address for (address,) in rows]

    async def count(self) -> int:
        """Return how many findings there are about listed mailboxes."""
        return int(
            await self._value(
                "SELECT count(*) FROM finding JOIN mailbox ON mailbox.address = finding.mailbox WHERE listed"
            )
        )


def _to_row(finding: Finding) -> Row:
    return (
        finding.mailbox,
        seconds(finding.start),
        seconds(finding.end),
        finding.title,
        finding.shown_by,
        finding.event,
    )


def _from_row(row: Row) -> Finding:
    mailbox, start_at, end_at, title, shown_by, event = row
    return Finding(
        mailbox=mailbox,
        start=instant(start_at),
        end=instant(end_at),
        title=title,
        shown_by=Side(shown_by),
        event=event,
    )
