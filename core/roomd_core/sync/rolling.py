"""Rolling the window: once a day every series is expanded over the days that have come into it."""

from roomd_core.sync.conclude import conclude
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.loading import load_cases
from roomd_core.sync.writing import write

_ROLLED = "window-begins"


class WindowRoller:
    """Keeps the occupancy of series over the window as days go by. Exchange is not asked for that."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def roll(self) -> None:
        """Expand every series again if this has not been done today. Raise StoreError."""
        setting = await self._ledger.setting()
        begins, _ = setting.window.days(setting.now)
        if await self._rolled_to() == begins.isoformat():
            return
        for mailbox in setting.mailboxes:
            await self._roll(mailbox)
        async with self._ledger.store.write() as tables:
            await tables.meta.put(_ROLLED, begins.isoformat())

    async def _rolled_to(self) -> str | None:
        async with self._ledger.store.read() as tables:
            return await tables.meta.get(_ROLLED)

    async def _roll(self, mailbox: str) -> None:
        """Expand the series of one mailbox: those of one room are looked through for double bookings together."""
        setting = await self._ledger.setting()
        async with self._ledger.store.write() as tables:
            cases = await load_cases(tables, await tables.events.recurring(mailbox))
            await write(tables, [conclude(case, case, setting) for case in cases], setting)
