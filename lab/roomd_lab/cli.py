"""The command `python -m roomd_lab`: run a lab until told to stop."""

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from roomd_lab.company import Company, fill_calendars, fill_rooms
from roomd_lab.lab import Lab, LabAddress
from roomd_lab.model.directory import Account
from roomd_lab.pace import keep_busy

_HIGHEST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a lab; prints one line of JSON when it is ready, and returns 0 after SIGTERM or SIGINT."""
    options = _options(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    try:
        asyncio.run(_run(options))
    except OSError as error:
        sys.stderr.write(f"roomd lab: cannot listen on {options.host} port {options.port}: {error.strerror}\n")
        return 1
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="roomd lab", description="An Exchange to try things on.")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--people", type=_count, default=8, help="how many people (default: %(default)s)")
    parser.add_argument("--rooms", type=_count, default=5, help="how many rooms (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="decides names and calendars (default: %(default)s)")
    parser.add_argument("--empty", action="store_true", help="begin with empty calendars")
    parser.add_argument("--events-per-room", type=_count, metavar="N", help="book exactly N meetings in every room")
    parser.add_argument("--dir", type=Path, help="folder for certificates (default: a temporary one)")
    parser.add_argument(
        "--outlook-pace", type=_seconds, metavar="SECONDS", help="let people book, move and cancel at this pace"
    )
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
    return int(text)


def _port(text: str) -> int:
    port = _count(text)
    if port > _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port; they end at {_HIGHEST_PORT}")
    return port


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return seconds


async def _run(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    lab = _new_lab(options)
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(lab.serve(host=options.host, port=options.port, folder=options.dir))
        sys.stdout.write(json.dumps(ready_line(lab, address), ensure_ascii=False) + "\n")
        sys.stdout.flush()
        busy = asyncio.create_task(keep_busy(lab, options.outlook_pace)) if options.outlook_pace else None
        await stopped.wait()
        if busy:
            busy.cancel()


def _new_lab(options: argparse.Namespace) -> Lab:
    lab = Lab(Company.seeded(people=options.people, rooms=options.rooms, seed=options.seed))
    now = lab.organization.now()
    if options.events_per_room is not None:
        fill_rooms(lab.company, lab.outlook, now, events_per_room=options.events_per_room)
    elif not options.empty:
        fill_calendars(lab.company, lab.outlook, now)
    return lab


def ready_line(lab: Lab, address: LabAddress) -> dict[str, Any]:
    """Everything a client needs to use the lab, passwords included: they open nothing else."""
    directory = lab.company.directory
    service, *others = (account for account in directory.accounts if account.mailbox is None)
    own = {account.mailbox: account for account in directory.accounts if account.mailbox}
    return {
        "endpoint": address.endpoint,
        "ca_file": str(address.ca_file),
        **_credentials(service),
        "people": [
            {"address": p.address.smtp, "name": p.address.name, **_credentials(own[p.address.smtp])}
            for p in directory.people.values()
        ],
        "rooms": [
            {
                "address": room.address.smtp,
                "name": room.address.name,
                "capacity": room.capacity,
                "features": list(room.features),
            }
            for room in directory.rooms.values()
        ],
        "control": address.control,
        "control_token": lab.control_token,
        "accounts": [_credentials(account) for account in others],
    }


def _credentials(account: Account) -> dict[str, str]:
    return {"username": account.username, "password": account.password}
