from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.booking.people_and_remote import House
from core.store.samples import SetClock, furnish
from roomd_core.store import Store


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A booking service on a store of its own, with the office's mailboxes listed."""
    store = await Store.open(tmp_path / "state" / "roomd.db", clock=SetClock())
    await furnish(store)
    yield House(store)
    await store.close()
