"""The README's first command, without a terminal: every step of the tour, on a lab and a daemon of its own."""

import re
import signal
import socket
import subprocess
import sys

import pytest

from roomd_daemon.demo.steps import STEPS


def test_every_step_of_the_guided_tour_comes_true() -> None:
    command = [sys.executable, "-m", "roomd_daemon", "demo"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"All {len(STEPS)} steps came true.\n")


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_demo_whose_terminal_goes_away_leaves_nothing_running(how: signal.Signals) -> None:
    command = [sys.executable, "-u", "-m", "roomd_daemon", "demo", "--tour"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        ports = (re.search(r"https://127\.0\.0\.1:(\d+)/", line) for line in demo.stdout)
        port = next(int(found[1]) for found in ports if found)
        demo.send_signal(how)
        _, errors = demo.communicate(timeout=60)
    assert demo.returncode == 128 + how
    assert "Traceback" not in errors
    with socket.socket() as lab:
        assert lab.connect_ex(("127.0.0.1", port)) != 0
