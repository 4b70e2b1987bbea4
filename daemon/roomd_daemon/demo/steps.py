"""The guided tour: a booking's life in both systems, step by step, each claim checked on both sides."""

import sys
from collections.abc import Callable
from datetime import datetime

from roomd_daemon.demo.tour import HOUR, Tour, clock

_BUSY_MS = 2000
"""How long Exchange is busy where both sides are to change the same thing: longer than a command takes."""


def read_everything(tour: Tour) -> None:
    """Every room and person is read from Exchange."""
    tour.run("sync", "--wait")
    tour.run("status")
    status = tour.ask("status")
    tour.claim("every mailbox has been read", holds=all(m["freshness"]["read_at"] for m in status["mailboxes"]))


def book_here(tour: Tour) -> None:
    """A room booked in the terminal appears in Outlook."""
    start = tour.free_hour(tour.room)
    tour.booking = tour.book(tour.room, start, "Moon landing")
    held = tour.in_outlook("Moon landing")
    tour.outlook_shows(tour.me, held)
    tour.claim(
        "Outlook has it once, and the organizer is who booked", holds=len(held) == 1 and held[0]["is_organizer"]
    )
    tour.ask("sync", "--wait")
    tour.run("show", tour.booking["id"])
    tour.claim("the room accepted", holds=tour.event()["rooms"][0]["answer"] == "accepted")


def refuse_here(tour: Tour) -> None:
    """A taken room is refused, with who has it and until when."""
    start = clock(datetime.fromisoformat(tour.booking["start"]).astimezone())
    asked = ("--room", tour.room["name"], "--start", start, "--for", "30m", "--title", "Yoga")
    refusal = tour.run("book", *asked, "--as", tour.colleague["name"], code=1)
    tour.claim("it says who has the room", holds=tour.me["name"] in refusal.err)


def book_in_outlook(tour: Tour) -> None:
    """A meeting made in Outlook appears in the terminal, marked as made outside."""
    start = tour.free_hour(tour.other_room)
    tour.meeting = tour.outlook.book(
        tour.colleague["address"], "Submarine visit", start, start + HOUR, rooms=[tour.other_room["address"]]
    )
    tour.say(f"{tour.colleague['name']} books {tour.other_room['name']} in Outlook")
    tour.run("sync", "--wait")
    tour.run("timeline", "--date", tour.day.isoformat())
    tour.claim("the timeline has it, made outside", holds=tour.found(tour.other_room, start)["origin"] == "exchange")


def move_in_outlook(tour: Tour) -> None:
    """What moves in Outlook moves here, by itself."""
    begun = datetime.fromisoformat(tour.meeting["start"]).astimezone()
    start = tour.free_hour(tour.other_room, after=begun.hour + 1)
    tour.outlook.move(tour.colleague["address"], tour.meeting["uid"], start, start + HOUR)
    tour.say(f"{tour.colleague['name']} moves it to {start:%H:%M} in Outlook")
    tour.claim("the timeline followed", holds=tour.awaited(tour.other_room, start)["origin"] == "exchange")


def move_here(tour: Tour) -> None:
    """What moves here moves in Outlook: the same item."""
    begun = datetime.fromisoformat(tour.booking["start"]).astimezone()
    before = tour.in_outlook("Moon landing")[0]["uid"]
    start = tour.free_hour(tour.room, after=begun.hour + 1)
    tour.run("move", tour.booking["id"], "--start", clock(start), "--wait")
    held = tour.in_outlook("Moon landing")
    tour.outlook_shows(tour.me, held)
    same = [(item["uid"], datetime.fromisoformat(item["start"])) for item in held] == [(before, start)]
    tour.claim("Outlook moved the same item", holds=same)


def disagree(tour: Tour) -> None:
    """The same field edited on both sides becomes a conflict; a person decides."""
    uid = tour.in_outlook("Moon landing")[0]["uid"]
    tour.outlook.fail("server-busy", "UpdateItem", back_off_ms=_BUSY_MS)
    tour.say(f"Exchange is busy, and asks to wait {_BUSY_MS // 1000} s with the next change. Made here meanwhile:")
    tour.run("move", tour.booking["id"], "--title", "Moon landing (final)")
    tour.outlook.change(tour.me["address"], uid, subject="Moon landing, rehearsal")
    tour.say(f"{tour.me['name']} renames it in Outlook, too")
    conflict = tour.first_conflict()
    tour.run("conflicts")
    tour.claim("nothing was overwritten", holds=len(tour.in_outlook("Moon landing, rehearsal")) == 1)
    tour.run("resolve", conflict["id"], "--keep", "local")
    tour.ask("sync", "--wait")
    tour.claim("Outlook has what was kept", holds=len(tour.in_outlook("Moon landing (final)")) == 1)


def answer_as_the_room(tour: Tour) -> None:
    """Where a room has no booking attendant, roomd accepts as the room."""
    room = tour.house.ready.rooms[-1]
    start = tour.free_hour(room)
    made = tour.book(room, start, "Lens grinding")
    tour.ask("sync", "--wait")
    tour.run("show", made["id"])
    tour.outlook_shows(tour.me, tour.in_outlook("Lens grinding"))
    tour.claim("the room accepted", holds=tour.ask("show", made["id"])["rooms"][0]["answer"] == "accepted")


def lose_an_answer(tour: Tour) -> None:
    """An answer from Exchange that gets lost makes no second meeting."""
    start = tour.free_hour(tour.room)
    tour.outlook.fail("close-after", "CreateItem")
    tour.say("Exchange will save the next item and hang up before answering")
    tour.book(tour.room, start, "Fire drill")
    tour.ask("sync", "--wait")
    tour.claim("Outlook has it once", holds=len(tour.in_outlook("Fire drill")) == 1)


def kill_the_daemon(tour: Tour) -> None:
    """A booking that was answered survives the daemon's sudden death."""
    start = tour.free_hour(tour.room)
    made = tour.book(tour.room, start, "Night shift", wait=False)
    tour.house.kill_daemon()
    tour.say("the daemon is killed at once, and started again")
    tour.house.start_daemon()
    tour.run("sync", "--wait")
    tour.run("show", made["id"])
    tour.claim("Outlook has it once", holds=len(tour.in_outlook("Night shift")) == 1)


def cancel_here(tour: Tour) -> None:
    """What is cancelled here can be recovered in Outlook, and frees the room."""
    uid = tour.in_outlook("Moon landing (final)")[0]["uid"]
    tour.run("cancel", tour.booking["id"], "--wait")
    tour.ask("sync", "--wait")
    uids = {item["uid"] for item in tour.outlook.folder(tour.me["address"], "deleteditems")}
    gone = not tour.in_outlook("Moon landing (final)")
    tour.claim("Outlook keeps it in Deleted Items", holds=gone and uid in uids)
    tour.claim("the room is free", holds=all(s["event"] != tour.booking["id"] for s in tour.taken(tour.room)))


STEPS: tuple[Callable[[Tour], None], ...] = (
    read_everything,
    book_here,
    refuse_here,
    book_in_outlook,
    move_in_outlook,
    move_here,
    disagree,
    answer_as_the_room,
    lose_an_answer,
    kill_the_daemon,
    cancel_here,
)


def guide(tour: Tour) -> None:
    """Walk through every step. Raise TourError at the first claim that does not hold."""
    for number, step in enumerate(STEPS, 1):
        sys.stdout.write(f"\n{number}. {step.__doc__}\n\n")
        step(tour)
    sys.stdout.write(f"\nAll {len(STEPS)} steps came true.\n")
