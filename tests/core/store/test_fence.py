"""A store that may not be the one Exchange's items belong to, and one that another daemon has taken over."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import copy, copytree

import pytest

from core.store.samples import NINE, SetClock, event, furnish
from roomd_core.errors import StoreError, TakenOver
from roomd_core.ids import is_key_of, new_key
from roomd_core.model import ChangeKind, Conflict, ConflictKind
from roomd_core.store import Store
from roomd_core.store.fence import take
from roomd_core.store.migration import migrations, prepare


async def started(folder: Path, machine: str = "here") -> Store:
    return await Store.open(folder / "roomd.db", clock=SetClock(), machine=machine)


async def lived(folder: Path, machine: str = "here", *, times: int = 1) -> str:
    """Start and stop; return why the store is in quarantine."""
    for _ in range(times):
        store = await started(folder, machine)
        await store.close()
    return store.quarantine


async def test_each_start_is_an_epoch_of_one_installation(tmp_path: Path) -> None:
    first = await started(tmp_path)
    await first.close()
    second = await started(tmp_path)
    await second.close()
    assert first.fence.installation == second.fence.installation
    assert second.fence.epoch == first.fence.epoch + 1
    assert (first.quarantine, second.quarantine) == ("", "")


async def test_a_store_on_another_machine_is_in_quarantine_until_it_is_released_there(tmp_path: Path) -> None:
    await lived(tmp_path)
    assert "another machine" in await lived(tmp_path, "elsewhere", times=2)
    store = await started(tmp_path, "elsewhere")
    assert "roomctl release" in store.quarantine
    await store.release()
    assert store.quarantine == ""
    await store.close()
    assert await lived(tmp_path, "elsewhere") == ""
    assert "another machine" in await lived(tmp_path, "here")


async def test_a_machine_without_an_id_tells_nothing(tmp_path: Path) -> None:
    await lived(tmp_path)
    assert await lived(tmp_path, "") == ""


async def test_a_database_put_back_from_a_backup_is_in_quarantine(tmp_path: Path) -> None:
    await lived(tmp_path)
    backup = copy(tmp_path / "roomd.db", tmp_path / "backup")
    await lived(tmp_path, times=2)
    copy(backup, tmp_path / "roomd.db")
    assert "put back from a backup" in await lived(tmp_path)
    assert "put back from a backup" in await lived(tmp_path), "a restart does not make it newer"


async def test_a_database_copied_without_its_stamp_is_in_quarantine(tmp_path: Path) -> None:
    await lived(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copy(tmp_path / "roomd.db", elsewhere / "roomd.db")
    assert "copied here" in await lived(elsewhere)


async def test_a_folder_copied_on_this_machine_is_in_quarantine_until_it_is_released_there(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    await lived(here)
    copytree(here, there)
    assert f"a copy of the one that last ran in {here}" in await lived(there)
    assert "a copy of" in await lived(there), "a restart does not make it the one"
    assert await lived(here) == "", "what was copied is what it was"
    store = await started(there)
    await store.release()
    await store.close()
    assert await lived(there) == ""


async def test_a_database_replaced_by_a_copy_of_itself_is_in_quarantine(tmp_path: Path) -> None:
    await lived(tmp_path)
    copy(tmp_path / "roomd.db", tmp_path / "copied")
    (tmp_path / "copied").rename(tmp_path / "roomd.db")
    assert "a copy of" in await lived(tmp_path)


async def test_a_folder_that_is_moved_is_the_same_store(tmp_path: Path) -> None:
    await lived(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    assert await lived(tmp_path / "there", times=2) == ""


@pytest.mark.parametrize(
    ("place", "is_copy"),
    [
        ("7 100 /var/lib/roomd", False),
        ("7 101 /var/lib/roomd", False),
        ("7 100 /srv/my roomd", False),
        ("7 101 /srv/my roomd", True),
        ("8 100 /var/lib/roomd", True),
        ("", False),
    ],
    ids=["the same", "disks were counted anew", "moved", "on another disk", "another file", "not known"],
)
async def test_a_copy_is_told_by_its_file(tmp_path: Path, place: str, *, is_copy: bool) -> None:
    prepare(tmp_path / "roomd.db", NINE, migrations())
    assert take(tmp_path / "roomd.db", "here", "7 100 /var/lib/roomd").quarantine == ""
    assert bool(take(tmp_path / "roomd.db", "here", place).quarantine) is is_copy


async def test_two_copies_are_not_worked_with_at_once_even_if_both_were_released(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    await lived(here)
    copytree(here, there)
    store = await started(there)
    await store.release()
    with pytest.raises(StoreError, match=rf"Another roomd of this machine \(process {os.getpid()}\)"):
        await started(here)
    await store.close()
    assert await lived(here) == ""


SQUAT = """
import os, socket, sys
os.setuid(65534)
held = socket.socket(socket.AF_UNIX)
held.bind(sys.argv[1].replace("@", chr(0), 1))
if sys.argv[2] == "listening": held.listen()
print("held", flush=True)
sys.stdin.read()
"""


def name_held() -> str:
    """Find the name that this process holds, as anybody can who looks for one."""
    # The list itself is read through one that is closed by then.
    own = {str(each.readlink()) for each in [*Path("/proc/self/fd").iterdir()] if each.is_symlink()}
    listed = Path("/proc/net/unix").read_text("ascii", errors="replace").splitlines()
    [name] = {each.split()[-1] for each in listed if "@roomd-" in each and f"socket:[{each.split()[6]}]" in own}
    return name


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user too")
@pytest.mark.parametrize("how", ["listening", "silent"])
async def test_another_user_who_takes_the_name_of_a_store_keeps_nobody_from_it(tmp_path: Path, how: str) -> None:
    store = await started(tmp_path)
    mine = name_held()
    await store.close()
    squatter = subprocess.Popen(  # noqa: ASYNC220 - our own program, and short
        [sys.executable, "-c", SQUAT, mine, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert squatter.stdout is not None
    assert squatter.stdout.readline() == b"held\n"
    assert await lived(tmp_path) == ""
    squatter.communicate()


async def test_a_daemon_that_was_paused_writes_nothing_after_another_took_over(tmp_path: Path) -> None:
    paused = await started(tmp_path)
    await furnish(paused)
    (tmp_path / "lock").unlink()
    other = await started(tmp_path, "")
    with pytest.raises(TakenOver, match="Another roomd has taken over"):
        async with paused.write() as tables:
            await tables.meta.put("late", "yes")
    with pytest.raises(TakenOver):
        await paused.require_mine()
    async with other.read() as tables:
        assert await tables.meta.get("late") is None
    await other.close()
    await paused.close()


def test_a_key_tells_which_installation_made_an_item() -> None:
    key = new_key("here")
    assert is_key_of("here", key, "1234@roomd")
    assert not is_key_of("there", key, "1234@roomd")
    assert not is_key_of("here", key, "040000008200E"), "a meeting copied in Outlook has a UID of its own"
    assert not is_key_of("here", None, "1234@roomd")
    assert not is_key_of("", new_key(), "1234@roomd")


async def test_a_store_from_before_keeps_its_conflicts_and_history_and_is_not_in_quarantine(tmp_path: Path) -> None:
    path = tmp_path / "roomd.db"
    prepare(path, NINE, [step for step in migrations() if step.version == 1])
    made = event()
    with closing(sqlite3.connect(path)) as before, before:
        before.execute(
            "INSERT INTO event VALUES"
            " (?, 'local', '', '', 'confirmed', 0, 0, 0, ?, NULL, ?, 'u', NULL, NULL, 0, 1, 0, 0)",
            (made.id, b'{"title":"Old","start":"2026-12-01T09:00:00Z","end":"2026-12-01T10:00:00Z"}', b"[]"),
        )
        before.execute(
            "INSERT INTO conflict (id, event, kind, summary, units, opened_at) VALUES"
            " ('c', ?, 'edit', 'D.', '[]', 5)",
            (made.id,),
        )
        before.execute(
            "INSERT INTO change VALUES (7, 5, 'created', ?, 'unix:lisi', NULL, NULL, NULL, '')", (made.id,)
        )
    store = await started(tmp_path)
    async with store.write() as tables:
        [kept] = await tables.conflicts.listing(resolved=False)
        [entry] = await tables.changes.since(0, 10)
        newer = await tables.changes.append(at=NINE, kind=ChangeKind.CHANGED, event=made.id, actor="roomd")
    await store.close()
    assert (kept.id, kept.event, kept.kind, kept.mailbox) == ("c", made.id, ConflictKind.EDIT, None)
    assert isinstance(kept, Conflict)
    assert (entry.seq, newer.seq, store.quarantine) == (7, 8, "")
