from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.store.samples import GUANGHAN, HOUR, MINUTE, NINE, ROOMS, SHUIJING, TEN, content, event, occupancy
from roomd_core.booking.vacancy import not_fresh, refusal, taken_by, unexplained, wanted
from roomd_core.model import Content, Freshness
from roomd_core.recurrence import DayOfWeek, ModifiedOccurrence, Recurrence, Series, Weekly
from roomd_core.spans import Span
from roomd_core.sync.remote import Busy

WEEK = timedelta(weeks=1)
TUESDAYS = Recurrence(pattern=Weekly(days=(DayOfWeek.TUESDAY,)), first=NINE.date())


def test_a_booking_wants_its_rooms_and_a_change_only_those_it_does_not_have() -> None:
    before = content(rooms=(GUANGHAN,))
    both = content(rooms=(GUANGHAN, SHUIJING))
    assert rooms_wanted(None, both) == both.rooms
    assert rooms_wanted(before, both) == (SHUIJING,)
    assert rooms_wanted(before, content(title="Other")) == ()
    assert rooms_wanted(before, content(end=TEN + MINUTE)) == (GUANGHAN,)


def test_a_series_wants_its_rooms_at_every_occurrence_and_the_own_room_of_one() -> None:
    weekly = content(rooms=(GUANGHAN,), series=Series(recurrence=TUESDAYS))
    third = NINE + 2 * WEEK
    assert [span.start for span in wanted(None, weekly, NINE, NINE + 4 * WEEK)] == [NINE + n * WEEK for n in range(4)]
    moved = ModifiedOccurrence(original_start=third, start=third, end=third + HOUR, rooms=(SHUIJING,))
    swapped = replace(weekly, series=Series(recurrence=TUESDAYS, modified=(moved,)))
    assert wanted(weekly, swapped, NINE, NINE + 4 * WEEK) == (Span(mailbox=SHUIJING, start=third, end=third + HOUR),)


def rooms_wanted(before: Content | None, after: Content) -> tuple[str, ...]:
    return tuple(span.mailbox for span in wanted(before, after, NINE, TEN))


minutes = st.integers(0, 60)
lengths = st.integers(1, 40)
spans = st.lists(st.tuples(st.sampled_from([GUANGHAN, SHUIJING]), minutes, lengths), max_size=6)


@settings(deadline=None)
@given(st.tuples(minutes, lengths), spans, minutes, lengths)
def test_a_busy_span_is_explained_when_each_of_its_minutes_asked_for_is(
    busy: tuple[int, int], known: list[tuple[str, int, int]], first: int, length: int
) -> None:
    start, end = NINE + first * MINUTE, NINE + (first + length) * MINUTE
    told = Busy(mailbox=GUANGHAN, start=NINE + busy[0] * MINUTE, end=NINE + sum(busy) * MINUTE)
    held = [
        Span(mailbox=room, start=NINE + begun * MINUTE, end=NINE + (begun + lasting) * MINUTE)
        for room, begun, lasting in known
    ]
    asked = set(range(first, first + length)) & set(range(busy[0], sum(busy)))
    covered = {
        minute for room, begun, lasting in known if room == GUANGHAN for minute in range(begun, begun + lasting)
    }
    wish = [Span(mailbox=GUANGHAN, start=start, end=end)]
    assert unexplained([told], held, wish) == ([] if asked <= covered else [told])


def test_knowledge_is_fresh_for_a_while_and_a_room_never_read_is_not_known() -> None:
    known = {GUANGHAN: Freshness(address=GUANGHAN, read_at=NINE), SHUIJING: Freshness(address=SHUIJING)}
    assert not_fresh([GUANGHAN], known, NINE + HOUR, HOUR) == []
    assert not_fresh([GUANGHAN, SHUIJING, "new@x"], known, NINE + HOUR + MINUTE, HOUR) == [
        GUANGHAN,
        SHUIJING,
        "new@x",
    ]


def test_who_has_a_room_is_told_in_the_askers_zone() -> None:
    held = event(organizer_name="Li Si")
    taken = refusal([taken_by(held, occupancy(held), ROOMS[0])], 1, "Asia/Shanghai")
    assert str(taken) == "2楼广寒宫 is taken by Li Si from 2026-12-01 17:00 to 18:00 (Asia/Shanghai)."
    assert (taken.room, taken.holder, taken.until) == (GUANGHAN, "Li Si", TEN)
    over_night = taken_by(held, occupancy(held, end=TEN + timedelta(days=1)), ROOMS[0])
    assert "from 2026-12-01 09:00 to 2026-12-02 10:00 (UTC)" in str(refusal([over_night], 1, "UTC"))
    nowhere = str(refusal([taken_by(held, occupancy(held), ROOMS[0])], 1, "Customized Time Zone"))
    assert nowhere.endswith("from 2026-12-01 09:00 to 10:00 (UTC).")
    nameless = event(organizer_name="", organizer="li@x")
    assert taken_by(nameless, occupancy(nameless), ROOMS[0]).holder == "li@x"


def test_of_a_series_it_is_told_how_often_a_room_is_taken_and_by_whom_the_first_times() -> None:
    held = event(organizer_name="Li Si")
    times = [occupancy(held, start=NINE + n * WEEK, end=TEN + n * WEEK) for n in range(5)]
    told = str(refusal([taken_by(held, each, ROOMS[0]) for each in times], 20, "UTC"))
    assert told.startswith(
        "The rooms are taken at 5 of 20 times: 2楼广寒宫 by Li Si from 2026-12-01 09:00 to 10:00; "
    )
    assert told.count("Li Si") == 3
    assert told.endswith("; and 2 more (UTC).")
