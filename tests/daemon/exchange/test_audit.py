"""The audit over the wire: roomd's expansion against the lab's own calendar view, which shares no code with it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.exchange.watched_lab import WatchedLab
from roomd_core.clock import SystemClock
from roomd_core.model import Mailbox, MailboxKind, Trigger
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window
from roomd_daemon.exchange import Exchange
from roomd_lab import Company
from roomd_lab.calendars import fill_calendars


@pytest.fixture
async def lab() -> WatchedLab:
    """A company with lived-in calendars: series, meetings that were declined, people in each other's meetings."""
    lab = WatchedLab(Company.seeded(people=8, rooms=6, seed=7))
    fill_calendars(lab.company, lab.outlook, datetime.now(UTC))
    return lab


@pytest.fixture
async def engine(tmp_path: Path, lab: WatchedLab, exchange: Exchange) -> AsyncIterator[SyncEngine]:
    clock = SystemClock()
    store = await Store.open(tmp_path / "roomd.sqlite3", clock=clock)
    rooms, people = lab.company.rooms(), lab.company.people()
    async with store.write() as tables:
        await tables.mailboxes.configure(
            [
                *(Mailbox(address=address, kind=MailboxKind.ROOM, name=address) for address in rooms),
                *(Mailbox(address=address, kind=MailboxKind.PERSON, name=address) for address in people),
            ]
        )
    engine = SyncEngine(store, exchange, clock, window=Window())
    await engine.run(Trigger.START)
    yield engine
    await store.close()


async def test_nothing_differs_in_a_whole_company(engine: SyncEngine, lab: WatchedLab) -> None:
    for mailbox in (*lab.company.rooms(), *lab.company.people()):
        assert lab.outlook.calendar(mailbox)
        assert await engine.audit(mailbox) == []


async def test_an_audit_is_one_question_for_the_view_and_one_for_the_feed(
    engine: SyncEngine, lab: WatchedLab
) -> None:
    asked = len(lab.operations)
    await engine.audit(lab.company.rooms()[0])
    assert lab.operations[asked:] == ["SyncFolderItems", "FindItem"]


async def test_what_changes_meanwhile_is_read_before_it_is_compared(engine: SyncEngine, lab: WatchedLab) -> None:
    room = lab.company.rooms()[0]
    start = (datetime.now(UTC) + timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
    lab.outlook.write_into(room, subject="Painters", start=start, end=start + timedelta(hours=1))
    assert await engine.audit(room) == []
