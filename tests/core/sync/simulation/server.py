"""The simulated Exchange with its history: who wrote what, who was refused, what comes late, what people do there."""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from core.sync.house import LAKE, LI, MOON, ZHANG
from core.sync.simulated_copy import Calendar, Copy
from core.sync.simulated_exchange import SimulatedExchange
from core.sync.simulation.history import OUTLOOK, ROOMD, History, Write, units_between
from core.sync.virtual_clock import VirtualClock
from roomd_core.model import Answer, Content, ItemRef
from roomd_core.sync.remote import ChangePage, Mail, OneOccurrence, OutcomeUnknown, RemoteError

LISTED = (ZHANG, LI, MOON, LAKE)
SHOW_WHAT_IS_BACK = frozenset({"changes", "find_by_global_id"})
"""Other calls only show items that are known by their ids, or carry a key of roomd's."""


class Late(OutcomeUnknown):
    """The caller has given up; the request is carried out all the same, ``delay`` seconds later."""

    def __init__(self, delay: float) -> None:
        super().__init__("The deadline passed.")
        self.delay = delay


class RepeatsPage(RemoteError):  # noqa: N818 - what the server does
    """Not an error of the port: the server gives the same page again and again."""


class RecordingExchange(SimulatedExchange):
    """Writes down every change of every calendar, with who made it."""

    def __init__(self, clock: VirtualClock, history: History) -> None:
        super().__init__(clock)
        self.history = history
        self.away: dict[str, list[Copy]] = {}
        self.inside = 0
        self.uids: dict[bytes, str] = {}
        self._writer = OUTLOOK
        self._believed: Content | None = None
        self._late: list[tuple[float, Callable[[], Awaitable[Any]]]] = []
        self._unseen: dict[str, list[Copy]] = {}
        self._quiet = False

    # -- what people do besides ------------------------------------------------------------------------------------

    def move_away(self, copy: Copy, address: str) -> None:
        """Move an item out of the calendar into another folder, as by dragging it in Outlook."""
        self._remove(address, copy)
        self.calendars[address].deleted_items.remove(copy)
        self.away.setdefault(address, []).append(copy)

    def bring_back(self, address: str, copy: Copy) -> None:
        """Move an item back into the calendar: it is the same meeting under another id."""
        stock = self.away.get(address, [])
        (stock if copy in stock else self.calendars[address].deleted_items).remove(copy)
        self._put_back(self.calendars[address], copy)
        self._unseen.setdefault(address, []).append(copy)
        self._note("restore", address, copy, after=copy.content)

    def take_out(self, address: str, copy: Copy) -> None:
        """Delete this very item, telling nobody."""
        self._remove(address, copy)

    def double(self, copy: Copy) -> None:
        """Put a second item of a meeting beside the first, with all its properties. Nobody is told of it."""
        twin = super()._new_copy(self.calendars[copy.organizer], copy.uid, copy.organizer, copy.content)
        twin.own_key, twin.is_organizer, twin.answer = copy.own_key, True, copy.answer
        twin.is_meeting = copy.is_meeting
        self._unseen.setdefault(copy.organizer, []).append(twin)
        self._note("double", copy.organizer, twin, after=twin.content)
        self.history.writes[-1] = dataclasses.replace(self.history.writes[-1], of=copy.item_id)

    def come_true(self) -> None:
        """Carry out what was given up and is due."""
        due = [each for each in self._late if each[0] <= self.clock.steady()]
        self._late = [each for each in self._late if each[0] > self.clock.steady()]
        for _, request in due:
            self.history.tell("  a request that was given up is carried out")
            self._carry_out(request)

    # -- the port --------------------------------------------------------------------------------------------------

    async def changes(self, mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        try:
            return await super().changes(mailbox, state, limit=limit)
        except RepeatsPage:
            return ChangePage(state=state or f"{mailbox}:1:0", changed=(), deleted=(), last=False)

    async def create(self, mailbox: str, content: Content, *, key: str, uid: str, mail: Mail) -> ItemRef:
        write = super().create
        return await self._write(lambda: write(mailbox, content, key=key, uid=uid, mail=mail))

    async def update(self, mailbox: str, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> ItemRef:
        write = super().update
        return await self._write(lambda: write(mailbox, ref, before, after, mail=mail), before)

    async def update_occurrence(self, mailbox: str, master: ItemRef, one: OneOccurrence, *, mail: Mail) -> None:
        write = super().update_occurrence
        await self._write(lambda: write(mailbox, master, one, mail=mail))

    async def cancel_occurrence(self, mailbox: str, master: ItemRef, original_start: datetime, *, mail: Mail) -> None:
        write = super().cancel_occurrence
        await self._write(lambda: write(mailbox, master, original_start, mail=mail))

    async def cancel(self, mailbox: str, ref: ItemRef, *, mail: Mail) -> None:
        write = super().cancel
        await self._write(lambda: write(mailbox, ref, mail=mail))

    async def discard(self, mailbox: str, ref: ItemRef) -> None:
        write = super().discard
        await self._write(lambda: write(mailbox, ref))

    async def respond(self, mailbox: str, ref: ItemRef, answer: Answer) -> None:
        write = super().respond
        await self._write(lambda: write(mailbox, ref, answer))

    async def _write(self, request: Callable[[], Awaitable[Any]], believed: Content | None = None) -> Any:
        self._writer, self._believed = ROOMD, believed
        try:
            return await request()
        except Late as late:
            self._late.append((self.clock.steady() + late.delay, request))
            raise OutcomeUnknown(str(late)) from late
        finally:
            self._writer, self._believed = OUTLOOK, None

    def _carry_out(self, request: Callable[[], Awaitable[Any]]) -> None:
        """Do a request to its end, whoever asked for it being gone."""
        self._writer, self._quiet = ROOMD, True
        try:
            request().__await__().send(None)
        except (StopIteration, RemoteError):
            pass
        finally:
            self._writer, self._quiet = OUTLOOK, False

    # -- the history -----------------------------------------------------------------------------------------------

    def _strike(self, when: str, call: str, mailbox: str) -> None:
        if self._quiet:
            return
        if when == "after" and call in SHOW_WHAT_IS_BACK:
            self._unseen.pop(mailbox, None)
        writer, self._writer = self._writer, OUTLOOK  # whoever acts meanwhile is somebody else
        super()._strike(when, call, mailbox)
        self._writer = writer

    def _new_copy(self, calendar: Calendar, uid: str, organizer: str, content: Content) -> Copy:
        copy = super()._new_copy(calendar, uid, organizer, content)
        self.uids[copy.global_id] = uid
        self._note("create", calendar.address, copy, after=content)
        return copy

    def meet(self, organizer: str, content: Content, *, uid: str | None = None, key: str | None = None) -> Copy:
        if key is not None:
            self._look_for_doubles(organizer, uid, key)
        copy = super().meet(organizer, content, uid=uid, key=key)
        self._note("key", organizer, copy, after=content)
        return copy

    def edit(self, copy: Copy, **fields: object) -> None:
        before = copy.content
        super().edit(copy, **fields)
        self._note("update", copy.organizer, copy, before=before, after=copy.content)

    def _remove(self, address: str, copy: Copy) -> None:
        super()._remove(address, copy)
        self._note("remove", address, copy, before=copy.content)

    def _respond(self, calendar: Calendar, copy: Copy, answer: Answer) -> None:
        self._note(f"respond {answer}", calendar.address, copy)
        super()._respond(calendar, copy, answer)

    def _look_for_doubles(self, organizer: str, uid: str | None, key: str) -> None:
        """S2: at most one live item for each key, and for each uid, in a mailbox.

        What was restored since the mailbox was last looked at, nobody could know of: it is asked about afterwards.
        """
        unseen = self._unseen.get(organizer, [])
        for copy in self._home(organizer).copies.values():
            if (copy.own_key == key or copy.uid == uid) and copy not in unseen:
                self.history.breaks("S2", f"a second item of {uid} is made in {organizer}")

    def _note(
        self, kind: str, mailbox: str, copy: Copy, *, before: Content | None = None, after: Content | None = None
    ) -> None:
        what = after or before
        units = f" ({', '.join(units_between(before, after))})" if before and after else ""
        at = self.history.tell(f"  {self._writer}: {kind} {copy.uid} in {mailbox} {_summary(what)}{units}")
        self.history.writes.append(
            Write(
                at=at,
                by=self._writer,
                kind=kind,
                mailbox=mailbox,
                uid=copy.uid,
                organizer=copy.organizer,
                item=copy.item_id,
                own_key=copy.own_key,
                before=before,
                after=after,
                believed=self._believed,
            )
        )


def _summary(content: Content | None) -> str:
    if content is None:
        return ""
    rooms = "+".join(room.split("@")[0] for room in content.rooms) or "no room"
    return f"“{content.title}” {content.start:%d %H:%M}-{content.end:%H:%M} {rooms} {content.location}"
