"""Reading series over the wire from the lab, whose own idea of recurrence shares no code with roomd's."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.exchange.watched_lab import WatchedLab
from roomd_core.access import Caller
from roomd_core.api.wire import Booking
from roomd_core.booking import BookingService
from roomd_core.clock import SystemClock
from roomd_core.errors import RoomTaken
from roomd_core.model import EventStatus, Mailbox, MailboxKind, OccupancyState, Trigger
from roomd_core.store import Store
from roomd_core.sync.engine import SyncEngine
from roomd_core.sync.window import Window
from roomd_daemon.exchange import Exchange
from roomd_lab import Lab
from roomd_lab.model.directory import Address
from roomd_lab.model.items import Attendee, Role
from roomd_lab.model.recurrence import patterns as lab_patterns

ZHANG, MOON, LAKE = "zhangsan@example.com", "guanghan@example.com", "shuijing@example.com"
ZONES = {
    "W. Europe Standard Time": ZoneInfo("Europe/Berlin"),
    "China Standard Time": ZoneInfo("Asia/Shanghai"),
    "Newfoundland Standard Time": ZoneInfo("America/St_Johns"),
    "Lord Howe Standard Time": ZoneInfo("Australia/Lord_Howe"),
}
BERLIN = ZONES["W. Europe Standard Time"]
TODAY = datetime.now(UTC).date()
FIRST = TODAY + timedelta(days=1)
WINDOW = Window(past=timedelta(days=2), future=timedelta(days=400))


class Office:
    """A daemon's reading half on a lab."""

    def __init__(self, lab: Lab, store: Store, engine: SyncEngine) -> None:
        self.lab = lab
        self.store = store
        self.engine = engine

    async def sync(self) -> None:
        run = await self.engine.run(Trigger.HAND)
        assert run.errors == ()

    def book(
        self,
        recurrence: lab_patterns.Recurrence,
        *,
        rooms: list[str],
        at: time = time(10),
        length: int = 60,
        zone: str = "W. Europe Standard Time",
    ) -> str:
        start = datetime.combine(recurrence.first, at, ZONES[zone])
        return self.lab.outlook.book_series(
            ZHANG, subject="Weekly", start=start, end=start.astimezone(UTC) + timedelta(minutes=length), rooms=rooms,
            zone=zone, recurrence=recurrence,
        ).uid  # fmt: skip

    async def stored(self, mailbox: str) -> list[tuple[datetime, datetime]]:
        since, until = (moment for moment in WINDOW.days(datetime.now(UTC)))
        async with self.store.read() as tables:
            held = await tables.occupancies.between(since, until, [mailbox])
        return [(each.start, each.end) for each in held if each.state is not OccupancyState.DECLINED]

    def shown(self, mailbox: str) -> list[tuple[datetime, datetime]]:
        """Return what the server's own calendar view shows."""
        since, until = WINDOW.days(datetime.now(UTC))
        return sorted((each.start, each.end) for each in self.lab.outlook.calendar_between(mailbox, since, until))


@pytest.fixture
async def office(tmp_path: Path, lab: WatchedLab, exchange: Exchange) -> AsyncIterator[Office]:
    clock = SystemClock()
    store = await Store.open(tmp_path / "roomd.sqlite3", clock=clock)
    async with store.write() as tables:
        await tables.mailboxes.configure(
            [
                Mailbox(address=ZHANG, kind=MailboxKind.PERSON, name="Zhang San"),
                Mailbox(address=MOON, kind=MailboxKind.ROOM, name="2楼广寒宫"),
                Mailbox(address=LAKE, kind=MailboxKind.ROOM, name="Lake"),
            ]
        )
    yield Office(lab, store, SyncEngine(store, exchange, clock, window=WINDOW))
    await store.close()


def every(days: int, count: int = 6) -> lab_patterns.Recurrence:
    return lab_patterns.Recurrence(pattern=lab_patterns.Daily(interval=days), first=FIRST, count=count)


async def test_a_series_is_stored_as_the_server_shows_it(office: Office) -> None:
    office.book(every(7, 20), rooms=[MOON])
    await office.sync()

    assert len(office.shown(MOON)) == 20
    for mailbox in (ZHANG, MOON):
        assert await office.stored(mailbox) == office.shown(mailbox)


async def test_what_happens_to_single_occurrences_is_stored_as_the_server_shows_it(office: Office) -> None:
    uid = office.book(every(7), rooms=[MOON])
    await office.sync()
    day = [FIRST + timedelta(weeks=n) for n in range(6)]
    later = datetime(day[1].year, day[1].month, day[1].day, 15, tzinfo=UTC)
    office.lab.outlook.move(ZHANG, uid, start=later, end=later + timedelta(hours=2), on=day[1])
    office.lab.outlook.change(ZHANG, uid, on=day[2], subject="Party")
    office.lab.outlook.cancel(ZHANG, uid, on=day[3])
    await office.sync()

    for mailbox in (ZHANG, MOON):
        assert await office.stored(mailbox) == office.shown(mailbox)
    async with office.store.read() as tables:
        [held, *_] = await tables.occupancies.between(later, later + timedelta(hours=1), [MOON])
        event = (await tables.events.many([held.event]))[held.event]
    assert held.original_start == datetime(day[1].year, day[1].month, day[1].day, 10, tzinfo=BERLIN)
    assert event.content.series is not None
    assert [each.title for each in event.content.series.modified] == [None, "Party"]
    assert len(event.content.series.deleted) == 1


async def test_a_room_that_was_taken_for_one_occurrence_is_not_held_by_it(office: Office) -> None:
    uid = office.book(every(7), rooms=[MOON])
    office.lab.outlook.respond(MOON, uid, "Decline", on=FIRST + timedelta(weeks=2))
    await office.sync()

    assert await office.stored(MOON) == office.shown(MOON)
    assert len(await office.stored(MOON)) == 5
    assert len(await office.stored(ZHANG)) == 6


async def test_a_room_invited_to_one_occurrence_only_is_taken_then_and_by_the_same_event(office: Office) -> None:
    uid = office.book(every(7), rooms=[MOON])
    await office.sync()
    on = FIRST + timedelta(weeks=1)
    invited = office.lab.outlook.meeting(ZHANG, uid, on=on).attendees
    lake = Attendee(address=Address(name="Lake", smtp=LAKE), role=Role.RESOURCE)
    office.lab.outlook.change(ZHANG, uid, on=on, attendees=(*invited, lake))
    await office.sync()

    assert await office.stored(LAKE) == office.shown(LAKE)
    assert len(await office.stored(LAKE)) == 1
    async with office.store.read() as tables:
        held = await tables.occupancies.between(*WINDOW.days(datetime.now(UTC)), None)
    assert len({each.event for each in held}) == 1


async def test_a_cancelled_series_is_gone(office: Office) -> None:
    uid = office.book(every(1), rooms=[MOON])
    await office.sync()
    async with office.store.read() as tables:
        [first, *_] = await tables.occupancies.between(*WINDOW.days(datetime.now(UTC)), [MOON])
    office.lab.outlook.cancel(ZHANG, uid)
    await office.sync()

    assert await office.stored(MOON) == []
    async with office.store.read() as tables:
        assert (await tables.events.many([first.event]))[first.event].status is EventStatus.CANCELLED


async def test_nothing_is_asked_for_a_series_that_has_not_changed(office: Office, lab: WatchedLab) -> None:
    uid = office.book(every(7), rooms=[MOON])
    office.lab.outlook.change(ZHANG, uid, on=FIRST + timedelta(weeks=1), subject="Party")
    await office.sync()
    asked = len(lab.operations)
    await office.sync()

    assert lab.operations[asked:] == ["SyncFolderItems"] * 3


async def test_a_booking_is_refused_where_an_occurrence_has_the_room_and_made_beside_it(
    office: Office, exchange: Exchange
) -> None:
    """The live check counts the occurrences too, and must not take them for somebody unknown."""
    office.book(every(7), rooms=[MOON])
    await office.sync()
    service = BookingService(
        office.store, exchange, SystemClock(), refresh=office.engine.refresh, fresh_for=timedelta(minutes=20)
    )
    caller = Caller(user="unix:zhangsan", mailbox=ZHANG)
    third = datetime.combine(FIRST + timedelta(weeks=2), time(10), BERLIN).astimezone(UTC)
    hour = timedelta(hours=1)

    with pytest.raises(RoomTaken, match="is taken by 张三") as refused:
        await service.book(caller, Booking(rooms=(MOON,), start=third + hour / 2, end=third + 2 * hour, title="Mine"))
    assert refused.value.until == third + hour
    booked = await service.book(
        caller, Booking(rooms=(MOON,), start=third + hour, end=third + 2 * hour, title="Mine")
    )
    assert booked.content.start == third + hour


weekdays = st.sets(st.integers(0, 6), min_size=1).map(frozenset)
days_of_a_kind = st.sampled_from(
    [*(frozenset((n,)) for n in range(7)), lab_patterns.EVERY_DAY, lab_patterns.WORKDAYS, lab_patterns.WEEKEND]
)
indexes = st.sampled_from([1, 2, 3, 4, lab_patterns.LAST])
patterns = st.one_of(
    st.builds(lab_patterns.Daily, interval=st.integers(1, 30)),
    st.builds(lab_patterns.Weekly, interval=st.integers(1, 4), days=weekdays, first_day=st.integers(0, 6)),
    st.builds(lab_patterns.AbsoluteMonthly, interval=st.integers(1, 6), day=st.integers(1, 31)),
    st.builds(lab_patterns.RelativeMonthly, interval=st.integers(1, 6), days=days_of_a_kind, index=indexes),
    st.builds(lab_patterns.AbsoluteYearly, month=st.integers(1, 12), day=st.integers(1, 31)),
    st.builds(lab_patterns.RelativeYearly, month=st.integers(1, 12), days=days_of_a_kind, index=indexes),
)
first_days = st.dates(date(TODAY.year - 3, 1, 1), TODAY + timedelta(days=300))


rules = st.builds(
    lab_patterns.Recurrence, pattern=patterns, first=first_days, count=st.one_of(st.none(), st.integers(1, 400))
)
times = st.fixed_dictionaries(
    {
        "at": st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
        # Exchange refuses an occurrence that reaches into the next (ErrorOccurrenceTimeSpanTooBig).
        "length": st.integers(0, 22 * 60),
        "zone": st.sampled_from(list(ZONES)),
    }
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rules, times)
async def test_every_pattern_is_expanded_as_the_server_shows_it(
    office: Office, rule: lab_patterns.Recurrence, times: dict[str, Any]
) -> None:
    office.book(rule, rooms=[], **times)
    await office.sync()

    assert await office.stored(ZHANG) == office.shown(ZHANG)
