"""Answering for a room about single occurrences: moved ones of its series, and those it was invited to alone."""

from collections.abc import Sequence

from roomd_core.model import Answer, Item, Mailbox
from roomd_core.spans import Span, clashes
from roomd_core.sync.case import Case
from roomd_core.sync.copies import told_series
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.observe import observe
from roomd_core.sync.reading import with_their_exceptions
from roomd_core.sync.remote import Remote, RemoteItem
from roomd_core.sync.rooms import Rival, rival


class OccurrenceAttendant:
    """Answers for occurrences, each on the copy as it is this moment. The caller holds the room's lock."""

    def __init__(self, ledger: Ledger, remote: Remote) -> None:
        self._ledger = ledger
        self._remote = remote

    async def answer(self, case: Case, room: Mailbox, copy: Item) -> None:
        """Answer what is unanswered in one copy, and take in what the copy is after that. Raise RemoteError."""
        for seen in _unanswered(copy, await self._read(room, copy)):
            wanted = [Span(mailbox=room.address, start=seen.start, end=seen.end)]
            taken_by = await rival_of(self._ledger, case, wanted)
            await self._remote.respond(room.address, seen.ref, Answer.DECLINED if taken_by else Answer.ACCEPTED)
        for seen in await self._read(room, copy):
            await self._take_in(case, room, seen)

    async def _take_in(self, case: Case, room: Mailbox, seen: RemoteItem) -> None:
        await self._ledger.revise(case.event.id, lambda current, setting: observe(current, room, seen, setting))

    async def _read(self, room: Mailbox, copy: Item) -> list[RemoteItem]:
        read = await self._remote.fetch(room.address, [copy.ref.item_id])
        return await with_their_exceptions(self._ledger, self._remote, room.address, read)


async def rival_of(ledger: Ledger, case: Case, wanted: Sequence[Span]) -> Rival | None:
    """Find who has a room at one of the times an event wants it."""
    if not wanted:
        return None
    start, end = min(span.start for span in wanted), max(span.end for span in wanted)
    async with ledger.store.read() as tables:
        held = await tables.occupancies.holding(
            {span.mailbox for span in wanted}, start, end, ignore_event=case.event.id
        )
        events = await tables.events.many([occupancy.event for occupancy in held])
    return rival(case.event, clashes(held, wanted), events, wanted=len(wanted))


def _unanswered(copy: Item, read: Sequence[RemoteItem]) -> list[RemoteItem]:
    """Return the occurrences without an answer: the copy itself, or the exceptions of a series.

    What was called off stays in the room's calendar, marked as cancelled, and Exchange takes no answer to it.
    """
    series = [series for series in map(told_series, read) if series]
    listed = [each.seen for told in series for each in told.modified] if copy.original_start is None else read
    return [seen for seen in listed if seen and seen.answer is Answer.NONE and not seen.is_cancelled]
