"""The promises of the Remote port, kept by Exchange over the wire and by the simulations the engine is tested with.

What the simulations do otherwise, and why, says ``core.sync.simulated_exchange``.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.sync.simulated_exchange import SimulatedExchange
from core.sync.simulation.history import History
from core.sync.simulation.server import RecordingExchange
from core.sync.virtual_clock import VirtualClock
from daemon.exchange.copies_contract import CopiesContract
from daemon.exchange.remote_contract import BOSS, GUEST, ROOM, SILENT_ROOM, RemoteContract
from daemon.exchange.watched_lab import WatchedLab
from roomd_core.clock import SystemClock
from roomd_core.store import Store
from roomd_core.sync.fenced import FencedRemote
from roomd_core.sync.health import Gate
from roomd_core.sync.remote import Remote
from roomd_core.sync.watched import WatchedRemote
from roomd_daemon.exchange import Exchange
from roomd_lab import Automation, RoomPolicy


def peopled(simulated: SimulatedExchange) -> SimulatedExchange:
    simulated.add(BOSS, GUEST, SILENT_ROOM)
    simulated.add(ROOM, attended=True)
    return simulated


class TestExchange(RemoteContract, CopiesContract):
    @pytest.fixture
    async def remote(self, exchange: Exchange, lab: WatchedLab) -> Remote:
        lab.set_room_policy(SILENT_ROOM, RoomPolicy(automation=Automation.AUTO_UPDATE))
        return exchange


class TestTheSimulation(RemoteContract, CopiesContract):
    @pytest.fixture
    async def remote(self) -> Remote:
        return peopled(SimulatedExchange(SystemClock()))


class TestTheSimulationOfManySeeds(RemoteContract, CopiesContract):
    @pytest.fixture
    async def remote(self) -> Remote:
        return peopled(RecordingExchange(VirtualClock(datetime.now(UTC)), History()))


class TestWhatTheEngineSees(RemoteContract, CopiesContract):
    """What stands between the engine and Exchange keeps the promises too."""

    @pytest.fixture
    async def remote(self, tmp_path: Path) -> AsyncIterator[Remote]:
        clock = SystemClock()
        store = await Store.open(tmp_path / "roomd.sqlite3", clock=clock)
        gate = Gate(clock, lambda: 0.5, opened=lambda: None)
        yield FencedRemote(WatchedRemote(peopled(SimulatedExchange(clock)), gate), store)
        await store.close()
