"""Plans of faults: a seeded one for soaks, and one written down in a file."""

import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roomd_lab.faults import ANY_OPERATION, Fault, FaultKind

# Kinds a soak meets by chance. Left out: what no client survives unaided (a lock-out) and what costs minutes.
_BY_CHANCE = tuple(
    Fault(kind=kind, seconds=0.5, keep=0.7, size=2_000_000)
    for kind in FaultKind
    if kind not in {FaultKind.LOCKED_OUT, FaultKind.HTTP_STATUS, FaultKind.HTTP_401, FaultKind.HTTP_407}
)


class SeededPlan:
    """A share `rate` of all requests fails, each in a way drawn from a seed.

    The draw depends on the request's number alone, so the same requests meet the same faults again.
    """

    def __init__(self, seed: int, rate: float) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - repeatable trouble, not a secret
        self._rate = rate

    def next(self, operation: str) -> Fault | None:
        """The fault for this request, if it is one of the unlucky ones and the fault drawn can happen to it."""
        luck, drawn = self._rng.random(), self._rng.choice(_BY_CHANCE)
        return drawn if luck < self._rate and drawn.befalls(operation) else None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a written plan: a fault, and the number (from 1) of the request of its operation that meets it."""

    at: int
    fault: Fault


class WrittenPlan:
    """Faults for given requests, counted by operation."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._steps = steps
        self._seen: Counter[str] = Counter()

    def next(self, operation: str) -> Fault | None:
        """The fault written down for this request."""
        self._seen[operation] += 1
        self._seen[ANY_OPERATION] += 1
        for step in self._steps:
            wanted = step.fault.operation
            if wanted in {operation, ANY_OPERATION} and 0 <= self._seen[wanted] - step.at < step.fault.times:
                return step.fault
        return None


def read_plan(text: str) -> SeededPlan | WrittenPlan:
    """The plan of `--faults`: `seed:rate`, such as `7:0.05`, or the name of a file with one JSON object a line.

    A line holds what the control route `fault` takes, and `at`. Raises ValueError with what is wrong, and OSError.
    """
    if text.partition(":")[0].isdecimal() and ":" in text:
        return read_seeded_plan(text)
    lines = Path(text).read_text(encoding="utf-8").splitlines()
    return WrittenPlan(tuple(_step(json.loads(line)) for line in lines if line.strip()))


def read_seeded_plan(text: str) -> SeededPlan:
    """The plan in `seed:rate`. Raises ValueError."""
    seed, _, rate = text.partition(":")
    return SeededPlan(int(seed), _share(rate))


def _share(text: str) -> float:
    rate = float(text)
    if not 0 <= rate <= 1:
        raise ValueError(f"'{text}' is not a share between 0 and 1")
    return rate


def _step(given: dict[str, Any]) -> Step:
    at = int(given.pop("at", 1))
    try:
        return Step(at, Fault(kind=FaultKind(given.pop("kind")), **given))
    except (TypeError, KeyError) as error:
        raise ValueError(f"a line of the plan is wrong: {error}") from None
