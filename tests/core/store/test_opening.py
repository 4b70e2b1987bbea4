import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from core.store.samples import NINE, OFFICE, SetClock, event, furnish
from roomd_core.errors import StoreError
from roomd_core.store import Store
from roomd_core.store.migration import Migration, migrations, prepare

KILLED_AFTER_A_COMMIT = """
import asyncio, os, signal, sys
from pathlib import Path
from roomd_core.clock import SystemClock
from roomd_core.store import Store

async def main():
    store = await Store.open(Path(sys.argv[1]), clock=SystemClock())
    async with store.write() as tables:
        await tables.meta.put("kept", "yes")
    async with store.write() as tables:
        await tables.meta.put("half", "done")
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def open_store(path: Path) -> Store:
    return await Store.open(path, clock=SetClock())


async def test_the_first_start_makes_a_folder_that_only_its_owner_can_look_into(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "a" / "b" / "roomd.db")
    await store.close()
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert not any("chmod" in warning for warning in store.warnings)


async def test_the_database_and_its_log_are_for_their_owner_alone_wherever_they_are(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "roomd.db")
    await furnish(store)
    modes = modes_in(tmp_path)
    await store.close()
    assert modes == dict.fromkeys(("epoch", "lock", "roomd.db", "roomd.db-wal", "roomd.db-shm"), 0o600)


async def test_a_folder_that_others_can_look_into_is_pointed_out(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o755)  # noqa: PTH101 - nothing to wait for
    store = await open_store(tmp_path / "roomd.db")
    await store.close()
    assert any("chmod 700" in warning for warning in store.warnings)


async def test_an_sqlite_with_the_wal_reset_fault_is_pointed_out(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "roomd.db")
    await store.close()
    at_risk = sqlite3.sqlite_version_info < (3, 51, 3)
    assert any("3.51.3" in warning for warning in store.warnings) is at_risk


async def test_a_second_daemon_is_told_which_process_has_the_store(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "roomd.db")
    with pytest.raises(StoreError, match=rf"process {os.getpid()}\)"):
        await open_store(tmp_path / "roomd.db")
    await store.close()


async def test_a_closed_store_can_be_opened_again_with_all_it_held(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "roomd.db")
    await furnish(store)
    await store.close()
    store = await open_store(tmp_path / "roomd.db")
    async with store.read() as tables:
        assert await tables.mailboxes.all() == OFFICE
    await store.close()


async def test_a_killed_daemon_leaves_what_it_committed_and_nothing_else_and_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "roomd.db"
    run = [sys.executable, "-c", KILLED_AFTER_A_COMMIT, str(path)]
    killed = await asyncio.to_thread(subprocess.run, run, check=False, timeout=30)
    assert killed.returncode == -signal.SIGKILL
    store = await open_store(path)
    async with store.read() as tables:
        assert await tables.meta.get("kept") == "yes"
        assert await tables.meta.get("half") is None
    await store.close()


async def test_something_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "roomd.db").write_bytes(b"not a database " * 100)
    with pytest.raises(StoreError, match=r"is damaged .* newest backup"):
        await open_store(tmp_path / "roomd.db")


async def test_a_database_with_a_damaged_page_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "roomd.db"
    await (await open_store(path)).close()
    pages = bytearray(path.read_bytes())
    pages[4096 * 2 : 4096 * 4] = b"\xff" * 8192
    path.write_bytes(pages)
    with pytest.raises(StoreError, match="is damaged"):
        await open_store(path)


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be opened"):
        await open_store(tmp_path / "file" / "roomd.db")


async def test_a_refused_start_leaves_the_store_to_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "roomd.db"
    path.write_bytes(b"not a database " * 100)
    with pytest.raises(StoreError):
        await open_store(path)
    path.unlink()
    await (await open_store(path)).close()


async def test_a_database_of_a_newer_roomd_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "roomd.db"
    await (await open_store(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="has schema 99; this roomd knows only up to"):
        await open_store(path)


def test_a_migration_keeps_a_checked_copy_of_what_was_there_before(tmp_path: Path) -> None:
    path, first = tmp_path / "roomd.db", migrations()
    prepare(path, NINE, first)
    put_meta(path, "kept")
    step = Migration(first[-1].version + 1, "CREATE TABLE extra (name TEXT PRIMARY KEY) STRICT;")
    prepare(path, NINE, [*first, step])
    assert tables_of(path) >= {"meta", "extra"}
    (copy,) = tmp_path.glob("roomd-schema-*.db")
    assert "extra" not in tables_of(copy)
    assert meta_of(copy) == meta_of(path) == ["kept"]


def test_a_migration_that_fails_changes_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    path, first = tmp_path / "roomd.db", migrations()
    prepare(path, NINE, first)
    put_meta(path, "kept")
    newest = first[-1].version + 1
    with pytest.raises(sqlite3.Error):
        prepare(path, NINE, [*first, Migration(newest, "CREATE TABLE extra (name TEXT); CREATE TABLE meta (x);")])
    assert "extra" not in tables_of(path)
    prepare(path, NINE, [*first, Migration(newest, "CREATE TABLE extra (name TEXT) STRICT;")])
    assert "extra" in tables_of(path)
    assert meta_of(path) == ["kept"]


def modes_in(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def put_meta(path: Path, name: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO meta (name, value) VALUES (?, '')", (name,))


def meta_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM meta")]


def tables_of(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


async def test_what_waited_in_a_store_of_the_first_schema_still_waits(tmp_path: Path) -> None:
    path = tmp_path / "roomd.db"
    prepare(path, NINE, migrations()[:1])
    made = event()
    with closing(sqlite3.connect(path)) as old:
        old.execute(
            "INSERT INTO event VALUES"
            " (?, 'local', 'li@x', '', 'confirmed', 0, 1, 0, ?, NULL, X'5B5D', ?, NULL, NULL, 0, 1, 0, 0)",
            (made.id, msgspec.json.encode(made.content), made.uid),
        )
        old.execute(
            "INSERT INTO operation VALUES"
            " (7, ?, 'li@x', 'create', 'key', ?, 'queued', 0, NULL, NULL, NULL, NULL, NULL, 0)",
            (made.id, msgspec.json.encode(made.content)),
        )
        old.commit()
    store = await open_store(path)
    async with store.read() as tables:
        (waiting,) = await tables.operations.due(NINE)
        assert await tables.events.named(uids=[made.uid]) == [made.id]
    assert (waiting.id, waiting.payload, waiting.after) == (7, made.content, None)
    await store.close()
