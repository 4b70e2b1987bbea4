"""S7: however often the process dies, both sides end as they would have without that. See ``pairs``."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from core.sync.simulation.pairs import PHASES, Life, live_twice
from core.sync.simulation.runner import workplace

pytestmark = pytest.mark.timeout(300)  # all pairs are lived once, for whichever test comes first
PAIRS = 70
MOMENTS = ("before a call", "after a call", "before a commit", "after a commit")


@pytest.fixture(scope="module")
def lived() -> list[tuple[dict[str, Any], dict[str, Any], Life]]:
    with workplace() as folder:
        return [asyncio.run(live_twice(folder / str(seed), seed)) for seed in range(PAIRS)]


def test_a_life_with_deaths_ends_as_one_without(lived: list[tuple[dict[str, Any], dict[str, Any], Life]]) -> None:
    unlike = {
        seed: [name for name in whole if whole[name] != torn[name]]
        for seed, (whole, torn, _) in enumerate(lived)
        if whole != torn
    }
    assert not unlike, f"these seeds end otherwise with deaths, in these respects: {unlike}"


def test_enough_was_done_and_enough_deaths_were_died(
    lived: list[tuple[dict[str, Any], dict[str, Any], Life]],
) -> None:
    counts: Counter[str] = Counter()
    for _, _, life in lived:
        counts += life.counts
    assert counts["crashes"] > PAIRS * PHASES / 2
    assert all(counts[f"fault: crash {moment}"] > PAIRS / 2 for moment in MOMENTS)
    for respect in ("items", "events", "occupancy", "mails"):
        assert sum(bool(whole[respect]) for whole, _, _ in lived) > PAIRS * 0.9, respect
    assert sum(bool(whole["conflicts"]) for whole, _, _ in lived) > PAIRS / 4
    assert sum(count for name, count in counts.items() if name.startswith("series here")) > PAIRS
