"""Whatever people do on both sides, and whatever goes wrong meanwhile: nothing is lost, doubled or overwritten.

Each seed is one history. See ``world`` for what happens in it, ``checker`` for what must hold.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from core.sync.simulation.coverage import shortfalls
from core.sync.simulation.runner import SEEDS, how_to_replay, live, live_all, workplace

TESTS = Path(__file__).parents[3]
TWICE = 10


@pytest.mark.timeout(900)
def test_no_seed_breaks_an_invariant_and_all_of_them_met_enough() -> None:
    counts: Counter[str] = Counter()
    broken = []
    for result in live_all(range(SEEDS)):
        counts += result.counts
        if result.broken:
            broken.append(how_to_replay(result))
    assert not broken, "\n".join(broken)
    assert not shortfalls(counts)


def test_the_same_seed_lives_the_same_history() -> None:
    with workplace() as folder:
        for seed in range(TWICE):
            assert live(seed, folder).digest == live(seed, folder).digest


def test_a_seed_lives_the_same_history_in_another_process() -> None:
    command = [sys.executable, "-m", "core.sync.simulation.runner", "--seed", "7"]
    digests = set()
    for hashing in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hashing}
        done = subprocess.run(command, cwd=TESTS, env=environment, capture_output=True, text=True, check=True)
        [digest] = [line for line in done.stdout.splitlines() if line.startswith("trace ")]
        digests.add(digest)
    assert len(digests) == 1
