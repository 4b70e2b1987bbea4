"""What the steps of the guided tour share: running commands in view, looking into Outlook, and claiming."""

import shlex
import sys
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any, Final

from roomd_core.errors import RoomdError
from roomd_daemon.demo.house import Answer, House
from roomd_daemon.demo.outlook import Outlook
from roomd_daemon.demo.process import PATIENCE

HOUR: Final = timedelta(hours=1)
WORKDAY: Final = range(8, 20)


class TourError(RoomdError):
    """A claim of the tour did not come true."""


class Tour:
    """What the steps share: the house, Outlook, and the booking they follow."""

    def __init__(self, house: House, outlook: Outlook) -> None:
        """Choose whom and what the tour is about."""
        self.house = house
        self.outlook = outlook
        self.day = (datetime.now().astimezone() + timedelta(days=1)).date()
        self.room, self.other_room = house.ready.rooms[0], house.ready.rooms[1]
        self.me, self.colleague = house.ready.people[0], house.ready.people[1]
        self.booking: dict[str, Any] = {}
        self.meeting: dict[str, Any] = {}

    def say(self, text: str) -> None:
        """Print a line of narration."""
        sys.stdout.write(f"   {text}\n")
        sys.stdout.flush()

    def run(self, *arguments: str, code: int = 0) -> Answer:
        """Run roomctl in view of the reader, and check its exit code."""
        self.say(f"$ roomctl {shlex.join(arguments)}")
        answer = self.house.roomctl(*arguments)
        for line in (answer.out + answer.err).splitlines():
            self.say(f"  {line}")
        if answer.code != code:
            raise TourError(f"roomctl ended with {answer.code}; {code} was expected")
        return answer

    def ask(self, *arguments: str) -> Any:
        """Run roomctl out of view and return its JSON."""
        answer = self.house.roomctl(*arguments, "--json")
        if answer.code != 0:
            raise TourError(f"roomctl {shlex.join(arguments)}: {answer.err}")
        return answer.json()

    def claim(self, what: str, *, holds: bool) -> None:
        """Say that something came true, or end the tour."""
        if not holds:
            raise TourError(f"not true: {what}")
        self.say(f"✓ {what}")

    def outlook_shows(self, who: dict[str, Any], items: Iterable[dict[str, Any]]) -> None:
        """Print what a mailbox holds, as Outlook has it."""
        for item in items:
            start = datetime.fromisoformat(item["start"]).astimezone()
            answers = ", ".join(f"{a['address']}: {a['response']}" for a in item.get("attendees", ()))
            self.say(f"  Outlook, {who['name']}: {start:%H:%M} {item['subject']}  [{answers or item['my_response']}]")

    def taken(self, room: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the room's occupancies on the tour's day, as the timeline tells."""
        rows = self.ask("timeline", "--date", self.day.isoformat(), "--room", room["address"])["rooms"]
        spans: list[dict[str, Any]] = rows[0]["occupancies"]
        return spans

    def free_hour(self, room: dict[str, Any], *, after: int = 0) -> datetime:
        """Return the first whole hour of the day in which the room is free, from the hour ``after``."""
        spans = [(datetime.fromisoformat(s["start"]), datetime.fromisoformat(s["end"])) for s in self.taken(room)]
        for hour in WORKDAY:
            start = local(self.day, hour)
            if hour >= after and not any(begin < start + HOUR and start < end for begin, end in spans):
                return start
        raise TourError(f"{room['name']} has no free hour on {self.day}")

    def event(self) -> Any:
        """Return the followed booking as roomd has it now."""
        return self.ask("show", self.booking["id"])

    def book(self, room: dict[str, Any], start: datetime, title: str, *, wait: bool = True) -> Any:
        """Book an hour for the first person in view of the reader, and return the event."""
        asked = ("--room", room["name"], "--start", clock(start), "--for", "1h", "--title", title)
        self.run("book", *asked, "--as", self.me["name"], *(["--wait"] if wait else []))
        return self.ask("show", self.found(room, start)["event"])

    def found(self, room: dict[str, Any], start: datetime) -> dict[str, Any]:
        """Return the room's occupancy that begins at ``start``. Raise TourError when there is none."""
        for span in self.taken(room):
            if datetime.fromisoformat(span["start"]) == start:
                return span
        raise TourError(f"the timeline of {room['name']} has nothing at {start:%H:%M}")

    def awaited(self, room: dict[str, Any], start: datetime) -> dict[str, Any]:
        """Return the occupancy that begins at ``start`` once it has come by itself, and say how long that took."""
        asked = monotonic()
        while True:
            try:
                span = self.found(room, start)
            except TourError:
                if monotonic() - asked > PATIENCE:
                    raise
            else:
                self.say(f"{monotonic() - asked:.1f} s later, with nobody asking:")
                return span

    def first_conflict(self) -> Any:
        """Return the conflict to decide once there is one."""
        asked = monotonic()
        while not (conflicts := self.ask("conflicts")["conflicts"]):
            if monotonic() - asked > PATIENCE:
                raise TourError("no conflict came up")
        return conflicts[0]

    def in_outlook(self, title: str, folder: str = "calendar") -> list[dict[str, Any]]:
        """Return the organizer's Outlook items with that title."""
        return self.outlook.titled(self.me["address"], title, folder)


def local(day: date, hour: int) -> datetime:
    """Return that hour of that day, here."""
    return datetime.combine(day, time(hour)).astimezone()


def clock(moment: datetime) -> str:
    """Return a moment as a person would type it."""
    return f"{moment:%Y-%m-%dT%H:%M}"
