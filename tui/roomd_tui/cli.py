"""`roomctl`: one command answers at once; without a command the interface opens.

Data goes to stdout, narration to stderr, and the exit code tells what happened (see ``roomd_tui.exits``). Nothing
on the way to a command imports Textual.
"""

import asyncio
import os
import shutil
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from roomd_core.api.client import Client, DaemonUnreachable, ProblemError, find_socket
from roomd_core.errors import RoomdError
from roomd_tui.cells import printable
from roomd_tui.commands import COMMANDS
from roomd_tui.commands.command import Command, Setting, UsageError, Verdict
from roomd_tui.exits import Exit, exit_of
from roomd_tui.refusals import sentence
from roomd_tui.zones import local_zone

EPILOG = """\
Without a command the interface opens.
exit codes: 0 done, 1 refused, 2 usage, 3 daemon not reachable, 4 Exchange not reachable"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `roomctl` and return its exit code."""
    args = parser().parse_args(arguments)
    setting = Setting(
        zone=local_zone(os.environ), now=datetime.now(UTC), width=shutil.get_terminal_size((100, 24)).columns
    )
    try:
        code = _run_command(args, setting) if args.command else _open_interface(args, setting)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    return code


def parser() -> ArgumentParser:
    """Declare the command line."""
    whole = ArgumentParser(
        prog="roomctl",
        description="Look at rooms and book them.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    whole.add_argument("--socket", type=Path, metavar="PATH", help="the daemon's socket (default: $ROOMD_SOCKET)")
    whole.add_argument("--mouse", action="store_true", help="let the interface use the mouse")
    whole.set_defaults(command=None)
    commands = whole.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        _declare(command, commands.add_parser(command.name, **_texts(command)))
    return whole


def _texts(command: Command) -> dict[str, Any]:
    return {
        "help": command.help,
        "description": f"{command.help[0].upper()}{command.help[1:]}.",
        "epilog": command.epilog,
        "formatter_class": RawDescriptionHelpFormatter,
    }


def _declare(command: Command, declared: ArgumentParser) -> None:
    command.arguments(declared)
    declared.add_argument("--json", action="store_true", help="print one JSON document")
    declared.add_argument("--socket", type=Path, metavar="PATH", default=SUPPRESS, help="the daemon's socket")
    declared.set_defaults(command=command)


def _run_command(args: Namespace, setting: Setting) -> int:
    try:
        answer = asyncio.run(_asked(args, setting))
    except RoomdError as error:
        return _fail(error, args, setting)
    print(_written(answer, args, setting))  # noqa: T201 - stdout is where a command's data goes
    verdict: Verdict | None = args.command.verdict(answer, args)
    if verdict is None:
        return Exit.DONE
    _narrate(verdict.reason)
    return verdict.exit


async def _asked(args: Namespace, setting: Setting) -> msgspec.Struct:
    async with Client(find_socket(args.socket, os.environ)) as client:
        answer: msgspec.Struct = await args.command.ask(client, args, setting)
        return answer


def _written(answer: msgspec.Struct, args: Namespace, setting: Setting) -> str:
    text: str = msgspec.json.encode(answer).decode() if args.json else args.command.tell(answer, setting)
    return text


def _fail(error: RoomdError, args: Namespace, setting: Setting) -> Exit:
    match error:
        case ProblemError():
            _narrate(sentence(error.problem, setting.zone))
            return exit_of(error.problem)
        case DaemonUnreachable():
            _narrate(str(error))
            return Exit.DAEMON_AWAY
        case UsageError():
            _narrate(f"{error}\nSee `roomctl {args.command.name} --help`.")
            return Exit.USAGE
    _narrate(str(error))
    return Exit.REFUSED


def _narrate(text: str) -> None:
    print(*(printable(line) for line in f"roomctl: {text}".split("\n")), sep="\n", file=sys.stderr)  # noqa: T201 - stderr is for people


def _open_interface(args: Namespace, setting: Setting) -> int:
    reason = _no_interface(os.environ)
    if reason:
        _narrate(f"{reason}\nGive a command instead, such as `roomctl timeline`; `roomctl --help` lists them.")
        return Exit.USAGE
    from roomd_tui.app import open_interface  # noqa: PLC0415 - Textual costs half a second, a command need not pay it

    return open_interface(find_socket(args.socket, os.environ), zone=setting.zone, mouse=args.mouse)


def _no_interface(environment: Mapping[str, str]) -> str:
    """Why the interface cannot open here; empty when it can."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return "The interface needs a terminal, and this is not one."
    if environment.get("TERM", "dumb") in {"dumb", ""}:
        return "The interface needs a terminal that can move its cursor, and TERM says this one cannot."
    return ""
