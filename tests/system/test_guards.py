"""What roomd asks before it believes it, over the wire: a daemon and an Exchange as processes of their own."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from roomd_daemon.demo.house import House
from roomd_daemon.demo.outlook import Outlook

PATIENCE = 30.0


@pytest.fixture
def running(house: House) -> Iterator[House]:
    """The house with a daemon whose patience is short, and a store of its own."""
    house.write_config(sync='settle = "1s"\nroom_grace = "1s"\n')
    house.start_daemon()
    yield house
    house.close()
    for path in sorted((house.folder / "state").glob("*")):
        path.unlink()


def the_conflict(house: House, kind: str) -> dict[str, Any]:
    """Run until there is a conflict of that kind, and return it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        house.roomctl("sync", "--wait")
        conflicts = house.roomctl("conflicts", "--json").json()["conflicts"]
        if found := [each for each in conflicts if each["kind"] == kind]:
            [conflict] = found
            return dict(conflict)
    raise AssertionError(f"no {kind} within {PATIENCE:.0f} s; there is {conflicts}")


def booked(house: House, title: str, start: datetime, room: str) -> dict[str, Any]:
    answer = house.roomctl(
        "book", "--room", room, "--start", start.isoformat(), "--for", "1h", "--title", title, "--wait", "--json"
    )
    assert answer.code == 0, answer.err
    return dict(answer.json())


def test_a_calendar_that_is_cleared_is_asked_about_and_either_way_is_one_command(
    running: House, outlook: Outlook, tomorrow: datetime
) -> None:
    _, person, *_ = [each["address"] for each in running.ready.people]
    uids = [
        outlook.book(person, f"Meeting {day}", start, start + timedelta(hours=1), rooms=[])["uid"]
        for day in range(22)
        for start in [tomorrow + timedelta(days=day)]
    ]
    running.roomctl("sync", "--wait")
    for uid in uids:
        outlook.delete(person, uid)
    asked = the_conflict(running, "mass-delete")
    assert (asked["event"], asked["mailbox"], asked["missing_count"] >= 11) == (None, person, True)
    assert asked["id"] in running.roomctl("sync", "--wait").out
    assert running.roomctl("resolve", asked["id"], "--keep", "exchange").code == 0
    running.roomctl("sync", "--wait")
    assert running.roomctl("conflicts").out == "No conflicts.\n"


def test_a_room_that_lost_its_copy_gets_another_invitation_or_another_room_takes_its_place(
    running: House, outlook: Outlook, tomorrow: datetime
) -> None:
    first, second, *_ = [room["address"] for room in running.ready.rooms]
    for hours, (title, decision) in enumerate((("Again", ["--keep", "local"]), ("Elsewhere", ["--room", second])), 2):
        made = booked(running, title, tomorrow + timedelta(hours=hours), first)
        outlook.delete(first, f"{made['id']}@roomd")
        lost = the_conflict(running, "room-dropped")
        assert second in [room["address"] for room in lost["alternatives"]]
        assert [one["address"] for one in lost["mails"]["local"]] == [first]
        assert running.roomctl("resolve", lost["id"], *decision).code == 0
        wanted = first if title == "Again" else second
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            running.roomctl("sync", "--wait")
            rooms = running.roomctl("show", made["id"], "--json").json()["rooms"]
            if [(room["address"], room["answer"]) for room in rooms] == [(wanted, "accepted")]:
                break
        else:
            raise AssertionError(rooms)
    assert running.roomctl("conflicts").out == "No conflicts.\n"


def test_a_room_that_still_holds_what_is_gone_is_declined_as_the_room(
    running: House, outlook: Outlook, tomorrow: datetime
) -> None:
    organizer, room = running.ready.people[0]["address"], running.ready.rooms[0]["address"]
    made = booked(running, "Left behind", tomorrow + timedelta(hours=6), room)
    held = len(outlook.folder(room))
    outlook.delete(organizer, f"{made['id']}@roomd")
    drift = the_conflict(running, "drift")
    assert "still holds “Left behind”" in drift["summary"]
    day = running.roomctl("timeline", "--date", (tomorrow + timedelta(hours=6)).date().isoformat(), "--json").json()
    shown = [each for row in day["rooms"] for each in row["occupancies"] if each["event"] == made["id"]]
    assert [each["cancelled"] for each in shown] == [True]
    assert [one["address"] for one in drift["mails"]["local"]] == [organizer]
    assert running.roomctl("resolve", drift["id"], "--keep", "local").code == 0
    running.roomctl("sync", "--wait")
    running.roomctl("sync", "--wait")
    assert running.roomctl("conflicts").out == "No conflicts.\n"
    assert len(outlook.folder(room)) == held - 1
