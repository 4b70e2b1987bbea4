from datetime import timedelta

from msgspec import UNSET
from msgspec.structs import replace

from roomd_core.api.wire import Booking, EventPatch, Invitee, Problem, Repeat
from roomd_core.model import Mailbox, MailboxKind, Role
from roomd_core.recurrence import DayOfWeek, Numbered, Weekly
from tui.example_house import GARDEN, GUANGHAN, at, known, status
from tui.prepared_daemon import PreparedDaemon
from tui.screens_as_text import seated


async def test_five_keystrokes_and_a_title_book_the_room_under_the_cursor(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("right", "b")
        await seat.sees("Book a room")
        await seat.type("Plan")
        await seat.press("enter")
        await seat.hears("Booked 'Plan': saved, on its way to Exchange")
        await seat.sees_no("Book a room")
    assert daemon.asked == [
        (
            "book",
            "",
            Booking(
                rooms=(GUANGHAN,),
                start=at(10, 30),
                end=at(11),
                title="Plan",
                zone="Asia/Shanghai",
                organizer="zhangsan@example.com",
            ),
        )
    ]


async def test_a_booking_is_offered_for_an_hour_or_until_the_next_one(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("right", "b")
        assert "10:30" in await seat.sees("Start")
        assert "11:00" in seat.line("End")
        await seat.press("escape", "down", "b")
        assert "10:30" in await seat.sees("Start")
        assert "11:30" in seat.line("End")
        assert "Garden" in seat.line("Room")


async def test_a_booking_late_in_the_evening_may_end_the_day_after(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", *["L"] * 6, "b")
        assert "23:30" in await seat.sees("Start")
        assert "2026-12-02 00:30" in seat.line("End")
        await seat.type("Plan")
        await seat.press("enter")
        await seat.hears("Booked 'Plan'")
    [(_, _, booking)] = daemon.asked
    assert (booking.start, booking.end) == (at(23, 30), at(23, 30) + timedelta(hours=1))


async def test_everything_that_is_wrong_is_said_beside_its_field_at_once(daemon: PreparedDaemon) -> None:
    async with seated(daemon, size=(120, 40)) as seat:
        await seat.sees("Garden")
        await seat.press("down", "b", "tab", "tab", "tab")
        await seat.press(*["backspace"] * 5)
        await seat.type("25:00")
        await seat.press("tab", "tab")
        await seat.type("Nobody")
        await seat.press("enter")
        assert "what is the meeting called?" in await seat.sees("Title")
        assert "25:00" in seat.line("Start")
        assert "is not a time" in seat.line("Start")
        assert "Nobody: nobody listed" in seat.line("Invite")
    assert daemon.asked == []


async def test_a_room_that_is_taken_says_by_whom_and_until_when_and_nothing_typed_is_lost(
    daemon: PreparedDaemon,
) -> None:
    daemon.problems["book"] = Problem(
        type="urn:roomd:problem:room-taken",
        title="The room is taken",
        status=409,
        detail="Garden is taken by 李四 from 2026-12-01 11:00 to 12:00 (Asia/Shanghai).",
        room=GARDEN,
        holder="李四",
        until=at(12),
    )
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", "b")
        await seat.type("Plan")
        await seat.press("enter")
        await seat.sees("Garden is taken by 李四 from 2026-12-01 11:00 to 12:00")
        assert "taken" in seat.line("Room ")
        assert "Plan" in seat.line("Title")
        del daemon.problems["book"]
        await seat.press("enter")
        await seat.hears("Booked")


async def test_a_refusal_about_a_field_stands_beside_that_field(daemon: PreparedDaemon) -> None:
    daemon.problems["book"] = Problem(
        type="urn:roomd:problem:invalid", title="Wrong", status=422, detail="title: is too long", field="title"
    )
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", "b")
        await seat.type("Plan")
        await seat.press("enter")
        assert "Plan" in await seat.sees("is too long")


async def test_entered_again_after_a_lost_answer_it_is_the_same_booking_and_changed_it_is_another(
    daemon: PreparedDaemon,
) -> None:
    daemon.problems["book"] = Problem(type="urn:roomd:problem:store", title="Store", status=500, detail="not now")
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("down", "b")
        await seat.type("Plan")
        for _ in range(2):
            await seat.press("enter")
            await seat.sees("not now")
        await seat.until(lambda: len(daemon.keys) == 2, "two requests")
        await seat.type("s")
        await seat.press("enter")
        await seat.until(lambda: len(daemon.keys) == 3, "a third request")
    first, second, third = daemon.keys
    assert first == second != third


async def test_who_may_act_for_all_chooses_the_organizer(daemon: PreparedDaemon) -> None:
    daemon.status = status(caller="root", acts_as=None, may_act_for_all=True)
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        await seat.press("down", "b")
        await seat.sees("the person who invites")
        await seat.type("Plan")
        await seat.press("tab", "tab", "tab", "tab", "tab")
        await seat.type("ann")
        await seat.press("enter")
        await seat.hears("Booked")
    [(_, _, booking)] = daemon.asked
    assert booking.organizer == "anna@example.com"


async def test_who_stands_for_nobody_is_told_what_to_ask_for(daemon: PreparedDaemon) -> None:
    daemon.status = status(caller="unix:guest", acts_as=None)
    async with seated(daemon) as seat:
        await seat.sees("Exchange ok")
        await seat.sees("Garden")
        await seat.press("down", "b")
        await seat.hears("unix:guest stands for nobody in roomd's configuration")
        assert "Book a room" not in seat.text()


async def test_a_room_that_is_taken_under_the_cursor_cannot_be_booked_there(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("b")
        await seat.hears("the room is taken here")


async def test_changing_a_booking_sends_only_what_changed_with_the_version_that_was_read(
    daemon: PreparedDaemon,
) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("m")
        assert "Budget review" in await seat.sees("Change 'Budget review'")
        await seat.press("tab", "tab", "tab", "tab")
        await seat.press(*["backspace"] * 5)
        await seat.type("+2h")
        await seat.press("enter")
        await seat.hears("Changed 'Budget review'")
    assert daemon.asked == [
        ("change", "budget", EventPatch(start=at(9), end=at(11), zone="Asia/Shanghai")),
    ]
    assert daemon.versions == ['"3"']


async def test_people_who_stay_invited_keep_their_role(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("m")
        await seat.sees("Change 'Budget review'")
        await seat.press("tab", "tab", "tab", "tab", "tab", "end")
        await seat.type(", new@example.org")
        await seat.press("enter")
        await seat.hears("Changed")
    [(_, _, patch)] = daemon.asked
    assert patch.start is UNSET
    assert patch.attendees == (
        Invitee(address="lisi@example.com"),
        Invitee(address="anna@example.com", role=Role.OPTIONAL),
        Invitee(address="new@example.org"),
    )


def recurring(daemon: PreparedDaemon) -> None:
    """Make what is shown occurrences of a series that began a week before."""
    daemon.rows = tuple(
        replace(
            row,
            occupancies=tuple(replace(span, recurring=True, original_start=span.start) for span in row.occupancies),
        )
        for row in daemon.rows
    )
    week = timedelta(weeks=1)
    daemon.events["budget"] = replace(
        daemon.events["budget"], start=at(9) - week, end=at(10, 30) - week, recurs="every Tuesday, 10 times"
    )


OCCURRENCE = {"occurrence": "2026-12-01T01:00:00Z"}


async def test_a_booking_may_repeat_as_it_is_written(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("right", "b")
        await seat.sees("Book a room")
        await seat.type("Plan")
        await seat.press(*["tab"] * 7)
        await seat.type("every tuesdoy")
        await seat.press("enter")
        await seat.sees("write it like")
        await seat.press(*["backspace"] * 3)
        await seat.type("day, 10 times")
        await seat.press("enter")
        await seat.hears("Booked 'Plan'")
    [(_, _, booking)] = daemon.asked
    assert booking.recurrence == Repeat(pattern=Weekly(days=(DayOfWeek.TUESDAY,)), range=Numbered(count=10))


async def test_changing_one_of_a_series_asks_which_are_meant_and_begins_with_that_one(daemon: PreparedDaemon) -> None:
    recurring(daemon)
    async with seated(daemon) as seat:
        await seat.sees("made here, series")
        await seat.press("m")
        await seat.sees("This one, this and the following, or all?")
        assert seat.line("Tue 1 Dec 2026 09:00-10:30, every Tuesday, 10 times")
        await seat.press("escape")
        await seat.sees_no("or all?")
        await seat.press("m")
        await seat.sees("or all?")
        await seat.press("t")
        await seat.sees("Change 'Budget review', this one")
        assert "2026-12-01" in seat.line("Date")
        await seat.press("tab", "tab", "tab", *["backspace"] * 5)
        await seat.type("09:15")
        await seat.press("enter")
        await seat.hears("Changed")
    [(_, _, patch)] = daemon.asked
    assert patch == EventPatch(start=at(9, 15), end=at(10, 30))
    assert daemon.queries == [{"scope": "this", **OCCURRENCE}]
    assert daemon.versions == ['"3"']


async def test_another_time_for_all_asks_before_it_forgets_what_is_different_in_single_ones(
    daemon: PreparedDaemon,
) -> None:
    recurring(daemon)
    daemon.problems["change"] = Problem(
        type="urn:roomd:problem:exceptions-lost", title="", status=409, detail="2 occurrences were changed."
    )
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("m")
        await seat.sees("or all?")
        await seat.press("a")
        await seat.sees("every Tuesday, 10 times")
        await seat.press("enter")
        await seat.sees("although single occurrences are different")
        assert seat.line("2 occurrences were changed.")
        await seat.press("n")
        await seat.sees("Change 'Budget review', all")
        await seat.press("enter")
        await seat.sees("although single occurrences are different")
        await seat.press("y")
        await seat.hears("Changed")
    assert daemon.queries == [{"scope": "all", **OCCURRENCE, "drop_exceptions": "true"}]


async def test_cancelling_one_of_a_series_asks_which_are_meant(daemon: PreparedDaemon) -> None:
    recurring(daemon)
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("x")
        await seat.sees("or all?")
        await seat.press("f")
        await seat.sees("Tue 1 Dec 2026 09:00-10:30 in 2楼广寒宫 and all that follow?")
        await seat.press("y")
        await seat.hears("Cancelled 'Budget review'")
    assert daemon.asked == [("cancel", "budget", None)]
    assert daemon.queries == [{"scope": "this-and-following", **OCCURRENCE}]


async def test_somebody_elses_booking_says_why_it_cannot_be_changed(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("right", "right", "m")
        await seat.hears("it is 李四's: only the organizer may")


async def test_cancelling_names_the_meeting_and_who_is_told_and_defaults_to_keeping_it(
    daemon: PreparedDaemon,
) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("x")
        await seat.sees("Cancel 'Budget review'")
        assert seat.line("Tue 1 Dec 2026 09:00-10:30 in 2楼广寒宫?")
        assert seat.line("2 invited people and 1 room will get a cancellation")
        await seat.press("enter")
        await seat.sees_no("Cancel 'Budget review'")
        assert daemon.asked == []
        await seat.press("x")
        await seat.sees("Cancel 'Budget review'")
        await seat.press("y")
        await seat.hears("Cancelled 'Budget review'")
    assert daemon.asked == [("cancel", "budget", None)]


async def test_enter_on_a_booking_opens_it_and_leads_on_to_changing_it(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Budget")
        await seat.press("enter")
        await seat.sees("lisi@example.com (required): accepted")
        assert "in Exchange, made here" in seat.line("state")
        await seat.press("m")
        await seat.sees("Change 'Budget review'")
        await seat.press("escape")
        await seat.sees_no("Change 'Budget review'")


async def test_a_person_with_a_wide_name_is_invited_by_it(daemon: PreparedDaemon) -> None:
    person = Mailbox(address="wang@example.com", kind=MailboxKind.PERSON, name="王五")
    daemon.status = status(mailboxes=(*daemon.status.mailboxes, known(person)))
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.until(lambda: daemon.watched, "the stream to be followed")
        await seat.press("down", "b")
        await seat.type("Plan")
        await seat.press("tab", "tab", "tab", "tab", "tab")
        await seat.type("王五")
        await seat.press("enter")
        await seat.hears("Booked")
    [(_, _, booking)] = daemon.asked
    assert booking.attendees == (Invitee(address="wang@example.com"),)
    assert booking.rooms == (GARDEN,)
