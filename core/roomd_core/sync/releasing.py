"""Giving back a room's time that it holds for a meeting it should no longer have: declining as the room.

A room's own copy is never deleted: deleting one with cancellations cancels the organizer's meeting on some servers.
"""

from roomd_core.model import Answer, ConflictKind, Item, Mailbox, RoomAnswer
from roomd_core.store import Tables
from roomd_core.sync.alone import Alone
from roomd_core.sync.case import Case
from roomd_core.sync.drift import disagreement, is_stale
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.reminders import Reminders
from roomd_core.sync.remote import Remote

_RELEASES = Reminders("release")


async def remember(tables: Tables, event: str, room: str) -> None:
    """Remember that a room is to decline what it still holds of an event."""
    await _RELEASES.put(tables, event, room)


class Releaser:
    """Looks after copies that differ: declines those a room should not have, and asks about the others in time."""

    def __init__(self, ledger: Ledger, remote: Remote, locks: MailboxLocks) -> None:
        self._ledger = ledger
        self._remote = remote
        self._locks = locks

    async def go_on(self) -> None:
        """Look again at every copy that differs, then decline as rooms. Raise ExchangeUnavailable."""
        async with self._ledger.store.read() as tables:
            drifting = await tables.items.drifting()
        for event in drifting:
            await self._ledger.revise(event, lambda case, _setting: case)
            await self._put_right(event)
        async with self._ledger.store.read() as tables:
            waiting = await _RELEASES.all(tables)
        for event, room in waiting:
            await self._release(await self._ledger.case(event), room)

    async def _put_right(self, event: str) -> None:
        """Where roomd answers for a room it declines by itself what that room should not have."""
        case, setting = await self._ledger.case(event), await self._ledger.setting()
        for item in case.items:
            room = setting.mailboxes.get(item.mailbox)
            asked = case.conflict(ConflictKind.DRIFT, room=item.mailbox)
            if room and asked and is_stale(asked) and await self._answers_for(room):
                async with self._ledger.store.write() as tables:
                    await remember(tables, event, room.address)

    async def _answers_for(self, room: Mailbox) -> bool:
        if room.answers is not RoomAnswer.AUTO:
            return room.answers is RoomAnswer.ROOMD
        async with self._ledger.store.read() as tables:
            found = await tables.room_answers.get(room.address)
        return found is not None and (found.setting or found.learned) is RoomAnswer.ROOMD

    async def _release(self, case: Case, room: str) -> None:
        setting = await self._ledger.setting()
        item = case.copy_in(room)
        async with self._locks.of(room):
            with Alone(f"declining as {room}"):
                if item and disagreement(case, item, setting):
                    await self._decline(item, room)
                async with self._ledger.store.write() as tables:
                    await _RELEASES.done(tables, case.event.id, room)

    async def _decline(self, item: Item, room: str) -> None:
        """Decline a copy as it is this moment; that its time is free comes with the feed."""
        for seen in await self._remote.fetch(room, [item.ref.item_id]):
            if seen.answer is not Answer.DECLINED and not seen.is_organizer:
                await self._remote.respond(room, seen.ref, Answer.DECLINED)
