"""The sync runs."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from roomd_core.model import MailboxError, Run, Trigger
from roomd_core.store.encoding import encode, instant, maybe, seconds
from roomd_core.store.table import Row, Table, insert, upsert

_COLUMNS = (
    "id", "trigger", "started_at", "finished_at", "mailboxes", "fetched", "created", "changed", "deleted", "pushed",
    "conflicts", "errors",
)  # fmt: skip
_ADD = insert("run", _COLUMNS[1:])
_PUT = upsert("run", _COLUMNS, key=("id",))
_errors = msgspec.json.Decoder(tuple[MailboxError, ...])


class Runs(Table):
    """Table ``run``."""

    async def begin(self, trigger: Trigger, at: datetime) -> Run:
        """Note that a run began, and return it."""
        run = Run(id=0, trigger=trigger, started_at=at)
        return replace(run, id=await self._insert(_ADD, _to_row(run)[1:]))

    async def put(self, run: Run) -> None:
        """Store what a run did."""
        await self._run_many(_PUT, [_to_row(run)])

    async def newest(self, limit: int) -> list[Run]:
        """Return at most ``limit`` runs, the newest first."""
        rows = await self._rows(
            f"SELECT {', '.join(_COLUMNS)} FROM run ORDER BY id DESC LIMIT :limit",  # noqa: S608 - names of our own
            limit=limit,
        )
        return [_from_row(row) for row in rows]


def _to_row(run: Run) -> Row:
    return (
        run.id,
        run.trigger,
        seconds(run.started_at),
        maybe(seconds, run.finished_at),
        run.mailboxes,
        run.fetched,
        run.created,
        run.changed,
        run.deleted,
        run.pushed,
        run.conflicts,
        encode(run.errors),
    )


def _from_row(row: Row) -> Run:
    (
        number, trigger, started_at, finished_at, mailboxes, fetched, created, changed, deleted, pushed,
        conflicts, errors,
    ) = row  # fmt: skip
    return Run(
        id=number,
        trigger=Trigger(trigger),
        started_at=instant(started_at),
        finished_at=maybe(instant, finished_at),
        mailboxes=mailboxes,
        fetched=fetched,
        created=created,
        changed=changed,
        deleted=deleted,
        pushed=pushed,
        conflicts=conflicts,
        errors=_errors.decode(errors),
    )
