"""A Remote on paper: mailboxes in memory, to test the daemon around the engine. The lab is for Exchange itself."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from roomd_core.model import Answer, Content, ItemKind, ItemRef, Place, WatchMeans
from roomd_core.roster import Search
from roomd_core.sync.automation import Automation
from roomd_core.sync.remote import (
    Busy,
    ChangePage,
    Detail,
    Gone,
    Mail,
    OneOccurrence,
    RemoteError,
    RemoteException,
    RemoteItem,
    RemoteSeries,
    Shown,
    Signal,
    Stale,
    View,
    WatchedBy,
)


class PaperExchange:
    """Answers at once and as asked. ``error`` is raised by everything; ``busy`` is what free/busy knows.

    While ``open`` is not set, writes wait. ``written`` names the mailboxes written to, in order; ``asked_about`` the
    times free/busy was asked for. ``tell`` is who watches.
    """

    def __init__(self) -> None:
        self.error: RemoteError | None = None
        self.busy: list[Busy] = []
        self.open = asyncio.Event()
        self.open.set()
        self.written: list[str] = []
        self.asked_about: list[tuple[datetime, datetime]] = []
        self.closed = False
        self.throttled = None
        self.warnings = ()
        self._items: defaultdict[str, dict[str, RemoteItem]] = defaultdict(dict)
        self._feed: defaultdict[str, list[str]] = defaultdict(list)

    async def changes(self, mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        self._fail()
        position = int(state or 0)
        touched = dict.fromkeys(self._feed[mailbox][position : position + limit])
        items = self._items[mailbox]
        end = min(position + limit, len(self._feed[mailbox]))
        return ChangePage(
            state=str(end),
            changed=tuple(items[item_id] for item_id in touched if item_id in items),
            deleted=tuple(item_id for item_id in touched if item_id not in items),
            last=end == len(self._feed[mailbox]),
        )

    async def fetch(self, mailbox: str, item_ids: Sequence[str]) -> list[RemoteItem]:
        self._fail()
        return [self._items[mailbox][item_id] for item_id in item_ids if item_id in self._items[mailbox]]

    async def find_by_key(self, mailbox: str, key: str) -> list[RemoteItem]:
        self._fail()
        return [item for item in self._items[mailbox].values() if item.own_key == key]

    async def find_by_global_id(self, mailbox: str, global_id: bytes) -> list[RemoteItem]:
        self._fail()
        return [item for item in self._items[mailbox].values() if item.global_id == global_id]

    async def create(self, mailbox: str, content: Content, *, key: str, uid: str, mail: Mail) -> ItemRef:  # noqa: ARG002
        await self._write(mailbox)
        ref = ItemRef(item_id=f"item-{key}", change_key="1")
        self._put(mailbox, _item(mailbox, ref, content, key=key, uid=uid))
        return ref

    async def update(self, mailbox: str, ref: ItemRef, before: Content, after: Content, *, mail: Mail) -> ItemRef:  # noqa: ARG002
        await self._write(mailbox)
        current = self._current(mailbox, ref)
        new = ItemRef(item_id=ref.item_id, change_key=str(int(ref.change_key) + 1))
        self._put(mailbox, _item(mailbox, new, after, key=current.own_key or "", uid=current.uid or ""))
        return new

    async def update_occurrence(self, mailbox: str, master: ItemRef, one: OneOccurrence, *, mail: Mail) -> None:  # noqa: ARG002
        await self._write(mailbox)
        series = _series(self._current(mailbox, master))
        item_id = f"{master.item_id}/{one.original_start.isoformat()}"
        ref = ItemRef(item_id=item_id, change_key="1")
        seen = _item(mailbox, ref, one.after, key="", uid="")
        self._items[mailbox][item_id] = replace(seen, original_start=one.original_start, kind=ItemKind.EXCEPTION)
        told = RemoteException(
            item_id=item_id, original_start=one.original_start, start=one.after.start, end=one.after.end
        )
        others = (each for each in series.modified if each.original_start != one.original_start)
        self._rewrite(mailbox, master, replace(series, modified=(*others, told)))

    async def cancel_occurrence(
        self,
        mailbox: str,
        master: ItemRef,
        original_start: datetime,
        *,
        mail: Mail,  # noqa: ARG002
    ) -> None:
        await self._write(mailbox)
        series = _series(self._current(mailbox, master))
        self._rewrite(mailbox, master, replace(series, deleted=(*series.deleted, original_start)))

    def _rewrite(self, mailbox: str, ref: ItemRef, series: RemoteSeries) -> None:
        item = self._current(mailbox, ref)
        assert item.detail is not None
        new = ItemRef(item_id=ref.item_id, change_key=str(int(ref.change_key) + 1))
        self._put(mailbox, replace(item, ref=new, detail=replace(item.detail, series=series)))

    async def cancel(self, mailbox: str, ref: ItemRef, *, mail: Mail) -> None:  # noqa: ARG002
        await self._write(mailbox)
        self._current(mailbox, ref)
        del self._items[mailbox][ref.item_id]
        self._feed[mailbox].append(ref.item_id)

    async def discard(self, mailbox: str, ref: ItemRef) -> None:
        await self.cancel(mailbox, ref, mail=Mail.NOBODY)

    async def respond(self, mailbox: str, ref: ItemRef, answer: Answer) -> None:
        await self._write(mailbox)
        self._put(mailbox, replace(self._current(mailbox, ref), answer=answer))

    async def availability(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        self._fail()
        self.asked_about.append((start, end))
        return [span for span in self.busy if span.mailbox in mailboxes and span.start < end and start < span.end]

    async def view(self, mailbox: str, start: datetime, end: datetime) -> View:
        self._fail()
        return View(
            shown=tuple(
                Shown(item_id=i.ref.item_id, global_id=i.global_id, title=i.title, start=i.start, end=i.end)
                for i in self._items[mailbox].values()
                if i.start < end and start < i.end
            ),
            whole=True,
        )

    async def watch(self, mailboxes: Sequence[str], tell: Callable[[Signal], None]) -> None:
        self.tell = tell
        tell(WatchedBy(mailboxes=tuple(mailboxes), means=WatchMeans.STREAMING))
        await asyncio.Event().wait()

    async def room_lists(self) -> list[Place]:
        self._fail()
        return []

    async def rooms_of(self, room_list: str) -> list[Place]:
        raise Gone(f"there is no list {room_list} on paper")

    async def search(self, beginning: str) -> Search:  # noqa: ARG002
        self._fail()
        return Search(places=())

    async def automation(self, room: str) -> Automation | None:  # noqa: ARG002
        self._fail()
        return None

    def know_rooms(self, addresses: Iterable[str]) -> None:
        self.rooms = frozenset(addresses)

    async def open_sign_in(self) -> None:
        """It refuses no sign-in."""

    async def close(self) -> None:
        self.closed = True

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error

    async def _write(self, mailbox: str) -> None:
        await self.open.wait()
        self._fail()
        self.written.append(mailbox)

    def _current(self, mailbox: str, ref: ItemRef) -> RemoteItem:
        item = self._items[mailbox].get(ref.item_id)
        if item is None:
            raise Gone("the item is gone")
        if item.ref != ref:
            raise Stale("the item changed")
        return item

    def _put(self, mailbox: str, item: RemoteItem) -> None:
        self._items[mailbox][item.ref.item_id] = item
        self._feed[mailbox].append(item.ref.item_id)


def _item(mailbox: str, ref: ItemRef, content: Content, *, key: str, uid: str) -> RemoteItem:
    return RemoteItem(
        ref=ref,
        kind=ItemKind.MASTER if content.series else ItemKind.SINGLE,
        uid=uid,
        global_id=uid.encode(),
        own_key=key,
        organizer=mailbox,
        organizer_name=mailbox,
        is_organizer=True,
        is_meeting=bool(content.rooms or content.attendees),
        is_cancelled=False,
        answer=Answer.NONE,
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
        modified_at=None,
        detail=Detail(body=content.body, attendees=content.attendees, rooms=content.rooms, series=_told(content)),
    )


def _told(content: Content) -> RemoteSeries | None:
    rule = content.series.recurrence if content.series else None
    return RemoteSeries(recurrence=rule) if rule else None


def _series(item: RemoteItem) -> RemoteSeries:
    assert item.detail is not None
    assert item.detail.series is not None
    return item.detail.series
