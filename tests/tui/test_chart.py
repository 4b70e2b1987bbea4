from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from roomd_core.model import OccupancyState, Origin
from roomd_tui.cells import cell_len, cut, fill, table, wrap
from roomd_tui.chart import SLOT, Axis, Cursor, RoomLine, blocks, climbed, day_of, runs, selected, stepped
from roomd_tui.chart.view import View, following, sized
from tui.example_house import ZONE, at, span, timeline

DAY = day_of(timeline(), at(12).astimezone(ZONE).date(), ZONE)
AXIS = Axis(origin=DAY.start, first=14, slots=24, slot_width=2)

minutes = st.integers(min_value=0, max_value=24 * 60)
titles = st.text(alphabet="aé广寒宫🏢 ", max_size=12)


def minute(number: int) -> datetime:
    return at(0) + timedelta(minutes=number)


def drawn(*spans: object, axis: Axis = AXIS) -> str:
    return "".join(run.text for run in runs(blocks(spans, axis), RoomLine(axis=axis, now=at(0))))  # type: ignore[arg-type]


@given(st.lists(st.tuples(minutes, minutes, titles, st.sampled_from(OccupancyState)), max_size=6))
def test_a_line_is_as_wide_as_its_axis_whatever_is_booked(
    bookings: list[tuple[int, int, str, OccupancyState]],
) -> None:
    spans = [
        span(str(index), title, minute(start), minute(start + length + 1), state=state)
        for index, (start, length, title, state) in enumerate(bookings)
    ]
    assert cell_len(drawn(*spans)) == AXIS.width


@given(st.lists(st.tuples(minutes, minutes), max_size=6))
def test_the_steps_of_a_day_cover_it_without_a_gap(bookings: list[tuple[int, int]]) -> None:
    spans = tuple(
        span(str(index), "t", minute(start), minute(start + length + 1))
        for index, (start, length) in enumerate(bookings)
    )
    stops = DAY.stops(replace(DAY.rooms[4], occupancies=spans))
    reached = DAY.start
    for stop in stops:
        assert stop.start <= reached
        assert stop.start < stop.end
        assert stop.span or stop.end - stop.start <= SLOT
        reached = max(reached, stop.end)
    assert reached == DAY.end


def test_a_booking_of_five_minutes_still_has_a_cell() -> None:
    assert drawn(span("a", "t", at(9), at(9, 5))).strip(". ") == "|"


def test_bookings_that_touch_do_not_run_into_each_other() -> None:
    line = drawn(span("a", "First", at(9), at(10)), span("b", "Second", at(10), at(11), origin=Origin.EXCHANGE))
    assert "|Fir|@Se" in line


def test_what_began_before_the_hours_shown_says_so() -> None:
    assert drawn(span("a", "Night", at(1), at(8))).startswith("<Nig")


def test_two_bookings_at_one_time_are_marked_as_a_clash_and_declined_ones_are_not() -> None:
    clash = drawn(span("a", "A", at(9), at(11)), span("b", "B", at(10), at(12)))
    assert clash.count("!") == 2
    declined = drawn(span("a", "A", at(9), at(11)), span("b", "B", at(9), at(12), state=OccupancyState.DECLINED))
    assert "!" not in declined
    assert "|A" in declined


def test_stepping_through_a_day_ends_at_its_ends() -> None:
    cursor = Cursor(room=DAY.rooms[0].address, at=at(9))
    first, last = stepped(DAY, cursor, -1000), stepped(DAY, cursor, 1000)
    assert (first.at, last.at) == (at(0), at(23, 30))
    assert climbed(DAY, cursor, 99).room == DAY.rooms[-1].address


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_view_follows_the_cursor_at_every_width(width: int) -> None:
    view = sized(View(), DAY, width, 17)
    for hour in (0, 6, 12, 23):
        selection = selected(DAY, Cursor(room=DAY.rooms[0].address, at=at(hour)))
        assert selection
        axis = following(view, DAY, selection).axis(DAY)
        assert axis.start <= selection.stop.start < axis.end
        assert axis.width <= width - view.label_width


@given(titles, st.integers(min_value=1, max_value=20))
def test_text_is_cut_and_filled_by_cells(text: str, width: int) -> None:
    assert cell_len(fill(text, width)) == width
    assert cell_len(cut(text, width)) <= width


@given(titles, st.integers(min_value=2, max_value=20))
def test_wrapped_text_keeps_every_letter(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_table_aligns_wide_names() -> None:
    assert table([("2楼广寒宫", "x"), ("Garden", "y")]) == "2楼广寒宫  x\nGarden     y"
