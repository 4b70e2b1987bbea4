"""What the handlers work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from roomd_core.api.wire import Throttled
from roomd_core.booking import BookingService
from roomd_core.booking.deciding import Deciding
from roomd_core.clock import Clock
from roomd_core.model import Watch
from roomd_core.roster import Roster
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_daemon.http.broadcast import Broadcast
from roomd_daemon.http.callers import Callers
from roomd_daemon.http.under_way import UnderWay
from roomd_daemon.runner import Runner


@dataclass(frozen=True, kw_only=True)
class Services:
    """Made once, by the service. ``endpoint`` is Exchange's; ``warnings`` are what the start had to say.

    ``noticed`` is what to know of Exchange's server; ``try_again`` takes the service account for mended.
    """

    store: Store
    booking: BookingService
    deciding: Deciding
    engine: SyncEngine
    runner: Runner
    broadcast: Broadcast
    callers: Callers
    roster: Roster
    clock: Clock
    watch_of: Callable[[str], Watch]
    noticed: Callable[[], tuple[str, ...]]
    throttled: Callable[[], Throttled | None]
    try_again: Callable[[], Awaitable[None]]
    next_run_at: Callable[[], datetime | None]
    started_at: datetime
    endpoint: str
    warnings: tuple[str, ...] = ()
    under_way: UnderWay = field(default_factory=UnderWay)
