import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tui.example_house import prepared
from tui.prepared_daemon import PreparedDaemon, serving


@pytest.fixture
async def daemon() -> AsyncIterator[PreparedDaemon]:
    """A daemon with the example house, on a socket with a path short enough for AF_UNIX."""
    with tempfile.TemporaryDirectory() as folder:
        async with serving(prepared(Path(folder) / "s")) as daemon:
            yield daemon
