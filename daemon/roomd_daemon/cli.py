"""The command `roomd`. Only what a subcommand needs is imported, and only when it runs."""

import argparse
import asyncio
import importlib.util
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from roomd_core import __version__
from roomd_core.errors import RoomdError

if TYPE_CHECKING:
    from roomd_daemon.config import Config

DONE, FAILED, USAGE = 0, 1, 2
"""Exit codes: done; could not start or run; the command line or the configuration is wrong."""

PASSES_ON = ("demo", "lab")
"""Subcommands that read the rest of the command line themselves."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand and return its exit code. A mistake of the user's ends in a message, not in a traceback."""
    line = parser()
    known, rest = line.parse_known_args(argv)
    if rest and known.command not in PASSES_ON:
        line.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return _run(known, rest)
    except RoomdError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is the terminal
        return _exit_code(error)


def parser() -> argparse.ArgumentParser:
    """Declare the command line."""
    whole = argparse.ArgumentParser(
        prog="roomd", description="Keep an in-house room booking system and Microsoft Exchange in step."
    )
    whole.add_argument("--version", action="version", version=f"roomd {__version__}")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    run = commands.add_parser("run", help="run the daemon in the foreground")
    run.add_argument("--log", choices=("text", "json"), default="text", help="how log lines look (default: text)")
    check = commands.add_parser("check-config", help="say what a configuration means, or what is wrong with it")
    for command in (run, check):
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="the configuration, TOML")
    check.add_argument(
        "--resolve",
        action="store_true",
        help="ask Exchange what each [[rooms]] stands for now, through the daemon where one runs",
    )
    commands.add_parser("demo", help="try everything on an Exchange that comes along", add_help=False)
    commands.add_parser("lab", help="run that Exchange alone, to develop and test against", add_help=False)
    return whole


def _run(known: argparse.Namespace, rest: list[str]) -> int:
    if known.command == "run":
        from roomd_daemon.service import run  # noqa: PLC0415 - exchangelib alone takes 0.9 s

        return run(known.config, shape=known.log)
    if known.command == "check-config":
        return check_config(known.config, resolve=known.resolve)
    if known.command == "demo":
        from roomd_daemon.demo import main as demo  # noqa: PLC0415

        return demo(rest)
    return lab(rest)


def _exit_code(error: RoomdError) -> int:
    from roomd_daemon.config import ConfigError  # noqa: PLC0415

    return USAGE if isinstance(error, ConfigError) else FAILED


def lab(arguments: Sequence[str]) -> int:
    """Become the lab. It is a program of its own that shares no code with this one."""
    if importlib.util.find_spec("spnego") is None:
        print("The lab is not installed. Install it with: pip install 'roomd[lab]'", file=sys.stderr)  # noqa: T201
        return FAILED
    return os.execv(sys.executable, [sys.executable, "-m", "roomd_lab", *arguments])  # noqa: S606 - no shell


def check_config(file: Path, *, resolve: bool = False) -> int:
    """Print what the configuration says, as it will be used. Raise ConfigError with every fault.

    With ``resolve`` ask Exchange which rooms it means; FAILED where one of its sources has none.
    """
    from roomd_daemon.config import load, read_password  # noqa: PLC0415

    config = load(file)
    password = read_password(config.exchange, file, os.environ)
    print("\n".join([f"{file}: good", *summary(config)]))  # noqa: T201
    if not resolve:
        return DONE
    from roomd_daemon.resolving import resolved  # noqa: PLC0415 - exchangelib alone takes 0.9 s

    answer = asyncio.run(resolved(config, password))
    print("\n".join(answer.lines()))  # noqa: T201
    return DONE if answer.is_good else FAILED


def summary(config: "Config") -> list[str]:
    """Tell a configuration in a few lines."""
    exchange, sync = config.exchange, config.sync
    trust = str(exchange.ca_file) if exchange.ca_file else "this host's authorities"
    certificate = f"checked against {trust}" if exchange.verify else "NOT CHECKED (verify = false)"
    return [
        f"Exchange: {exchange.endpoint} as {exchange.username}, {exchange.auth}, by {exchange.access}",
        f"Certificate: {certificate}",
        f"Connections: {exchange.max_connections} at most",
        f"Sync: every {_words(sync.interval)}",
        f"Window: from {_words(sync.window_past)} back to {_words(sync.window_future)} ahead",
        f"Store: {config.paths.state_dir}",
        f"Socket: {config.paths.socket}",
        f"Rooms: {_listing([room.name or room.address for room in config.room])}",
        *(
            [f"Rooms by list or pattern: {', '.join(source.name for source in config.sources())}"]
            if config.rooms
            else []
        ),
        f"People: {_listing([person.address for person in config.person])}",
    ]


def _listing(names: Sequence[str]) -> str:
    return f"{len(names)} ({', '.join(names[:5])}{', ...' if len(names) > 5 else ''})" if names else "none"  # noqa: PLR2004


def _words(duration: timedelta) -> str:
    """Write a duration in the largest unit that fits it evenly."""
    seconds = int(duration.total_seconds())
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
