"""Living many seeds, in several processes, and telling how to live a failing one again.

make simulate                         the seeds of `make test`
make simulate SEEDS=100000 JOBS=4     many more
make simulate SEED=123                one, with its trace
"""

import argparse
import asyncio
import hashlib
import logging
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from core.sync.simulation.coverage import shortfalls
from core.sync.simulation.world import Result, live_one

SEEDS = 1000
"""How many `make test` lives: two minutes on two cores."""
JOBS = os.cpu_count() or 1
MEMORY = Path("/dev/shm")
MOST_TOLD = 10


def live(seed: int, folder: Path) -> Result:
    """Live one seed."""
    return asyncio.run(live_one(folder, seed))


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for the stores, in memory where there is such a thing, and a quiet log: the faults are on purpose."""
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            yield Path(folder)
    finally:
        logging.disable(logging.NOTSET)


def live_all(seeds: Iterable[int], *, jobs: int = 1) -> Iterator[Result]:
    """Live these seeds, in order if ``jobs`` is 1."""
    with workplace() as folder:
        one = partial(live, folder=folder)
        if jobs == 1:
            yield from map(one, seeds)
            return
        with multiprocessing.get_context("spawn").Pool(jobs, initializer=logging.disable) as pool:
            yield from pool.imap_unordered(one, seeds, chunksize=4)


def digest_of(digests: Mapping[int, str]) -> str:
    """Return one digest of those of many seeds, in whatever order they were lived."""
    return hashlib.sha256("".join(digest for _, digest in sorted(digests.items())).encode()).hexdigest()


def how_to_replay(result: Result) -> str:
    """Say what broke, and how to see it again."""
    return f"seed {result.seed}: {'; '.join(result.broken)}\n  see it again: make simulate SEED={result.seed}"


def main() -> int:
    """Live what the command line asks for; return 1 if anything broke."""
    asked = _arguments()
    if asked.seed is not None:
        return _tell_one(asked)
    counts: Counter[str] = Counter()
    failed: list[Result] = []
    digests: dict[int, str] = {}
    begun = time.monotonic()
    for result in live_all(range(asked.first, asked.first + asked.seeds), jobs=asked.jobs):
        counts += result.counts
        digests[result.seed] = result.digest
        if result.broken:
            failed.append(result)
            if len(failed) <= MOST_TOLD:
                print(how_to_replay(result), flush=True)
    took = time.monotonic() - begun
    for name, count in sorted(counts.items()):
        print(f"{count:10,}  {name}")
    print(f"{asked.seeds:,} seeds in {took:.0f} s ({asked.seeds / took:.1f}/s), {len(failed)} failed")
    print(f"histories {digest_of(digests)}")
    missing = shortfalls(counts)
    print(*missing, sep="\n")
    return 1 if failed or missing else 0


def _tell_one(asked: argparse.Namespace) -> int:
    with workplace() as folder:
        result = live(asked.seed, folder)
    print(*result.trace, sep="\n")
    print(f"trace {result.digest}")
    print(*result.broken, sep="\n")
    return 1 if result.broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description="Live seeds of the sync simulation.")
    parser.add_argument("--seed", type=int, help="live this one and show its trace")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many to live")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=JOBS, help="in how many processes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
