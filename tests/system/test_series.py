"""A series from the command line to Outlook and back, every program a process of its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from roomd_daemon.demo.house import House
from roomd_daemon.demo.outlook import Outlook

WEEK = timedelta(weeks=1)


@pytest.fixture(scope="module")
def daemon(house: House) -> Iterator[House]:
    house.write_config().start_daemon()
    assert house.roomctl("sync", "--wait").code == 0
    yield house
    house.close()


def done(house: House, *arguments: str) -> Any:
    answer = house.roomctl(*arguments, "--json")
    assert (answer.code, answer.err) == (0, "")
    return answer.json()


def test_a_series_is_booked_changed_and_called_off_by_command(
    daemon: House, outlook: Outlook, tomorrow: datetime
) -> None:
    room, me = daemon.ready.rooms[0], daemon.ready.people[0]["address"]
    rule = f"every {tomorrow:%A}, 10 times"
    booked = done(
        daemon, "book", "--room", room["name"], "--start", tomorrow.isoformat(), "--for", "1h", "--title", "Weekly",
        "--repeat", rule, "--as", me, "--wait",
    )  # fmt: skip
    assert (booked["recurs"], booked["state"]) == (rule, "synced")
    third, fifth, eighth = (f"{tomorrow + n * WEEK:%Y-%m-%d}" for n in (2, 4, 7))
    named = ("--scope", "this", "--occurrence")

    done(daemon, "move", booked["id"], *named, third, "--start", "14:00", "--title", "Special", "--wait")
    done(daemon, "cancel", booked["id"], *named, fifth, "--wait")
    second = done(
        daemon, "move", booked["id"], "--scope", "following", "--occurrence", eighth, "--title", "Second", "--wait"
    )

    assert second["id"] != booked["id"]
    shown = daemon.roomctl("show", booked["id"]).out
    assert f"{third}: " in shown
    assert fifth not in shown
    assert len(done(daemon, "show", booked["id"])["occurrences"]) == 6
    assert len(done(daemon, "show", second["id"])["occurrences"]) == 3
    assert [len(outlook.titled(me, title)) for title in ("Weekly", "Second")] == [1, 1]

    refused = daemon.roomctl("move", booked["id"], "--scope", "all", "--start", "8:00")
    assert (refused.code, "--drop-exceptions" in refused.err or "drop_exceptions" in refused.err) == (1, True)
    done(daemon, "cancel", booked["id"], "--scope", "all", "--wait")
    assert outlook.titled(me, "Weekly") == []
