from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daemon.exchange.watched_lab import WatchedLab, settings_for
from roomd_core.model import Content
from roomd_daemon.exchange import Exchange
from roomd_lab import Company, LabAddress

Open = Callable[..., Exchange]


@pytest.fixture
def lab() -> WatchedLab:
    return WatchedLab(Company.seeded(people=3, rooms=5))


@pytest.fixture
async def connect(lab: WatchedLab, address: LabAddress) -> AsyncIterator[Open]:
    """Open an Exchange on the lab, with these settings changed; it is closed at the end."""
    opened: list[Exchange] = []

    def connect(**changes: Any) -> Exchange:
        opened.append(Exchange(settings_for(lab, address, **changes)))
        return opened[-1]

    yield connect
    for exchange in opened:
        await exchange.close()


@pytest.fixture
async def exchange(connect: Open) -> Exchange:
    return connect()


@pytest.fixture
def meeting() -> Content:
    """A meeting in an attended room, the day after tomorrow."""
    start = (datetime.now(UTC) + timedelta(days=2)).replace(hour=6, minute=0, second=0, microsecond=0)
    return Content(
        title="Plans",
        start=start,
        end=start + timedelta(hours=1),
        zone="Asia/Shanghai",
        location="2楼广寒宫",
        body="Agenda",
        reminder=15,
        rooms=("guanghan@example.com",),
    )
