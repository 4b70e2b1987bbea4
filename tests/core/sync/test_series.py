"""Series made in Outlook, read into the store: what rooms and people are occupied by, and what is told of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, NOW, STRANGER, ZHANG, House, at, invite, meeting
from core.sync.simulated_copy import Copy
from roomd_core.merge import diff
from roomd_core.model import Answer, Change, ChangeKind, ConflictKind, Content, EventStatus, OccupancyState
from roomd_core.recurrence import (
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    Numbered,
    Pattern,
    Range,
    Recurrence,
    Series,
    Weekly,
)
from roomd_core.sync.remote import MailboxUnavailable

TUESDAYS = Weekly(days=(DayOfWeek.TUESDAY,))
WEEK = timedelta(weeks=1)
TEN = at(10)
"""Tuesday 24 November 2026, 10:00 UTC: the first occurrence."""


def series(
    pattern: Pattern = TUESDAYS, extent: Range | None = None, *, rooms: Sequence[str] = (MOON,), start: datetime = TEN
) -> Content:
    rule = Recurrence(pattern=pattern, first=start.date(), range=extent or Numbered(count=4))
    content = replace(meeting("Weekly", rooms=rooms), zone="UTC", series=Series(recurrence=rule))
    return replace(content, start=start, end=start + timedelta(hours=1))


async def held(house: House, mailbox: str) -> list[tuple[datetime, OccupancyState]]:
    return [(each.start, each.state) for each in await house.occupancies(mailbox)]


async def starts(house: House, *mailboxes: str) -> list[datetime]:
    return [each.start for each in await house.occupancies(*mailboxes)]


async def everything(house: House, mailbox: str) -> list[datetime]:
    """Return all starts that are stored, however far ahead."""
    async with house.store.read() as tables:
        stored = await tables.occupancies.of_event(await the_event(house))
    return [each.start for each in stored if each.mailbox == mailbox]


async def told_of(house: House, event: str) -> list[Change]:
    """Return what was told but for answers, and for how a guest's copy differs from the organizer's by itself.

    Which of two calendars is read first, nobody knows.
    """
    told = [entry for entry in await house.history(event) if entry.kind is not ChangeKind.ANSWERED]
    return [entry for entry in told if not (entry.before and entry.after) or _differs_for_all(entry)]


def _differs_for_all(entry: Change) -> bool:
    assert entry.before
    assert entry.after
    return bool(set(diff(entry.before, entry.after)) - {"show_as", "reminder", "categories"})


async def the_event(house: House) -> str:
    (event,) = {each.event for each in await house.occupancies()}
    return event


async def meet(house: House, content: Content, organizer: str = ZHANG) -> Copy:
    copy = house.exchange.meet(organizer, content)
    await house.sync()
    return copy


async def test_a_series_occupies_its_rooms_and_people_at_every_occurrence(house: House) -> None:
    await meet(house, invite(series(), LI))

    weeks = [TEN + n * WEEK for n in range(4)]
    for mailbox in (ZHANG, MOON):
        assert await held(house, mailbox) == [(week, OccupancyState.ACCEPTED) for week in weeks]
    assert await held(house, LI) == [(week, OccupancyState.TENTATIVE) for week in weeks]
    event = await house.event(await the_event(house))
    assert (event.content.series, event.content.start) == (series().series, TEN)
    assert [entry.kind for entry in await told_of(house, event.id)] == [ChangeKind.CREATED]


async def test_a_series_without_end_is_expanded_over_the_window(house: House) -> None:
    began = datetime(2011, 1, 4, 10, tzinfo=UTC)
    await meet(house, series(extent=NoEnd(), start=began))

    shown = await starts(house, MOON)
    assert (shown[0], shown[-1]) == (datetime(2026, 10, 27, 10, tzinfo=UTC), datetime(2027, 12, 28, 10, tzinfo=UTC))
    assert len(shown) == 62


async def test_a_series_that_ended_long_ago_is_not_brought_in(house: House) -> None:
    run_before = await house.sync()
    await meet(house, series(extent=EndDate(last=date(2026, 9, 1)), start=datetime(2026, 1, 6, 10, tzinfo=UTC)))

    assert await house.occupancies() == []
    async with house.store.read() as tables:
        assert await tables.items.of_mailbox(ZHANG) == []
    assert run_before.errors == ()


async def test_a_series_keeps_its_wall_time_when_clocks_change(house: House) -> None:
    start = datetime(2027, 3, 23, 9, tzinfo=UTC)
    await meet(house, replace(series(start=start, extent=Numbered(count=2)), zone="Europe/Berlin"))

    assert await starts(house, MOON) == [start, datetime(2027, 3, 30, 8, tzinfo=UTC)]


async def test_an_exception_is_where_it_was_moved_to_and_keeps_its_name(house: House) -> None:
    copy = await meet(house, series())
    house.exchange.change_occurrence(copy, TEN + WEEK, start=at(15, day=8), end=at(16, day=8), title="Party")
    await house.sync()

    third = (await house.occupancies(MOON))[1]
    assert (third.start, third.original_start) == (at(15, day=8), TEN + WEEK)
    content = (await house.event(third.event)).content
    assert content.series is not None
    assert [each.title for each in content.series.modified] == ["Party"]
    assert content.title == "Weekly"


async def test_an_occurrence_called_off_is_gone_in_every_calendar(house: House) -> None:
    copy = await meet(house, invite(series(), LI))
    house.exchange.drop_occurrence(copy, TEN + WEEK)
    await house.sync()

    for mailbox in (ZHANG, LI, MOON):
        assert await starts(house, mailbox) == [TEN, TEN + 2 * WEEK, TEN + 3 * WEEK]
    told = await told_of(house, await the_event(house))
    assert [entry.kind for entry in told] == [ChangeKind.CREATED, ChangeKind.CHANGED]


async def test_a_changed_series_is_told_once_however_many_calendars_show_it(house: House) -> None:
    copy = await meet(house, invite(series(), LI))
    event = await the_event(house)
    seq = await house.last_seq()
    shorter = replace(series(), series=Series(recurrence=replace(_rule(series()), range=Numbered(count=2))))
    house.exchange.edit(copy, series=shorter.series)
    await house.sync()

    told = [entry for entry in await told_of(house, event) if entry.seq > seq]
    assert [entry.kind for entry in told] == [ChangeKind.CHANGED]
    assert await starts(house, MOON) == [TEN, TEN + WEEK]


async def test_a_round_in_which_no_series_changed_asks_once_a_mailbox_and_writes_nothing(house: House) -> None:
    copy = await meet(house, invite(series(), LI))
    house.exchange.change_occurrence(copy, TEN + WEEK, title="Party")
    await house.sync()
    asked, seq, before = len(house.exchange.calls), await house.last_seq(), await house.occupancies()

    await house.sync()

    assert [call for call, _ in house.exchange.calls[asked:]] == ["changes"] * 4
    assert (await house.last_seq(), await house.occupancies()) == (seq, before)


async def test_a_series_listed_anew_changes_nothing(house: House) -> None:
    copy = await meet(house, invite(series(), LI))
    house.exchange.change_occurrence(copy, TEN + WEEK, start=at(15, day=8), end=at(16, day=8), title="Party")
    house.exchange.leave_occurrence(MOON, copy.uid, TEN)
    await house.sync()
    seq, before = await house.last_seq(), await house.occupancies()
    for mailbox in (ZHANG, LI, MOON, LAKE):
        house.exchange.forget_sync_states(mailbox)

    await house.sync()

    assert (await house.last_seq(), await house.occupancies()) == (seq, before)


async def test_a_cancelled_series_frees_its_room(house: House) -> None:
    copy = await meet(house, series())
    event = await the_event(house)
    house.exchange.call_off(copy)
    await house.sync()

    assert await house.occupancies() == []
    assert (await house.event(event)).status is EventStatus.CANCELLED


async def test_a_single_event_turned_into_a_series_is_the_same_event(house: House) -> None:
    copy = await meet(house, replace(series(), series=None))
    event = await the_event(house)
    house.exchange.edit(copy, series=series().series)
    await house.sync()
    assert (await the_event(house), len(await starts(house, MOON))) == (event, 4)

    house.exchange.edit(copy, series=None)
    await house.sync()
    assert (await the_event(house), await starts(house, MOON)) == (event, [TEN])
    assert (await house.event(event)).content.series is None


async def test_a_booking_made_here_and_made_recurring_in_outlook_keeps_what_was_edited_here_meanwhile(
    house: House,
) -> None:
    event = await house.book(replace(series(), series=None))
    await house.push()
    await house.change(event, title="Renamed")
    house.exchange.edit(house.exchange.copies(ZHANG)[0], series=series().series)
    await house.settle()

    assert (await the_event(house), len(await starts(house, MOON))) == (event, 4)
    [copy] = house.exchange.copies(ZHANG)
    assert (copy.content.title, copy.content.series) == ("Renamed", series().series)
    assert (await house.waiting(), await house.conflicts()) == (0, [])
    assert {state for _, state in await held(house, MOON)} == {OccupancyState.ACCEPTED}


# -- what the rooms and the guests say -----------------------------------------------------------------------------


async def test_a_room_that_dropped_one_occurrence_has_declined_just_that(house: House) -> None:
    copy = await meet(house, series())
    house.exchange.leave_occurrence(MOON, copy.uid, TEN + WEEK)
    await house.sync()

    assert [state for _, state in await held(house, MOON)] == ["accepted", "declined", "accepted", "accepted"]
    assert [state for _, state in await held(house, ZHANG)] == ["accepted"] * 4
    note = (await house.history(await the_event(house)))[-1]
    assert (note.kind, note.mailbox, note.note) == (ChangeKind.ANSWERED, MOON, "2楼广寒宫: not on 2026-12-01")


async def test_a_guest_may_answer_for_one_exception_otherwise_than_for_the_series(house: House) -> None:
    copy = await meet(house, series())
    house.exchange.change_occurrence(copy, TEN + WEEK, start=at(15, day=8), end=at(16, day=8))
    house.exchange.answer_occurrence(MOON, copy.uid, TEN + WEEK, Answer.NONE)
    await house.sync()

    assert [state for _, state in await held(house, MOON)] == ["accepted", "tentative", "accepted", "accepted"]


async def test_a_room_stands_in_for_an_organizer_whose_calendar_is_not_read(house: House) -> None:
    copy = await meet(house, series(rooms=[MOON, LAKE]), STRANGER)
    house.exchange.leave_occurrence(MOON, copy.uid, TEN + WEEK)
    await house.sync()

    assert len(await starts(house, LAKE)) == 4, "what one room dropped says nothing about another"
    assert await starts(house, MOON) == [TEN, TEN + 2 * WEEK, TEN + 3 * WEEK]


async def test_a_room_swapped_for_one_occurrence_is_free_then(house: House) -> None:
    copy = await meet(house, series())
    house.exchange.change_occurrence(copy, TEN + WEEK, rooms=(LAKE,))
    house.exchange.invite_alone(copy, TEN + WEEK, LAKE)
    await house.sync()

    assert await starts(house, MOON) == [TEN, TEN + 2 * WEEK, TEN + 3 * WEEK]
    assert await starts(house, LAKE) == [TEN + WEEK]
    await the_event(house)


# -- invited to one occurrence only --------------------------------------------------------------------------------


async def test_who_is_invited_to_one_occurrence_is_occupied_by_that_one_of_the_series(house: House) -> None:
    copy = await meet(house, series())
    house.exchange.invite_alone(copy, TEN + WEEK, LAKE)
    house.exchange.invite_alone(copy, TEN + 3 * WEEK, LAKE)
    await house.sync()

    assert await held(house, LAKE) == [(TEN + n * WEEK, OccupancyState.ACCEPTED) for n in (1, 3)]
    assert len(await starts(house, MOON)) == 4
    event = await house.event(await the_event(house))
    assert (event.content.series, event.content.start) == (series().series, TEN)


async def test_occurrences_of_a_series_nobody_was_invited_to_as_a_whole_are_one_event(house: House) -> None:
    copy = house.exchange.meet(STRANGER, series(rooms=[]))
    house.exchange.invite_alone(copy, TEN, LAKE)
    second = house.exchange.invite_alone(copy, TEN + WEEK, LAKE)
    house.exchange.invite_alone(copy, TEN + WEEK, MOON, title="Other")
    await house.sync()

    assert await starts(house, LAKE) == [TEN, TEN + WEEK]
    assert await starts(house, MOON) == [TEN + WEEK]
    event = await house.event(await the_event(house))
    assert event.content.rooms == tuple(sorted((LAKE, MOON)))
    assert {said.answer for said in event.responses} == {Answer.ACCEPTED}

    house.exchange.remove(LAKE, second.uid)
    await house.sync()
    assert (await starts(house, LAKE), await starts(house, MOON)) == ([TEN], [TEN + WEEK])


async def test_when_the_last_copy_of_single_occurrences_goes_the_event_is_over(house: House) -> None:
    copy = house.exchange.meet(STRANGER, series(rooms=[]))
    alone = house.exchange.invite_alone(copy, TEN, LAKE)
    await house.sync()
    event = await the_event(house)
    house.exchange.remove(LAKE, alone.uid)
    await house.sync()

    assert await house.occupancies() == []
    assert (await house.event(event)).status is EventStatus.CANCELLED
    house.exchange.invite_alone(copy, TEN + WEEK, LAKE)
    await house.sync()
    assert (await the_event(house), await starts(house, LAKE)) == (event, [TEN + WEEK])


async def test_the_series_takes_in_the_occurrences_that_were_known_before_it(house: House) -> None:
    copy = house.exchange.meet(ZHANG, series())
    house.exchange.invite_alone(copy, TEN + WEEK, LAKE)
    await house.engine.refresh([LAKE])
    alone = await the_event(house)
    await house.sync()

    assert await the_event(house) == alone
    assert (await starts(house, LAKE), len(await starts(house, MOON))) == ([TEN + WEEK], 4)
    assert (await house.event(alone)).content.title == "Weekly"


# -- as days go by -------------------------------------------------------------------------------------------------


async def test_the_window_rolls_once_a_day_without_asking_exchange(house: House) -> None:
    await meet(house, series(Daily(), NoEnd(), start=NOW - timedelta(days=100)))
    before, seq = await everything(house, MOON), await house.last_seq()
    house.clock.advance(3 * 24 * 3600)
    asked = len(house.exchange.calls)
    await house.sync()
    after = await everything(house, MOON)

    three_days = timedelta(days=3)
    assert (after[0], after[-1]) == (before[0] + three_days, before[-1] + three_days)
    assert len(after) == len(before)
    assert [call for call, _ in house.exchange.calls[asked:]] == ["changes"] * 4
    assert await house.last_seq() == seq


async def test_the_window_rolls_though_exchange_is_away(house: House) -> None:
    await meet(house, series(Daily(), NoEnd()))
    before = await everything(house, MOON)
    house.exchange.luck = lambda *_: MailboxUnavailable("Moving.")
    house.clock.advance(24 * 3600)
    await house.sync()

    assert (await everything(house, MOON))[-1] == before[-1] + timedelta(days=1)


# -- what rests on occupancy ---------------------------------------------------------------------------------------


async def test_an_occurrence_booked_over_is_a_double_booking_and_ends_with_it(house: House) -> None:
    copy = await meet(house, series())
    house.exchange.meet(MOON, replace(meeting("Painters", rooms=[]), start=TEN + WEEK, end=TEN + WEEK * 1.01))
    await house.sync()

    [conflict] = await house.conflicts()
    assert (conflict.kind, conflict.room) == (ConflictKind.DOUBLE_BOOKING, MOON)
    house.exchange.change_occurrence(copy, TEN + WEEK, start=at(20, day=8), end=at(21, day=8))
    await house.sync()
    assert await house.conflicts() == []


async def test_a_double_booking_that_comes_into_the_window_is_told(house: House) -> None:
    far = NOW + timedelta(days=401, hours=3)
    await meet(house, series(Daily(), NoEnd(), start=far.replace(year=2026, month=11, day=24)))
    house.exchange.meet(MOON, replace(meeting("Painters", rooms=[]), start=far, end=far + timedelta(hours=1)))
    await house.sync()
    assert await house.conflicts() == []

    house.clock.advance(3 * 24 * 3600)
    await house.sync()
    assert [conflict.kind for conflict in await house.conflicts()] == [ConflictKind.DOUBLE_BOOKING]


async def test_roomd_declines_for_a_room_that_an_occurrence_has_been_given(unattended: House) -> None:
    house = unattended
    copy = house.exchange.meet(STRANGER, series())
    house.exchange.copy(MOON, copy.uid).answer = Answer.ACCEPTED
    await house.sync()
    event = await house.book(replace(meeting("Mine"), start=TEN + WEEK, end=TEN + WEEK + timedelta(hours=1)))
    await house.push()

    assert (await house.states(event))[MOON] is OccupancyState.DECLINED
    [conflict] = await house.conflicts()
    assert conflict.kind is ConflictKind.ROOM_DECLINED


def _rule(content: Content) -> Recurrence:
    assert content.series is not None
    assert content.series.recurrence is not None
    return content.series.recurrence


@pytest.mark.parametrize("deed", ["cancel", "move"])
async def test_a_room_that_one_occurrence_alone_has_is_told_when_its_series_goes_or_moves(
    house: House, deed: str
) -> None:
    copy = await meet(house, series(rooms=()))
    house.exchange.change_occurrence(copy, TEN + WEEK, rooms=(MOON,))
    house.exchange.invite_alone(copy, TEN + WEEK, MOON, rooms=(MOON,))
    await house.settle()
    (event,) = {each.event for each in await house.occupancies(MOON)}
    hour = timedelta(hours=1)
    assert [each.spans() for each in house.exchange.copies(MOON)] == [[(TEN + WEEK, TEN + WEEK + hour)]]

    if deed == "cancel":
        await house.cancel(event)
    else:
        later = series(rooms=(), start=TEN + hour)
        await house.change(event, start=later.start, end=later.end, series=later.series)
    await house.settle()

    assert house.exchange.copies(MOON) == []


@pytest.mark.parametrize("deed", ["cancel", "move", "rename", "remind"])
async def test_a_plan_names_the_room_that_one_occurrence_alone_has_when_it_is_mailed(house: House, deed: str) -> None:
    copy = await meet(house, series(rooms=()))
    house.exchange.change_occurrence(copy, TEN + WEEK, rooms=(MOON,))
    house.exchange.invite_alone(copy, TEN + WEEK, MOON, rooms=(MOON,))
    await house.settle()
    (event,) = {each.event for each in await house.occupancies(MOON)}
    later = series(rooms=(), start=TEN + timedelta(hours=1))
    fields: dict[str, dict[str, object]] = {
        "move": {"start": later.start, "end": later.end, "series": later.series},
        "rename": {"title": "Monthly"},
        "remind": {"reminder": 30},
    }
    await (house.cancel(event) if deed == "cancel" else house.change(event, **fields[deed]))

    planned = {address for write in await house.engine.plan() for address in write.mails}
    house.exchange.mails.clear()
    await house.settle()

    assert planned == {whom for kind, _, whom in house.exchange.mails if kind != "response"}
    assert planned == (set() if deed == "remind" else {MOON})
