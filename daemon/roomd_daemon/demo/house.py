"""A lab and a daemon, each a process of its own, in one temporary folder: what the demo and the system tests live in.

Everything goes through the doors a user has: the lab's ready line, a configuration file, the daemon's notification
that it is ready, `roomctl`.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import msgspec

from roomd_daemon.demo.configuration import LabReady, configuration
from roomd_daemon.demo.process import PATIENCE, HouseError, Process, wait_for_ready


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Decode standard output."""
        return msgspec.json.decode(self.out)


class House:
    """The folder, the lab and, when started, the daemon."""

    def __init__(self, folder: Path, lab: Process, ready: LabReady) -> None:
        """Take what ``open_house`` made."""
        self.folder = folder
        self.ready = ready
        self.lab = lab
        self.daemon: Process | None = None
        self.config = folder / "roomd.toml"
        self.socket = folder / "control.sock"

    def write_config(self, *, answers: Mapping[str, str] | None = None, sync: str = "") -> Self:
        """Write the configuration an administrator would, with every room and person of the lab; you are the first.

        ``answers`` names who answers for a room other than ``auto``; ``sync`` are further lines of ``[sync]``.
        """
        password = self.folder / "exchange-password"
        password.touch(mode=0o600)
        password.write_text(self.ready.password)
        self.config.write_text(configuration(self.ready, self.socket, answers or {}, sync))
        return self

    def start_daemon(self) -> Process:
        """Start ``roomd run`` and wait until it says that it is ready."""
        notify = self.folder / "notify.sock"
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(notify))
            daemon = Process(
                [sys.executable, "-m", "roomd_daemon", "run", "--config", str(self.config)],
                log=self.folder / "roomd.log",
                environment={"NOTIFY_SOCKET": str(notify), "ROOMD_SOCKET": str(self.socket)},
            )
            try:
                wait_for_ready(listener, daemon)
            except HouseError:
                daemon.stop()
                raise
        self.daemon = daemon
        return daemon

    def kill_daemon(self) -> None:
        """End the daemon without a warning, as a crash would."""
        assert self.daemon is not None
        self.daemon.stop(signal.SIGKILL)

    def roomctl(self, *arguments: str) -> Answer:
        """Run ``roomctl`` as a person would and return what it printed."""
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "roomd_tui", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**os.environ, "ROOMD_SOCKET": str(self.socket)},
            timeout=4 * PATIENCE,
            check=False,
        )
        return Answer(code=done.returncode, out=done.stdout, err=done.stderr)

    def close(self) -> None:
        """Stop the daemon; the lab outlives it, as Exchange would."""
        if self.daemon is not None:
            self.daemon.stop()


@contextmanager
def open_house(*lab_arguments: str) -> Iterator[House]:
    """Start a lab in a temporary folder, and end and remove everything afterwards."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="roomd-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        lab = Process(
            [sys.executable, "-m", "roomd_lab", "--dir", str(folder / "lab"), *lab_arguments],
            log=folder / "lab.log",
            environment={},
        )
        stack.callback(lab.stop)
        house = House(folder, lab, msgspec.json.decode(lab.first_line(), type=LabReady))
        stack.callback(house.close)
        yield house
