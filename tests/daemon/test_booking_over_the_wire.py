"""Bookings as they come back from Exchange, by a whole daemon over TLS and NTLM."""

from datetime import timedelta
from pathlib import Path

import pytest

from daemon.lab_daemon import a_person, lab_daemon
from daemon.live_daemon import TOMORROW
from roomd_core.api.wire import Booking, EventPatch
from roomd_core.model import ChangeKind
from roomd_lab import Lab, LabAddress

ROOM = "guanghan@example.com"
MORE = a_person("zhangsan") + f'[[room]]\naddress = "{ROOM}"\nname = "Guanghan"\n'
HOUR = timedelta(hours=1)


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
