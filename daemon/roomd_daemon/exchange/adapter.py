"""Exchange: the engine's Remote port, each operation a few requests down the line."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from roomd_core.api.wire import Throttled
from roomd_core.clock import Clock, SystemClock
from roomd_core.model import Answer, Content, ItemRef, Place
from roomd_core.roster import Search
from roomd_core.sync.automation import Automation
from roomd_core.sync.remote import (
    Busy,
    ChangePage,
    Gone,
    ItemsUnreadable,
    Mail,
    OneOccurrence,
    Rejected,
    RemoteItem,
    RetryLater,
    Signal,
    Stale,
    Unreadable,
    View,
)
from roomd_daemon.exchange import automation, directory, reads, writes
from roomd_daemon.exchange.answers import (
    FeedPage,
    read_busy,
    read_done,
    read_folder_id,
    read_found_ids,
    read_items,
    read_page,
    read_view,
    read_written,
)
from roomd_daemon.exchange.breaker import Breaker, MemoryBreaker
from roomd_daemon.exchange.line import Line
from roomd_daemon.exchange.plain_items import PlainItems
from roomd_daemon.exchange.rules import Rules
from roomd_daemon.exchange.series import has_exceptions, is_occurrence, occurrence_index
from roomd_daemon.exchange.settings import ExchangeSettings
from roomd_daemon.exchange.soap import Element, Payload
from roomd_daemon.exchange.trouble import DIRECTORY, Request
from roomd_daemon.exchange.unreadable import read_each
from roomd_daemon.exchange.watching.group import watch

T = TypeVar("T")


class Exchange:
    """An Exchange server behind one endpoint, as one service account sees it. Nothing is sent before it is asked."""

    def __init__(
        self, settings: ExchangeSettings, *, clock: Clock | None = None, breaker: Breaker | None = None
    ) -> None:
        """``breaker`` is where refused sign-ins are remembered; without one, as long as this object lives."""
        self._settings = settings
        self._rooms = settings.rooms
        self._rules = Rules(settings, clock or SystemClock(), breaker or MemoryBreaker())
        self._line = Line(settings, self._rules)
        self._calendars: dict[str, str] = {}

    async def changes(self, mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        """Read one page of a calendar's change feed (EWS SyncFolderItems). Raise StateInvalid, or as for any read.

        An item that left the calendar counts as deleted, whichever way the server tells of it. A page that is full
        is never the last: some servers say so and have more.
        """
        size = max(1, min(limit, reads.LARGEST_PAGE))
        ask = reads.sync_folder_items(mailbox, state, size)
        page = await self._read_page(mailbox, ask)
        if page.state == state and not page.last:
            raise RetryLater(f"the change feed of {mailbox} does not move on; it is tried again")
        gone = await self._moved_away(mailbox, page)
        staying = [item for item in page.changed if item.ref.item_id not in gone]
        changed, unreadable = await self._with_organizers(mailbox, staying)
        return ChangePage(
            state=page.state,
            changed=tuple(changed),
            deleted=(*page.deleted, *gone),
            last=page.last and page.count < size,
            unreadable=(*(each for each in page.unreadable if each.item_id not in gone), *unreadable),
        )

    async def fetch(self, mailbox: str, item_ids: Sequence[str]) -> list[RemoteItem]:
        """Read items in full (EWS GetItem, ten at a time), but those that are gone. Raise ItemsUnreadable."""
        read, unreadable = await self._fetch(mailbox, item_ids)
        if unreadable:
            raise ItemsUnreadable(
                f"an item of {mailbox} cannot be read ({unreadable[0].reason}); it is tried again",
                read=read,
                unreadable=unreadable,
            )
        return read

    async def find_by_key(self, mailbox: str, key: str) -> list[RemoteItem]:
        """Find the calendar's items that carry our key (EWS FindItem, then GetItem)."""
        found = await self._read("FindItem", mailbox, reads.find_by_key(mailbox, key), read_found_ids)
        return await self.fetch(mailbox, found)

    async def find_by_global_id(self, mailbox: str, global_id: bytes) -> list[RemoteItem]:
        """Find the calendar's copies of one meeting (FindItem, GetItem). Raise Rejected where unsupported."""
        found = await self._read("FindItem", mailbox, reads.find_by_global_id(mailbox, global_id), read_found_ids)
        return await self.fetch(mailbox, found)

    async def create(self, mailbox: str, content: Content, *, key: str, uid: str, mail: Mail) -> ItemRef:
        """Create one item, with key and uid in it (EWS CreateItem). Raise OutcomeUnknown, Rejected, RetryLater."""
        payload = writes.create(self._line.principal(mailbox), content, key=key, uid=uid, mail=mail)
        return await self._write("CreateItem", mailbox, payload, read_written)

    async def update(self, mailbox: str, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> ItemRef:
        """Write what differs, if ``ref`` is current (EWS UpdateItem). Raise OutcomeUnknown, Stale, Gone, Rejected.

        The item is read first, because some servers accept an outdated change key. Without a difference nothing
        is asked.
        """
        payload = writes.update(self._line.principal(mailbox), ref, before, after, mail=mail)
        if payload is None:
            return ref
        await self._current(mailbox, ref)
        return await self._write("UpdateItem", mailbox, payload, read_written)

    async def update_occurrence(self, mailbox: str, master: ItemRef, one: OneOccurrence, *, mail: Mail) -> None:
        """Write what differs in one occurrence, if ``master`` is current (EWS OccurrenceItemId, then UpdateItem).

        The occurrence is read first, by its number, and its own id and change key are written to: that number is
        counted here, and what is written must not be another day's. Raise OutcomeUnknown, Stale, Gone, Rejected.
        """
        found = await self._occurrence(mailbox, master, one.original_start)
        payload = writes.update(self._line.principal(mailbox), found.ref, one.before, one.after, mail=mail)
        if payload is not None:
            await self._write("UpdateItem", mailbox, payload, read_written)

    async def cancel_occurrence(self, mailbox: str, master: ItemRef, original_start: datetime, *, mail: Mail) -> None:
        """Call one occurrence off, if ``master`` is current; it is then deleted from its series for good.

        Raise OutcomeUnknown, Stale, Gone, Rejected.
        """
        await self._call_off(mailbox, await self._occurrence(mailbox, master, original_start), mail=mail)

    async def cancel(self, mailbox: str, ref: ItemRef, *, mail: Mail) -> None:
        """Cancel a meeting, or remove an appointment, if ``ref`` is current; it lies in Deleted Items then.

        Raise OutcomeUnknown, Stale, Gone; Rejected where the mailbox does not organize it: removing a guest's copy
        could cancel the organizer's meeting.
        """
        await self._call_off(mailbox, await self._current(mailbox, ref), mail=mail)

    async def discard(self, mailbox: str, ref: ItemRef) -> None:
        """Move a guest's copy to Deleted Items, if ``ref`` is current (EWS DeleteItem); nobody is mailed.

        Raise OutcomeUnknown, Stale, Gone; Rejected where the mailbox organizes it: that would cancel a meeting.
        """
        item = await self._current(mailbox, ref)
        if item.is_organizer or not item.is_meeting:
            raise Rejected(f"{mailbox} organizes {item.title!r}: cancel it")
        payload = writes.delete(self._line.principal(mailbox), item.ref, mail=Mail.NOBODY)
        await self._write("DeleteItem", mailbox, payload, read_done)

    async def respond(self, mailbox: str, ref: ItemRef, answer: Answer) -> None:
        """Answer an invitation as that mailbox (EWS AcceptItem and its kin). Raise OutcomeUnknown, Gone."""
        payload = writes.respond(self._line.principal(mailbox), ref, answer)
        await self._write("the answer", mailbox, payload, read_done)

    async def availability(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        """Ask for free/busy now (EWS GetUserAvailability, a hundred at a time), as the first mailbox asked about."""
        spans: list[Busy] = []
        for batch in _batches(mailboxes, reads.LARGEST_AVAILABILITY):
            spans += await self._busy(batch, start, end)
        return spans

    async def view(self, mailbox: str, start: datetime, end: datetime) -> View:
        """Show a calendar as Exchange expands it (EWS FindItem with a CalendarView)."""
        return await self._read("FindItem", mailbox, reads.calendar_view(mailbox, start, end), read_view)

    async def room_lists(self) -> list[Place]:
        """Return the room lists the administrator made (EWS GetRoomLists)."""
        ask = directory.get_room_lists()
        return await self._read("GetRoomLists", DIRECTORY, ask, directory.read_room_lists)

    async def rooms_of(self, room_list: str) -> list[Place]:
        """Return the rooms of a list (EWS GetRooms). Raise Gone where there is no such list."""
        return await self._read("GetRooms", DIRECTORY, directory.get_rooms(room_list), directory.read_rooms)

    async def search(self, beginning: str) -> Search:
        """Return the mailboxes whose name or address begins so, a hundred at most (EWS ResolveNames)."""
        return await self._read("ResolveNames", DIRECTORY, directory.resolve_names(beginning), directory.read_search)

    async def automation(self, room: str) -> Automation | None:
        """Return what a room does with requests by itself (EWS GetUserConfiguration); None where that is not told."""
        ask = automation.get_calendar_options(room)
        return await self._read("GetUserConfiguration", room, ask, automation.read_automation)

    def know_rooms(self, addresses: Iterable[str]) -> None:
        """Take these addresses for rooms from now on, whoever invites them as what."""
        self._rooms = frozenset(addresses)

    async def watch(self, mailboxes: Sequence[str], tell: Callable[[Signal], None]) -> None:
        """Tell of what stirs in these calendars, until cancelled (EWS notifications, on connections of their own)."""
        await watch(self._settings, self._rules, mailboxes, tell)

    async def open_sign_in(self) -> None:
        """Forget refused sign-ins: an operator has seen to the account."""
        await self._rules.gate.open()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an administrator should know of the server: its clock, its certificate."""
        return self._rules.signs.warnings

    @property
    def throttled(self) -> Throttled | None:
        """How far requests are held back because Exchange was overloaded; None where they are not."""
        return self._rules.slots.throttled

    async def close(self) -> None:
        """Let go of every connection; a write still on its way ends as OutcomeUnknown."""
        await self._line.close()

    async def _busy(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        ask = reads.get_user_availability(mailboxes, start, end)
        return await self._read("GetUserAvailability", mailboxes[0], ask, lambda answer: read_busy(answer, mailboxes))

    async def _call_off(self, mailbox: str, item: RemoteItem, *, mail: Mail) -> None:
        if not item.is_organizer:
            raise Rejected(f"{mailbox} does not organize {item.title!r}: decline it, or ask {item.organizer}")
        principal = self._line.principal(mailbox)
        if mail is not Mail.NOBODY and (item.is_meeting or has_exceptions(item)):
            await self._write("CancelCalendarItem", mailbox, writes.cancel_meeting(principal, item.ref), read_done)
        else:
            await self._write("DeleteItem", mailbox, writes.delete(principal, item.ref, mail=mail), read_done)

    async def _occurrence(self, mailbox: str, master: ItemRef, original_start: datetime) -> RemoteItem:
        """Read one occurrence of a series that is as it was known. Raise Stale, Gone, Rejected."""
        series = await self._current(mailbox, master)
        index = occurrence_index(series, original_start)
        if index < 1:
            raise Rejected(f"{series.title!r} is no series any more; book that time anew")
        ask = reads.get_occurrence(master.item_id, index)
        found = await self._read("GetItem", mailbox, ask, lambda answer: read_items(answer, self._rooms))
        if not found or not is_occurrence(series, found[0], original_start):
            raise Rejected(
                f"{series.title!r} has no occurrence of {original_start:%Y-%m-%d %H:%M} UTC any more; "
                "Exchange cannot bring one back: book that time anew"
            )
        return found[0]

    async def _current(self, mailbox: str, ref: ItemRef) -> RemoteItem:
        found = await self.fetch(mailbox, [ref.item_id])
        if not found:
            raise Gone(f"the item in {mailbox} is not there any more", code="ErrorItemNotFound")
        if found[0].ref.change_key != ref.change_key:
            raise Stale(f"the item in {mailbox} was changed by somebody else meanwhile", code="ErrorStaleObject")
        return found[0]

    async def _moved_away(self, mailbox: str, page: FeedPage) -> set[str]:
        """Return the ids of items the feed tells of although they are in another folder now."""
        if not page.folders:
            return set()
        if mailbox not in self._calendars:
            ask = reads.get_calendar_folder(mailbox)
            self._calendars[mailbox] = await self._read("GetFolder", mailbox, ask, read_folder_id)
        calendar = self._calendars[mailbox]
        return {item_id for item_id, folder in page.folders.items() if folder not in ("", calendar)}

    async def _fetch(self, mailbox: str, item_ids: Sequence[str]) -> tuple[list[RemoteItem], list[Unreadable]]:
        found: list[RemoteItem | Unreadable] = []
        for batch in _batches(item_ids, reads.LARGEST_BATCH):
            read = partial(read_each, rooms=self._rooms, asked=batch)
            found += await self._read("GetItem", mailbox, reads.get_items(batch), read)
        unreadable = [each for each in found if isinstance(each, Unreadable)]
        return [each for each in found if isinstance(each, RemoteItem)], unreadable

    async def _with_organizers(
        self, mailbox: str, items: list[RemoteItem]
    ) -> tuple[list[RemoteItem], list[Unreadable]]:
        """Complete the organizers' addresses: the owner's where it organizes, the rest by reading those in full."""
        known = [replace(i, organizer=mailbox) if i.is_organizer and not i.organizer else i for i in items]
        missing = [item.ref.item_id for item in known if not item.organizer]
        if not missing:
            return known, []
        in_full, unreadable = await self._fetch(mailbox, missing)
        return [item for item in known if item.organizer] + in_full, unreadable

    async def _read_page(self, mailbox: str, payload: Payload) -> FeedPage:
        plain = PlainItems()
        request = Request(operation="SyncFolderItems", mailbox=mailbox, payload=payload)
        return await self._line.ask(request, lambda page: read_page(page, self._rooms, plain), thin=plain.cut_out)

    async def _read(self, operation: str, mailbox: str, payload: Payload, read: Callable[[Element], T]) -> T:
        return await self._line.ask(Request(operation=operation, mailbox=mailbox, payload=payload), read)

    async def _write(self, operation: str, mailbox: str, payload: Payload, read: Callable[[Element], T]) -> T:
        request = Request(operation=operation, mailbox=mailbox, payload=payload, is_write=True)
        return await self._line.ask(request, read)


def _batches(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(values), size):
        yield values[first : first + size]
