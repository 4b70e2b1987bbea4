from datetime import timedelta

from msgspec.structs import replace

from core.booking.people_and_remote import AS_ZHANGSAN, House
from core.store.samples import (
    ATTIC,
    EMMA,
    EVERY_TUESDAY,
    GUANGHAN,
    LISI,
    NINE,
    OFFICE,
    ROOMS,
    SHUIJING,
    TEN,
    content,
    hold,
)
from core.store.samples import event as an_event
from roomd_core.booking import queries
from roomd_core.booking.alternatives import OFFERED, fitting
from roomd_core.model import Attendee, Conflict, ConflictKind, Event, Mailbox, MailboxKind
from roomd_core.store import Store


def people(number: int) -> tuple[Attendee, ...]:
    return tuple(Attendee(address=f"guest{each}@example.com") for each in range(number))


def test_rooms_with_a_seat_for_everybody_are_offered_the_smallest_first_and_those_of_unknown_size_last() -> None:
    wanted = content(rooms=(GUANGHAN,))
    assert [room.address for room in fitting(ROOMS, (), wanted, instead_of=GUANGHAN)] == [SHUIJING, ATTIC]
    assert [room.address for room in fitting(ROOMS, (), wanted, instead_of=SHUIJING)] == [ATTIC]
    crowded = replace(wanted, rooms=(), attendees=people(8))
    assert [room.address for room in fitting(ROOMS, (), crowded, instead_of=None)] == [SHUIJING, ATTIC]
    assert [room.address for room in fitting(ROOMS, {SHUIJING}, crowded, instead_of=None)] == [ATTIC]


def test_at_most_a_handful_is_offered() -> None:
    many = [Mailbox(address=f"r{each}@example.com", kind=MailboxKind.ROOM, name=f"R{each}") for each in range(20)]
    assert len(fitting(many, (), content(), instead_of=None)) == OFFERED


async def offered(store: Store, event: Event, kind: ConflictKind = ConflictKind.ROOM_DROPPED) -> list[str]:
    asked = Conflict(id=f"c-{event.id}", event=event.id, kind=kind, summary="", room=GUANGHAN, opened_at=NINE)
    async with store.write() as tables:
        await tables.mailboxes.configure(OFFICE)
        await tables.events.put([event])
        await tables.conflicts.put(asked)
    told = await queries.conflict(store, AS_ZHANGSAN, asked.id, NINE - timedelta(hours=1))
    return [room.name for room in told.alternatives]


async def test_only_rooms_that_are_free_at_that_time_are_offered_with_whom_taking_them_mails(house: House) -> None:
    event = an_event(content=content(attendees=(Attendee(address=LISI),)))
    assert await offered(house.store, event) == ["3楼水晶宫", "Attic"]
    async with house.store.write() as tables:
        await hold(tables, an_event(), SHUIJING)
        await hold(tables, an_event(content=content(start=TEN, end=TEN + timedelta(hours=1))), ATTIC)
    told = await queries.conflict(house.store, AS_ZHANGSAN, f"c-{event.id}", NINE - timedelta(hours=1))
    [room] = told.alternatives
    assert (room.name, [one.name for one in room.mails]) == ("Attic", ["Attic", "2楼广寒宫"])


async def test_no_room_is_offered_to_what_is_over_recurs_or_cannot_be_changed_from_here(house: House) -> None:
    assert (
        await offered(
            house.store, an_event(content=content(start=NINE - timedelta(days=2), end=NINE - timedelta(days=1)))
        )
        == []
    )
    assert await offered(house.store, an_event(content=content(series=EVERY_TUESDAY))) == []
    assert await offered(house.store, an_event(organizer=EMMA)) == []
    assert await offered(house.store, an_event(), ConflictKind.EDIT) == []
