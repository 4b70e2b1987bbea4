import pytest
from msgspec.structs import replace

from roomd_core.api.wire import Problem
from roomd_core.model import OccupancyState, Origin
from roomd_tui.cells import cell_len
from tui.example_house import GARDEN, GUANGHAN, at, event, span
from tui.prepared_daemon import PreparedDaemon
from tui.screens_as_text import seated


async def test_a_day_of_rooms_fits_a_terminal_of_80_by_24(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        assert seat.lines()[:9] == [
            " [ Tue 1 Dec ]  today 09:40 Asia/Shanghai                Exchange ok, 1 to send",
            "                  07  08  09  10  11  12  13  14  15  16  17  18  19  20  21  22",
            " 2楼广寒宫        .   .   |Budge  |@设.   .   ~Retro  .   .   .   .   .   .   .",
            " 8 seats, screen~         |Zhang  |李         ~Anna",
            "                            :",
            " Garden           .   .   |@: .   .   .   ?Int.   .   .   .   .   .   .   .   .",
            " 4 seats, screen          |A:             ?Ann",
            "                            :",
            " Library          .   .   . : xToo.   .   .   .   .   |@All ha.   .   .   .   .",
        ]
        assert seat.lines()[-1] == " enter Book/open  m Move  x Cancel  s Sync  c Conflicts  ? Help"


async def test_wide_names_and_titles_do_not_push_what_follows(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        wide, narrow = seat.line("广寒宫"), seat.line("Garden")
        assert cell_len(wide[: wide.index(".   .")]) == cell_len(narrow[: narrow.index(".   .")]) == 18


async def test_a_wide_terminal_shows_more_of_every_title(daemon: PreparedDaemon) -> None:
    async with seated(daemon, size=(200, 50)) as seat:
        assert "Budget review" in await seat.sees("广寒宫")
        assert seat.line("Retrospective")


async def test_states_and_origins_are_told_apart_by_their_marks(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        room = seat.line("广寒宫")
        assert "|Budge" in room
        assert "|@设" in room
        assert "~Retro" in room
        assert "?Int" in seat.line("Garden")
        assert "xToo" in seat.line("Library")


async def test_no_color_leaves_no_colour_and_the_cursor_can_still_be_seen(
    daemon: PreparedDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("right")
        styles = seat.styles()
        assert {colour.name for style in styles for colour in (style.color, style.bgcolor) if colour} == {"default"}
        [label] = [segment for segment in seat.segments() if "2楼广寒宫 " in segment.text and segment.style.reverse]
        assert label.text.startswith(" 2楼广寒宫")


async def test_the_mouse_points_where_it_is_let_in(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.pilot.click(offset=(18 + 4 * 9, 9))
        assert "All hands" in seat.line("16:00-18:00")


async def test_a_day_that_cannot_be_read_again_stays_with_the_reason_above_it(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budge")
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        daemon.problems["timeline"] = Problem(
            type="urn:roomd:problem:store", title="Store", status=500, detail="the disk is full"
        )
        daemon.publish(events=("budget",))
        await seat.sees("Cannot read the rooms: the disk is full")
        assert seat.line("Budge")
        del daemon.problems["timeline"]
        daemon.publish(events=("budget",))
        await seat.sees_no("Cannot read the rooms")


async def test_the_cursor_leaps_three_hours_and_stays_in_the_day(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", "L")
        assert "free" in seat.line("12:30-13:00")
        await seat.press("H", "H", "H", "H", "H")
        assert "free" in seat.line("00:00-00:30")


async def test_a_cancelled_booking_that_its_room_still_holds_says_so(daemon: PreparedDaemon) -> None:
    daemon.rows = tuple(
        replace(row, occupancies=tuple(replace(span, cancelled=span.event == "budget") for span in row.occupancies))
        for row in daemon.rows
    )
    async with seated(daemon) as seat:
        assert (await seat.sees("09:00-10:30")).endswith("cancelled, the room still holds it, made here")
        await seat.press("right", "right")
        assert seat.line("11:00-12:00").endswith("room accepted, made in Outlook")


async def test_the_cursor_steps_over_bookings_and_free_half_hours(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        assert "Budget review  yours" in await seat.sees("09:00-10:30")
        await seat.press("right")
        assert "free" in seat.line("10:30-11:00")
        await seat.press("right")
        assert seat.line("11:00-12:00").endswith("room accepted, made in Outlook")
        await seat.press("j")
        assert "free" in seat.line("11:00-11:30")
        assert seat.line("read at 09:39:48").startswith(" Garden  4 seats, screen")
        await seat.press("h", "k")
        assert "free" in seat.line("10:30-11:00")


async def test_the_cursor_finds_each_of_two_bookings_in_one_half_hour_and_of_two_at_one_time(
    daemon: PreparedDaemon,
) -> None:
    daemon.occupy(GARDEN, span("a", "Short", at(10), at(10, 10)), span("b", "Shorter", at(10, 10), at(10, 15)))
    daemon.occupy(GARDEN, span("c", "First", at(15), at(16)), span("d", "Second", at(15, 30), at(17)))
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", "right")
        assert "Short " in seat.line("10:00-10:10")
        await seat.press("right")
        assert "Shorter" in seat.line("10:10-10:15")
        await seat.press("right")
        assert "free" in seat.line("10:15-10:30")
        assert "!F!Sec" in seat.line("Garden")
        await seat.press(*["right"] * 9)
        assert "First" in seat.line("15:00-16:00")
        await seat.press("right")
        assert "Second" in seat.line("15:30-17:00")


async def test_moving_the_cursor_repaints_two_rooms_and_nothing_else(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        drawn: list[int] = []
        render_line = seat.app.screen.rooms.render_line  # type: ignore[attr-defined]

        def noted(y: int) -> object:
            drawn.append(y)
            return render_line(y)

        seat.app.screen.rooms.render_line = noted  # type: ignore[attr-defined]
        await seat.press("down")
        assert set(drawn) == {1, 2, 3, 4, 5, 6}


async def test_what_becomes_booked_elsewhere_appears_by_itself(daemon: PreparedDaemon) -> None:
    async with seated(daemon, size=(120, 40)) as seat:
        await seat.sees("Garden")
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        daemon.occupy(GARDEN, span("picnic", "Picnic", at(17), at(19), origin=Origin.EXCHANGE))
        assert "|@Picnic" in await seat.sees("Picnic")
        daemon.free("picnic")
        await seat.sees_no("Picnic")


async def test_the_cursor_stays_where_it_is_when_the_day_is_read_again(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", "right")
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        daemon.occupy(GARDEN, span("coffee", "Coffee", at(10), at(10, 30)))
        assert "Coffee" in await seat.sees("10:00-10:30  Coffee")


async def test_brackets_turn_the_days_and_t_comes_back(daemon: PreparedDaemon) -> None:
    daemon.occupy(GUANGHAN, span("next", "Tomorrow's", at(9, day=2), at(11, day=2)))
    async with seated(daemon, size=(120, 40)) as seat:
        await seat.sees("Budget")
        await seat.press("right_square_bracket")
        await seat.sees("Tomorrow's")
        assert "[ Wed 2 Dec ]  t today" in seat.lines()[0]
        assert "Budget" not in seat.text()
        await seat.press("p", "p")
        await seat.sees("[ Mon 30 Nov ]")
        await seat.press("t")
        await seat.sees("Budget")
        assert "today 09:40" in seat.lines()[0]


async def test_hours_before_seven_come_into_view_with_the_cursor(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", *["left"] * 8)
        assert seat.lines()[1].split()[0] == "00"
        assert "free" in seat.line("05:30-06:00")


async def test_a_thousand_rooms_scroll_by_half_pages(daemon: PreparedDaemon) -> None:
    first = daemon.rows[1]
    daemon.rows += tuple(replace(first, address=f"{n}@example.com", name=f"Room {n}") for n in range(995))
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("G")
        assert "1000/1000" in seat.line("read at")
        assert seat.line("Room 994")
        await seat.press("g", "ctrl+d")
        assert "10/1000" in seat.line("read at")


async def test_a_house_without_rooms_says_what_to_add(daemon: PreparedDaemon) -> None:
    daemon.rows = ()
    async with seated(daemon) as seat:
        await seat.sees("No rooms are configured: add a [[room]]")
        await seat.press("right", "down", "enter")
        await seat.hears("no room is shown")


async def test_a_terminal_that_is_too_small_says_what_is_needed(daemon: PreparedDaemon) -> None:
    async with seated(daemon, size=(50, 14)) as seat:
        await seat.sees("roomctl needs 60x16")
        await seat.pilot.resize_terminal(80, 24)
        await seat.sees("Garden")


async def test_a_booking_that_is_declined_leaves_its_time_free_to_book(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Library")
        await seat.press("down", "down", "right")
        assert "room declined" in seat.line("10:00-11:00  Too many people")
        await seat.press("b")
        await seat.sees("Book a room")
        assert daemon.rows[2].occupancies[0].state is OccupancyState.DECLINED


async def test_a_title_that_would_steer_the_terminal_or_the_markup_is_only_shown(daemon: PreparedDaemon) -> None:
    title = "\x1b]0;owned\x07[/red] \u202eevil\nline"
    daemon.occupy(GARDEN, span("evil", title, at(17), at(22), mine=True))
    daemon.events["evil"] = event(id="evil", title=title, start=at(17), end=at(22))
    async with seated(daemon, size=(160, 40)) as seat:
        await seat.sees("]0;owned [/red]  evil line")
        await seat.press("down", "L", "L", "L")
        await seat.sees("17:00-22:00")
        await seat.press("enter")
        await seat.sees("title ")
        await seat.press("x")
        await seat.sees("Cancel '")
        await seat.press("y")
        await seat.hears("Cancelled")
        assert not {"\x1b", "\x07", "\u202e"} & set("".join(segment.text for segment in seat.segments()))
