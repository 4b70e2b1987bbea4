"""Bookings as they come back from Exchange, by a whole daemon over TLS and NTLM."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.lab_daemon import a_person, lab_daemon
from daemon.live_daemon import TOMORROW
from roomd_core.api.wire import Booking, EventPatch, Repeat, Scope
from roomd_core.model import Answer, ChangeKind, ConflictKind, EventStatus, Side
from roomd_core.recurrence import Daily, Numbered
from roomd_daemon.service import DATABASE
from roomd_lab import Lab, LabAddress

BOSS, ROOM = "zhangsan@example.com", "guanghan@example.com"
MORE = a_person("zhangsan") + f'[[room]]\naddress = "{ROOM}"\nname = "Guanghan"\n'
HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna", "Asia/Chongqing", "Asia/Shanghai"])
async def test_reading_a_booking_back_is_no_change_whatever_its_zone_is_called_there(
    tmp_path: Path, lab: Lab, address: LabAddress, zone: str
) -> None:
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        plan = Booking(rooms=(ROOM,), start=TOMORROW, end=TOMORROW + HOUR, title="Plans", zone=zone)
        booked = await client.book(plan, wait=True)
        await client.sync(wait=True)

        assert [(each.version, each.zone) for each in (booked, await client.event(booked.id))] == 2 * [(1, zone)]
        told = {each.kind for each in (await client.changes()).changes if each.event == booked.id}
        assert ChangeKind.CHANGED not in told

        renamed = await client.change(booked.id, EventPatch(title="Other"), version=1, wait=True)
        assert (renamed.version, renamed.zone) == (2, zone)


async def test_a_series_that_vanished_is_made_again_with_its_exceptions(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        weekly = Repeat(pattern=Daily(), range=Numbered(count=4))
        plan = Booking(rooms=(ROOM,), start=TOMORROW, end=TOMORROW + HOUR, title="Daily", recurrence=weekly)
        booked = await client.book(plan, wait=True)
        second, third = (TOMORROW + number * A_DAY for number in (1, 2))
        moved = EventPatch(start=second + 2 * HOUR, end=second + 3 * HOUR)
        await client.change(booked.id, moved, scope=Scope.THIS, occurrence=second, wait=True)
        await client.cancel(booked.id, scope=Scope.THIS, occurrence=third, wait=True)

    [before] = lab.outlook.calendar(BOSS)
    lab.outlook.delete(BOSS, before.uid)
    with closing(sqlite3.connect(tmp_path / "state" / DATABASE)) as store, store:
        store.execute("UPDATE mailbox SET sync_state = 'none that Exchange knows'")
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        [asked] = (await client.conflicts()).conflicts
        assert asked.kind is ConflictKind.MISSING_REMOTE
        assert [each.address for each in asked.mails[Side.LOCAL]] == [ROOM]
        await client.resolve(asked.id, Side.LOCAL)
        await client.sync(wait=True)

        [after] = lab.outlook.calendar(BOSS)
        assert after.item_id != before.item_id
        shown = (await client.event(booked.id)).occurrences
        assert [each.start for each in shown] == [TOMORROW, second + 2 * HOUR, TOMORROW + 3 * A_DAY]
        [audited] = (await client.audit(BOSS)).mailboxes
        assert audited.findings == ()


async def test_a_meeting_deleted_without_a_word_and_saved_again_is_accepted_by_its_room(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        plan = Booking(rooms=(ROOM,), start=TOMORROW, end=TOMORROW + HOUR, title="Plans")
        booked = await client.book(plan, wait=True)
        await client.sync(wait=True)
        await client.sync(wait=True)
        lab.outlook.delete(BOSS, lab.outlook.calendar(BOSS)[0].uid)
        await client.sync(wait=True)
        assert (await client.event(booked.id)).status is EventStatus.CANCELLED
        [left] = lab.outlook.calendar(ROOM)

        await client.change(booked.id, EventPatch(title="Plans again"), wait=True)
        await client.sync(wait=True)

        [anew], [held] = lab.outlook.calendar(BOSS), lab.outlook.calendar(ROOM)
        assert held.uid == anew.uid != left.uid
        assert [each.answer for each in (await client.event(booked.id)).rooms] == [Answer.ACCEPTED]
        assert (await client.conflicts()).conflicts == ()
