from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.store.samples import SetClock, furnish
from roomd_core.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store of its own with the office's mailboxes listed."""
    opened = await Store.open(tmp_path / "state" / "roomd.db", clock=SetClock())
    await furnish(opened)
    yield opened
    await opened.close()
