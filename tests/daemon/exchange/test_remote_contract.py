"""The promises of the Remote port, kept by Exchange over the wire and by the simulation the engine is tested with."""

import pytest

from core.sync.simulated_exchange import SimulatedExchange
from daemon.exchange.copies_contract import CopiesContract
from daemon.exchange.remote_contract import BOSS, GUEST, ROOM, SILENT_ROOM, RemoteContract
from daemon.exchange.watched_lab import WatchedLab
from roomd_core.clock import SystemClock
from roomd_core.sync.remote import Remote
from roomd_daemon.exchange import Exchange
from roomd_lab import Automation, RoomPolicy


class TestExchange(RemoteContract, CopiesContract):
    @pytest.fixture
    async def remote(self, exchange: Exchange, lab: WatchedLab) -> Remote:
        lab.set_room_policy(SILENT_ROOM, RoomPolicy(automation=Automation.AUTO_UPDATE))
        return exchange


class TestTheSimulation(RemoteContract, CopiesContract):
    @pytest.fixture
    async def remote(self) -> Remote:
        simulated = SimulatedExchange(SystemClock())
        simulated.add(BOSS, GUEST, SILENT_ROOM)
        simulated.add(ROOM, attended=True)
        return simulated
