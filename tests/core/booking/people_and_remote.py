"""Who books in the tests, and an Exchange that answers for free/busy alone."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from msgspec.structs import replace

from core.store.samples import EMMA, GUANGHAN, LISI, NINE, TEN, ZHANGSAN, SetClock
from roomd_core.access import Caller
from roomd_core.api.wire import Booking
from roomd_core.booking import BookingService
from roomd_core.model import Item, ItemRef, OperationState
from roomd_core.store import Store
from roomd_core.sync.remote import Busy, Remote, RemoteError

AS_ZHANGSAN = Caller(user="unix:zhangsan", mailbox=ZHANGSAN)
AS_LISI = Caller(user="unix:lisi", mailbox=LISI)
AS_EMMA = Caller(user="unix:emma", mailbox=EMMA)
AS_NOBODY = Caller(user="unix:guest")
AS_SYSTEM = Caller(user="unix:systema", may_act_for_all=True)

FRESH_FOR = timedelta(minutes=15)


def booking(**fields: Any) -> Booking:
    return Booking(**{"rooms": ("2楼广寒宫",), "start": NINE, "end": TEN, "title": "Plans", **fields})


class FreeBusy:
    """The Remote as far as a booking asks it. The test sets what it says and what happens meanwhile."""

    def __init__(self) -> None:
        self.busy: list[Busy] = []
        self.failure: RemoteError | None = None
        self.asked: list[tuple[str, ...]] = []
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def availability(self, mailboxes: Sequence[str], start: datetime, end: datetime) -> list[Busy]:
        self.asked.append(tuple(mailboxes))
        if happens := self.meanwhile:
            self.meanwhile = None
            await happens()
        if self.failure:
            raise self.failure
        return [span for span in self.busy if span.mailbox in mailboxes and span.start < end and span.end > start]

    def take(self, room: str = GUANGHAN, start: datetime = NINE, end: datetime = TEN) -> None:
        self.busy.append(Busy(mailbox=room, start=start, end=end))


class House:
    """A booking service on a real store."""

    def __init__(self, store: Store) -> None:
        self.store, self.remote, self.clock = store, FreeBusy(), SetClock()
        self.refreshed: list[tuple[str, ...]] = []
        self.found_by_refreshing: Callable[[], Awaitable[None]] | None = None
        remote = cast("Remote", self.remote)
        self.service = BookingService(store, remote, self.clock, refresh=self.refresh, fresh_for=FRESH_FOR)

    async def refresh(self, mailboxes: Sequence[str]) -> None:
        """Read mailboxes anew: whatever the test lets be found there."""
        self.refreshed.append(tuple(mailboxes))
        if self.found_by_refreshing:
            await self.found_by_refreshing()


async def reach_exchange(store: Store, event_id: str) -> None:
    """Bring an event to where the sync engine leaves it once Exchange has it."""
    async with store.write() as tables:
        event = await tables.events.get(event_id)
        assert event is not None
        await tables.events.put([replace(event, base=event.content)])
        for operation in await tables.operations.open_of_event(event_id):
            await tables.operations.put(replace(operation, state=OperationState.DONE))
        await tables.items.put(
            [
                Item(
                    mailbox=event.organizer,
                    ref=ItemRef(item_id=f"item of {event_id}", change_key="1"),
                    event=event_id,
                    is_organizer=True,
                )
            ]
        )
