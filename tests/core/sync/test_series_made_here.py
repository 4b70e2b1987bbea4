"""Series booked here, changed and called off here: what Exchange holds then, and what is held of rooms and people."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, USER, ZHANG, House, at, invite, meeting
from core.sync.simulated_copy import Copy
from core.sync.test_series import TEN, WEEK, meet, series
from roomd_core.access import Caller
from roomd_core.api.wire import Booking, EventPatch, Repeat, Scope
from roomd_core.booking import BookingService
from roomd_core.booking.series_edits import Change, rule_of
from roomd_core.errors import ExceptionsLost, Invalid, NotFound, RoomTaken
from roomd_core.merge import diff
from roomd_core.model import ConflictKind, Content, Event, EventStatus, OccupancyState, RoomAnswer, Side
from roomd_core.recurrence import DayOfWeek, EndDate, Numbered, Weekly
from roomd_core.sync.remote import OutcomeUnknown, Rejected

TUESDAYS = Repeat(pattern=Weekly(days=(DayOfWeek.TUESDAY,)), range=Numbered(count=6))
HOUR = timedelta(hours=1)
AS_ZHANG = Caller(user=USER, mailbox=ZHANG)


class Office:
    """A house, and the door through which people change what is in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.exchange = house.exchange

    @property
    def service(self) -> BookingService:
        house = self.house
        return BookingService(
            house.store, house.exchange, house.clock, refresh=house.engine.refresh, fresh_for=timedelta(minutes=20)
        )

    async def book(self, *, rooms: tuple[str, ...] = (MOON,), repeat: Repeat = TUESDAYS, **fields: Any) -> Event:
        asked = {"start": TEN, "end": TEN + HOUR, "title": "Weekly", "zone": "UTC", **fields}
        booked = await self.service.book(AS_ZHANG, Booking(rooms=rooms, recurrence=repeat, **asked))
        await self.house.settle()
        return booked

    async def change(self, event: str, scope: Scope, week: int | None, *, drop: bool = False, **fields: Any) -> Event:
        named = None if week is None else TEN + week * WEEK
        wanted = Change(patch=EventPatch(**fields), scope=scope, occurrence=named, drop_exceptions=drop)
        return await self.service.change(AS_ZHANG, event, wanted)

    async def cancel(self, event: str, scope: Scope, week: int | None) -> Event:
        named = None if week is None else TEN + week * WEEK
        return await self.service.cancel(AS_ZHANG, event, scope=scope, occurrence=named)

    @property
    def masters(self) -> list[Copy]:
        return sorted(self.exchange.copies(ZHANG), key=lambda copy: copy.content.start)

    async def agree(self) -> None:
        """Settle, and see that both sides hold the same."""
        await self.house.settle()
        assert await self.house.waiting() == 0
        async with self.house.store.read() as tables:
            stored = await tables.events.by_uid([copy.uid for copy in self.masters])
        for copy in self.masters:
            assert diff(stored[copy.uid].content, copy.content) == ()
        for address in (ZHANG, MOON, LAKE):
            there = sorted(span for copy in self.exchange.copies(address) for span in copy.spans())
            held = await self.house.occupancies(address)
            assert [(o.start, o.end) for o in held if o.state is not OccupancyState.DECLINED] == there, address


@pytest.fixture
async def office(house: House) -> Office:
    return Office(house)


def starts(copy: Copy) -> list[datetime]:
    return [each.start for each in copy.occurrences()]


def weeks(*numbers: int) -> list[datetime]:
    return [TEN + number * WEEK for number in numbers]


async def test_a_series_booked_here_is_one_item_there_and_its_room_accepts_it(office: Office) -> None:
    booked = await office.book()

    (master,) = office.masters
    assert starts(master) == weeks(0, 1, 2, 3, 4, 5)
    assert (master.uid, master.own_key) == (booked.uid, booked.key)
    held = await office.house.occupancies(MOON)
    assert [(each.start, each.state) for each in held] == [(w, OccupancyState.ACCEPTED) for w in weeks(*range(6))]
    await office.agree()


async def test_a_series_begins_on_the_first_day_its_pattern_has(office: Office) -> None:
    booked = await office.book(start=TEN - timedelta(days=1), end=TEN - timedelta(days=1) + HOUR)

    assert (booked.content.start, booked.content.end) == (TEN, TEN + HOUR)
    await office.agree()


async def test_a_room_taken_at_some_occurrences_is_refused_with_how_many(office: Office) -> None:
    for week in (1, 3):
        office.exchange.meet(LI, _on(week))
    with pytest.raises(RoomTaken, match=r"at 2 of 6 times.*2026-12-01.*2026-12-15"):
        await office.book()
    assert office.masters == []


def _on(week: int) -> Content:
    return replace(meeting("Other", rooms=[MOON]), start=TEN + week * WEEK, end=TEN + week * WEEK + HOUR)


async def test_one_occurrence_is_moved_and_renamed_and_the_others_stay(office: Office) -> None:
    booked = await office.book()
    later = TEN + 2 * WEEK + 3 * HOUR

    await office.change(booked.id, Scope.THIS, 2, start=later, end=later + HOUR, title="Special")
    states = {each.start: each.state for each in await office.house.occupancies(MOON)}
    assert states[later] is OccupancyState.PENDING
    assert states[TEN] is OccupancyState.ACCEPTED
    await office.agree()

    (master,) = office.masters
    assert starts(master) == [*weeks(0, 1), later, *weeks(3, 4, 5)]
    (modified,) = master.content.series.modified  # type: ignore[union-attr]
    assert (modified.title, master.content.title) == ("Special", "Weekly")


async def test_one_occurrence_is_called_off_and_frees_its_room(office: Office) -> None:
    booked = await office.book()

    left = await office.cancel(booked.id, Scope.THIS, 3)
    assert left.status is EventStatus.CONFIRMED
    await office.agree()

    assert starts(office.masters[0]) == weeks(0, 1, 2, 4, 5)


async def test_calling_off_the_last_occurrence_that_stands_calls_the_series_off(office: Office) -> None:
    booked = await office.book(repeat=Repeat(pattern=TUESDAYS.pattern, range=Numbered(count=2)))
    await office.cancel(booked.id, Scope.THIS, 1)
    await office.agree()

    assert (await office.cancel(booked.id, Scope.THIS, 0)).status is EventStatus.CANCELLED
    await office.agree()
    assert office.masters == []


async def test_one_occurrence_goes_to_another_room(office: Office) -> None:
    booked = await office.book()

    await office.change(booked.id, Scope.THIS, 1, rooms=(LAKE,))
    await office.agree()

    assert [each.start for each in await office.house.occupancies(LAKE)] == weeks(1)
    assert [
        each.start for each in await office.house.occupancies(MOON) if each.state is not OccupancyState.DECLINED
    ] == weeks(0, 2, 3, 4, 5)


async def test_all_is_a_change_of_the_series_that_keeps_what_is_different_in_one(office: Office) -> None:
    booked = await office.book()
    await office.change(booked.id, Scope.THIS, 2, title="Special")
    await office.cancel(booked.id, Scope.THIS, 4)
    await office.agree()

    await office.change(booked.id, Scope.ALL, None, title="Renamed", body="Agenda")
    await office.agree()

    (master,) = office.masters
    assert (master.content.title, master.content.body) == ("Renamed", "Agenda")
    assert [each.title for each in master.content.series.modified] == ["Special"]  # type: ignore[union-attr]
    assert starts(master) == weeks(0, 1, 2, 3, 5)


async def test_another_time_for_all_asks_before_it_costs_single_occurrences_what_is_different(office: Office) -> None:
    booked = await office.book()
    await office.cancel(booked.id, Scope.THIS, 4)
    await office.agree()
    later = TEN + HOUR

    with pytest.raises(ExceptionsLost, match="1 occurrences"):
        await office.change(booked.id, Scope.ALL, 0, start=later, end=later + HOUR)
    await office.agree()
    await office.change(booked.id, Scope.ALL, 1, drop=True, start=later + WEEK, end=later + WEEK + HOUR)
    await office.agree()

    assert starts(office.masters[0]) == [week + HOUR for week in weeks(*range(6))]


async def test_this_and_following_ends_the_series_and_begins_another(office: Office) -> None:
    booked = await office.book()
    await office.change(booked.id, Scope.THIS, 1, title="Before")
    await office.change(booked.id, Scope.THIS, 4, title="After")
    await office.agree()

    second = await office.change(booked.id, Scope.FOLLOWING, 3, title="Second half")
    await office.agree()

    one, other = office.masters
    assert (starts(one), starts(other)) == (weeks(0, 1, 2), weeks(3, 4, 5))
    assert (one.uid, other.uid) == (booked.uid, second.uid)
    assert second.uid != booked.uid
    assert second.key != booked.key
    assert [[each.title for each in copy.content.series.modified] for copy in (one, other)] == [  # type: ignore[union-attr]
        ["Before"],
        ["After"],
    ]
    assert {each.state for each in await office.house.occupancies(MOON)} == {OccupancyState.ACCEPTED}
    assert await office.house.conflicts() == []


async def test_what_follows_is_not_made_before_the_first_half_has_ended(office: Office) -> None:
    booked = await office.book()
    await office.change(booked.id, Scope.FOLLOWING, 3, rooms=(LAKE,))
    office.exchange.luck = lambda _n, when, call, _m: (
        OutcomeUnknown("Lost.") if (when, call) == ("before", "update") else None
    )
    await office.house.push()

    assert len(office.masters) == 1
    office.exchange.luck = lambda *_: None
    office.house.clock.advance(300)
    await office.agree()
    assert [starts(each) for each in office.masters] == [weeks(0, 1, 2), weeks(3, 4, 5)]


async def test_this_and_following_from_the_first_is_all(office: Office) -> None:
    booked = await office.book()

    changed = await office.change(booked.id, Scope.FOLLOWING, 0, title="Other")
    await office.agree()

    assert changed.id == booked.id
    assert [copy.content.title for copy in office.masters] == ["Other"]


async def test_calling_off_this_and_following_ends_the_series_before(office: Office) -> None:
    booked = await office.book()

    await office.cancel(booked.id, Scope.FOLLOWING, 2)
    await office.agree()
    assert starts(office.masters[0]) == weeks(0, 1)

    await office.cancel(booked.id, Scope.ALL, None)
    await office.agree()
    assert office.masters == []


async def test_an_occurrence_must_be_named_and_must_be_one(office: Office) -> None:
    booked = await office.book()

    with pytest.raises(Invalid, match="scope"):
        await office.service.change(AS_ZHANG, booked.id, EventPatch(title="Which?"))
    with pytest.raises(Invalid, match="occurrence"):
        await office.change(booked.id, Scope.THIS, None, title="Which?")
    with pytest.raises(NotFound, match="2027-01-05"):
        await office.change(booked.id, Scope.THIS, 6, title="None")
    with pytest.raises(Invalid, match="before or after"):
        await office.change(booked.id, Scope.THIS, 2, start=TEN + 3 * WEEK, end=TEN + 3 * WEEK + HOUR)
    with pytest.raises(Invalid, match="another day"):
        await office.change(booked.id, Scope.ALL, 0, start=TEN + 24 * HOUR, end=TEN + 25 * HOUR)


async def test_a_series_made_in_outlook_is_changed_here_alike(office: Office) -> None:
    copy = await meet(office.house, invite(series(extent=Numbered(count=6)), LI))
    async with office.house.store.read() as tables:
        (event,) = (await tables.events.by_uid([copy.uid])).values()

    await office.change(event.id, Scope.THIS, 1, title="Mine")
    await office.cancel(event.id, Scope.THIS, 2)
    await office.agree()

    assert starts(copy) == weeks(0, 1, 3, 4, 5)
    assert [each.title for each in copy.content.series.modified] == ["Mine"]  # type: ignore[union-attr]


async def test_a_single_turned_into_a_series_keeps_its_identity_and_is_not_doubled(office: Office) -> None:
    single = await office.service.book(
        AS_ZHANG, Booking(rooms=(MOON,), start=TEN, end=TEN + HOUR, title="Once", zone="UTC")
    )
    await office.agree()
    await office.service.change(AS_ZHANG, single.id, EventPatch(recurrence=TUESDAYS))
    await office.agree()

    (master,) = office.masters
    assert (master.uid, master.own_key, starts(master)) == (single.uid, single.key, weeks(*range(6)))
    assert [each.start for each in await office.house.occupancies(MOON)] == weeks(*range(6))


async def test_a_shifted_series_is_not_doubled(office: Office) -> None:
    booked = await office.book()
    wednesdays = Repeat(pattern=Weekly(days=(DayOfWeek.WEDNESDAY,)), range=EndDate(last=at(0, day=35).date()))
    day = timedelta(days=1)

    await office.change(booked.id, Scope.ALL, None, start=TEN + day, end=TEN + day + HOUR, recurrence=wednesdays)
    await office.agree()

    (master,) = office.masters
    assert starts(master) == [week + day for week in weeks(0, 1, 2, 3, 4)]
    assert len(await office.house.occupancies(MOON)) == 5


async def test_a_lost_answer_to_a_write_of_an_occurrence_is_looked_up_and_not_sent_twice(
    office: Office,
) -> None:
    booked = await office.book()
    lost = iter([OutcomeUnknown("Lost.")])
    office.exchange.luck = lambda _n, when, call, _m: (
        next(lost, None) if (when, call) == ("after", "update_occurrence") else None
    )
    await office.change(booked.id, Scope.THIS, 1, title="Once")
    await office.agree()

    assert sum(call == "update_occurrence" for call, _ in office.exchange.calls) == 1
    assert [each.title for each in office.masters[0].content.series.modified] == ["Once"]  # type: ignore[union-attr]


async def test_exceptions_exchange_forgot_with_a_change_of_the_end_are_written_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked = await office.book()
    await office.change(booked.id, Scope.THIS, 1, title="Kept")
    await office.agree()
    edit = office.exchange.edit

    def forgetful(copy: Copy, **fields: Any) -> None:
        before = rule_of(copy.content)
        edit(copy, **fields)
        if rule_of(copy.content) != before:
            edit(copy, series=replace(fields["series"], modified=(), deleted=()))

    monkeypatch.setattr(office.exchange, "edit", forgetful)
    await office.cancel(booked.id, Scope.FOLLOWING, 4)
    await office.house.push()
    monkeypatch.setattr(office.exchange, "edit", edit)
    await office.agree()

    assert [each.title for each in office.masters[0].content.series.modified] == ["Kept"]  # type: ignore[union-attr]


@pytest.fixture
async def roomd_answers(unattended: House) -> Office:
    assert unattended.mailboxes[2].answers is RoomAnswer.ROOMD
    return Office(unattended)


async def test_where_roomd_answers_a_series_is_accepted_when_every_occurrence_is_free(roomd_answers: Office) -> None:
    booked = await roomd_answers.book()
    await roomd_answers.agree()

    assert {each.state for each in await roomd_answers.house.occupancies(MOON)} == {OccupancyState.ACCEPTED}
    later = TEN + 2 * WEEK + 2 * HOUR
    await roomd_answers.change(booked.id, Scope.THIS, 2, start=later, end=later + HOUR)
    await roomd_answers.agree()
    assert {each.state for each in await roomd_answers.house.occupancies(MOON)} == {OccupancyState.ACCEPTED}


async def test_an_occurrence_called_off_unanswered_holds_up_no_answer_for_another(roomd_answers: Office) -> None:
    await roomd_answers.book()
    await roomd_answers.agree()
    (master,) = roomd_answers.masters
    for week in (1, 2):
        moved = TEN + week * WEEK + 2 * HOUR
        roomd_answers.exchange.change_occurrence(master, TEN + week * WEEK, start=moved, end=moved + HOUR)
    roomd_answers.exchange.drop_occurrence(master, TEN + WEEK)

    await roomd_answers.agree()

    assert {each.state for each in await roomd_answers.house.occupancies(MOON)} == {OccupancyState.ACCEPTED}
    assert len(await roomd_answers.house.occupancies(MOON)) == 5


async def test_declining_one_occurrence_does_not_decline_the_series(office: Office) -> None:
    booked = await office.book()
    for week in (1, 2):
        office.exchange.leave_occurrence(MOON, booked.uid, TEN + week * WEEK)
    await office.house.settle()

    states = {each.start: each.state for each in await office.house.occupancies(MOON)}
    assert [states[week] for week in weeks(0, 1, 2)] == [
        OccupancyState.ACCEPTED,
        OccupancyState.DECLINED,
        OccupancyState.DECLINED,
    ]
    (conflict,) = await office.house.conflicts()
    assert (conflict.kind, conflict.room) == (ConflictKind.ROOM_DECLINED, MOON)
    assert "2 of 6 occurrences" in conflict.summary
    assert "2026-12-01" in conflict.summary


async def test_where_roomd_answers_an_occurrence_in_a_room_of_its_own_is_answered(
    roomd_answers: Office,
) -> None:
    booked = await roomd_answers.book()
    await roomd_answers.change(booked.id, Scope.THIS, 2, rooms=(LAKE,))
    await roomd_answers.agree()

    held = [(each.start, each.state) for each in await roomd_answers.house.occupancies(LAKE)]
    assert held == [(TEN + 2 * WEEK, OccupancyState.ACCEPTED)]


async def test_where_roomd_answers_a_series_is_declined_with_how_often_the_room_is_taken(
    roomd_answers: Office,
) -> None:
    house = roomd_answers.house
    content = replace(series(extent=Numbered(count=6)), start=TEN, end=TEN + HOUR)
    for week in (1, 4):
        house.exchange.meet(MOON, replace(_on(week), rooms=()))
    await house.book(content)
    await house.settle()

    (conflict,) = await house.conflicts()
    assert conflict.kind is ConflictKind.ROOM_DECLINED
    assert "it is taken at 2 of 6 occurrences" in conflict.summary


@pytest.mark.parametrize("keep", Side)
async def test_where_exchange_refuses_to_end_the_first_half_the_second_waits_for_a_person(
    office: Office, keep: Side
) -> None:
    booked = await office.book()
    second = await office.change(booked.id, Scope.FOLLOWING, 3, title="Second half")
    office.exchange.luck = lambda _n, when, call, _m: (
        Rejected("The quota is exceeded.") if (when, call) == ("before", "update") else None
    )
    await office.house.settle()
    assert [starts(each) for each in office.masters] == [weeks(0, 1, 2, 3, 4, 5)]
    (conflict,) = await office.house.conflicts()
    assert (conflict.kind, conflict.event) == (ConflictKind.REJECTED, booked.id)

    office.exchange.luck = lambda *_: None
    await office.house.engine.resolve(conflict.id, keep, actor=USER)
    await office.agree()
    if keep is Side.LOCAL:
        assert [starts(each) for each in office.masters] == [weeks(0, 1, 2), weeks(3, 4, 5)]
    else:
        assert [starts(each) for each in office.masters] == [weeks(0, 1, 2, 3, 4, 5)]
        assert (await office.house.event(second.id)).status is EventStatus.CANCELLED
