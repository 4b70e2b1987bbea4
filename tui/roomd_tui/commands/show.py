"""`roomctl show`: one event."""

from argparse import ArgumentParser, Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import EventView
from roomd_tui.commands.command import Command, Setting
from roomd_tui.commands.saving import tell_event


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the event's id, as `book` and `timeline --json` print it")


async def _ask(client: Client, args: Namespace, _setting: Setting) -> EventView:
    return await client.event(args.id)


COMMAND = Command(name="show", help="one event", arguments=_arguments, ask=_ask, tell=tell_event)
