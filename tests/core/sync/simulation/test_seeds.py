"""Whatever people do on both sides, and whatever goes wrong meanwhile: nothing is lost, doubled or overwritten.

Each seed is one history. See ``world`` for what happens in it, ``checker`` for what must hold.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from core.sync.simulation.coverage import FLOORS, shortfalls
from core.sync.simulation.runner import JOBS, SEEDS, digest_of, how_to_replay, live, live_all, workplace
from core.sync.simulation.world import Result
from roomd_core.model import ConflictKind

pytestmark = pytest.mark.timeout(900)  # all seeds are lived once, for whichever test comes first
TESTS = Path(__file__).parents[3]
TWICE = 10
ELSEWHERE = 30


@pytest.fixture(scope="module")
def lived() -> list[Result]:
    return sorted(live_all(range(SEEDS), jobs=JOBS), key=lambda result: result.seed)


def test_the_seeds_met_enough_to_prove_anything(lived: list[Result]) -> None:
    counts: Counter[str] = Counter()
    for result in lived:
        counts += result.counts
    assert not shortfalls(counts)


def test_no_kind_of_question_may_stay_unmet() -> None:
    assert {f"conflict: {kind}" for kind in ConflictKind} <= FLOORS.keys()


def test_no_seed_breaks_an_invariant(lived: list[Result]) -> None:
    broken = [how_to_replay(result) for result in lived if result.broken]
    assert not broken, "\n".join(broken)


def test_the_same_seed_lives_the_same_history() -> None:
    with workplace() as folder:
        for seed in range(TWICE):
            assert live(seed, folder).digest == live(seed, folder).digest


def test_seeds_live_the_same_histories_in_another_process(lived: list[Result]) -> None:
    """Whatever the order of hashes there: an order that only chance decides is a difference nobody can replay."""
    here = digest_of({result.seed: result.digest for result in lived[:ELSEWHERE]})
    command = [sys.executable, "-m", "core.sync.simulation.runner", "--seeds", str(ELSEWHERE), "--jobs", "1"]
    for hashing in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hashing}
        done = subprocess.run(command, cwd=TESTS, env=environment, capture_output=True, text=True, check=False)
        [digest] = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("histories ")]
        assert digest == here
