import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon.live_daemon import CONFIG
from roomd_core.api.client import Client
from roomd_core.api.wire import Health
from roomd_daemon.ending import Ending
from roomd_daemon.service import until_asked, working

ROOMD = [sys.executable, "-c", "import sys; from roomd_daemon.cli import main; sys.exit(main())"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration for an Exchange that does not answer: nothing listens on port 1."""
    text = CONFIG.replace("https://mail.example.com/", "https://127.0.0.1:1/")
    text = text.replace("[paths]", 'password_file = "exchange-password"\nverify = false\n[paths]')
    (tmp_path / "roomd.toml").write_text(text)
    secret = tmp_path / "exchange-password"
    secret.write_text("geheim")
    secret.chmod(0o600)
    return tmp_path


class Daemon:
    """`roomd run` as a process that systemd, played by this test, has started."""

    def __init__(self, folder: Path, systemd: socket.socket) -> None:
        self.log = folder / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*ROOMD, "run", "--config", str(folder / "roomd.toml")],
                stderr=log,
                env={**os.environ, "NOTIFY_SOCKET": systemd.getsockname()},
            )
        self._systemd = systemd

    def heard(self) -> str:
        return self._systemd.recv(4096).decode()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=10)


@contextmanager
def roomd(folder: Path) -> Iterator[Daemon]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.settimeout(30)
        daemon = Daemon(folder, systemd)
        try:
            yield daemon
        finally:
            if daemon.process.poll() is None:
                daemon.process.kill()
                daemon.process.wait()
            (folder / "notify").unlink()


async def test_it_is_ready_without_exchange_and_says_so(folder: Path) -> None:
    with roomd(folder) as daemon:
        assert daemon.heard().startswith("READY=1\nSTATUS=roomd 0.1.0 answers")
        path = folder / "control.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        async with Client(path) as client:
            await client.sync(wait=True)
            status = await client.status()
        assert status.exchange.health is Health.FAILING
        assert "NOT checked (exchange.verify = false)" in status.warnings[-1]
        assert daemon.stop() == 0
    log = (folder / "log").read_text()
    assert "NOT checked (exchange.verify = false)" in log
    assert "geheim" not in log
    assert not path.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_when_asked(folder: Path, number: int) -> None:
    with roomd(folder) as daemon:
        daemon.heard()
        assert daemon.stop(number) == 0
        told = []
        while "STOPPING=1" not in "".join(told):
            told.append(daemon.heard())
    assert daemon.log.read_text().splitlines()[-1].endswith("event=ended")


async def test_a_killed_daemon_hinders_nobody(folder: Path) -> None:
    with roomd(folder) as killed:
        killed.heard()
        assert killed.stop(signal.SIGKILL) == -signal.SIGKILL
    assert (folder / "control.sock").is_socket()
    with roomd(folder) as daemon:
        assert daemon.heard().startswith("READY=1")
        async with Client(folder / "control.sock") as client:
            assert (await client.status()).version == "0.1.0"
        assert daemon.stop() == 0


def fails(folder: Path) -> tuple[int, str]:
    argv = [*ROOMD, "run", "--config", str(folder / "roomd.toml")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    lines = [line for line in done.stderr.splitlines() if "level=warning" not in line]
    assert len(lines) == 1
    return done.returncode, lines[0]


def test_a_second_daemon_on_the_same_store_is_refused_in_one_line(folder: Path) -> None:
    with roomd(folder) as daemon:
        daemon.heard()
        code, line = fails(folder)
        assert code == 1
        assert f"in use by another roomd (process {daemon.process.pid})" in line


def test_a_second_daemon_on_the_same_socket_is_refused_in_one_line(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(folder / "control.sock"))
        other.listen()
        code, line = fails(folder)
    assert code == 1
    assert "another roomd answers here" in line


def test_a_wrong_configuration_is_2_and_one_line(folder: Path) -> None:
    (folder / "exchange-password").chmod(0o644)
    code, line = fails(folder)
    assert code == 2
    assert line.startswith(f"{folder}/roomd.toml: exchange.password_file: found")


def test_a_state_folder_that_cannot_be_made_is_one_line(folder: Path) -> None:
    (folder / "state").write_text("a file in the way")
    code, line = fails(folder)
    assert code == 1
    assert str(folder / "state") in line


async def test_a_worker_that_fails_ends_the_daemon() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async with working(asyncio.Event().wait(), fail()) as workers:
        with pytest.raises(ZeroDivisionError):
            await until_asked(Ending(), workers)
