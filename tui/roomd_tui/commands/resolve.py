"""`roomctl resolve`: decide a conflict."""

from argparse import ArgumentParser, Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import ConflictView
from roomd_core.model import Side
from roomd_tui.commands.command import Command, Setting
from roomd_tui.commands.conflicts import conflict_text


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the conflict's id, as `conflicts` prints it")
    decision = parser.add_mutually_exclusive_group(required=True)
    decision.add_argument("--keep", type=Side, choices=list(Side), help="whose version to keep")
    decision.add_argument("--room", metavar="R", help="give the event this room instead, by name or address")


async def _ask(client: Client, args: Namespace, _setting: Setting) -> ConflictView:
    return await client.resolve(args.id, args.keep or Side.LOCAL, room=args.room)


def _tell(conflict: ConflictView, setting: Setting) -> str:
    return conflict_text(conflict, setting.zone)


COMMAND = Command(
    name="resolve",
    help="decide a conflict: keep Exchange's side or the local one, or take another room",
    arguments=_arguments,
    ask=_ask,
    tell=_tell,
)
