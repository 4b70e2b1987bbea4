from datetime import timedelta

import pytest
from msgspec.structs import replace

from roomd_core.api.wire import Alternative, Health, MissingEvent, Plan, Recipient, Resolution, Throttled
from roomd_core.model import ConflictKind, Freshness, Origin, PlannedWrite, Side, WriteKind
from roomd_tui.screens.acting import RoomdScreen
from roomd_tui.screens.confirm import ConfirmScreen
from roomd_tui.screens.conflicts import ConflictsScreen
from roomd_tui.screens.details import DetailsScreen
from roomd_tui.screens.event_form import EventForm
from roomd_tui.screens.help import HelpScreen
from roomd_tui.screens.scope import ScopeScreen
from roomd_tui.screens.sync import SyncScreen
from roomd_tui.screens.timeline import TimelineScreen
from roomd_tui.screens.waiting import WaitingScreen
from tui.example_house import GUANGHAN, NOW, ROOMS, conflict, event, known, status
from tui.prepared_daemon import PreparedDaemon
from tui.screens_as_text import seated

GARDEN_MAIL = Recipient(address=ROOMS[1].address, name="Garden")
SCREENS = (
    TimelineScreen, SyncScreen, WaitingScreen, ConflictsScreen, ConfirmScreen, DetailsScreen, EventForm, HelpScreen,
    ScopeScreen,
)  # fmt: skip


async def test_the_sync_screen_shows_when_each_mailbox_was_last_read_and_what_was_wrong(
    daemon: PreparedDaemon,
) -> None:
    broken = replace(
        known(ROOMS[1]),
        health=Health.FAILING,
        freshness=Freshness(address=ROOMS[1].address, tried_at=NOW, error="The mailbox was moved to another server"),
    )
    daemon.status = status(mailboxes=(known(ROOMS[0]), broken))
    async with seated(daemon) as seat:
        await seat.sees("Exchange ok")
        await seat.press("s")
        await seat.sees("Sync  as of 09:40:00 Asia/Shanghai")
        assert seat.line("2楼广寒宫").split() == ["2楼广寒宫", "09:39:48", "12", "s", "ok"]
        assert "never" in seat.line("Garden")
        assert "failing" in seat.line("Garden")
        await seat.press("down")
        assert seat.lines()[-3:-1] == [
            " Garden <garden@example.com>  room, answers: auto, 4 seats",
            " The mailbox was moved to another server",
        ]


async def test_the_sync_screen_says_that_requests_are_held_back_and_until_when(daemon: PreparedDaemon) -> None:
    held = Throttled(at_once=2, most=4, since=NOW - timedelta(minutes=1), until=NOW + timedelta(minutes=2))
    daemon.status = status(mailboxes=(known(ROOMS[0]),))
    daemon.status = replace(daemon.status, exchange=replace(daemon.status.exchange, throttled=held))
    async with seated(daemon) as seat:
        await seat.press("s")
        await seat.sees("2 of 4 requests at once")
        lines = [line.strip() for line in seat.lines()]
        at = next(number for number, line in enumerate(lines) if line.startswith("Pace"))
        said = " ".join(lines[at : at + 2]).split("Outbox")[0].strip()
    assert said.endswith("09:39, for it was busy; all again at 09:42 if it is quiet")


async def test_r_brings_both_sides_together_now(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Exchange ok")
        await seat.press("s", "r")
        await seat.hears("run 8 at 09:39 took 2.0 s: 8 mailboxes read, 4 created")
    assert daemon.asked == [("sync", "", None)]


async def test_a_conflict_stands_side_by_side_with_what_differs_marked(daemon: PreparedDaemon) -> None:
    daemon.conflicts = [conflict()]
    async with seated(daemon) as seat:
        await seat.sees("1 conflict")
        await seat.press("c")
        await seat.sees("Title of 'Budget review' was changed here and in Outlook")
        assert seat.line("Last agreed").split() == ["Last", "agreed", "Exchange", "Local"]
        assert seat.line("* title").split() == ["*", "title", "Budget", "review", "Budget", "2027", "预算评审"]
        assert seat.line("   time")
        assert "2 people are mailed" in seat.line("l keep local")


async def test_keeping_a_side_is_confirmed_with_what_it_does(daemon: PreparedDaemon) -> None:
    daemon.conflicts = [conflict(), conflict(id="c2", kind=ConflictKind.EDIT_VS_DELETE, remote=None, units=())]
    async with seated(daemon) as seat:
        await seat.sees("2 conflicts")
        await seat.press("c")
        await seat.sees("edit-vs-delete")
        await seat.press("l")
        await seat.sees("Keep the local side?")
        await seat.press("n")
        assert daemon.asked == []
        await seat.press("e")
        await seat.sees("Keep Exchange's side?")
        await seat.press("y")
        await seat.hears("Kept Exchange's side of 'Budget review'")
        await seat.sees("(deleted)")
    assert daemon.asked == [("resolve", "c1", Resolution(keep=Side.EXCHANGE))]


async def test_a_store_in_quarantine_says_so_on_every_screen(daemon: PreparedDaemon) -> None:
    daemon.status = status(quarantine="This store was put back from a backup. Run `roomctl release`.")
    async with seated(daemon) as seat:
        for key in ("escape", "s", "c"):
            await seat.press(key)
            await seat.sees("This store was put back from a backup. Run `roomctl release`.")


async def test_another_room_is_taken_by_its_number(daemon: PreparedDaemon) -> None:
    offered = tuple(
        Alternative(address=room.address, name=room.name, capacity=room.capacity, mails=(GARDEN_MAIL,))
        for room in ROOMS[1:3]
    )
    summary = "2楼广寒宫 declined “Budget review”."
    daemon.conflicts = [conflict(kind=ConflictKind.ROOM_DECLINED, units=(), summary=summary, alternatives=offered)]
    async with seated(daemon) as seat:
        await seat.sees("1 conflict")
        await seat.press("c")
        await seat.sees("2 move to Library (12 seats). Mails Garden.")
        await seat.press("3")
        await seat.hears("2 other rooms are offered here")
        await seat.press("2")
        await seat.sees("Move 'Budget review' to Library?")
        await seat.press("y")
        await seat.hears("'Budget review' moves to Library")
    assert daemon.asked == [("resolve", "c1", Resolution(keep=Side.LOCAL, room=ROOMS[2].address))]
    assert daemon.versions == ['"3"'], "what was read is what is decided"


async def test_what_is_missing_from_a_mailbox_is_listed_with_whom_each_choice_mails(daemon: PreparedDaemon) -> None:
    missing = (MissingEvent(event="e1", title="Planning", start=NOW, origin=Origin.LOCAL),)
    daemon.conflicts = [
        conflict(
            kind=ConflictKind.MASS_DELETE, event=None, mailbox=ROOMS[1].address, about="Garden", units=(),
            base=None, local=None, remote=None, missing=missing, missing_count=23,
            summary="23 of 30 items vanished from Garden's calendar at once. Nothing was deleted here.",
            choices={"exchange": "Believe it.", "local": "Keep them."},
            mails={Side.EXCHANGE: (), Side.LOCAL: (GARDEN_MAIL,)},
        )
    ]  # fmt: skip
    async with seated(daemon) as seat:
        await seat.sees("1 conflict")
        await seat.press("c")
        await seat.sees("23 of 30 items vanished")
        assert "Planning (made here)" in seat.line("Planning")
        assert seat.line("and 22 more")
        assert "Believe it. Mails nobody." in seat.line("keep exchange")
        assert "Keep them. Mails Garden." in seat.line("keep local")
        assert not any("Last agreed" in line for line in seat.lines())


async def test_without_conflicts_the_screen_says_that_both_sides_agree(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Exchange ok")
        await seat.press("c")
        await seat.sees("Nothing to decide: both sides agree.")
        await seat.press("e")
        await seat.hears("there is no conflict to decide")


async def test_what_waits_is_listed_with_everybody_it_would_mail(daemon: PreparedDaemon) -> None:
    create = PlannedWrite(event="budget", kind=WriteKind.CREATE, mailbox="emma@example.com", mails=(GUANGHAN,))
    answer = PlannedWrite(event="budget", kind=WriteKind.ACCEPT, mailbox=GUANGHAN, mails=("emma@example.com",))
    daemon.plan = Plan(writes=(create, answer), events=(event(),), held="Exchange is away.")
    async with seated(daemon) as seat:
        await seat.sees("Exchange ok")
        await seat.press("s", "w")
        await seat.sees("Waiting for Exchange  2 writes")
        await seat.sees("Nothing is sent now: Exchange is away.")
        assert seat.line(" create ").endswith("1 address")
        await seat.press("down")
        await seat.sees(f"accept  Budget review, Tue 1 Dec 2026 09:00-10:30, as {GUANGHAN}")
        assert seat.line("    mails emma@example.com")
        daemon.plan = Plan(writes=(), events=())
        daemon.publish(events=("budget",))
        await seat.sees("Nothing waits: Exchange has everything.")


async def test_s_and_c_lead_from_screen_to_screen_and_one_escape_leads_back(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        for key, heading in (("s", "Mailbox"), ("c", "Nothing to decide"), ("s", "Mailbox")):
            await seat.press(key)
            await seat.sees(heading)
        await seat.press("escape")
        await seat.sees("|Budge")


async def test_help_lists_every_key_of_the_screen_it_lies_over(daemon: PreparedDaemon) -> None:
    async with seated(daemon, size=(100, 50)) as seat:
        await seat.sees("Garden")
        await seat.press("question_mark")
        await seat.sees("esc Back")
        for action in TimelineScreen.ACTIONS:
            assert f" {action.key_text} " in seat.line(action.help)
        assert seat.line("made in Outlook, by somebody who does not use roomd")
        await seat.press("escape", "s", "f1")
        await seat.sees("Bring both sides together now")


async def test_the_palette_finds_a_room_by_name(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Exchange ok")
        await seat.sees("Garden")
        await seat.press("ctrl+p")
        await seat.type("tower")
        await seat.sees("Go to Tower room 12")
        await seat.press("enter")
        await seat.sees("5/5")


async def test_q_leaves(daemon: PreparedDaemon) -> None:
    async with seated(daemon) as seat:
        await seat.sees("Garden")
        await seat.press("q")
        await seat.until(lambda: not seat.app.is_running, "the interface to close")
        assert seat.app.return_code == 0


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_every_action_of_a_screen_can_be_done(screen: type[RoomdScreen]) -> None:
    names = [action.name for action in screen.ACTIONS]
    assert [name for name in names if not callable(getattr(screen, f"do_{name}", None))] == []
    keys = [key for action in screen.ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("screen", SCREENS[:4], ids=lambda screen: screen.__name__)
def test_the_footer_fits_into_80_cells_with_at_most_six_keys(screen: type[RoomdScreen]) -> None:
    shown = [f"{action.key} {action.label}" for action in screen.ACTIONS if action.label]
    assert len(shown) <= 6
    assert len("  ".join(shown)) <= 78


async def test_over_ssh_nothing_is_animated(daemon: PreparedDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    async with seated(daemon) as seat:
        assert seat.app.animation_level == "none"
