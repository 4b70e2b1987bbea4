"""A small office to try the store and the bookings on: three rooms, three people, one Tuesday."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from roomd_core.ids import new_id, uid_of
from roomd_core.model import (
    Content,
    Event,
    Mailbox,
    MailboxKind,
    Occupancy,
    OccupancyState,
    Origin,
)
from roomd_core.recurrence import DayOfWeek, EndDate, ModifiedOccurrence, Recurrence, Series, Weekly
from roomd_core.store import Store, Tables

GUANGHAN, SHUIJING, ATTIC = "guanghan@example.com", "shuijing@example.com", "attic@example.com"
ZHANGSAN, LISI, EMMA = "zhangsan@example.com", "lisi@example.com", "emma@example.com"

ROOMS = [
    Mailbox(address=GUANGHAN, kind=MailboxKind.ROOM, name="2楼广寒宫", capacity=8, features=("screen", "video")),
    Mailbox(address=SHUIJING, kind=MailboxKind.ROOM, name="3楼水晶宫", capacity=20),
    Mailbox(address=ATTIC, kind=MailboxKind.ROOM, name="Attic"),
]
PEOPLE = [
    Mailbox(address=ZHANGSAN, kind=MailboxKind.PERSON, name="Zhang San", unix_user="zhangsan"),
    Mailbox(address=LISI, kind=MailboxKind.PERSON, name="Li Si", unix_user="lisi"),
    Mailbox(address=EMMA, kind=MailboxKind.PERSON, name="Emma"),
]
OFFICE = [*ROOMS, *PEOPLE]

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TEN, ELEVEN = NINE + HOUR, NINE + 2 * HOUR


EVERY_TUESDAY = Series(
    recurrence=Recurrence(
        pattern=Weekly(days=(DayOfWeek.TUESDAY,)), first=NINE.date(), range=EndDate(last=date(2027, 6, 30))
    ),
    modified=(
        ModifiedOccurrence(
            original_start=NINE + timedelta(weeks=1), start=TEN + timedelta(weeks=1), end=ELEVEN + timedelta(weeks=1),
            title="Outing", rooms=(),
        ),
    ),
    deleted=(NINE + timedelta(weeks=2),),
)  # fmt: skip


class SetClock:
    """A clock that shows what it is set to."""

    def __init__(self, at: datetime = NINE - HOUR) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def steady(self) -> float:
        return self.at.timestamp()


def content(**fields: Any) -> Content:
    return replace(Content(title="Plans", start=NINE, end=TEN, rooms=(GUANGHAN,)), **fields)


def event(**fields: Any) -> Event:
    name = new_id()
    made = Event(
        id=name, origin=Origin.LOCAL, organizer=ZHANGSAN, organizer_name="Zhang San", content=content(),
        uid=uid_of(name), created_at=NINE - HOUR, changed_at=NINE - HOUR,
    )  # fmt: skip
    return replace(made, **fields)


def occupancy(of: Event, mailbox: str = GUANGHAN, **fields: Any) -> Occupancy:
    span = of.content
    made = Occupancy(
        mailbox=mailbox, start=span.start, end=span.end, event=of.id, original_start=span.start,
        state=OccupancyState.ACCEPTED,
    )  # fmt: skip
    return replace(made, **fields)


async def hold(tables: Tables, held: Event, mailbox: str = GUANGHAN, **fields: Any) -> Occupancy:
    """Store an event and one occupancy of it."""
    await tables.events.put([held])
    made = occupancy(held, mailbox, **fields)
    await tables.occupancies.replace(held.id, [made])
    return made


async def furnish(store: Store) -> None:
    """List the office's mailboxes."""
    async with store.write() as tables:
        await tables.mailboxes.configure(OFFICE)
