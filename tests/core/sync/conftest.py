from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.sync.house import House
from roomd_core.model import RoomAnswer


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose rooms are answered for by Exchange."""
    async with House(tmp_path).open() as opened:
        yield opened


@pytest.fixture
async def unattended(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose rooms are answered for by roomd."""
    async with House(tmp_path, answers=RoomAnswer.ROOMD).open() as opened:
        yield opened
