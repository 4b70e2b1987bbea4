"""Looking ahead over everything that waits: what a run would write, and whom that mails."""

from roomd_core.model import PlannedWrite
from roomd_core.sync.aftercare import Aftercare
from roomd_core.sync.attend import RoomAttendant
from roomd_core.sync.case import Case
from roomd_core.sync.forecast import forecast, forecast_clearing, invites_anew, invites_once
from roomd_core.sync.ledger import Ledger


class Foresight:
    """Plans without doing."""

    def __init__(self, ledger: Ledger, attendant: RoomAttendant, aftercare: Aftercare) -> None:
        self._ledger = ledger
        self._attendant = attendant
        self._aftercare = aftercare

    async def plan(self) -> list[PlannedWrite]:
        """Return what waits in the order it was asked for, each event's own writes before its rooms' answers."""
        unsent = await self._unsent()
        known = {case.event.id for case in unsent}
        asked = [case for case in await self._aftercare.unanswered() if case.event.id not in known]
        return [write for case in (*unsent, *asked) for write in await self._of(case)]

    async def _of(self, case: Case) -> list[PlannedWrite]:
        answers = await self._attendant.foresee(case, invites_anew(case), invites_once(case))
        cleared = forecast_clearing(case, await self._ledger.setting())
        return [*cleared, *forecast(case), *answers]

    async def _unsent(self) -> list[Case]:
        async with self._ledger.store.read() as tables:
            events = await tables.operations.unsent_events()
        cases = await self._ledger.cases(events)
        return sorted(cases, key=lambda case: min((each.id for each in case.operations), default=0))
