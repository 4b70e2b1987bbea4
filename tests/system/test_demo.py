"""The README's first command, without a terminal: every step of the tour, on a lab and a daemon of its own."""

import subprocess
import sys

from roomd_daemon.demo.steps import STEPS


def test_every_step_of_the_guided_tour_comes_true() -> None:
    command = [sys.executable, "-m", "roomd_daemon", "demo"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"All {len(STEPS)} steps came true.\n")
