"""Inviting a room anew that has lost its copy.

Exchange sends no invitation to who is invited already: the room is taken off the meeting, and put on it again when
that has reached Exchange. Both are updates that mail the room alone.
"""

from collections.abc import Callable

from msgspec.structs import replace

from roomd_core.model import Operation, OperationState
from roomd_core.store import Tables
from roomd_core.sync.case import ROOMD, Case
from roomd_core.sync.conclude import conclude
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.loading import load_case
from roomd_core.sync.reminders import Reminders
from roomd_core.sync.writing import write

_AGAIN = Reminders("invite-again")


async def remember(tables: Tables, event: str, room: str) -> None:
    """Remember that a room taken off an event is to be put on it again."""
    await _AGAIN.put(tables, event, room)


class Inviter:
    """Puts rooms on their events again. ``wake`` says that something was queued."""

    def __init__(self, ledger: Ledger, *, wake: Callable[[], None]) -> None:
        self._ledger = ledger
        self._wake = wake

    async def go_on(self) -> None:
        """Put every room on its event again whose removal has reached Exchange."""
        async with self._ledger.store.read() as tables:
            waiting = await _AGAIN.all(tables)
        for event, room in waiting:
            if await self._go_on(event, room):
                self._wake()

    async def _go_on(self, event: str, room: str) -> bool:
        setting = await self._ledger.setting()
        async with self._ledger.store.write() as tables:
            case = await load_case(tables, event)
            if case is None or not _is_settled(case):
                return False
            await _AGAIN.done(tables, event, room)
            await write(tables, [conclude(case, with_room(case, room), setting, actor=ROOMD)], setting)
        return True


def with_room(case: Case, room: str) -> Case:
    """Return a standing event with a room on it again; it has not answered yet."""
    if case.cancelled or room in case.event.content.rooms:
        return case
    rooms = tuple(sorted((*case.event.content.rooms, room)))
    said = tuple(one for one in case.event.responses if one.address != room)
    return case.with_event(replace(case.event, content=replace(case.event.content, rooms=rooms), responses=said))


def _is_settled(case: Case) -> bool:
    """Say whether Exchange has heard of everything: what is given up is not on its way."""
    on_the_way: list[Operation] = [op for op in case.operations if op.state is not OperationState.PARKED]
    return not on_the_way
