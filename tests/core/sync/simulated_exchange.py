"""An Exchange in memory, as a Remote: mailboxes with copies, change keys, feeds and room attendants, and bad luck.

It answers as the stricter readings of the documentation do: the feed carries no body and no people, item ids differ
in each mailbox, every write needs the current change key, and a meeting's copies follow their organizer's.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from core.sync.simulated_copy import (
    Calendar,
    Copy,
    detail_of,
    invited,
    latest_in,
    position_in,
    standing,
)  # fmt: skip
from core.sync.simulated_series import (
    begun_with_its_start,
    differing,
    exceptions_told,
    given_elsewhere,
    moved,
    rooms_alone,
)
from roomd_core.clock import Clock
from roomd_core.model import Answer, Content, ItemRef, Response, WatchMeans
from roomd_core.occurrences import bare, exceptions_of, fitting, shape_of, with_exceptions
from roomd_core.recurrence import ModifiedOccurrence
from roomd_core.sync.remote import (
    Busy,
    ChangePage,
    Gone,
    Mail,
    MailboxUnavailable,
    OneOccurrence,
    Rejected,
    RemoteItem,
    Shown,
    Signal,
    Stale,
    Stirred,
    View,
    WatchedBy,
)
from roomd_core.sync.steps import rule_is_unsent


class Crash(BaseException):
    """The process died here."""


Luck = Callable[[int, str, str, str], BaseException | None]
"""Called with a call's number, "before" or "after", its name and its mailbox; returns what goes wrong."""


def good_luck(_number: int, _when: str, _call: str, _mailbox: str) -> None:
    return None


class SimulatedExchange:
    """The Remote. ``luck`` decides which calls fail; ``calls`` and ``mails`` are the history to check."""

    def __init__(self, clock: Clock, *, page: int = 512) -> None:
        self.clock = clock
        self.page = page
        self.view_limit = 1000
        self.view_shift = timedelta()
        self.names_in_feed = True
        self.footer = ""
        self.calendars: dict[str, Calendar] = {}
        self.luck: Luck = good_luck
        self.calls: list[tuple[str, str]] = []
        self.mails: list[tuple[str, str, str]] = []
        self.listener: Callable[[Signal], None] | None = None
        self._items = 0

    # -- what people and administrators do -------------------------------------------------------------------------

    def add(self, *addresses: str, attended: bool = False, rewrites_titles: bool = False) -> None:
        for address in addresses:
            self.calendars[address] = Calendar(address, attended=attended, rewrites_titles=rewrites_titles)

    def forget_sync_states(self, address: str) -> None:
        self.calendars[address].epoch += 1

    def meet(self, organizer: str, content: Content, *, uid: str | None = None, key: str | None = None) -> Copy:
        """Create a meeting as Outlook would, and deliver its invitations."""
        home = self._home(organizer)
        copy = self._new_copy(home, uid or f"outlook-{self._items}", organizer, content)
        copy.own_key, copy.is_organizer, copy.answer = key, True, Answer.ACCEPTED
        copy.is_meeting = bool(content.attendees or content.rooms)
        self._deliver(copy, "request")
        return copy

    def edit(self, copy: Copy, **fields: object) -> None:
        """Edit the organizer's copy as Outlook would, and deliver the update."""
        if "body" in fields:
            fields["body"] = f"{fields['body']}{self.footer}"
        before, copy.content = copy.content, replace(copy.content, **fields)
        if "start" in fields and "series" not in fields:
            copy.content = begun_with_its_start(copy.content)
        if copy.content.series and shape_of(before) != shape_of(copy.content):
            copy.content = bare(copy.content)
        self._touch(copy.organizer, copy)
        for address in sorted(invited(before) - invited(copy.content)):
            self._withdraw(address, copy.uid)
        self._withdraw_alone(copy.uid, set(rooms_alone(before)) - set(rooms_alone(copy.content)))
        if rule_is_unsent(before, copy.content):
            copy.responses.clear()
        self._deliver(copy, "update")

    def call_off(self, copy: Copy) -> None:
        """Cancel a meeting as its organizer: the item goes to Deleted Items, everybody else is told."""
        self._remove(copy.organizer, copy)
        for address in sorted(invited(copy.content)):
            self.mails.append(("cancellation", copy.organizer, address))
            self._withdraw(address, copy.uid)
        self._withdraw_alone(copy.uid, rooms_alone(copy.content))

    def remove(self, address: str, uid: str) -> None:
        """Delete one copy without telling anybody."""
        self._remove(address, self.copy(address, uid))

    def restore(self, address: str, copy: Copy) -> None:
        """Take an item out of Deleted Items: it is the same meeting under another id. Nobody is told."""
        calendar = self.calendars[address]
        calendar.deleted_items.remove(copy)
        self._put_back(calendar, copy)

    def change_occurrence(self, copy: Copy, original_start: datetime, **fields: Any) -> None:
        """Change one occurrence of one's own series, and deliver that."""
        content, series = copy.content, copy.content.series
        assert series is not None
        usual = ModifiedOccurrence(
            original_start=original_start, start=original_start, end=original_start + (content.end - content.start)
        )
        known = next((each for each in series.modified if each.original_start == original_start), usual)
        self.edit(copy, series=series.with_modified(replace(known, **fields)))
        for calendar in self.calendars.values():
            for each in list(calendar.copies.values()):
                if (each.series_uid, each.original_start) == (copy.uid, original_start):
                    self._update_alone(calendar, each, fields)

    def drop_occurrence(self, copy: Copy, original_start: datetime) -> None:
        """Call one occurrence of one's own series off."""
        series = copy.content.series
        assert series is not None
        deleted = tuple(sorted((*series.deleted, original_start)))
        self.edit(copy, series=replace(series.without_modified(original_start), deleted=deleted))

    def leave_occurrence(self, address: str, uid: str, original_start: datetime) -> None:
        """Take one occurrence out of a guest's copy, as a room does that declines it."""
        copy = self.copy(address, uid)
        copy.left.add(original_start)
        self._touch(address, copy)

    def answer_occurrence(self, address: str, uid: str, original_start: datetime, answer: Answer) -> None:
        """Answer for one exception otherwise than for the series."""
        copy = self.copy(address, uid)
        copy.said[original_start] = answer
        self._touch(address, copy)

    def invite_alone(self, copy: Copy, original_start: datetime, address: str, **fields: Any) -> Copy:
        """Invite somebody to one occurrence only."""
        content = copy.content
        end = original_start + (content.end - content.start)
        alone = replace(content, series=None, start=original_start, end=end, **fields)
        uid = f"{copy.uid}/{original_start:%Y%m%d}"
        known = (each for each in self.copies(address) if each.uid == uid)
        mine = next(known, None) or self._new_copy(self.calendars[address], uid, copy.organizer, alone)
        mine.content = alone
        mine.series_uid, mine.original_start = copy.uid, original_start
        if self.calendars[address].attended:
            self._respond(self.calendars[address], mine, Answer.ACCEPTED)
        return mine

    def copy(self, address: str, uid: str) -> Copy:
        return next(copy for copy in self.calendars[address].copies.values() if copy.uid == uid)

    def copies(self, address: str) -> list[Copy]:
        return [copy for copy in self.calendars[address].copies.values() if not copy.is_cancelled]

    # -- the port --------------------------------------------------------------------------------------------------

    async def changes(self, mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        self._strike("before", "changes", mailbox)
        calendar = self._calendar(mailbox)
        position = position_in(calendar, state)
        ids = list(dict.fromkeys(reversed(calendar.feed[position:])))[::-1]
        size = min(limit, self.page)
        shown = ids[:size]
        last = len(ids) <= size
        end = len(calendar.feed) if last else 1 + max(latest_in(calendar.feed, item) for item in shown)
        page = ChangePage(
            state=f"{calendar.epoch}:{end}",
            changed=tuple(self._seen(calendar.copies[i]) for i in shown if i in calendar.copies),
            deleted=tuple(i for i in shown if i not in calendar.copies and i in calendar.feed[:position]),
            last=last,
        )
        self._strike("after", "changes", mailbox)
        return page

    async def fetch(self, mailbox: str, item_ids: Sequence[str]) -> list[RemoteItem]:
        found = self._read("fetch", mailbox, lambda copy: copy.item_id in item_ids)
        exceptions = (
            each
            for copy in self.calendars[mailbox].copies.values()
            for each in exceptions_told(copy, self._seen(copy, full=True))
        )
        return [*found, *(each for each in exceptions if each.ref.item_id in item_ids)]

    async def find_by_key(self, mailbox: str, key: str) -> list[RemoteItem]:
        return self._read("find_by_key", mailbox, lambda copy: copy.own_key == key)

    async def find_by_global_id(self, mailbox: str, global_id: bytes) -> list[RemoteItem]:
        return self._read("find_by_global_id", mailbox, lambda copy: copy.global_id == global_id)

    async def create(self, mailbox: str, content: Content, *, key: str, uid: str, mail: Mail) -> ItemRef:
        self._strike("before", "create", mailbox)
        self._calendar(mailbox)
        assert (mail is Mail.NOBODY) == (not invited(content))
        assert content == bare(content), "Exchange takes no exceptions with a new series"
        copy = self.meet(mailbox, content, uid=uid, key=key)
        self._strike("after", "create", mailbox)
        return copy.ref

    async def update(self, mailbox: str, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> ItemRef:
        self._strike("before", "update", mailbox)
        copy = self._checked(mailbox, ref)
        names = Content.__struct_fields__
        changed = {name: getattr(after, name) for name in names if getattr(before, name) != getattr(after, name)}
        assert changed, "an update that changes nothing was sent"
        assert mail is not Mail.EVERYBODY
        if after.series:
            outliving = exceptions_of(copy.content)
            kept = {each: outliving[each] for each in fitting(after, outliving)}
            changed["series"] = with_exceptions(after, kept).series
        self.edit(copy, **changed)
        self._strike("after", "update", mailbox)
        return copy.ref

    async def update_occurrence(self, mailbox: str, master: ItemRef, one: OneOccurrence, *, mail: Mail) -> None:
        self._strike("before", "update_occurrence", mailbox)
        copy = self._of_series(mailbox, master, one.original_start)
        assert one.before != one.after, "an update that changes nothing was sent"
        assert mail is not Mail.EVERYBODY
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
            assert invited(copy.content), "nobody is there to be mailed"
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
        if day:
            self._respond_once(mailbox, copy, day, answer)
        else:
            self._respond(self.calendars[mailbox], copy, answer)
        self._strike("after", "respond", mailbox)

    async def availability(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        self._strike("before", "availability", mailboxes[0])
        return [
            Busy(mailbox=address, start=begins, end=ends)
            for address in mailboxes
            for copy in self.copies(address)
            for begins, ends in copy.spans()
            if begins < end and start < ends
        ]

    async def view(self, mailbox: str, start: datetime, end: datetime) -> View:
        self._strike("before", "view", mailbox)
        shown = [
            Shown(
                item_id=copy.item_id,
                global_id=copy.global_id,
                title=copy.content.title,
                start=begins,
                end=ends,
                is_cancelled=copy.is_cancelled,
            )
            for copy in self.calendars[mailbox].copies.values()
            for begins, ends in ((first + self.view_shift, last + self.view_shift) for first, last in copy.spans())
            if begins < end and start < ends
        ]
        self._strike("after", "view", mailbox)
        return View(shown=tuple(shown[: self.view_limit]), whole=len(shown) <= self.view_limit)

    async def watch(self, mailboxes: Sequence[str], tell: Callable[[Signal], None]) -> None:
        tell(WatchedBy(mailboxes=tuple(mailboxes), means=WatchMeans.STREAMING))
        self.listener = tell
        try:
            await asyncio.Event().wait()
        finally:
            self.listener = None

    async def close(self) -> None:
        """Nothing is held."""

    def _update_alone(self, calendar: Calendar, alone: Copy, fields: dict[str, Any]) -> None:
        """Deliver a change of one occurrence to somebody who was invited to that one alone."""
        told = {
            name: value for name, value in fields.items() if name in ("start", "end", "title", "location", "body")
        }
        if not told:
            return
        before, alone.content = alone.content, replace(alone.content, **told)
        if (before.start, before.end) != (alone.content.start, alone.content.end):
            alone.answer = Answer.NONE
        self._touch(calendar.address, alone)
        if calendar.attended and alone.answer is Answer.NONE:
            self._respond(calendar, alone, Answer.DECLINED if calendar.taken(alone) else Answer.ACCEPTED)

    def _of_series(self, mailbox: str, master: ItemRef, original_start: datetime) -> Copy:
        copy = self._checked(mailbox, master)
        series = copy.content.series
        assert series is not None
        if original_start in series.deleted or not fitting(copy.content, {original_start: None}):
            raise Rejected("The occurrence is not there.", code="ErrorCalendarOccurrenceIsDeletedFromRecurrence")
        return copy

    def _swap_rooms(self, copy: Copy, one: OneOccurrence) -> None:
        """Invite the rooms an occurrence was given, and call those back that it lost."""
        for address in sorted(set(one.after.rooms) - set(one.before.rooms)):
            alone = self.invite_alone(copy, one.original_start, address, title=one.after.title, rooms=one.after.rooms)
            alone.content = replace(alone.content, start=one.after.start, end=one.after.end)
        for address in sorted(set(one.before.rooms) - set(one.after.rooms)):
            alone_here = [each for each in self.copies(address) if each.original_start == one.original_start]
            for each in alone_here:
                self._remove(address, each)
            if not alone_here and any(each.uid == copy.uid for each in self.copies(address)):
                self.leave_occurrence(address, copy.uid, one.original_start)

    # -- how it works ----------------------------------------------------------------------------------------------

    def _strike(self, when: str, call: str, mailbox: str) -> None:
        if when == "before":
            self.calls.append((call, mailbox))
        error = self.luck(len(self.calls), when, call, mailbox)
        if error is not None:
            raise error

    def _read(self, call: str, mailbox: str, wanted: Callable[[Copy], bool]) -> list[RemoteItem]:
        self._strike("before", call, mailbox)
        calendar = self._calendar(mailbox)
        found = [self._seen(copy, full=True) for copy in calendar.copies.values() if wanted(copy)]
        self._strike("after", call, mailbox)
        return found

    def _calendar(self, address: str) -> Calendar:
        if address not in self.calendars:
            raise MailboxUnavailable(f"There is no mailbox {address}.", code="ErrorNonExistentMailbox")
        return self.calendars[address]

    def _home(self, address: str) -> Calendar:
        return self.calendars.setdefault(address, Calendar(address))

    def _checked(self, mailbox: str, ref: ItemRef) -> Copy:
        copy = self._calendar(mailbox).copies.get(ref.item_id)
        if copy is None:
            raise Gone("The item is not there.", code="ErrorItemNotFound")
        if copy.ref != ref:
            raise Stale("The item has changed.", code="ErrorIrresolvableConflict")
        return copy

    def _new_copy(self, calendar: Calendar, uid: str, organizer: str, content: Content) -> Copy:
        self._items += 1
        copy = Copy(f"Item{self._items}", uid, organizer, content, modified_at=self.clock.now())
        calendar.copies[copy.item_id] = copy
        self._tell(calendar, copy)
        return copy

    def _touch(self, address: str, copy: Copy) -> None:
        copy.version += 1
        copy.modified_at = self.clock.now()
        self._tell(self.calendars[address], copy)

    def _put_back(self, calendar: Calendar, copy: Copy) -> None:
        self._items += 1
        copy.item_id, copy.version = f"Item{self._items}", 1
        calendar.copies[copy.item_id] = copy
        self._tell(calendar, copy)

    def _remove(self, address: str, copy: Copy) -> None:
        calendar = self.calendars[address]
        del calendar.copies[copy.item_id]
        calendar.deleted_items.append(copy)
        self._tell(calendar, copy)

    def _tell(self, calendar: Calendar, copy: Copy) -> None:
        """Put what happened to a copy into the feed, and tell whoever watches that something did."""
        calendar.feed.append(copy.item_id)
        if self.listener:
            self.listener(Stirred(mailboxes=(calendar.address,)))

    def _deliver(self, copy: Copy, kind: str) -> None:
        for address in sorted(invited(copy.content)):
            self.mails.append((kind, copy.organizer, address))
            if address in self.calendars:
                self._receive(self.calendars[address], copy)

    def _receive(self, calendar: Calendar, sent: Copy) -> None:
        mine = next((copy for copy in calendar.copies.values() if copy.uid == sent.uid), None)
        if mine is None:
            mine = self._new_copy(calendar, sent.uid, sent.organizer, sent.content)
            mine.left.update(given_elsewhere(sent.content, calendar.address))
        else:
            if rule_is_unsent(mine.content, sent.content):
                mine.answer = Answer.NONE
                mine.left.clear()
                mine.said.clear()
                mine.left.update(given_elsewhere(sent.content, calendar.address))
            mine.said.update(dict.fromkeys(moved(mine.content, sent.content), Answer.NONE))
            self._touch(calendar.address, mine)
        title = sent.organizer.title() if calendar.rewrites_titles else sent.content.title
        mine.content, mine.is_cancelled = replace(sent.content, title=title), False
        if calendar.attended and mine.answer is Answer.NONE:
            self._respond(calendar, mine, Answer.DECLINED if calendar.taken(mine) else Answer.ACCEPTED)
        elif calendar.attended:
            self._decide_on_each(calendar, mine)

    def _decide_on_each(self, calendar: Calendar, mine: Copy) -> None:
        """Let an attendant answer for each occurrence of an accepted series that was moved."""
        for named in [each for each, answer in mine.said.items() if answer is Answer.NONE]:
            del mine.said[named]
            occurrence = next((each for each in mine.occurrences() if each.original_start == named), None)
            others = [copy for copy in calendar.copies.values() if copy is not mine]
            if occurrence and any(copy.overlaps(occurrence.start, occurrence.end) for copy in others):
                mine.left.add(named)

    def _respond(self, calendar: Calendar, copy: Copy, answer: Answer) -> None:
        copy.answer = answer
        self._touch(calendar.address, copy)
        if answer is Answer.DECLINED:
            self._remove(calendar.address, copy)
        self.mails.append(("response", calendar.address, copy.organizer))
        home = self.calendars.get(copy.organizer)
        own = next((own for own in home.copies.values() if own.uid == copy.uid), None) if home else None
        if own is not None:
            said = Response(address=calendar.address, answer=answer, at=self.clock.now())
            own.responses[calendar.address] = said
            self._touch(copy.organizer, own)

    def _respond_once(self, mailbox: str, copy: Copy, day: str, answer: Answer) -> None:
        """Answer for the exception of a day: a declined one leaves the copy."""
        (original_start,) = (each.original_start for each in standing(copy) if f"{each.original_start:%Y%m%d}" == day)
        copy.said.pop(original_start, None)
        if answer is Answer.DECLINED:
            copy.left.add(original_start)
        elif answer is not copy.answer:
            copy.said[original_start] = answer
        self._touch(mailbox, copy)

    def _withdraw(self, address: str, uid: str) -> None:
        calendar = self.calendars.get(address)
        mine = next((copy for copy in calendar.copies.values() if copy.uid == uid), None) if calendar else None
        if calendar is None or mine is None:
            return
        if calendar.attended:
            self._remove(address, mine)
        else:
            mine.is_cancelled = True
            self._touch(address, mine)

    def _withdraw_alone(self, uid: str, gone: Iterable[tuple[datetime, str]]) -> None:
        """Take back invitations to single occurrences."""
        for original_start, address in sorted(gone):
            for each in self.copies(address):
                if (each.series_uid, each.original_start) == (uid, original_start):
                    self._remove(address, each)

    def _seen(self, copy: Copy, *, full: bool = False) -> RemoteItem:
        content = copy.content
        return RemoteItem(
            ref=copy.ref,
            kind=copy.kind,
            uid=copy.uid if full or self.names_in_feed else None,
            global_id=copy.global_id,
            own_key=copy.own_key if full or self.names_in_feed else None,
            organizer=copy.organizer,
            organizer_name=copy.organizer.title(),
            is_organizer=copy.is_organizer,
            is_meeting=copy.is_meeting,
            is_cancelled=copy.is_cancelled,
            answer=Answer.NONE if copy.is_organizer else copy.answer,
            title=content.title,
            start=content.start,
            end=content.end,
            zone=content.zone,
            all_day=content.all_day,
            location=content.location,
            sensitivity=content.sensitivity,
            show_as=content.show_as,
            reminder=content.reminder,
            categories=content.categories,
            modified_at=copy.modified_at,
            original_start=copy.original_start,
            detail=detail_of(copy) if full else None,
        )
