"""An Exchange in memory, as a Remote: mailboxes with copies, change keys, feeds and room attendants, and bad luck.

It answers as the stricter readings of the documentation do: the feed carries no body and no people, item ids differ
in each mailbox, every write needs the current change key, and a meeting's copies follow their organizer's.

It keeps the contract of the Remote (tests/daemon/exchange), as Exchange does, but it

- fails on a write that changes nothing, and on one that mails nobody or everybody where the other is called for:
  Exchange would take these, but roomd never sends them;
- ends every line of a body as some servers do, where the port says nothing of white space;
- gives who is invited to one occurrence alone a UID of its own, as in MS-OXOCAL, where some servers keep the series';
- tells an answer to one occurrence in the guest's copy, and not in the organizer's too: roomd does not read it there;
- has attendants that accept what is free and can put their organizer's name into titles, and do nothing else
  (Set-CalendarProcessing);
- has no wire, and so nothing of sign-in, throttling, certificates or malformed answers: ``luck`` raises their errors.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from core.sync.simulated_copy import Calendar, Copy, invited
from core.sync.simulated_organization import SimulatedOrganization
from core.sync.simulated_reading import busy_in, page_of, shown_in, told
from core.sync.simulated_series import crosses_a_neighbour, differing, rooms_alone
from roomd_core.clock import Clock
from roomd_core.model import Answer, Content, ItemRef, WatchMeans
from roomd_core.occurrences import bare, exceptions_of, fitting, with_exceptions
from roomd_core.sync.remote import (
    Busy,
    ChangePage,
    Gone,
    Mail,
    MailboxUnavailable,
    OneOccurrence,
    Rejected,
    RemoteItem,
    Signal,
    Stale,
    View,
    WatchedBy,
)


class Crash(BaseException):
    """The process died here."""


Luck = Callable[[int, str, str, str], BaseException | None]
"""Called with a call's number, "before" or "after", its name and its mailbox; returns what goes wrong."""


def good_luck(_number: int, _when: str, _call: str, _mailbox: str) -> None:
    return None


class SimulatedExchange(SimulatedOrganization):
    """The Remote. ``luck`` decides which calls fail; ``calls`` and ``mails`` are the history to check."""

    def __init__(self, clock: Clock, *, page: int = 512) -> None:
        super().__init__(clock)
        self.page = page
        self.view_limit = 1000
        self.view_shift = timedelta()
        self.names_in_feed = True
        self.luck: Luck = good_luck
        self.calls: list[tuple[str, str]] = []

    async def changes(self, mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        self._strike("before", "changes", mailbox)
        page = page_of(self._calendar(mailbox), state, min(limit, self.page), named=self.names_in_feed)
        self._strike("after", "changes", mailbox)
        return page

    async def fetch(self, mailbox: str, item_ids: Sequence[str]) -> list[RemoteItem]:
        self._strike("before", "fetch", mailbox)
        there = told(self._calendar(mailbox))
        self._strike("after", "fetch", mailbox)
        return [there[item_id] for item_id in item_ids if item_id in there]

    async def find_by_key(self, mailbox: str, key: str) -> list[RemoteItem]:
        return self._found("find_by_key", mailbox, lambda copy: copy.own_key == key)

    async def find_by_global_id(self, mailbox: str, global_id: bytes) -> list[RemoteItem]:
        return self._found("find_by_global_id", mailbox, lambda copy: copy.global_id == global_id)

    async def create(self, mailbox: str, content: Content, *, key: str, uid: str, mail: Mail) -> ItemRef:
        self._strike("before", "create", mailbox)
        self._calendar(mailbox)
        _check_times(content)
        assert (mail is Mail.NOBODY) == (not invited(content))
        assert content == bare(content), "Exchange takes no exceptions with a new series"
        copy = self.meet(mailbox, content, uid=uid, key=key)
        self._strike("after", "create", mailbox)
        return copy.written or copy.ref

    async def update(self, mailbox: str, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> ItemRef:
        self._strike("before", "update", mailbox)
        copy = self._checked(mailbox, ref)
        _check_times(after)
        names = Content.__struct_fields__
        changed = {name: getattr(after, name) for name in names if getattr(before, name) != getattr(after, name)}
        assert changed, "an update that changes nothing was sent"
        assert mail is (Mail.CHANGED if copy.is_organizer and _guests(copy.content, after) else Mail.NOBODY)
        if after.series:
            outliving = exceptions_of(copy.content)
            kept = {each: outliving[each] for each in fitting(after, outliving)}
            changed["series"] = with_exceptions(after, kept).series
        if after.series and before.series and after.series.recurrence == before.series.recurrence:
            del changed["series"]
        if copy.is_organizer:
            self.edit(copy, **changed)
        else:
            self._edit_own(mailbox, copy, replace(copy.content, **changed))
        self._strike("after", "update", mailbox)
        return copy.written or copy.ref

    async def update_occurrence(self, mailbox: str, master: ItemRef, one: OneOccurrence, *, mail: Mail) -> None:
        self._strike("before", "update_occurrence", mailbox)
        copy = self._of_series(mailbox, master, one.original_start)
        assert one.before != one.after, "an update that changes nothing was sent"
        assert mail is not Mail.EVERYBODY
        if crosses_a_neighbour(copy, one.original_start, one.after.start, one.after.end):
            raise Rejected("It would cross its neighbour.", code="ErrorOccurrenceCrossingBoundary")
        self.change_occurrence(copy, one.original_start, **differing(one))
        self._swap_rooms(copy, one)
        self._strike("after", "update_occurrence", mailbox)

    async def cancel_occurrence(self, mailbox: str, master: ItemRef, original_start: datetime, *, mail: Mail) -> None:
        self._strike("before", "cancel_occurrence", mailbox)
        copy = self._of_series(mailbox, master, original_start)
        assert (mail is Mail.NOBODY) == (not invited(copy.content))
        self.drop_occurrence(copy, original_start)
        self._strike("after", "cancel_occurrence", mailbox)

    async def cancel(self, mailbox: str, ref: ItemRef, *, mail: Mail) -> None:
        self._strike("before", "cancel", mailbox)
        copy = self._checked(mailbox, ref)
        if not copy.is_organizer:
            raise Rejected("It is organized by somebody else.")
        if mail is Mail.NOBODY:
            self._remove(mailbox, copy)
        else:
            assert _guests(copy.content), "nobody is there to be mailed"
            self.call_off(copy)
        self._strike("after", "cancel", mailbox)

    async def discard(self, mailbox: str, ref: ItemRef) -> None:
        self._strike("before", "discard", mailbox)
        copy = self._checked(mailbox, ref)
        if copy.is_organizer:
            raise Rejected("It is organized here.")
        self._remove(mailbox, copy)
        self._strike("after", "discard", mailbox)

    async def respond(self, mailbox: str, ref: ItemRef, answer: Answer) -> None:
        self._strike("before", "respond", mailbox)
        master, _, day = ref.item_id.partition("/")
        copy = self._checked(mailbox, replace(ref, item_id=master))
        called_off = {f"{each:%Y%m%d}" for each in copy.called_off}
        if copy.is_organizer:
            raise Rejected("The organizer cannot answer.", code="ErrorCalendarIsOrganizerForAccept")
        if copy.is_cancelled or day in called_off:
            raise Rejected("It was cancelled.", code="ErrorCalendarIsCancelledForAccept")
        if day:
            self._respond_once(mailbox, copy, day, answer)
        else:
            self._respond(self.calendars[mailbox], copy, answer)
        self._strike("after", "respond", mailbox)

    async def availability(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        self._strike("before", "availability", mailboxes[0])
        return [busy for address in mailboxes for busy in busy_in(self._calendar(address), start, end)]

    async def view(self, mailbox: str, start: datetime, end: datetime) -> View:
        self._strike("before", "view", mailbox)
        shown = shown_in(self._calendar(mailbox), start, end, self.view_shift)
        self._strike("after", "view", mailbox)
        return View(shown=tuple(shown[: self.view_limit]), whole=len(shown) <= self.view_limit)

    async def watch(self, mailboxes: Sequence[str], tell: Callable[[Signal], None]) -> None:
        tell(WatchedBy(mailboxes=tuple(mailboxes), means=WatchMeans.STREAMING))
        self.listener, self.watched = tell, frozenset(mailboxes)
        try:
            await asyncio.Event().wait()
        finally:
            self.listener = None

    async def close(self) -> None:
        """Nothing is held."""

    def _strike(self, when: str, call: str, mailbox: str) -> None:
        if when == "before":
            self.calls.append((call, mailbox))
        error = self.luck(len(self.calls), when, call, mailbox)
        if error is not None:
            raise error

    def _found(self, call: str, mailbox: str, wanted: Callable[[Copy], bool]) -> list[RemoteItem]:
        self._strike("before", call, mailbox)
        calendar = self._calendar(mailbox)
        there = told(calendar)
        found = [there[item_id] for item_id, copy in calendar.copies.items() if wanted(copy)]
        self._strike("after", call, mailbox)
        return found

    def _calendar(self, address: str) -> Calendar:
        if address not in self.calendars:
            raise MailboxUnavailable(f"There is no mailbox {address}.", code="ErrorNonExistentMailbox")
        return self.calendars[address]

    def _checked(self, mailbox: str, ref: ItemRef) -> Copy:
        copy = self._calendar(mailbox).copies.get(ref.item_id)
        if copy is None:
            raise Gone("The item is not there.", code="ErrorItemNotFound")
        if copy.ref != ref:
            raise Stale("The item has changed.", code="ErrorIrresolvableConflict")
        return copy

    def _of_series(self, mailbox: str, master: ItemRef, original_start: datetime) -> Copy:
        copy = self._checked(mailbox, master)
        series = copy.content.series
        if series is None or original_start in series.deleted or not fitting(copy.content, {original_start: None}):
            raise Rejected("The occurrence is not there.", code="ErrorCalendarOccurrenceIsDeletedFromRecurrence")
        if not copy.is_organizer:
            raise Rejected("It is organized by somebody else.")
        return copy

    def _edit_own(self, mailbox: str, copy: Copy, content: Content) -> None:
        """Change a guest's copy, which nobody else hears of."""
        copy.content = content
        self._touch(mailbox, copy)
        copy.written = copy.ref

    def _swap_rooms(self, copy: Copy, one: OneOccurrence) -> None:
        """Invite the rooms an occurrence was given, and call those back that it lost."""
        after = one.after
        told_alone = {"title": after.title, "rooms": after.rooms, "start": after.start, "end": after.end}
        for address in sorted(set(after.rooms) - set(one.before.rooms)):
            self.invite_alone(copy, one.original_start, address, **told_alone)
        for address in sorted(set(one.before.rooms) - set(after.rooms)):
            self._withdraw_occurrence(address, copy, one.original_start)


def _guests(*contents: Content) -> set[str]:
    """Give everybody who is invited, were it to a single occurrence."""
    return {
        guest for content in contents for guest in (*invited(content), *(room for _, room in rooms_alone(content)))
    }


def _check_times(content: Content) -> None:
    if content.end < content.start:
        raise Rejected("It ends before it begins.", code="ErrorCalendarEndDateIsEarlierThanStartDate")
