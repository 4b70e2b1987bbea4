import asyncio
import sys
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from roomd_core.api import wire
from roomd_core.model import (
    Answer,
    AuditedMailbox,
    Content,
    Finding,
    MailboxError,
    PassedOver,
    PlannedWrite,
    Run,
    Side,
    WriteKind,
)
from roomd_core.recurrence import DayOfWeek, EndDate, ModifiedOccurrence, Recurrence, Series, Weekly
from roomd_tui.commands import COMMANDS
from tui.command_line import ENVIRONMENT, ROOMCTL, roomctl
from tui.example_house import GARDEN, GUANGHAN, at, conflict, event, finished_run
from tui.prepared_daemon import PreparedDaemon

DAY = ("--date", "2026-12-01")
ELEVEN_TO_TWELVE = ("--start", "2026-12-01 11:00", "--for", "1h")
BOOK = ("book", "--room", "R", "--title", "T")


async def test_status_says_how_everything_stands_in_the_callers_zone(daemon: PreparedDaemon) -> None:
    daemon.conflicts = [conflict()]
    finished = await roomctl(daemon.path, "status")
    assert (finished.code, finished.err) == (0, "")
    assert "Exchange   ok, https://mail.example.com/EWS/Exchange.asmx\n" in finished.out
    assert "outbox     1 to send" in finished.out
    assert "conflicts  1 open\n" in finished.out
    assert "next sync  09:49\n" in finished.out


@pytest.mark.parametrize(
    ("arguments", "form"),
    [
        (("status",), wire.Status),
        (("rooms",), wire.Mailboxes),
        (("timeline", *DAY), wire.Timeline),
        (("show", "budget"), wire.EventView),
        (("cancel", "budget"), wire.EventView),
        (("move", "budget", "--title", "B"), wire.EventView),
        (("sync", "--wait"), Run),
        (("sync", "--dry-run"), wire.Plan),
        (("audit",), wire.Audit),
        (("conflicts",), wire.Conflicts),
        (("resolve", "c1", "--keep", "local"), wire.ConflictView),
        (("release",), wire.Status),
        (("sign-in",), wire.Status),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
async def test_every_command_prints_one_json_document_of_the_wires_own_form(
    daemon: PreparedDaemon, arguments: tuple[str, ...], form: type[msgspec.Struct]
) -> None:
    daemon.conflicts = [conflict()]
    finished = await roomctl(daemon.path, *arguments, "--json")
    assert (finished.code, finished.err) == (0, "")
    assert isinstance(msgspec.json.decode(finished.out, type=form), form)


async def test_the_timeline_draws_a_bar_a_room_under_its_hours(daemon: PreparedDaemon) -> None:
    finished = await roomctl(daemon.path, "timeline", *DAY)
    head, hours, *rooms, legend = finished.out.splitlines()
    assert head.startswith("Tue 1 Dec 2026  Asia/Shanghai")
    assert hours.split() == [f"{hour:02}" for hour in range(7, 20)]
    assert rooms[0] == "2楼广寒宫      .     .     |Budget r   |@设计.     .     ~Retrospe   .     .     .     ."
    assert rooms[2] == "Library        .     .     .     xToo m.     .     .     .     .     |@All hands=.     ."
    assert legend.startswith("| accepted  ~ pending  ? tentative  x declined  @ made in Outlook")


async def test_the_timeline_in_json_has_an_offset_on_every_time(daemon: PreparedDaemon) -> None:
    finished = await roomctl(daemon.path, "timeline", *DAY, "--room", "Garden", "--json")
    [room] = msgspec.json.decode(finished.out)["rooms"]
    assert {"start", "end", "title", "organizer", "origin", "state"} <= set(room["occupancies"][0])
    assert room["occupancies"][0]["start"] == "2026-12-01T01:00:00Z"
    assert daemon.days[-1] == (
        msgspec.convert("2026-12-01", type=__import__("datetime").date),
        "Asia/Shanghai",
        ("Garden",),
    )


async def test_book_sends_what_was_typed_and_prints_the_event(daemon: PreparedDaemon) -> None:
    daemon.booked = event(
        id="new", rooms=(wire.RoomReply(address=GUANGHAN, name="2楼广寒宫", answer=Answer.ACCEPTED),)
    )
    finished = await roomctl(
        daemon.path, "book", "--room", "2楼广寒宫", "--start", "2026-12-01T14:00", "--for", "45m", "--title", "预算",
        "--as", "李四", "--attendee", "Anna Berg", "--attendee", "x@example.org", "--private", "--wait", "--json",
    )  # fmt: skip
    assert finished.code == 0, finished.err
    printed = msgspec.json.decode(finished.out, type=wire.EventView)
    assert (printed.id, printed.state, printed.rooms[0].answer) == ("new", "synced", "accepted")
    assert daemon.asked == [
        (
            "book",
            "",
            wire.Booking(
                rooms=("2楼广寒宫",),
                start=at(14),
                end=at(14, 45),
                title="预算",
                zone="Asia/Shanghai",
                organizer="lisi@example.com",
                attendees=(wire.Invitee(address="anna@example.com"), wire.Invitee(address="x@example.org")),
                private=True,
            ),
        )
    ]


async def test_a_time_with_an_offset_is_that_instant(daemon: PreparedDaemon) -> None:
    await roomctl(
        daemon.path, "book", "--room", "Garden", "--start", "2026-12-01T06:00:00Z", "--end", "15:00", "--title", "T"
    )
    [(_, _, booking)] = daemon.asked
    assert (booking.start, booking.end) == (at(14), at(15))


async def test_moving_the_start_keeps_the_length_and_a_time_alone_is_on_the_events_day(
    daemon: PreparedDaemon,
) -> None:
    finished = await roomctl(daemon.path, "move", "budget", "--start", "1600")
    assert finished.code == 0, finished.err
    patch = wire.EventPatch(start=at(16), end=at(17, 30), zone="Asia/Shanghai")
    assert daemon.asked == [("change", "budget", patch)]
    assert daemon.versions == ['"3"']


async def test_moving_the_end_alone_keeps_the_start(daemon: PreparedDaemon) -> None:
    await roomctl(daemon.path, "move", "budget", "--for", "2h")
    assert daemon.asked == [("change", "budget", wire.EventPatch(end=at(11)))]


async def test_status_says_that_requests_are_held_back(daemon: PreparedDaemon) -> None:
    held = wire.Throttled(at_once=2, most=4, since=at(9, 30), until=at(9, 32))
    exchange = replace(daemon.status.exchange, throttled=held)
    daemon.status = replace(daemon.status, exchange=exchange)
    finished = await roomctl(daemon.path, "status")
    [line] = [line for line in finished.out.splitlines() if "at once" in line]
    assert line.strip().startswith("2 of 4 requests at once since ")
    assert line.endswith("09:30, for it was busy; all again at 09:32 if it is quiet")


async def test_status_says_why_nothing_is_sent_and_release_ends_it(daemon: PreparedDaemon) -> None:
    daemon.status = replace(daemon.status, quarantine="This store was put back from a backup.")
    assert "quarantine  This store was put back from a backup.\n" in (await roomctl(daemon.path, "status")).out
    finished = await roomctl(daemon.path, "release")
    assert (finished.code, "quarantine" in finished.out) == (0, False)
    assert daemon.asked == [("release", "", None)]


async def test_resolve_takes_a_room_or_keeps_a_side_and_not_both(daemon: PreparedDaemon) -> None:
    daemon.conflicts = [conflict()]
    both = await roomctl(daemon.path, "resolve", "c1", "--keep", "local", "--room", "Library")
    neither = await roomctl(daemon.path, "resolve", "c1")
    assert (both.code, neither.code, daemon.asked) == (2, 2, [])
    await roomctl(daemon.path, "resolve", "c1", "--room", "Library")
    assert daemon.asked == [("resolve", "c1", wire.Resolution(keep=Side.LOCAL, room="Library"))]


async def test_resolve_says_which_side_was_kept(daemon: PreparedDaemon) -> None:
    daemon.conflicts = [conflict()]
    finished = await roomctl(daemon.path, "resolve", "c1", "--keep", "exchange")
    assert "kept exchange by unix:zhangsan" in finished.out
    assert daemon.asked == [("resolve", "c1", wire.Resolution(keep=Side.EXCHANGE))]


async def test_conflicts_stand_side_by_side(daemon: PreparedDaemon) -> None:
    daemon.conflicts = [conflict()]
    finished = await roomctl(daemon.path, "conflicts")
    assert "title  Budget review  Budget 2027  预算评审\n" in finished.out
    assert "--keep local: The title in Outlook becomes '预算评审'; 2 people are mailed." in finished.out


async def test_a_taken_room_is_a_refusal_that_says_who_has_it_and_until_when(daemon: PreparedDaemon) -> None:
    daemon.problems["book"] = wire.Problem(
        type="urn:roomd:problem:room-taken",
        title="The room is taken",
        status=409,
        detail="Garden is taken by 李四 from 2026-12-01 11:00 to 12:00 (Asia/Shanghai).",
        room=GARDEN,
        holder="李四",
        until=at(12),
    )
    finished = await roomctl(
        daemon.path,
        "book",
        "--room",
        "Garden",
        "--start",
        "2026-12-01 11:00",
        "--for",
        "1h",
        "--title",
        "T",
        "--json",
    )
    taken = "roomctl: Garden is taken by 李四 from 2026-12-01 11:00 to 12:00 (Asia/Shanghai).\n"
    assert finished == (1, "", taken)


async def test_until_when_a_room_is_taken_is_told_in_the_callers_zone_too(daemon: PreparedDaemon) -> None:
    daemon.problems["change"] = wire.Problem(
        type="urn:roomd:problem:room-taken",
        title="The room is taken",
        status=409,
        detail="Garden is taken by 李四 from 04:00 to 05:00 (Europe/Berlin).",
        room=GARDEN,
        holder="李四",
        until=at(12),
    )
    finished = await roomctl(daemon.path, "move", "budget", "--for", "3h")
    assert finished.err.endswith("(Europe/Berlin). For you that is until Tue 1 Dec 2026 12:00 (Asia/Shanghai).\n")


async def test_exchange_that_does_not_answer_is_exit_code_4(daemon: PreparedDaemon) -> None:
    daemon.problems["sync"] = wire.Problem(
        type="urn:roomd:problem:exchange-unreachable", title="Away", status=503, detail="Exchange does not answer."
    )
    assert await roomctl(daemon.path, "sync", "--wait") == (4, "", "roomctl: Exchange does not answer.\n")


async def test_a_run_that_could_read_nothing_is_printed_and_is_exit_code_4(daemon: PreparedDaemon) -> None:
    errors = (MailboxError(mailbox=GUANGHAN, message="connection refused"),)
    daemon.run = finished_run(mailboxes=0, errors=errors)
    finished = await roomctl(daemon.path, "sync", "--wait", "--json")
    assert finished.code == 4
    assert msgspec.json.decode(finished.out, type=Run).errors == errors
    assert finished.err == "roomctl: no mailbox could be read: connection refused\n"


async def test_a_booking_that_exchange_refuses_is_printed_and_refused(daemon: PreparedDaemon) -> None:
    daemon.booked = event(state=wire.EventState.REFUSED, note="Exchange says: no")
    finished = await roomctl(daemon.path, "book", "--room", "R", *ELEVEN_TO_TWELVE, "--title", "T", "--wait")
    assert (finished.code, finished.err) == (1, "roomctl: Exchange says: no\n")
    assert "refused by Exchange" in finished.out


async def test_a_booking_that_exchange_does_not_have_in_time_is_printed_and_is_exit_code_4(
    daemon: PreparedDaemon,
) -> None:
    finished = await roomctl(
        daemon.path, "book", "--room", "R", *ELEVEN_TO_TWELVE, "--title", "T", "--wait", "--json"
    )
    assert finished.code == 4
    assert msgspec.json.decode(finished.out, type=wire.EventView).id == "new"
    assert finished.err == "roomctl: saved here, but Exchange does not have it yet: roomd goes on trying\n"


async def test_a_daemon_that_is_not_there_is_exit_code_3_and_says_what_to_do(tmp_path: Path) -> None:
    finished = await roomctl(tmp_path / "nothing", "status", "--json")
    assert (finished.code, finished.out) == (3, "")
    assert "systemctl status roomd" in finished.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((*BOOK, "--start", "soon", "--for", "1h"), "--start: 'soon' is not a time"),
        (
            (*BOOK, "--start", "14:00", "--for", "long"),
            "--for: 'long' is not a length",
        ),
        ((*BOOK, "--start", "14:00"), "one of the arguments --end --for is required"),
        (("timeline", "--date", "someday"), "--date: 'someday' is not a day"),
        (("move", "budget"), "nothing to change"),
        ((*BOOK, "--start", "14:00", "--for", "1h", "--as", "Nobody"), "Zhang San"),
        (("frobnicate",), "invalid choice"),
    ],
)
async def test_a_command_line_that_cannot_be_understood_is_exit_code_2_and_says_what_would_be(
    daemon: PreparedDaemon, arguments: tuple[str, ...], reason: str
) -> None:
    finished = await roomctl(daemon.path, *arguments)
    assert (finished.code, finished.out) == (2, "")
    assert reason in finished.err
    assert daemon.asked == []


async def test_without_a_terminal_the_interface_is_refused_and_commands_are_named(daemon: PreparedDaemon) -> None:
    finished = await roomctl(daemon.path)
    assert (finished.code, finished.out) == (2, "")
    assert "needs a terminal" in finished.err
    assert "roomctl timeline" in finished.err


LINES = {
    "book": ("--room", "R", "--start", "now", "--for", "1h", "--title", "T"),
    "cancel": ("budget",),
    "move": ("budget", "--title", "B"),
    "resolve": ("c1", "--keep", "local"),
    "show": ("budget",),
}
WATCHED = """
import sys
from roomd_tui.cli import main
code = main(sys.argv[1:])
print("heavy:", {"textual", "exchangelib", "starlette", "aiosqlite"} & set(sys.modules))
sys.exit(code)
"""


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
async def test_no_command_pays_for_textual_or_exchangelib(daemon: PreparedDaemon, name: str) -> None:
    daemon.conflicts = [conflict()]
    finished = await roomctl(daemon.path, name, *LINES.get(name, ()), program=(sys.executable, "-c", WATCHED))
    assert finished.code == 0, finished.err
    assert finished.out.endswith("heavy: set()\n")


async def test_a_reader_that_has_seen_enough_is_no_error(daemon: PreparedDaemon) -> None:
    process = await asyncio.create_subprocess_shell(
        f"{ROOMCTL} rooms | true; exit ${{PIPESTATUS[0]}}",
        executable="/bin/bash",
        env=ENVIRONMENT | {"ROOMD_SOCKET": str(daemon.path)},
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")


async def test_the_socket_can_be_named_before_and_after_the_command(daemon: PreparedDaemon, tmp_path: Path) -> None:
    for arguments in (("--socket", str(daemon.path), "rooms"), ("rooms", "--socket", str(daemon.path))):
        assert (await roomctl(tmp_path / "other", *arguments)).code == 0


async def test_a_title_that_would_steer_the_terminal_is_only_shown(daemon: PreparedDaemon) -> None:
    daemon.events["evil"] = event(id="evil", title="\x1b[2Jgone\x9b1m")
    finished = await roomctl(daemon.path, "show", "evil")
    assert "title       [2Jgone 1m\n" in finished.out
    as_json = await roomctl(daemon.path, "show", "evil", "--json")
    assert "\x1b" not in as_json.out
    assert msgspec.json.decode(as_json.out)["title"] == "\x1b[2Jgone\x9b1m"


async def test_a_dry_run_lists_each_write_with_everybody_it_would_mail(daemon: PreparedDaemon) -> None:
    update = PlannedWrite(
        event="budget",
        kind=WriteKind.UPDATE,
        mailbox="zhangsan@example.com",
        units=("time", "show_as"),
        mails=(GUANGHAN, "lisi@example.com"),
        unless="it was applied already",
        not_before=at(3),
        waiting="Exchange is busy.",
    )
    answer = PlannedWrite(
        event="budget", kind=WriteKind.ACCEPT, mailbox=GARDEN, waiting="for the invitation to arrive"
    )
    daemon.plan = wire.Plan(writes=(update, answer), events=(event(),))
    finished = await roomctl(daemon.path, "sync", "--dry-run")
    assert (finished.code, finished.err) == (0, "")
    assert finished.out.splitlines() == [
        "update  Budget review, Tue 1 Dec 2026 09:00-10:30, as zhangsan@example.com",
        "    changes time, show as",
        f"    mails {GUANGHAN}, lisi@example.com",
        "    unless it was applied already",
        "    not before 03:00",
        "    waiting: Exchange is busy.",
        f"accept  Budget review, Tue 1 Dec 2026 09:00-10:30, as {GARDEN}",
        "    mails nobody",
        "    waiting for the invitation to arrive",
        "2 writes, mail to 2 addresses. Nothing was written.",
    ]


async def test_a_dry_run_says_why_nothing_is_sent_now(daemon: PreparedDaemon) -> None:
    daemon.plan = wire.Plan(writes=(), events=(), held="mail.example.com cannot be reached.")
    finished = await roomctl(daemon.path, "sync", "--dry-run")
    assert (finished.code, finished.out) == (4, "Nothing waits to be written to Exchange.\n")
    assert "nothing is sent now: mail.example.com cannot be reached." in finished.err


async def test_the_audit_tells_what_only_one_side_shows(daemon: PreparedDaemon) -> None:
    finding = Finding(
        mailbox=GARDEN, start=at(9), end=at(10), title="Stand-up", shown_by=Side.EXCHANGE, event="budget"
    )
    daemon.audited = wire.Audit(
        mailboxes=(
            AuditedMailbox(address=GUANGHAN, audited_at=at(8)),
            AuditedMailbox(address=GARDEN, audited_at=at(8), findings=(finding,)),
            AuditedMailbox(address="tower@example.com"),
        )
    )
    finished = await roomctl(daemon.path, "audit")
    assert finished.out.splitlines() == [
        f"{GUANGHAN}  compared Tue 1 Dec 2026 08:00  no difference",
        f"{GARDEN}    compared Tue 1 Dec 2026 08:00  1 differ",
        "tower@example.com     not compared yet",
        f"only Exchange shows: {GARDEN}  Tue 1 Dec 2026 09:00-10:00  Stand-up  budget",
    ]
    await roomctl(daemon.path, "audit", "--now", GARDEN)
    assert [asked[0] for asked in daemon.asked] == ["audits", "audit"]


async def test_the_audit_names_what_it_could_not_read(daemon: PreparedDaemon) -> None:
    entry = PassedOver(mailbox=GARDEN, title="Stand-up", reason="a time is not a time", event="budget")
    daemon.audited = wire.Audit(mailboxes=(AuditedMailbox(address=GARDEN, audited_at=at(8), passed_over=(entry,)),))
    finished = await roomctl(daemon.path, "audit")
    assert finished.out.splitlines() == [
        f"{GARDEN}  compared Tue 1 Dec 2026 08:00  no difference, 1 cannot be read",
        f"Exchange's entry cannot be read: {GARDEN}  Stand-up  (a time is not a time)  budget",
    ]


async def test_the_status_counts_what_the_audit_found(daemon: PreparedDaemon) -> None:
    assert "audit" not in (await roomctl(daemon.path, "status")).out
    daemon.status = msgspec.structs.replace(daemon.status, findings=2)
    assert "audit      2 differ: see roomctl audit\n" in (await roomctl(daemon.path, "status")).out


async def test_book_repeats_as_it_is_written(daemon: PreparedDaemon) -> None:
    finished = await roomctl(daemon.path, *BOOK, *ELEVEN_TO_TWELVE, "--repeat", "every Tuesday until 2027-01-31")
    assert finished.code == 0
    [(_, _, booking)] = daemon.asked
    assert booking.recurrence == wire.Repeat(
        pattern=Weekly(days=(DayOfWeek.TUESDAY,)), range=EndDate(last=date(2027, 1, 31))
    )
    finished = await roomctl(daemon.path, *BOOK, *ELEVEN_TO_TWELVE, "--repeat", "every Tuesdoy")
    assert (finished.code, finished.out) == (2, "")
    assert "--repeat: 'Tuesdoy' is no day of the week" in finished.err


def weekly(daemon: PreparedDaemon) -> None:
    week = timedelta(weeks=1)
    shown = tuple(
        wire.OccurrenceView(original_start=at(9) + n * week, start=at(9) + n * week, end=at(10, 30) + n * week)
        for n in range(-1, 12)
    )
    moved = tuple(
        msgspec.structs.replace(one, start=at(15, day=8), end=at(16, day=8)) if n == 2 else one
        for n, one in enumerate(shown)
    )
    daemon.events["budget"] = event(recurs="every Tuesday", occurrences=moved)


async def test_show_lists_the_next_occurrences_by_the_day_that_names_them(daemon: PreparedDaemon) -> None:
    weekly(daemon)
    finished = await roomctl(daemon.path, "show", "budget")
    assert "2026-12-08: Tue 8 Dec 2026 15:00-16:00" in finished.out
    assert "more\n" in finished.out


async def test_move_and_cancel_name_the_occurrence_and_the_scope(daemon: PreparedDaemon) -> None:
    weekly(daemon)
    named = ("--occurrence", "2026-12-08")
    assert (await roomctl(daemon.path, "move", "budget", "--scope", "this", *named, "--for", "45m")).code == 0
    assert (
        await roomctl(daemon.path, "move", "budget", "--scope", "all", "--drop-exceptions", "--start", "8:00")
    ).code == 0
    assert (await roomctl(daemon.path, "cancel", "budget", "--scope", "following", *named)).code == 0

    occurrence = {"occurrence": "2026-12-08T01:00:00Z"}
    assert daemon.queries == [
        {"scope": "this", **occurrence},
        {"scope": "all", "drop_exceptions": "true"},
        {"scope": "this-and-following", **occurrence},
    ]
    assert daemon.asked[0][2] == wire.EventPatch(end=at(15, 45, day=8))
    assert daemon.asked[1][2] == wire.EventPatch(start=at(8), end=at(9, 30))


async def test_a_conflict_about_an_occurrence_shows_that_one_in_every_version(daemon: PreparedDaemon) -> None:
    second = at(9, day=8)
    rule = Recurrence(pattern=Weekly(days=(DayOfWeek.TUESDAY,)), first=date(2026, 12, 1))
    ours = ModifiedOccurrence(original_start=second, start=second, end=at(10, 30, day=8), title="预算")
    base, local, remote = (
        Content(
            title="Budget review",
            start=at(9),
            end=at(10, 30),
            zone="Asia/Shanghai",
            series=Series(recurrence=rule).with_exceptions(exceptions),
        )
        for exceptions in ({}, {second: ours}, {second: None})
    )
    daemon.conflicts = [conflict(units=("recurrence",), base=base, local=local, remote=remote)]
    told = " ".join((await roomctl(daemon.path, "conflicts")).out.split())
    assert "every Tuesday; 2026-12-08: as usual" in told
    assert "every Tuesday; 2026-12-08: Tue 8 Dec 2026 09:00-10:30, 预算" in told
    assert "every Tuesday; 2026-12-08: cancelled" in told
