"""Answering for rooms whose calendar has no booking attendant, acting as the room."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from msgspec.structs import replace

from roomd_core.model import Answer, ChangeKind, Item, Mailbox, Origin, PlannedWrite, RoomAnswer, WriteKind
from roomd_core.occurrences import times_of
from roomd_core.recurrence import ends_before
from roomd_core.spans import Span, spans_of
from roomd_core.sync import conflicts
from roomd_core.sync.alone import Alone
from roomd_core.sync.answers import answer_of, say
from roomd_core.sync.attend_occurrences import OccurrenceAttendant, rival_of
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.declining import unanswered_occurrences
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.locks import MailboxLocks
from roomd_core.sync.observe import observe
from roomd_core.sync.remote import Remote, RemoteItem
from roomd_core.sync.rooms import Rival, Turn, lesson, whose_turn

_INVITATION = "for the invitation to arrive"


class RoomAttendant:
    """Sees to it that every room of a local event gets an answer."""

    def __init__(self, ledger: Ledger, remote: Remote, locks: MailboxLocks, *, grace: timedelta) -> None:
        self._ledger = ledger
        self._remote = remote
        self._locks = locks
        self._grace = grace
        self._occurrences = OccurrenceAttendant(ledger, remote)

    async def attend(self, event: str) -> bool:
        """Answer for the rooms of an event where it is roomd's turn; say whether every room has answered.

        Raise ExchangeUnavailable. Whatever else keeps a room from being answered is left to the next time.
        """
        case = await self._ledger.case(event)
        setting = await self._ledger.setting()
        if _needs_no_answers(case, setting.now):
            return True
        answered = [await self._attend_room(case, setting.mailboxes[room]) for room in _listed_rooms(case, setting)]
        swapped = _swapped_in(case, setting)
        answered += [await self._attend_occurrences(case, setting.mailboxes[room], None) for room in swapped]
        return all(answered)

    async def foresee(
        self, case: Case, invited_anew: AbstractSet[str], asked_once: Sequence[Span]
    ) -> list[PlannedWrite]:
        """Return the answers roomd would give as rooms, as things stand; nothing is asked of Exchange.

        ``invited_anew`` are rooms that what waits to be sent will ask, or ask again, about the whole event;
        ``asked_once`` is what it will ask of them about single occurrences.
        """
        setting = await self._ledger.setting()
        if _needs_no_answers(case, setting.now):
            return []
        rooms = [setting.mailboxes[room] for room in (*_listed_rooms(case, setting), *_swapped_in(case, setting))]
        answers = [await self._foresee(case, room, setting.now, anew=room.address in invited_anew) for room in rooms]
        once = [await self._foresee_once(case, span, setting) for span in asked_once]
        return [answer for answer in (*answers, *once) if answer]

    async def _foresee(self, case: Case, room: Mailbox, now: datetime, *, anew: bool) -> PlannedWrite | None:
        pushed_at = None if anew else await self._pushed_at(case)
        turn = whose_turn(room, await self._learned(room), pushed_at, now, self._grace)
        silent = answer_of(case.event, room.address) is Answer.NONE
        asked = anew or (silent and case.copy_in(room.address) is not None)
        if turn is Turn.EXCHANGE or not asked:
            return None
        answer = await self._planned(case, await self._spans(case, room), turn)
        not_before = pushed_at + self._grace if pushed_at and turn is Turn.LATER else None
        return replace(answer, mailbox=room.address, waiting=_INVITATION if anew else "", not_before=not_before)

    async def _foresee_once(self, case: Case, span: Span, setting: Setting) -> PlannedWrite | None:
        room = setting.mailboxes.get(span.mailbox)
        if room is None:
            return None
        turn = whose_turn(room, await self._learned(room), None, setting.now, self._grace)
        if turn is Turn.EXCHANGE:
            return None
        return replace(await self._planned(case, [span], turn), mailbox=room.address, waiting=_INVITATION)

    async def _planned(self, case: Case, spans: Sequence[Span], turn: Turn) -> PlannedWrite:
        taken_by = await rival_of(self._ledger, case, spans)
        return PlannedWrite(
            event=case.event.id,
            kind=WriteKind.DECLINE if taken_by else WriteKind.ACCEPT,
            mailbox="",
            mails=(case.event.organizer,),
            unless="" if turn is Turn.ROOMD else "the room answers by itself",
        )

    async def _attend_occurrences(self, case: Case, room: Mailbox, learned: RoomAnswer | None) -> bool:
        """Answer for single occurrences: those that were moved, and those the room was invited to alone."""
        waiting = unanswered_occurrences(case, room.address)
        if not waiting:
            return True
        now = (await self._ledger.setting()).now
        known = learned or await self._learned(room)
        if whose_turn(room, known, await self._pushed_at(case), now, self._grace) is not Turn.ROOMD or case.edited:
            return False
        async with self._locks.of(room.address):
            with Alone(f"answering for occurrences as {room.address}"):
                for copy in waiting:
                    await self._occurrences.answer(case, room, copy)
                return True
        return False

    async def _attend_room(self, case: Case, room: Mailbox) -> bool:
        learned = await self._learned(room)
        said = answer_of(case.event, room.address)
        if said is not Answer.NONE:
            await self._learn(room, lesson(room, learned, said))
            return await self._attend_occurrences(case, room, learned)
        turn = whose_turn(room, learned, await self._pushed_at(case), (await self._ledger.setting()).now, self._grace)
        copy = case.copy_in(room.address)
        if copy is None or turn is not Turn.ROOMD or case.edited:
            return False
        async with self._locks.of(room.address):
            with Alone(f"answering for {room.address}"):
                return await self._answer(case, room, copy)
        return False

    async def _answer(self, case: Case, room: Mailbox, copy: Item) -> bool:
        """Answer for a room, on its copy as it is this moment: an earlier answer may have arrived unnoticed."""
        seen = await self._read(room, copy)
        if seen is None:
            return False
        if seen.answer is not Answer.NONE:
            await self._take_in(case, room, seen)
            return True
        taken_by = await rival_of(self._ledger, case, await self._spans(case, room))
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

    async def _spans(self, case: Case, room: Mailbox) -> list[Span]:
        """Return when the event needs the room: of a series at every occurrence to come that is shown."""
        setting = await self._ledger.setting()
        spans = spans_of(case.event.content, setting.now, setting.window.days(setting.now)[1])
        return [span for span in spans if span.mailbox == room.address]

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
    content = case.event.content
    over = ends_before(content.series, times_of(content), now) if content.series else content.end <= now
    return case.cancelled or over or case.event.origin is not Origin.LOCAL


def _listed_rooms(case: Case, setting: Setting) -> list[str]:
    return [room for room in case.event.content.rooms if setting.is_room(room)]


def _swapped_in(case: Case, setting: Setting) -> list[str]:
    """Return the listed rooms that only single occurrences have."""
    series = case.event.content.series
    rooms = {room for each in (series.modified if series else ()) for room in each.rooms or ()}
    return sorted(room for room in rooms - set(case.event.content.rooms) if setting.is_room(room))


def _reason(taken_by: Rival) -> str:
    who = taken_by.event.organizer_name or taken_by.event.organizer
    until = f"{who} has it until {taken_by.until:%Y-%m-%d %H:%M} UTC"
    if taken_by.wanted == 1:
        return until
    return f"it is taken at {taken_by.times} of {taken_by.wanted} occurrences; {until}"
