"""Two daemons on two copies of one state folder of the same machine."""

from pathlib import Path
from shutil import copytree

import pytest

from daemon.lab_daemon import a_person, lab_daemon
from daemon.live_daemon import TOMORROW
from roomd_core.api.wire import Booking
from roomd_core.errors import StoreError
from roomd_lab import Lab, LabAddress

ROOM = "guanghan@example.com"
MORE = a_person("zhangsan") + f'[[room]]\naddress = "{ROOM}"\nname = "Guanghan"\n'


async def test_a_copy_never_sends_beside_the_store_it_was_made_from(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    plan = Booking(rooms=(ROOM,), start=TOMORROW, end=TOMORROW.replace(minute=30), title="Plans")
    async with lab_daemon(here, lab, address, MORE) as client:
        await client.sync(wait=True)
        there.mkdir()
        copytree(here / "state", there / "state")
        with pytest.raises(StoreError, match="Another roomd of this machine"):
            async with lab_daemon(there, lab, address, MORE):
                pass
        await client.book(plan, wait=True)

    async with lab_daemon(there, lab, address, MORE) as client:
        assert "a copy of the one that last ran in" in (await client.status()).quarantine
        again = await client.book(
            Booking(rooms=(ROOM,), start=plan.end, end=plan.end.replace(minute=45), title="Copy")
        )
        await client.sync(wait=True)
        assert [item.subject for item in lab.outlook.calendar("zhangsan@example.com")] == ["Plans"]
        await client.release()
        await client.sync(wait=True)
        assert (await client.event(again.id)).state == "synced"
    assert {item.subject for item in lab.outlook.calendar("zhangsan@example.com")} == {"Plans", "Copy"}
