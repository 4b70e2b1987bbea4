"""Answering for rooms whose calendar has no booking attendant, acting as the room."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from roomd_core.model import Answer, ChangeKind, Item, Mailbox, Origin, RoomAnswer
from roomd_core.sync import conflicts
from roomd_core.sync.answers import answer_of, say
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.observe import observe
from roomd_core.sync.remote import ExchangeUnavailable, Remote, RemoteError, RemoteItem
from roomd_core.sync.rooms import Rival, Turn, lesson, rival, whose_turn


class RoomAttendant:
    """Sees to it that every room of a local event gets an answer."""

    def __init__(self, ledger: Ledger, remote: Remote, locks: MailboxLocks, *, grace: timedelta) -> None:
        self._ledger = ledger
        self._remote = remote
        self._locks = locks
        self._grace = grace

    async def attend(self, event: str) -> bool:
        """Answer for the rooms of an event where it is roomd's turn; say whether every room has answered.

        Raise ExchangeUnavailable. Whatever else keeps a room from being answered is left to the next time.
        """
        case = await self._ledger.case(event)
        setting = await self._ledger.setting()
        if _needs_no_answers(case, setting.now):
            return True
        answered = [await self._attend_room(case, setting.mailboxes[room]) for room in _listed_rooms(case, setting)]
        return all(answered)

    async def _attend_room(self, case: Case, room: Mailbox) -> bool:
        learned = await self._learned(room)
        said = answer_of(case.event, room.address)
        if said is not Answer.NONE:
            await self._learn(room, lesson(room, learned, said))
            return True
        turn = whose_turn(room, learned, await self._pushed_at(case), (await self._ledger.setting()).now, self._grace)
        copy = case.copy_in(room.address)
        if copy is None or turn is not Turn.ROOMD or case.edited:
            return False
        async with self._locks.of(room.address):
            try:
                return await self._answer(case, room, copy)
            except ExchangeUnavailable:
                raise
            except RemoteError:
                return False

    async def _answer(self, case: Case, room: Mailbox, copy: Item) -> bool:
        """Answer for a room, on its copy as it is this moment: an earlier answer may have arrived unnoticed."""
        seen = await self._read(room, copy)
        if seen is None:
            return False
        if seen.answer is not Answer.NONE:
            await self._take_in(case, room, seen)
            return True
        taken_by = await self._rival(case, room)
        answer = Answer.DECLINED if taken_by else Answer.ACCEPTED
        await self._remote.respond(room.address, seen.ref, answer)
        await self._record(case, room, answer, taken_by)
        await self._learn(room, RoomAnswer.ROOMD if room.answers is RoomAnswer.AUTO else None)
        return True

    async def _read(self, room: Mailbox, copy: Item) -> RemoteItem | None:
        return next(iter(await self._remote.fetch(room.address, [copy.ref.item_id])), None)

    async def _take_in(self, case: Case, room: Mailbox, seen: RemoteItem) -> None:
        await self._ledger.revise(case.event.id, lambda current, setting: observe(current, room, seen, setting))

    async def _record(self, case: Case, room: Mailbox, answer: Answer, taken_by: Rival | None) -> None:
        """Store what was answered; the room's copy as it is now comes with the feed."""

        def answered(current: Case, setting: Setting) -> Case:
            current = say(current, room.address, answer, setting.now)
            copy = current.copy_in(room.address)
            if copy:
                current = current.with_item(replace(copy, answer=answer))
            if taken_by:
                reason = _reason(taken_by)
                current = current.with_conflict(conflicts.declined(current, room.address, setting, reason=reason))
            return current

        await self._ledger.revise(case.event.id, answered)

    async def _rival(self, case: Case, room: Mailbox) -> Rival | None:
        event = case.event
        async with self._ledger.store.read() as tables:
            held = await tables.occupancies.holding(
                [room.address], event.content.start, event.content.end, ignore_event=event.id
            )
            events = await tables.events.many([occupancy.event for occupancy in held])
        return rival(event, held, events)

    async def _pushed_at(self, case: Case) -> datetime | None:
        async with self._ledger.store.read() as tables:
            entries = await tables.changes.of_event(case.event.id)
        return max((entry.at for entry in entries if entry.kind is ChangeKind.PUSHED), default=None)

    async def _learned(self, room: Mailbox) -> RoomAnswer | None:
        """Return what the room's own setting says, else what experience taught."""
        async with self._ledger.store.read() as tables:
            found = await tables.room_answers.get(room.address)
        return (found.setting or found.learned) if found else None

    async def _learn(self, room: Mailbox, learned: RoomAnswer | None) -> None:
        if learned and learned is not await self._learned(room):
            async with self._ledger.store.write() as tables:
                await tables.room_answers.learn(room.address, learned)


def _needs_no_answers(case: Case, now: datetime) -> bool:
    over = case.event.content.end <= now
    return case.cancelled or over or case.event.origin is not Origin.LOCAL


def _listed_rooms(case: Case, setting: Setting) -> list[str]:
    return [room for room in case.event.content.rooms if setting.is_room(room)]


def _reason(taken_by: Rival) -> str:
    who = taken_by.event.organizer_name or taken_by.event.organizer
    return f"{who} has it until {taken_by.until:%Y-%m-%d %H:%M} UTC"
