"""Syncing, measured: every figure of roomd beside that of its peer, on the same lab in the same run.

A first sync, a round in which nothing changed (against exchangelib's own feed, and the poll people write), and the
daemon at full size: its memory, and how long questions take. CPU is user and system time of this process; the lab
is another one.

    .venv/bin/python bench/sync.py --rooms 10 --events 1000 --rounds 3
"""

import argparse

from sync_first import first_sync
from sync_idle import idle_rounds, report_traffic, synced_engine
from sync_peers import Traffic, exchangelib_calendars, report, running_lab, take_turns
from sync_scale import measure_scale

PARTS = ("first", "idle", "scale")


def measure_first(rooms: int, events: int, rounds: int) -> None:
    """Print what a first sync costs an item."""
    with running_lab(rooms, events) as lab:
        measures = first_sync(lab, exchangelib_calendars(lab))
        take_turns(measures, rounds)
    report(f"First sync of {rooms} rooms", "item", measures)


def measure_idle(rooms: int, rounds: int) -> None:
    """Print what a round in which nothing changed costs a mailbox."""
    with running_lab(rooms, 3) as lab, synced_engine(lab) as engine:
        measures = idle_rounds(engine, exchangelib_calendars(lab))
        take_turns(measures, rounds)
        report("A round in which nothing changed", "mailbox", measures)
        traffic = Traffic()
        with traffic.counted():
            report_traffic(measures, traffic)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part (may be repeated)")
    parser.add_argument("--rooms", type=int, default=10, help="rooms of the first sync")
    parser.add_argument("--events", type=int, default=1000, help="events in each of their calendars")
    parser.add_argument("--mailboxes", type=int, default=100, help="rooms of the round without a change")
    parser.add_argument("--stored-rooms", type=int, default=1000, help="rooms in the store of the daemon")
    parser.add_argument("--occupancies", type=int, default=300_000, help="what these rooms are held by")
    parser.add_argument("--rounds", type=int, default=3, help="how often each figure is taken")
    options = parser.parse_args()
    parts = options.part or PARTS
    if "first" in parts:
        measure_first(options.rooms, options.events, options.rounds)
    if "idle" in parts:
        measure_idle(options.mailboxes, options.rounds)
    if "scale" in parts:
        measure_scale(options.stored_rooms, options.occupancies)


if __name__ == "__main__":
    main()
