"""The command `python -m roomd_lab`: run a lab until told to stop."""

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from roomd_lab.calendars import fill_calendars, fill_rooms
from roomd_lab.company import Company
from roomd_lab.http.gate import SignInPolicy
from roomd_lab.lab import Lab, LabAddress
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.limits import Limits
from roomd_lab.model.people import Account
from roomd_lab.options import read_options
from roomd_lab.pace import keep_busy
from roomd_lab.state import load, save

_SAVE_SECONDS = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a lab; prints one line of JSON when it is ready, and returns 0 after SIGTERM or SIGINT."""
    options = read_options(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    try:
        lab = new_lab(options)
    except (OSError, ValueError, ExchangeError) as error:
        sys.stderr.write(f"roomd lab: {error}\n")
        return 1
    try:
        asyncio.run(_run(lab, options))
    except OSError as error:
        sys.stderr.write(f"roomd lab: cannot listen on {options.host} port {options.port}: {error.strerror}\n")
        return 1
    return 0


async def _run(lab: Lab, options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    policy = SignInPolicy(
        extended_protection=options.extended_protection, lock_out_after=options.lock_out, oauth=options.oauth
    )
    async with AsyncExitStack() as stack:
        serving = lab.serve(host=options.host, port=options.port, folder=options.dir, sign_in=policy)
        address = await stack.enter_async_context(serving)
        sys.stdout.write(json.dumps(ready_line(lab, address, oauth=options.oauth), ensure_ascii=False) + "\n")
        sys.stdout.flush()
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        chores = []
        if options.outlook_pace:
            chores.append(tasks.create_task(keep_busy(lab, options.outlook_pace, misbehave=options.misbehave)))
        if options.state:
            chores.append(tasks.create_task(_keep_saved(lab, options)))
        await stopped.wait()
        for chore in chores:
            chore.cancel()
    if options.state:
        save(lab, options.state)


async def _keep_saved(lab: Lab, options: argparse.Namespace) -> None:
    while True:
        await asyncio.sleep(_SAVE_SECONDS)
        await asyncio.to_thread(save, lab, options.state)


def new_lab(options: argparse.Namespace) -> Lab:
    """The lab the options describe, or the one that was saved. Raises OSError, ValueError and ExchangeError."""
    limits = Limits(subscriptions=options.subscriptions, hanging_connections=options.hanging_connections)
    saved = load(options.state) if options.state else None
    lab = Lab(saved[0], organization=saved[1], limits=limits) if saved else _fresh_lab(options, limits)
    for address in options.outside_scope:
        lab.company.directory.leave_out_of_scope(address)
    lab.faults.follow(options.faults)
    lab.certificate.show(options.certificate)
    return lab


def _fresh_lab(options: argparse.Namespace, limits: Limits) -> Lab:
    company = Company.seeded(people=options.people, rooms=options.rooms, seed=options.seed, zone=options.zone)
    lab = Lab(company, limits=limits)
    now = lab.organization.now()
    if options.events_per_room is not None:
        fill_rooms(lab.company, lab.outlook, now, events_per_room=options.events_per_room)
    elif not options.empty:
        fill_calendars(lab.company, lab.outlook, now)
    return lab


def ready_line(lab: Lab, address: LabAddress, *, oauth: bool = False) -> dict[str, Any]:
    """Everything a client needs to use the lab, passwords included: they open nothing else."""
    directory = lab.company.directory
    service, *others = (account for account in directory.accounts if account.mailbox is None)
    own = {account.mailbox: account for account in directory.accounts if account.mailbox}
    return {
        "endpoint": address.endpoint,
        "ca_file": str(address.ca_file),
        **_credentials(service, oauth=oauth),
        "people": [
            {"address": p.address.smtp, "name": p.address.name, **_identity(own[p.address.smtp], oauth=oauth)}
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
        "room_lists": [each.address.smtp for each in directory.room_lists.values()],
        "control": address.control,
        "control_token": lab.control_token,
        "accounts": [_credentials(account, oauth=oauth) for account in others],
        "zone": lab.company.zone,
        "outside_scope": sorted(directory.outside_scope),
    }


def _identity(account: Account, *, oauth: bool) -> dict[str, str]:
    return {"principal_name": account.upn, "sid": account.sid, **_credentials(account, oauth=oauth)}


def _credentials(account: Account, *, oauth: bool) -> dict[str, str]:
    token = {"token": account.token} if oauth else {}
    return {"username": account.username, "password": account.password, **token}
