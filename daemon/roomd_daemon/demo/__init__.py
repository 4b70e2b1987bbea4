"""`roomd demo`: a lab, a daemon against it, and the interface on both; without a terminal, a guided tour."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from roomd_core.errors import RoomdError
from roomd_daemon.demo.house import House, open_house
from roomd_daemon.demo.outlook import Outlook
from roomd_daemon.demo.steps import guide
from roomd_daemon.demo.tour import Tour

OUTLOOK_PACE = "20"
"""Seconds between two things that Outlook's users do while the interface is open."""


def main(arguments: Sequence[str]) -> int:
    """Show roomd at work. Return 0 when the interface was left or every step of the tour came true."""
    parser = argparse.ArgumentParser(prog="roomd demo", description="Try everything on an Exchange that comes along.")
    parser.add_argument("--tour", action="store_true", help="the guided tour, in a terminal too")
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    tour = parser.parse_args(arguments).tour or not (sys.stdin.isatty() and sys.stdout.isatty())
    try:
        return show_tour() if tour else show_interface()
    except RoomdError as error:
        sys.stderr.write(f"roomd demo: {error}\n")
        return 1


def leave(number: int, _frame: FrameType | None) -> None:
    """End everything when the terminal goes away or somebody asks: the house is a context, and closes."""
    sys.exit(128 + number)


def show_interface() -> int:
    """Open the interface on a lab in which people are at work; leaving it ends everything."""
    sys.stdout.write("Starting an Exchange and a daemon of its own ...\n")
    with open_house("--outlook-pace", OUTLOOK_PACE) as house:
        house.write_config().start_daemon()
        environment = {**os.environ, "ROOMD_SOCKET": str(house.socket)}
        return subprocess.call([sys.executable, "-m", "roomd_tui"], env=environment)


def show_tour() -> int:
    """Walk a booking through both systems and say what each side holds."""
    with open_house() as house, Outlook(house.ready) as outlook:
        introduce(house)
        unattended = house.ready.rooms[-1]["address"]
        outlook.leave_unattended(unattended)
        house.write_config(answers={unattended: "roomd"}).start_daemon()
        guide(Tour(house, outlook))
    return 0


def introduce(house: House) -> None:
    """Say what stands."""
    ready = house.ready
    sys.stdout.write(
        f"An Exchange of our own, with {len(ready.rooms)} rooms and {len(ready.people)} people, listens on\n"
        f"{ready.endpoint} (TLS, NTLM). roomd signs in as {ready.username}, which may\n"
        f"impersonate. What follows are real commands; the lines marked Outlook are what Exchange holds.\n"
    )
