"""A lab and a daemon, each a process of its own, in one temporary folder: what the demo and the system tests live in.

Everything goes through the doors a user has: the lab's ready line, a configuration file, the daemon's notification
that it is ready, `roomctl`.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from getpass import getuser
from pathlib import Path
from typing import Any, Self

import msgspec

from roomd_core.errors import RoomdError

PATIENCE = 30.0
"""Seconds a process may take to become ready, or to stop."""


class HouseError(RoomdError):
    """A process of the house did not come up, or went away."""


class LabReady(msgspec.Struct, frozen=True, kw_only=True):
    """The lab's ready line: where it is and how to sign in."""

    endpoint: str
    ca_file: str
    username: str
    password: str
    people: tuple[dict[str, Any], ...]
    rooms: tuple[dict[str, Any], ...]
    control: str
    control_token: str
    accounts: tuple[dict[str, str], ...]

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return f"LabReady({self.endpoint!r})"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Decode standard output."""
        return msgspec.json.decode(self.out)


class Process:
    """A child that is told to stop with SIGTERM and is given time to."""

    def __init__(self, argv: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> None:
        """Start it; standard error goes to ``log``, standard output can be read line by line."""
        with log.open("ab") as stream:
            self._child = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stream,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        self._log = log
        self.pid = self._child.pid

    def first_line(self) -> bytes:
        """Wait for a line on standard output. Raise HouseError with the log's end when there is none."""
        assert self._child.stdout is not None
        ready, _, _ = select.select([self._child.stdout], [], [], PATIENCE)
        line = self._child.stdout.readline() if ready else b""
        if not line:
            raise HouseError(f"{self._child.args!r} did not become ready; its log ends:\n{self.log_end()}")
        return line

    def ended(self) -> bool:
        """Tell whether it is gone."""
        return self._child.poll() is not None

    def log_end(self, lines: int = 15) -> str:
        """Return the last lines of its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit code; what does not stop in time is killed."""
        if self._child.poll() is None:
            self._child.send_signal(how)
        try:
            code = self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()
        return code


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


def wait_for_ready(listener: socket.socket, daemon: Process) -> None:
    """Wait for READY=1 (sd_notify). Raise HouseError with the log's end when the daemon goes away instead."""
    listener.settimeout(0.2)
    for _ in range(int(PATIENCE / 0.2)):
        try:
            if b"READY=1" in listener.recv(4096).split(b"\n"):
                return
        except TimeoutError:
            if daemon.ended():
                break
    raise HouseError(f"roomd did not become ready; its log ends:\n{daemon.log_end()}")


def configuration(ready: LabReady, control: Path, answers: Mapping[str, str], sync: str) -> str:
    """Return the TOML for a lab."""
    head = f"""[exchange]
endpoint = "{ready.endpoint}"
username = '{ready.username}'
password_file = "exchange-password"
ca_file = "{ready.ca_file}"

[sync]
interval = "10m"
{sync}
[paths]
state_dir = "state"
socket = "{control}"

"""
    rooms = "".join(room_table(room, answers.get(room["address"], "auto")) for room in ready.rooms)
    me, *others = ready.people
    return head + rooms + person_table(me, unix_user=getuser()) + "".join(map(person_table, others))


def room_table(room: Mapping[str, Any], answers: str) -> str:
    """Return one [[room]]."""
    features = ", ".join(f'"{feature}"' for feature in room["features"])
    return f"""[[room]]
address = "{room["address"]}"
name = "{room["name"]}"
capacity = {room["capacity"]}
features = [{features}]
answers = "{answers}"

"""


def person_table(person: Mapping[str, Any], *, unix_user: str | None = None) -> str:
    """Return one [[person]]; a user of this host books as the person who has ``unix_user``."""
    user = f'unix_user = "{unix_user}"\n' if unix_user else ""
    return f"""[[person]]
address = "{person["address"]}"
name = "{person["name"]}"
{user}
"""


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
