import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from daemon.live_daemon import LiveDaemon, live_daemon
from roomd_lab import Company, Lab, LabAddress


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[LiveDaemon]:
    async with live_daemon(tmp_path) as running:
        yield running


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="roomd-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def lab() -> Lab:
    """An Exchange with three people and five rooms. Who needs another kind of it overrides this alone."""
    return Lab(Company.seeded(people=3, rooms=5))


@pytest.fixture
async def address(lab: Lab) -> AsyncIterator[LabAddress]:
    """Serve ``lab``, and say where."""
    async with lab.serve() as where:
        yield where
