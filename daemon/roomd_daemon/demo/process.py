"""Processes of the house: started, waited for, and ended as an administrator would."""

import os
import select
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from roomd_core.errors import RoomdError

PATIENCE = 30.0
"""Seconds a process may take to become ready, or to stop."""


class HouseError(RoomdError):
    """A process of the house did not come up, or went away."""


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
