"""`roomd check-config --resolve`: what room lists stand for, and who signs in to find out."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.lab_daemon import a_person, lab_daemon, write_config
from roomd_core.api.client import ProblemError
from roomd_core.clock import SystemClock
from roomd_core.store import Store
from roomd_core.store.closed import closed_store
from roomd_daemon.cli import main
from roomd_daemon.service import DATABASE
from roomd_lab import Lab, LabAddress

LIST = '[[rooms]]\nlist = "all-rooms@example.com"\n'
MORE = LIST + a_person("zhangsan")


@pytest.fixture
def address(lab: Lab) -> Iterator[LabAddress]:
    with lab.serve_in_thread() as where:
        yield where


def configured(folder: Path, lab: Lab, address: LabAddress, more: str = MORE, *, password: str | None = None) -> Path:
    account = lab.account("svc-roomd")
    file = write_config(folder, address, account.username, more)
    (folder / "password").write_text(account.password if password is None else password)
    (folder / "password").chmod(0o600)
    return file


def resolve(file: Path) -> int:
    return main(["check-config", "--resolve", "--config", str(file)])


def refusals_left(lab: Lab) -> int:
    [fault] = lab.faults.pending()
    return fault.times


def lived(folder: Path) -> None:
    """Make the store that a first start leaves."""

    async def once() -> None:
        store = await Store.open(folder / "state" / DATABASE, clock=SystemClock())
        await store.close()

    asyncio.run(once())


def test_it_shows_what_a_list_stands_for(
    tmp_path: Path, lab: Lab, address: LabAddress, capsys: pytest.CaptureFixture[str]
) -> None:
    file = configured(tmp_path, lab, address, MORE + '[[rooms]]\nlist = "attic"\n')
    assert main(["check-config", "--config", str(file)]) == 0
    assert resolve(file) == 1
    said = capsys.readouterr().out
    assert "list all-rooms@example.com: 5 rooms\n  guanghan@example.com  2楼广寒宫" in said
    assert "Exchange has no room list attic. There are: All rooms (all-rooms@example.com)." in said
    assert not (tmp_path / "state").exists(), "nothing is made by looking"


def test_refused_sign_ins_are_counted_in_the_store_and_obeyed(
    tmp_path: Path, lab: Lab, address: LabAddress, capsys: pytest.CaptureFixture[str]
) -> None:
    lived(tmp_path)
    file = configured(tmp_path, lab, address)
    lab.faults.add("http-401", times=1000)
    assert [resolve(file) for _ in range(4)] == [1, 1, 1, 1]
    assert refusals_left(lab) == 999, "one is tried, and the next only after ten minutes"
    assert "the next sign-in is tried after" in capsys.readouterr().out
    lab.faults.clear()
    assert resolve(file) == 1, "it is obeyed though Exchange would let it in"


async def test_a_daemon_started_then_obeys_it_too(tmp_path: Path, lab: Lab, address: LabAddress) -> None:
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
    file = configured(tmp_path, lab, address)
    lab.faults.add("http-401", times=1000)
    assert await asyncio.to_thread(resolve, file) == 1
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        assert not (await client.sync(wait=True)).mailboxes
        assert "refused the password" in (await client.status()).exchange.message
    assert refusals_left(lab) == 999


async def test_a_daemon_that_runs_is_asked_and_nobody_else_signs_in(
    tmp_path: Path, lab: Lab, address: LabAddress, capsys: pytest.CaptureFixture[str]
) -> None:
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        file = configured(
            tmp_path, lab, address, MORE + '[[rooms]]\npattern = "gua*@example.com"\n', password="wrong"
        )
        assert await asyncio.to_thread(resolve, file) == 0
    said = capsys.readouterr().out
    assert "Asked by the roomd that runs" in said
    assert "list all-rooms@example.com: 5 rooms" in said
    assert "pattern gua*@example.com: 1 rooms\n  guanghan@example.com" in said


async def test_a_daemon_whose_sign_in_is_refused_asks_no_more_often_for_it(
    tmp_path: Path, lab: Lab, address: LabAddress, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.faults.add("http-401", times=1000)
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        left = refusals_left(lab)
        file = configured(tmp_path, lab, address)
        assert await asyncio.to_thread(resolve, file) == 1
    assert refusals_left(lab) == left
    assert "could not be read" in capsys.readouterr().out


async def test_a_store_that_a_daemon_has_is_left_alone(
    tmp_path: Path, lab: Lab, address: LabAddress, capsys: pytest.CaptureFixture[str]
) -> None:
    # A daemon that starts has its store before it answers.
    store = await Store.open(tmp_path / "state" / DATABASE, clock=SystemClock())
    assert await asyncio.to_thread(resolve, configured(tmp_path, lab, address)) == 1
    await store.close()
    assert f"in use by another roomd (process {os.getpid()})" in capsys.readouterr().err
    assert not lab.requests.of()


async def test_one_of_a_list_or_a_pattern_has_to_be_named(tmp_path: Path, lab: Lab, address: LabAddress) -> None:
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        for named in ({}, {"room_list": "a", "pattern": "b*@example.com"}):
            with pytest.raises(ProblemError, match="give one of them"):
                await client.source(**named)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_counts_leaves_the_store_to_who_owns_it(tmp_path: Path) -> None:
    lived(tmp_path)
    folder = tmp_path / "state"
    (folder / "lock").unlink()
    for file in (folder, *folder.iterdir()):
        os.chown(file, 65534, 65534)
    with closed_store(folder / DATABASE) as store:
        assert store is not None
        store.put("who", "root")
        assert {file.stat().st_uid for file in folder.iterdir()} == {65534}
    assert {file.stat().st_uid for file in folder.iterdir()} == {65534}


def test_a_closed_store_keeps_facts_and_counts_no_epoch(tmp_path: Path) -> None:
    lived(tmp_path)
    file = tmp_path / "state" / DATABASE
    before = (file.parent / "epoch").read_bytes()
    with closed_store(file) as store:
        assert store is not None
        assert store.get("who") is None
        store.put("who", "one")
        store.put("who", "me")
        assert store.get("who") == "me"
    assert (file.parent / "epoch").read_bytes() == before
    lived(tmp_path)
    with closed_store(tmp_path / "nowhere" / DATABASE) as none:
        assert none is None
