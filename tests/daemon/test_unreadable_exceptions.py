"""One occurrence of a series that cannot be read, as roomd's daemon meets it over TLS and NTLM."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daemon.exchange.watched_lab import settings_for
from daemon.lab_daemon import lab_daemon
from daemon.test_unreadable_items import BOSS, MORE, ROOM, START, PoisonedLab, of_boss
from roomd_core.access import Caller
from roomd_core.api.client import Client
from roomd_core.api.params import TimelineQuery
from roomd_core.api.wire import EventPatch, EventView, Health, Scope
from roomd_core.booking import BookingService
from roomd_core.booking.series_edits import Change
from roomd_core.clock import SystemClock
from roomd_core.model import Mailbox, MailboxKind, Trigger
from roomd_core.occurrences import exceptions_of
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window
from roomd_daemon.exchange import Exchange
from roomd_lab import CalendarItem, Company, Daily, LabAddress, Recurrence

A_DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SECOND = START + A_DAY


@pytest.fixture
def lab() -> PoisonedLab:
    lab = PoisonedLab(Company.seeded(people=3, rooms=5))
    lab.only = "GetItem"
    return lab


def a_series(lab: PoisonedLab) -> CalendarItem:
    rule = Recurrence(pattern=Daily(), first=START.date(), count=4)
    return lab.outlook.book(BOSS, subject="Daily", start=START, end=START + HOUR, rooms=[ROOM], recurrence=rule)


def move_second(lab: PoisonedLab, uid: str, *, by: timedelta = 2 * HOUR, subject: str = "Poison") -> None:
    start = SECOND + by
    lab.outlook.change(BOSS, uid, on=SECOND.date(), subject=subject, start=start, end=start + HOUR)


async def the_event(client: Client) -> EventView:
    [event] = {change.event for change in (await client.changes()).changes if change.event}
    return await client.event(event)


def starts(event: EventView) -> list[datetime]:
    return [each.start for each in event.occurrences]


async def title_of_second(client: Client, by: timedelta = 2 * HOUR) -> str:
    query = TimelineQuery(start=SECOND + by, end=SECOND + by + HOUR)
    [span] = (await client.timeline(query)).rooms[0].occupancies
    return span.title


async def test_its_time_is_known_all_the_same_and_it_is_said_until_it_can_be_read(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress
) -> None:
    series = a_series(lab)
    move_second(lab, series.uid)
    lab.poisoned = b"Poison"
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        for _ in range(2):
            assert not (await client.sync(wait=True)).errors
            boss = await of_boss(client)
            assert (boss.health, boss.notice) == (
                Health.OK,
                f"one item of {BOSS} cannot be read: 'Poison', a time is not a time",
            )
            assert starts(await the_event(client)) == [START, SECOND + 2 * HOUR, START + 2 * A_DAY, START + 3 * A_DAY]
            assert await title_of_second(client) == "Daily", "what it says instead is not known"

        lab.poisoned = b""
        await client.sync(wait=True)
        assert (await of_boss(client)).notice == ""
        assert await title_of_second(client) == "Poison"


async def test_what_is_known_of_it_stays_and_moves_with_it(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress
) -> None:
    series = a_series(lab)
    move_second(lab, series.uid, by=HOUR)
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        lab.poisoned = b"Poison"
        move_second(lab, series.uid)
        await client.sync(wait=True)
        assert SECOND + 2 * HOUR in starts(await the_event(client))
        assert await title_of_second(client) == "Poison"
        assert "'Poison'" in (await of_boss(client)).notice


async def second_of(store: Store, event: str) -> tuple[datetime, str | None]:
    """Return when the second occurrence is, and what it says instead of the series' title."""
    async with store.read() as tables:
        known = await tables.events.get(event)
    assert known is not None
    [second] = [each for each in exceptions_of(known.content).values() if each]
    return second.start, second.title


async def test_a_change_here_that_meets_one_in_outlook_is_sent_beside_it(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress
) -> None:
    """What is sent meets an item changed meanwhile, which is read again with its exceptions."""
    series, clock = a_series(lab), SystemClock()
    store = await Store.open(tmp_path / "roomd.db", clock=clock)
    async with store.write() as tables:
        await tables.mailboxes.configure([Mailbox(address=BOSS, kind=MailboxKind.PERSON, name=BOSS)])
    exchange = Exchange(settings_for(lab, address))
    engine = SyncEngine(store, exchange, clock, window=Window())
    booking = BookingService(store, exchange, clock, refresh=engine.refresh, fresh_for=HOUR)
    await engine.run(Trigger.START)
    async with store.read() as tables:
        [event] = {each.event for each in await tables.occupancies.between(START, SECOND)}

    lab.poisoned = b"Poison"
    move_second(lab, series.uid)
    change = Change(patch=EventPatch(title="Renamed"), scope=Scope.ALL)
    await booking.change(Caller(user="unix:root", may_act_for_all=True), event, change)
    assert await engine.push_due() == 1
    async with store.read() as tables:
        assert await tables.operations.open_of_event(event) == []
        [unread] = await tables.unreadable.of_mailbox(BOSS)
    assert unread.title == "Poison"
    assert await second_of(store, event) == (SECOND + 2 * HOUR, None)
    assert {item.subject for item in lab.outlook.calendar(BOSS)} == {"Renamed"}

    lab.poisoned = b""
    await engine.run(Trigger.HAND)
    assert await second_of(store, event) == (SECOND + 2 * HOUR, "Poison")
    async with store.read() as tables:
        assert await tables.unreadable.of_mailbox(BOSS) == []
    await exchange.close()
    await store.close()
