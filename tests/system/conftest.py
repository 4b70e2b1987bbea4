"""A lab and a daemon as processes of their own, as a user would run them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from roomd_daemon.demo.house import House, open_house
from roomd_daemon.demo.outlook import Outlook


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A lab with empty calendars. The daemon is started by whoever needs it, and stopped at the end."""
    with open_house("--empty", "--people", "3", "--rooms", "3") as opened:
        yield opened


@pytest.fixture(scope="module")
def outlook(house: House) -> Iterator[Outlook]:
    with Outlook(house.ready) as opened:
        yield opened


@pytest.fixture
def tomorrow() -> datetime:
    """Nine o'clock tomorrow, here."""
    day = datetime.now().astimezone() + timedelta(days=1)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)
