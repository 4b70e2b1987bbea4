from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.booking.people_and_remote import AS_LISI, AS_ZHANGSAN, House, booking
from core.store.samples import (
    ATTIC,
    ELEVEN,
    GUANGHAN,
    HOUR,
    NINE,
    OFFICE,
    PEOPLE,
    ROOMS,
    SHUIJING,
    TEN,
    event,
    hold,
)
from roomd_core.api.params import TimelineQuery
from roomd_core.api.wire import EventState, Health
from roomd_core.booking import queries
from roomd_core.booking.queries import bounds
from roomd_core.errors import Invalid, NotFound
from roomd_core.ids import new_id
from roomd_core.model import Conflict, ConflictKind, MailboxKind, OccupancyState, Origin

DECEMBER_1 = date(2026, 12, 1)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("day", "zone", "start", "hours"),
    [
        (date(2026, 12, 1), "UTC", at(2026, 12, 1), 24),
        (date(2026, 12, 1), "Asia/Shanghai", at(2026, 11, 30, 16), 24),
        (date(2026, 3, 29), "Europe/Berlin", at(2026, 3, 28, 23), 23),
        (date(2026, 10, 25), "Europe/Berlin", at(2026, 10, 24, 22), 25),
        (date(2026, 10, 4), "Australia/Lord_Howe", at(2026, 10, 3, 13, 30), 23.5),
        # In Santiago clocks skip midnight itself: the day begins at one o'clock.
        (date(2026, 9, 6), "America/Santiago", at(2026, 9, 6, 4), 23),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(day: date, zone: str, start: datetime, hours: float) -> None:
    assert bounds(TimelineQuery(day=day, zone=zone)) == (start, start + timedelta(hours=hours))


@settings(deadline=None)
@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)), st.timezone_keys())
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    _, end = bounds(TimelineQuery(day=day, zone=zone))
    start, _ = bounds(TimelineQuery(day=day + timedelta(days=1), zone=zone))
    assert end == start


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (TimelineQuery(), "day: is missing"),
        (TimelineQuery(start=NINE), "day: is missing"),
        (TimelineQuery(day=DECEMBER_1, start=NINE), "stands alone"),
        (TimelineQuery(day=DECEMBER_1, zone="Nowhere"), "no time zone"),
        (TimelineQuery(start=TEN, end=NINE), "must be after start"),
        (TimelineQuery(start=NINE, end=NINE + timedelta(days=367)), "at most 366 days"),
        (TimelineQuery(day=date.max), "day: must be before"),
        (TimelineQuery(day=date.min, zone="Asia/Shanghai"), "day: must be before"),
    ],
)
def test_a_question_about_no_span_of_time_is_refused(query: TimelineQuery, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        bounds(query)


async def test_the_timeline_has_every_room_in_order_and_who_has_it_when(house: House) -> None:
    mine = await house.service.book(AS_LISI, booking(start=TEN, end=ELEVEN))
    outside = event(origin=Origin.EXCHANGE, organizer="eve@example.com", organizer_name="Eve")
    async with house.store.write() as tables:
        await hold(tables, outside, state=OccupancyState.DECLINED)
        await tables.mailboxes.note_read(GUANGHAN, NINE)
    shown = await queries.timeline(house.store, AS_LISI, TimelineQuery(day=DECEMBER_1))
    assert [row.address for row in shown.rooms] == [room.address for room in ROOMS]
    first, second, third = shown.rooms
    assert (first.name, first.capacity, first.features, first.read_at) == ("2楼广寒宫", 8, ("screen", "video"), NINE)
    assert [(each.event, each.organizer, each.state, each.mine) for each in first.occupancies] == [
        (outside.id, "Eve", OccupancyState.DECLINED, False),
        (mine.id, "Li Si", OccupancyState.PENDING, True),
    ]
    assert (second.occupancies, third.occupancies, third.read_at) == ((), (), None)


async def test_the_timeline_can_be_of_some_rooms_and_hours(house: House) -> None:
    await house.service.book(AS_LISI, booking(rooms=("Attic", SHUIJING)))
    query = TimelineQuery(start=NINE - HOUR, end=NINE, room=("attic", SHUIJING))
    shown = await queries.timeline(house.store, AS_LISI, query)
    assert [(row.address, row.occupancies) for row in shown.rooms] == [(ATTIC, ()), (SHUIJING, ())]
    query = TimelineQuery(start=NINE, end=TEN, room=("attic",))
    shown = await queries.timeline(house.store, AS_LISI, query)
    assert [len(row.occupancies) for row in shown.rooms] == [1]
    with pytest.raises(NotFound, match="no room 'Cellar'"):
        await queries.timeline(house.store, AS_LISI, TimelineQuery(day=DECEMBER_1, room=("Cellar",)))


async def test_one_event_is_read_with_where_it_stands(house: House) -> None:
    made = await house.service.book(AS_LISI, booking(private=True))
    shown = await queries.event(house.store, AS_LISI, made.id)
    assert (shown.state, shown.title) == (EventState.PENDING, "Plans")
    assert (await queries.event(house.store, AS_ZHANGSAN, made.id)).title == "Private"
    with pytest.raises(NotFound, match="no event unknown"):
        await queries.event(house.store, AS_LISI, "unknown")


async def test_conflicts_are_read_with_their_events(house: House) -> None:
    made = await house.service.book(AS_LISI, booking())
    waiting = Conflict(id=new_id(), event=made.id, kind=ConflictKind.EDIT, summary="Decide.", opened_at=NINE)
    decided = Conflict(
        id=new_id(), event=made.id, kind=ConflictKind.EDIT, summary="Done.", opened_at=NINE - HOUR, resolved_at=NINE
    )
    async with house.store.write() as tables:
        await tables.conflicts.put(waiting)
        await tables.conflicts.put(decided)
    (only,) = (await queries.conflicts(house.store, AS_LISI, NINE)).conflicts
    assert (only.id, only.summary, only.event.conflicts) == (waiting.id, "Decide.", (waiting.id,))
    both = (await queries.conflicts(house.store, AS_LISI, NINE, resolved=True)).conflicts
    assert [each.id for each in both] == [decided.id, waiting.id]
    assert await queries.conflict(house.store, AS_LISI, waiting.id, NINE) == only
    with pytest.raises(NotFound, match="no conflict unknown"):
        await queries.conflict(house.store, AS_LISI, "unknown", NINE)


async def test_mailboxes_are_listed_with_how_well_they_are_known(house: House) -> None:
    async with house.store.write() as tables:
        await tables.mailboxes.note_failure(GUANGHAN, NINE, "moved")
    everything = (await queries.mailboxes(house.store)).mailboxes
    assert [status.mailbox for status in everything] == OFFICE
    assert [status.health for status in everything][:2] == [Health.FAILING, Health.UNTRIED]
    people = (await queries.mailboxes(house.store, MailboxKind.PERSON)).mailboxes
    assert [status.mailbox for status in people] == PEOPLE
